// Part of an index: some articles, their words, and where each stands. It never changes.

import type { ArticlesRow, Extent, Stream, WordsRow } from "./rows.ts";

export class Segment {
  readonly number: number;
  readonly articles: ArticlesRow;
  private readonly row: WordsRow;
  private readonly starts: Uint32Array;
  private known: ReadonlyMap<string, number> | undefined;

  constructor(number: number, articles: ArticlesRow, words: WordsRow) {
    this.number = number;
    this.articles = articles;
    this.row = words;
    this.starts = startsOf(words);
  }

  /** How many words it has. */
  get size(): number {
    return this.row.counts.length;
  }

  /** A word by its number, below `size`. */
  word(number: number): string {
    return this.row.words.slice(this.starts[number], (this.starts[number + 1] ?? 0) - 1);
  }

  /** The number of the first word, of those from number `from` on, that isn't before this one. */
  seek(word: string, from = 0): number {
    let [low, high] = [from, this.size];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.word(middle) < word) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** The numbers of this word: from the first on, and the one after the last; the same where it isn't there. */
  find(word: string): readonly [number, number] {
    const number = this.seek(word);
    return [number, number < this.size && this.word(number) === word ? number + 1 : number];
  }

  /** The same of all words that begin so. */
  range(head: string): readonly [number, number] {
    const from = this.seek(head);
    const last = head.length - 1;
    return [from, this.seek(head.slice(0, last) + String.fromCharCode(head.charCodeAt(last) + 1), from)];
  }

  /** Where the bytes of these words lie. */
  extent(stream: Stream, from: number, to = from + 1): Extent {
    const ends = this.row[stream];
    return { segment: this.number, stream, start: ends[from - 1] ?? 0, end: ends[to - 1] ?? 0 };
  }

  /** Which of its articles this is, if it has it. */
  numberOf(edition: string, key: string): number | undefined {
    const { editions, keys } = this.articles;
    this.known ??= new Map(keys.map((each, number) => [`${editions[number]} ${each}`, number]));
    return this.known.get(`${edition} ${key}`);
  }
}

/** Where each word begins, and where one after the last would. */
function startsOf({ words, counts }: WordsRow): Uint32Array {
  const starts = new Uint32Array(counts.length + 1);
  for (let number = 1; number < counts.length; number += 1) {
    starts[number] = words.indexOf("\n", starts[number - 1]) + 1;
  }
  starts[counts.length] = words.length + 1;
  return starts;
}
