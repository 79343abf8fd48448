// Writes a segment, and makes one of articles.

import type { Article } from "../format/article.ts";
import { plainText } from "../format/plain.ts";
import { words } from "../format/words.ts";
import { Bytes } from "./numbers.ts";
import { columnOf, Posting, placeOf } from "./postings.ts";
import { COLUMNS } from "./ranking.ts";
import { type ArticlesRow, BLOCK, type Stream } from "./rows.ts";
import type { Name } from "./shelf.ts";

export type Put = readonly [Name, unknown];

/** So many words are written at once. */
const STEP = 512;

/** Bytes that are cut into rows of the same size. */
class Stretch {
  readonly bytes = new Bytes();
  readonly ends: number[] = [];
  private cut = 0;
  private readonly segment: number;
  private readonly stream: Stream;

  constructor(segment: number, stream: Stream) {
    this.segment = segment;
    this.stream = stream;
  }

  get length(): number {
    return this.cut * BLOCK + this.bytes.length;
  }

  /** Take the rows that are full, or the rest, too. */
  take(isLast: boolean): Put[] {
    const puts: Put[] = [];
    while (this.bytes.length >= BLOCK || (isLast && this.bytes.length > 0)) {
      puts.push([[this.segment, this.stream, this.cut], this.bytes.shift(Math.min(BLOCK, this.bytes.length))]);
      this.cut += 1;
    }
    return puts;
  }
}

/** A segment that is being written, word after word in the order of code units. */
export class Writer {
  readonly number: number;
  readonly counts: Stretch;
  readonly places: Stretch;
  private readonly words: string[] = [];

  constructor(number: number) {
    this.number = number;
    this.counts = new Stretch(number, "counts");
    this.places = new Stretch(number, "places");
  }

  /** How many bytes weren't taken yet. */
  get waiting(): number {
    return this.counts.bytes.length + this.places.bytes.length;
  }

  /** The word whose bytes have been written; one that stands nowhere is none. */
  end(word: string): void {
    const { counts, places } = this;
    if (counts.length > (counts.ends[counts.ends.length - 1] ?? 0)) {
      this.words.push(word);
      counts.ends.push(counts.length);
      places.ends.push(places.length);
    }
  }

  /** Take the rows that are full. */
  take(): Put[] {
    return [...this.counts.take(false), ...this.places.take(false)];
  }

  /** Take all other rows. */
  finish(articles: ArticlesRow): Put[] {
    const rows = [...this.counts.take(true), ...this.places.take(true)];
    const counts = Uint32Array.from(this.counts.ends);
    const places = Uint32Array.from(this.places.ends);
    return [
      ...rows,
      [[this.number, "words"], { words: this.words.join("\n"), counts, places }],
      [[this.number, "articles"], articles],
    ];
  }
}

/** Articles that become a segment. */
export class Gathering {
  /** How many words their texts have. */
  size = 0;
  readonly articles = {
    editions: [] as string[],
    keys: [] as string[],
    published: [] as string[],
    tags: [] as string[],
  };
  private readonly places = new Map<string, number[]>();
  private readonly held = new Set<string>();

  has({ edition, key }: Article): boolean {
    return this.held.has(`${edition} ${key}`);
  }

  add(article: Article): void {
    const { editions, keys, published, tags } = this.articles;
    [article.title, article.byline, article.summary, plainText(article)].forEach((text, column) => {
      this.read(text, placeOf(keys.length, column, 0));
    });
    editions.push(article.edition);
    keys.push(article.key);
    published.push(article.published);
    tags.push(article.tags.join("\n"));
    this.held.add(`${article.edition} ${article.key}`);
  }

  /** Write all words; `breathe` is called now and then. */
  async write(writer: Writer, breathe: () => Promise<void>): Promise<ArticlesRow> {
    for (const [number, word] of [...this.places.keys()].sort().entries()) {
      write(this.places.get(word) ?? [], writer);
      writer.end(word);
      if (number % STEP === 0) {
        await breathe();
      }
    }
    return this.articles;
  }

  private read(text: string, first: number): void {
    const found = words(text);
    this.size += found.length;
    found.forEach((word, number) => {
      const places = this.places.get(word);
      if (places) {
        places.push(first + number);
      } else {
        this.places.set(word, [first + number]);
      }
    });
  }
}

/** Write one word's places, which are ascending. */
function write(places: readonly number[], writer: Writer): void {
  const posting = new Posting(writer.counts.bytes);
  let counts = new Uint32Array(COLUMNS.length);
  let last = -1;
  let before = 0;
  for (const place of places) {
    const column = columnOf(place);
    if (column !== last) {
      if (last >= 0 && column >> 2 !== last >> 2) {
        posting.add(last >> 2, counts);
        counts = new Uint32Array(COLUMNS.length);
      }
      last = column;
      before = placeOf(0, column, 0);
    }
    counts[column & 3] = (counts[column & 3] ?? 0) + 1;
    writer.places.bytes.number(place - before);
    before = place;
  }
  posting.add(last >> 2, counts);
}
