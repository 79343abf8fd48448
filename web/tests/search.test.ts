// The rule of search gives what Python gives, on every vector.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { words } from "../src/format/words.ts";
import * as english from "../src/search/english.ts";
import * as kazakh from "../src/search/kazakh.ts";
import { type Item, LONGEST, MOST, parse } from "../src/search/query.ts";
import { type Match, rank } from "../src/search/ranking.ts";
import * as russian from "../src/search/russian.ts";
import { snippet } from "../src/search/snippets.ts";
import * as spellings from "../src/search/spellings.ts";
import { beginnings, candidates, heads, languageOf, relatives, typed, typedHeads } from "../src/search/widening.ts";
import { list, member, members, number, repeated, table, text, truth, vectors, whole } from "./vectors.ts";

const GRAMMARS = new Map([
  ["ru", { keys: russian.keys, stem: russian.stem }],
  ["en", { keys: english.keys, stem: english.stem }],
  ["kk", { keys: kazakh.keys, stem: undefined }],
]);

/** What differs: `given` with what came out and what was expected. */
function differing<T>(cases: readonly T[], found: (given: T) => unknown, expected: (given: T) => unknown): unknown[] {
  const results = cases.map((given) => ({ given, found: found(given), expected: expected(given) }));
  return results.filter((result) => JSON.stringify(result.found) !== JSON.stringify(result.expected)).slice(0, 3);
}

function sorted(found: ReadonlyMap<string, number>): [string, number][] {
  return [...found].sort(([one], [other]) => (one < other ? -1 : 1));
}

const plainly = (word: string) => word;

/** The beginnings of each of these by itself. */
function beginningsOf(stems: Iterable<string>): string[] {
  return Array.from(stems).flatMap((stem) => beginnings([stem]));
}

