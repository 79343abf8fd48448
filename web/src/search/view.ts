// What a search sees of an index: its segments as of one commit, their articles numbered through.

import { compare } from "../format/words.ts";
import type { Part } from "./merging.ts";
import { Postings } from "./postings.ts";
import type { Rows } from "./rows.ts";
import type { Segment } from "./segment.ts";
import { type Language, languageOf } from "./widening.ts";

/** So many words of the vocabulary are looked at for one word of a query. */
const TERMS = 5_000;

export class View {
  readonly rows: Rows;
  readonly parts: readonly Part[];
  /** The number of each part's first article, and how many there are, the dead among them. */
  readonly starts: readonly number[];
  readonly size: number;
  /** Those of the articles' editions, and which of them is each article's. */
  readonly languages: readonly Language[];
  readonly languageOf: Uint8Array;

  constructor(rows: Rows, parts: readonly Part[]) {
    this.rows = rows;
    this.parts = parts;
    let size = 0;
    this.starts = parts.map(({ segment }) => {
      size += segment.articles.keys.length;
      return size - segment.articles.keys.length;
    });
    this.size = size;
    const editions = parts.flatMap(({ segment }) => segment.articles.editions);
    const known = new Map([...new Set(editions)].map((edition) => [edition, languageOf(edition)]));
    this.languages = [...new Set(known.values())];
    this.languageOf = Uint8Array.from(editions, (edition) => this.languages.indexOf(known.get(edition) ?? ""));
  }

  /** Those of its words that begin with one of `heads`, so many at most, or are one of `relatives`. Throws: Gone. */
  async words(heads: readonly string[], relatives: readonly string[]): Promise<string[]> {
    const found = new Set<string>();
    for (const head of heads) {
      const begun = await this.living((segment) => segment.range(head));
      const left = TERMS - found.size;
      for (const word of begun.length > left ? begun.sort(compare).slice(0, left) : begun) {
        found.add(word);
      }
    }
    for (const relative of relatives) {
      const [word] = await this.living((segment) => segment.find(relative));
      found.add(word ?? "");
    }
    found.delete("");
    return [...found];
  }

  /** The words of these ranges that stand in an article that isn't dead. */
  private async living(range: (segment: Segment) => readonly [number, number]): Promise<string[]> {
    const found = new Set<string>();
    for (const { segment, dead } of this.parts) {
      const [from, to] = range(segment);
      const all = segment.extent("counts", from, to);
      const [bytes = new Uint8Array()] = dead.size > 0 && from < to ? await this.rows.bytes([all]) : [];
      for (let at = from; at < to; at += 1) {
        const { start, end } = segment.extent("counts", at);
        if (dead.size === 0 || isLiving(new Postings(bytes, start - all.start, end - all.start), dead)) {
          found.add(segment.word(at));
        }
      }
    }
    return [...found];
  }
}

function isLiving(postings: Postings, dead: ReadonlySet<number>): boolean {
  while (postings.next()) {
    if (!dead.has(postings.article)) {
      return true;
    }
  }
  return false;
}
