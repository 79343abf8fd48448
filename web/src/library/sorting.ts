// What a bundle would change, given what is held: pure decisions, before anything is written.

import { FormatError } from "../errors.ts";
import type { Article, Place as Bound, Entry } from "../format/article.ts";
import { comparePlaces, type Kind, placeOf, type VerifiedBundle } from "../format/bundle.ts";
import type { PlaceRow } from "./rows.ts";

/** What is held, by key. */
export type Known = ReadonlyMap<string, PlaceRow>;

/** The changes of one bundle. `entries` become current; what is held of the keys in `dropped` leaves without a trace. */
export interface Batch {
  readonly entries: readonly Entry[];
  readonly dropped: readonly string[];
}

/** A delta's changes: only what exceeds the held revision, and of what isn't held nothing older than `since`. */
export function newer(entries: readonly Entry[], known: Known, since: string): Batch {
  return { entries: entries.filter((entry) => isNewer(entry, known.get(entry.record.key), since)), dropped: [] };
}

function isNewer({ record }: Entry, held: PlaceRow | undefined, since: string): boolean {
  return held ? record.revision > held.revision : record.type === "retraction" || record.published >= since;
}

/** A snapshot's changes: every record is what is to be held, whatever was. `same`: keys that stand so already. */
export function authoritative(entries: readonly Entry[], same: ReadonlySet<string>, dropped: readonly string[]): Batch {
  return { entries: entries.filter(({ record }) => !same.has(record.key)), dropped };
}

/** Whether the article that is held becomes an earlier revision of the one that takes its place. */
export function supersedes(article: Article, held: PlaceRow): boolean {
  return article.cleared < held.revision && held.revision < article.revision;
}

/** Whether an earlier revision stays when this article becomes current. */
export function staysBehind(article: Article, revision: number): boolean {
  return article.cleared < revision && revision < article.revision;
}

/** Throws: FormatError where a bundle is of another kind than asked for, or holds what its kind must not. */
export function checkKind(bundle: VerifiedBundle, kind: Kind): void {
  if (bundle.header.kind !== kind) {
    throw new FormatError(`a bundle of kind ${bundle.header.kind} instead of ${kind}`);
  }
  const other = { segment: "retraction", revisions: "retraction", tombstones: "article", delta: "" }[kind];
  if (bundle.entries.some(({ record }) => record.type === other)) {
    throw new FormatError(`a bundle of kind ${kind} with a record that doesn't belong there`);
  }
}

/** Throws: FormatError where a segment holds an article outside its bounds, which another segment settles. */
export function checkBounds(bundle: VerifiedBundle, start: Bound, end: Bound | null): void {
  for (const { record } of bundle.entries) {
    if (record.type === "article" && !isWithin(placeOf(record), start, end)) {
      throw new FormatError(`a segment with ${record.key}, which is outside its bounds`);
    }
  }
}

/** Whether an article that stands at `bound` belongs to the range. */
export function isWithin(bound: Bound, start: Bound, end: Bound | null): boolean {
  return comparePlaces(bound, start) >= 0 && (end === null || comparePlaces(bound, end) < 0);
}
