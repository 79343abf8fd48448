// Which articles have an item of a query, and how. docs/format.md 14.3.

import { compare } from "../format/words.ts";
import { columnOf, Postings, placesIn } from "./postings.ts";
import type { Item } from "./query.ts";
import { COLUMNS, type Match } from "./ranking.ts";
import type { Stream } from "./rows.ts";
import type { Segment } from "./segment.ts";
import type { View } from "./view.ts";
import { BEGUN, BENT, candidates, EXACT, heads, type Language, relatives, typed, typedHeads } from "./widening.ts";

/** So many words of the index one word of a query stands for, in articles of one language. */
const WORDS = 300;
/** So many rows of words a hyphenated word stands for. */
const ROWS = 64;
/** The tier of what doesn't match. */
export const NONE = 255;
const EVERY = COLUMNS.map((_, column) => column);

/** Rows of one or more words, with blanks between them, that an item stands for → how well. */
export type Tiers = ReadonlyMap<string, number>;

/** How articles have an item: the members of each one's `Match`, by its number in the view. */
export class Matches {
  readonly tier: Uint8Array;
  readonly column: Uint8Array;
  readonly times: Uint32Array;

  constructor(size: number) {
    this.tier = new Uint8Array(size).fill(NONE);
    this.column = new Uint8Array(size);
    this.times = new Uint32Array(size);
  }

  /** How an article has it that does. */
  of(article: number): Match {
    const [tier = NONE, column = 0] = [this.tier[article], this.column[article]];
    return { tier, column, times: this.times[article] ?? 0 };
  }

  /** As `better` of ranking.ts has it. */
  add(article: number, tier: number, column: number, times: number): void {
    const known = this.tier[article] ?? NONE;
    if (tier < known) {
      this.tier[article] = tier;
      this.column[article] = column;
      this.times[article] = times;
    } else if (tier === known && tier < NONE) {
      this.column[article] = Math.min(this.column[article] ?? 0, column);
      this.times[article] = (this.times[article] ?? 0) + times;
    }
  }
}

/** Looks items up in a view, each word once. What it does may throw Gone. */
export class Matching {
  private readonly view: View;
  private readonly held = new Map<string, readonly string[]>();
  private readonly known = new Map<string, Tiers>();

  constructor(view: View) {
    this.view = view;
  }

  /** What an item stands for in articles of a language. */
  async tiers(item: Item, language: Language): Promise<Tiers> {
    const id = `${language} ${item.exact} ${item.words.join(" ")}`;
    const tiers = this.known.get(id) ?? (await this.widened(item, language));
    this.known.set(id, tiers);
    return tiers;
  }

  /** How each article has an item in these columns; `strict`: not by its beginning alone. */
  async matches(item: Item, columns: readonly number[] = EVERY, strict = false): Promise<Matches> {
    const tiers: Tiers[] = [];
    for (const language of this.view.languages) {
      const every = await this.tiers(item, language);
      tiers.push(strict ? new Map([...every].filter(([, tier]) => tier < BEGUN)) : every);
    }
    const rows = [...new Set(tiers.flatMap((each) => [...each.keys()]))].map((row) => ({
      words: row.split(" "),
      tiers: tiers.map((each) => each.get(row) ?? NONE),
    }));
    const found = new Matches(this.view.size);
    await this.addWords(
      rows.filter(({ words }) => words.length === 1),
      columns,
      found,
    );
    await this.addPhrases(
      rows.filter(({ words }) => words.length > 1),
      columns,
      found,
    );
    return found;
  }

  private async addWords(rows: readonly Row[], columns: readonly number[], found: Matches): Promise<void> {
    const { parts, starts, languageOf } = this.view;
    const places = parts.flatMap(({ segment }, part) =>
      rows.flatMap(({ words: [word = ""], tiers }) => {
        const [from, to] = segment.find(word);
        return from < to ? [{ start: starts[part] ?? 0, tiers, extent: segment.extent("counts", from) }] : [];
      }),
    );
    const bytes = await this.view.rows.bytes(places.map(({ extent }) => extent));
    places.forEach(({ start, tiers }, at) => {
      for (const postings = new Postings(bytes[at] ?? new Uint8Array()); postings.next(); ) {
        const article = start + postings.article;
        const tier = tiers[languageOf[article] ?? 0] ?? NONE;
        for (const column of columns) {
          const times = postings.counts[column] ?? 0;
          if (times > 0) {
            found.add(article, tier, column, times);
          }
        }
      }
    });
  }

