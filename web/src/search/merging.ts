// Makes one segment of several, or of one, without the articles that don't count any more.

import type { SegmentNote } from "./list.ts";
import { Cursor } from "./numbers.ts";
import { Posting, Postings } from "./postings.ts";
import type { ArticlesRow, Rows, Stream } from "./rows.ts";
import type { Segment } from "./segment.ts";
import type { Writer } from "./writing.ts";

/** So many words of each segment are merged at once. */
const STEP = 512;

/** A segment with those of its articles that don't count any more. */
export interface Part {
  readonly segment: Segment;
  readonly dead: ReadonlySet<number>;
}

/**
 * Which segments, from this number on, should become one; -1: none.
 *
 * Sizes fall from each to the next, so that there are few and an article is written anew only so often; less steeply
 * while more articles are to come.
 */
export function due(segments: readonly SegmentNote[], areMoreComing: boolean): number {
  const times = areMoreComing ? 3 : 1;
  return segments.findIndex(({ articles }, at) => {
    const later = segments.slice(at + 1).reduce((sum, segment) => sum + segment.articles, 0);
    return later >= times * articles;
  });
}

/** Write the words of these segments; `step` is called after each piece of work. Throws: Gone. */
export async function merge(
  rows: Rows,
  parts: readonly Part[],
  writer: Writer,
  step: () => Promise<void>,
): Promise<ArticlesRow> {
  const renumbered = numbers(parts);
  let from = parts.map(() => 0);
  while (parts.some(({ segment }, part) => (from[part] ?? 0) < segment.size)) {
    const to = nextOf(parts, from);
    const read = (stream: Stream) =>
      rows.bytes(parts.map(({ segment }, part) => segment.extent(stream, from[part] ?? 0, to[part])));
    const [counts, places] = [await read("counts"), await read("places")];
    const strands = parts.map(({ segment }, part) => {
      const bytes = {
        counts: counts[part] ?? new Uint8Array(),
        places: new Cursor(places[part] ?? new Uint8Array()),
        numbers: renumbered[part] ?? new Int32Array(),
      };
      return new Strand(segment, from[part] ?? 0, to[part] ?? 0, bytes);
    });
    braid(strands, writer);
    from = to;
    await step();
  }
  return articlesOf(parts);
}

/** The new number of each article; -1: it is dead. */
function numbers(parts: readonly Part[]): Int32Array[] {
  let next = 0;
  return parts.map(({ segment, dead }) =>
    Int32Array.from(segment.articles.keys, (_, number) => (dead.has(number) ? -1 : next++)),
  );
}

function articlesOf(parts: readonly Part[]): ArticlesRow {
  const all = (name: keyof ArticlesRow) =>
    parts.flatMap(({ segment, dead }) => segment.articles[name].filter((_, number) => !dead.has(number)));
  return { editions: all("editions"), keys: all("keys"), published: all("published"), tags: all("tags") };
}

/** How far to go in each segment: to the same word in all, `STEP` words on at most. */
function nextOf(parts: readonly Part[], from: readonly number[]): number[] {
  const words = parts.flatMap(({ segment }, part) => {
    const next = (from[part] ?? 0) + STEP;
    return next < segment.size ? [segment.word(next)] : [];
  });
  const [first] = words.sort();
  return parts.map(({ segment }, part) => (first === undefined ? segment.size : segment.seek(first, from[part])));
}

/** The bytes of some words, and the new numbers of articles. */
interface Bytes {
  readonly counts: Uint8Array;
  readonly places: Cursor;
  readonly numbers: Int32Array;
}

/** Some words of a segment, in order. */
class Strand {
  /** The word at hand; undefined: there are no more. */
  word: string | undefined;
  private readonly segment: Segment;
  private at: number;
  private readonly end: number;
  private readonly start: number;
  private readonly bytes: Bytes;

  constructor(segment: Segment, from: number, end: number, bytes: Bytes) {
    this.segment = segment;
    this.at = from;
    this.end = end;
    this.start = segment.extent("counts", from).start;
    this.bytes = bytes;
    this.read();
  }

  /** Write what is left of the word at hand, and go on to the next one. */
  pass(posting: Posting, writer: Writer): void {
    const { counts, places, numbers } = this.bytes;
    const { start, end } = this.segment.extent("counts", this.at);
    for (const postings = new Postings(counts, start - this.start, end - this.start); postings.next(); ) {
      const from = places.at;
      places.skip(postings.times);
      const article = numbers[postings.article] ?? -1;
      if (article >= 0) {
        posting.add(article, postings.counts);
        writer.places.bytes.append(places.bytes.subarray(from, places.at));
      }
    }
    this.at += 1;
    this.read();
  }

  private read(): void {
    this.word = this.at < this.end ? this.segment.word(this.at) : undefined;
  }
}

/** Write the words of all strands, in order. */
function braid(strands: readonly Strand[], writer: Writer): void {
  for (;;) {
    let word: string | undefined;
    for (const strand of strands) {
      word = strand.word !== undefined && (word === undefined || strand.word < word) ? strand.word : word;
    }
    if (word === undefined) {
      return;
    }
    const posting = new Posting(writer.counts.bytes);
    for (const strand of strands) {
      if (strand.word === word) {
        strand.pass(posting, writer);
      }
    }
    writer.end(word);
  }
}