describe("the vectors", () => {
  test("texts have the same words", () => {
    const cases = vectors("words", (value) => ({ text: repeated(value), words: member(value, "words", list(text)) }));
    expect(cases.length).toBeGreaterThan(300);
    expect(
      differing(
        cases,
        (given) => words(given.text),
        (given) => given.words,
      ),
    ).toEqual([]);
  });

  test("words have the same stems and keys", () => {
    const cases = vectors("stems", (value) => ({
      language: member(value, "language", text),
      word: member(value, "word", text),
      stem: members(value).get("stem"),
      keys: sorted(member(value, "keys", table(number))),
    }));
    expect(cases.length).toBeGreaterThan(2_000);
    const found = differing(
      cases,
      ({ language, word }) => [
        GRAMMARS.get(language)?.stem?.(word),
        sorted(GRAMMARS.get(language)?.keys(word) ?? new Map()),
      ],
      (given) => [given.stem, given.keys],
    );
    expect(found).toEqual([]);
  });

  test("words of a query stand for the same words of an index, in the same tiers", () => {
    const vocabulary = vectors("vocabulary", text);
    const cases = vectors("candidates", (value) => ({
      word: member(value, "word", text),
      heads: member(value, "heads", list(text)),
      relatives: member(value, "relatives", number),
      tiers: member(value, "tiers", table(table(number))),
      typedHeads: member(members(value).get("typed"), "heads", list(text)),
      typedTiers: member(members(value).get("typed"), "tiers", table(number)),
    }));
    for (const { word, heads: begun, relatives: others, tiers, ...asTyped } of cases) {
      expect(heads(word)).toEqual(begun);
      const related = new Set(relatives(word));
      expect(related.size).toBe(others);
      const terms = vocabulary.filter((term) => begun.some((head) => term.startsWith(head)) || related.has(term));
      for (const [edition, expected] of tiers) {
        expect([word, edition, ...sorted(candidates(word, languageOf(edition), terms))]).toEqual([
          word,
          edition,
          ...sorted(expected),
        ]);
      }
      expect(typedHeads(word, "kk", candidates(word, "kk", terms))).toEqual(asTyped.typedHeads);
      const mayBe = vocabulary.filter((term) => asTyped.typedHeads.some((head) => term.startsWith(head)));
      expect([word, ...sorted(typed(word, mayBe))]).toEqual([word, ...sorted(asTyped.typedTiers)]);
    }
  });

  test("no word lacks the beginning that its keys and spellings say", () => {
    const all = [...vectors("vocabulary", text), ...vectors("stems", (value) => member(value, "word", text))];
    const cyrillic = all.filter((word) => /^[а-яәғқңөұүһі]{2,40}$/.test(word));
    const latin = all.filter((word) => /^[a-z]{2,40}$/.test(word));
    const wrong = (words: readonly string[], of: (word: string) => Iterable<string>, from: number, shown = plainly) =>
      words.filter((word) => beginningsOf(of(word)).some((begun) => !shown(word).startsWith(begun.slice(from))));
    expect(cyrillic.length + latin.length).toBeGreaterThan(5_000);
    expect(wrong(latin, (word) => english.keys(word).keys(), 1)).toEqual([]);
    expect(wrong(cyrillic, (word) => russian.keys(word).keys(), 1)).toEqual([]);
    expect(wrong(cyrillic, (word) => kazakh.keys(word).keys(), 1)).toEqual([]);
    expect(wrong(cyrillic, (word) => spellings.ofRussianKeys(russian.keys(word)), 0, spellings.plain)).toEqual([]);
    expect(wrong(cyrillic, (word) => spellings.ofKazakhKeys(kazakh.keys(word)), 0, spellings.plain)).toEqual([]);
  });

  test("any input is the same query", () => {
    const item = (value: unknown): Item => ({
      words: member(value, "words", list(text)),
      exact: member(value, "exact", truth),
    });
    const cases = vectors("queries", (value) => {
      const query = members(value).get("query");
      return {
        text: repeated(value),
        query: {
          items: member(query, "items", list(item)),
          authors: member(query, "authors", list(item)),
          tags: member(query, "tags", list(list(text))),
          without: member(query, "without", list(item)),
          withoutAuthors: member(query, "without_authors", list(item)),
          withoutTags: member(query, "without_tags", list(list(text))),
          since: member(query, "since", text),
          until: member(query, "until", text),
        },
      };
    });
    expect(
      differing(
        cases,
        (given) => parse(given.text),
        (given) => given.query,
      ),
    ).toEqual([]);
  });

  test("matches have the same rank", () => {
    const match = (value: unknown): Match => {
      const [tier, column, times] = list(number)(value);
      return { tier: number(tier), column: number(column), times: number(times) };
    };
    const cases = vectors("ranks", (value) => ({
      matches: member(value, "matches", list(match)),
      published: member(value, "published", text),
      rank: member(value, "rank", list(number)),
    }));
    expect(
      differing(
        cases,
        (given) => rank(given.matches, given.published),
        (given) => given.rank,
      ),
    ).toEqual([]);
  });

  test("texts give the same snippets", () => {
    const sought = (value: unknown) => {
      const [row, item] = list((each) => each)(value);
      return { row: list(text)(row), item: number(item) };
    };
    const cases = vectors("snippets", (value) => ({
      texts: member(value, "texts", list(whole)),
      sought: member(value, "sought", list(sought)),
      snippet: member(value, "snippet", text),
    }));
    expect(
      differing(
        cases,
        (given) => snippet(given.texts, given.sought, ["[", "]"]),
        (given) => given.snippet,
      ),
    ).toEqual([]);
  });
});

describe("a query of a megabyte", () => {
  test("is cut, and looked at no further", () => {
    const query = parse("мост -".repeat(200_000));
    expect(query.items).toEqual([{ words: ["мост"], exact: false }]);
    expect(parse(Array.from({ length: 1_000 }, (_, at) => `${at}`).join(" ")).items.length).toBe(MOST);
    expect(parse("x".repeat(1_000_000)).items[0]?.words[0]?.length).toBe(LONGEST);
  });
});

describe("the tables", () => {
  test.each(["format/letters.json", "search/rules.json"])("%s is byte for byte that of Python", (file) => {
    const here = readFileSync(join(import.meta.dirname, "..", "src", file));
    const there = readFileSync(join(import.meta.dirname, "..", "..", "syncclient", "tamizdat", file));
    expect(here.equals(there)).toBe(true);
  });
});
