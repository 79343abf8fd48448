// How records become rows: small facts to decide on, and what a list shows.

import { type Article, type Image, imagesOf, type TextRecord } from "../format/article.ts";
import type { CardRow, PictureNote, PlaceRow } from "./rows.ts";

/** A list shows no more of a summary; the article itself has all of it. */
const SUMMARY = 400;
const ALT = 300;

export function placeOf(record: TextRecord, bytes: number): PlaceRow {
  const { revision } = record;
  if (record.type === "retraction") {
    return { kind: "retraction", revision, published: "", cleared: 0, bytes, group: "", pictures: [] };
  }
  const { published, cleared, translation_group: group } = record;
  return { kind: "article", revision, published, cleared, bytes, group, pictures: picturesOf(record) };
}

/** Every file of every picture, each once. */
function picturesOf(article: Article): PictureNote[] {
  const notes = new Map<string, PictureNote>();
  for (const image of imagesOf(article)) {
    for (const { sha256, role, type, bytes } of image.variants) {
      notes.set(`${sha256}${role}`, { sha256, role, type, bytes });
    }
  }
  return [...notes.values()];
}

export function cardOf(article: Article): CardRow {
  const { revision, title, byline, section, tags, summary, published, updated, corrections, image } = article;
  return {
    revision,
    title,
    byline,
    section,
    tags: [...new Set(tags)],
    summary: shortened(summary),
    published,
    updated,
    corrected: corrections.length > 0,
    picture: preview(image),
    alt: beginning(image?.alt ?? "", ALT),
  };
}

function preview(image: Image | null): string {
  return image?.variants.find(({ role }) => role === "preview")?.sha256 ?? "";
}

/** So many code units of a text, no pair of them cut in two. */
function beginning(text: string, units: number): string {
  return text.slice(0, units).replace(/[\ud800-\udbff]$/, "");
}

function shortened(summary: string): string {
  const short = beginning(summary, SUMMARY);
  return short === summary ? summary : `${short.replace(/\s+\S*$/, "")}…`;
}
