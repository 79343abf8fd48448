// Where a word stands, as a segment keeps it: in one stream how often in which columns of which articles, in another
// the numbers of its places there.

import { type Bytes, Cursor } from "./numbers.ts";
import { COLUMNS } from "./ranking.ts";

const TEXT = COLUMNS.length - 1;
const MASK = (1 << COLUMNS.length) - 1;
/** No text has so many words: records are shorter. */
const PLACES = 1 << 22;

/** A word's place in an index as one number: that of the next word is greater by one. */
export function placeOf(article: number, column: number, number: number): number {
  return (article * COLUMNS.length + column) * PLACES + number;
}

/** Article and column of a place, as one number: the article times four, and the column. */
export function columnOf(place: number): number {
  return Math.floor(place / PLACES);
}

/** Writes how often a word stands in articles, their numbers ascending. */
export class Posting {
  private readonly into: Bytes;
  private last = 0;

  constructor(into: Bytes) {
    this.into = into;
  }

  /** `counts`: in each column. Most words stand in a text once: that is one number. */
  add(article: number, counts: ArrayLike<number>): void {
    let columns = 0;
    for (let column = 0; column <= TEXT; column += 1) {
      columns |= counts[column] ? 1 << column : 0;
    }
    const isPlain = columns === 1 << TEXT && counts[TEXT] === 1;
    this.into.number(((article - this.last) << COLUMNS.length) | (isPlain ? 0 : columns));
    this.last = article;
    for (let column = 0; column <= TEXT && !isPlain; column += 1) {
      if (counts[column]) {
        this.into.number(counts[column] ?? 0);
      }
    }
  }
}

/** Reads how often a word stands in articles, one after the other. */
export class Postings {
  /** The article at hand. */
  article = 0;
  /** How often the word stands in each of its columns. */
  readonly counts = new Uint32Array(COLUMNS.length);
  private readonly from: Cursor;
  private readonly end: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.from = new Cursor(bytes, start);
    this.end = end;
  }

  /** Go on to the next article; false: there is none. */
  next(): boolean {
    if (this.from.at >= this.end) {
      return false;
    }
    const head = this.from.number();
    this.article += head >>> COLUMNS.length;
    for (let column = 0; column <= TEXT; column += 1) {
      this.counts[column] = (head >> column) & 1 && this.from.number();
    }
    if ((head & MASK) === 0) {
      this.counts[TEXT] = 1;
    }
    return true;
  }

  /** In how many places of the article the word stands. */
  get times(): number {
    const [title = 0, byline = 0, summary = 0, text = 0] = this.counts;
    return title + byline + summary + text;
  }
}

/** A word's places in a segment, ascending, by its bytes in both streams. */
export function placesIn(counts: Uint8Array, places: Uint8Array): number[] {
  const found: number[] = [];
  const from = new Cursor(places);
  for (const postings = new Postings(counts); postings.next(); ) {
    for (let column = 0; column <= TEXT; column += 1) {
      let place = placeOf(postings.article, column, 0);
      for (let left = postings.counts[column] ?? 0; left > 0; left -= 1) {
        place += from.number();
        found.push(place);
      }
    }
  }
  return found;
}
