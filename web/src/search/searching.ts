// Searching a publication: the one way in. docs/format.md 14.

import { Stopped } from "../errors.ts";
import { compare, words } from "../format/words.ts";
import type { Index } from "./index.ts";
import { type Matches, Matching, NONE } from "./matching.ts";
import { type Item, parse, type Query } from "./query.ts";
import { COLUMNS, compareRanks, type Rank, rank } from "./ranking.ts";
import { Gone } from "./rows.ts";
import { type Sought, snippet } from "./snippets.ts";
import type { View } from "./view.ts";
import { type Language, languageOf } from "./widening.ts";

const BYLINE = [COLUMNS.indexOf("byline")];
/** So often it begins anew where another tab merges what it reads. */
const TRIES = 5;
/** No text has this character: docs/format.md 5.2. */
const MARK = "\u202a";

/** An article that a search found; `rank`: docs/format.md 14.6. */
export interface Hit {
  readonly edition: string;
  readonly key: string;
  readonly rank: Rank;
}

/** A page of what was found, the best first; `found`: how many in all. */
export interface Results {
  readonly found: number;
  readonly hits: readonly Hit[];
  /**
   * Where the words stand in an article of this edition, with these texts: its plain text, its summary.
   *
   * Every other piece, from the second on, is a place.
   */
  readonly snippet: (edition: string, texts: readonly string[]) => readonly string[];
}

/** Of all that is found, `limit` hits from number `skip` on. `isStale`: whether nobody waits for it any more. */
export interface Wish {
  readonly limit: number;
  readonly skip: number;
  readonly isStale?: () => boolean;
}

/**
 * Articles that have what is asked for, best first. Any text is a query; docs/format.md 14.2 has its signs.
 *
 * Raises: Stopped once it is stale; LibraryError.
 */
export async function search(index: Index, text: string, wish: Wish): Promise<Results> {
  const query = parse(text);
  for (let tries = 1; ; tries += 1) {
    try {
      await index.refresh();
      return await resultsOf(index.view, query, wish);
    } catch (error) {
      if (!(error instanceof Gone) || tries === TRIES) {
        throw error;
      }
    }
  }
}

async function resultsOf(view: View, query: Query, { limit, skip, isStale }: Wish): Promise<Results> {
  const matching = new Matching(view);
  const each = async (items: readonly Item[], columns?: readonly number[], strict?: boolean) => {
    const found: Matches[] = [];
    for (const item of items) {
      found.push(await matching.matches(item, columns, strict));
      if (isStale?.()) {
        throw new Stopped();
      }
    }
    return found;
  };
  const asked = [...(await each(query.items)), ...(await each(query.authors, BYLINE))];
  const without = [
    ...(await each(query.without, undefined, true)),
    ...(await each(query.withoutAuthors, BYLINE, true)),
  ];
  const found = isNothing(query) ? [] : left(view, query, asked, without);
  const sought = new Map<Language, readonly Sought[]>();
  for (const language of view.languages) {
    sought.set(language, await soughtIn(language, query.items, matching));
  }
  return {
    found: found.length,
    hits: found.sort(compareHits).slice(skip, skip + limit),
    snippet: (edition, texts) => snippet(texts, sought.get(languageOf(edition)) ?? [], [MARK, MARK]).split(MARK),
  };
}

/** Whether a query asks for nothing. */
function isNothing({ since, until, ...lists }: Query): boolean {
  return since === "" && until === "" && Object.values(lists).every((list) => list.length === 0);
}

/** Articles that have all that is asked for, and nothing of what must not be there, in no order. */
function left(view: View, query: Query, asked: readonly Matches[], without: readonly Matches[]): Hit[] {
  const hasTags = tagged(query);
  return view.parts.flatMap(({ segment: { articles }, dead }, part) => {
    const start = view.starts[part] ?? 0;
    return articles.keys.flatMap((key, number): Hit[] => {
      const published = articles.published[number] ?? "";
      const isLeft =
        asked.every(({ tier }) => tier[start + number] !== NONE) &&
        without.every(({ tier }) => tier[start + number] === NONE) &&
        !dead.has(number) &&
        published >= query.since &&
        (query.until === "" || published < query.until) &&
        hasTags(articles.tags[number] ?? "");
      const matches = isLeft ? asked.map((each) => each.of(start + number)) : [];
      return isLeft ? [{ edition: articles.editions[number] ?? "", key, rank: rank(matches, published) }] : [];
    });
  });
}

/** Tells of an article's tags, a line for each, whether they are what is asked for. */
function tagged(query: Query): (tags: string) => boolean {
  const known = new Map<string, string>();
  const plain = (tag: string) => {
    const folded = known.get(tag) ?? words(tag).join(" ");
    known.set(tag, folded);
    return folded;
  };
  const [asked, without] = [query.tags, query.withoutTags].map((rows) => rows.map((row) => row.join(" ")));
  return (tags) => {
    const own = asked?.length || without?.length ? tags.split("\n").map(plain) : [];
    return Boolean(asked?.every((tag) => own.includes(tag)) && !without?.some((tag) => own.includes(tag)));
  };
}

/** The rows of words that are marked in articles of a language. */
async function soughtIn(language: Language, items: readonly Item[], matching: Matching): Promise<readonly Sought[]> {
  const rows = new Map<string, number>();
  for (const [number, item] of items.entries()) {
    for (const row of (await matching.tiers(item, language)).keys()) {
      rows.set(row, number);
    }
  }
  return Array.from(rows, ([row, item]) => ({ row: row.split(" "), item }));
}

function compareHits(one: Hit, other: Hit): number {
  return compareRanks(one.rank, other.rank) || compare(one.edition, other.edition) || compare(one.key, other.key);
}