  /** In a row of more than one word, each column that has it counts once. */
  private async addPhrases(rows: readonly Row[], columns: readonly number[], found: Matches): Promise<void> {
    const { parts, starts, languageOf } = this.view;
    for (const [part, { segment }] of rows.length > 0 ? parts.entries() : []) {
      const known = await this.places(segment, new Set(rows.flatMap(({ words }) => words)));
      for (const { words, tiers } of rows) {
        const begun = inRow(words.map((word) => known.get(word) ?? []));
        for (const column of new Set(begun.map(columnOf))) {
          const article = (starts[part] ?? 0) + Math.floor(column / COLUMNS.length);
          if (columns.includes(column % COLUMNS.length)) {
            found.add(article, tiers[languageOf[article] ?? 0] ?? NONE, column % COLUMNS.length, 1);
          }
        }
      }
    }
  }

  /** Where each of these words stands in a segment; words that don't are left out. */
  private async places(segment: Segment, words: Iterable<string>): Promise<ReadonlyMap<string, readonly number[]>> {
    const held = [...words].flatMap((word): [string, number][] => {
      const [from, to] = segment.find(word);
      return from < to ? [[word, from]] : [];
    });
    const read = (stream: Stream) => this.view.rows.bytes(held.map(([, at]) => segment.extent(stream, at)));
    const [counts, places] = [await read("counts"), await read("places")];
    return new Map(
      held.map(([word], at) => [word, placesIn(counts[at] ?? new Uint8Array(), places[at] ?? new Uint8Array())]),
    );
  }

  private async widened(item: Item, language: Language): Promise<Tiers> {
    const { words, exact } = item;
    if (exact) {
      return new Map([[words.join(" "), EXACT]]);
    }
    if (words.length === 1) {
      return new Map(await this.word(words[0] ?? "", language, WORDS));
    }
    const most = Math.max(1, Math.floor(ROWS ** (1 / words.length)));
    let rows: Tiers = new Map([["", EXACT]]);
    for (const word of words) {
      const choices = await this.word(word, language, most);
      rows = new Map(
        [...rows].flatMap(([row, tier]) =>
          choices.map(([each, other]): [string, number] => [row ? `${row} ${each}` : each, Math.max(tier, other)]),
        ),
      );
    }
    return new Map([...rows, [words.join(""), BENT]]);
  }

  /** What a word stands for, the best first; of equals what is shorter, then what comes first by its letters. */
  private async word(word: string, language: Language, most: number): Promise<(readonly [string, number])[]> {
    const held = this.held.get(word) ?? (await this.view.words(heads(word), relatives(word)));
    this.held.set(word, held);
    let found = candidates(word, language, held);
    const begun = typedHeads(word, language, found);
    if (begun.length > 0) {
      found = new Map([...typed(word, await this.view.words(begun, [])), ...found]);
    }
    const size = (term: string) => Array.from(term).length;
    return [...found]
      .sort(([one, tier], [other, more]) => tier - more || size(one) - size(other) || compare(one, other))
      .slice(0, most);
  }
}

/** A row of words that an item stands for, with its tier by the language of an article, in the order of the view's. */
interface Row {
  readonly words: readonly string[];
  readonly tiers: readonly number[];
}

/** The places of the first word where all the others follow in a row. */
function inRow([first = [], ...others]: readonly (readonly number[])[]): readonly number[] {
  return others.reduce((found, places, number) => {
    let at = 0;
    return found.filter((place) => {
      const sought = place + number + 1;
      while ((places[at] ?? sought) < sought) {
        at += 1;
      }
      return places[at] === sought;
    });
  }, first);
}
