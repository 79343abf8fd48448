// The index follows the library: whatever comes, changes or goes, and wherever the worker was stopped meanwhile.

import { describe, expect, test } from "vitest";
import { LibraryLocked, Stopped } from "../src/errors.ts";
import type { Library } from "../src/library/index.ts";
import { MemoryStore } from "../src/library/memory.ts";
import type { Store, Turns, Writes } from "../src/library/store.ts";
import { build } from "../src/search/building.ts";
import { Index } from "../src/search/index.ts";
import { isDue } from "../src/search/list.ts";
import { search } from "../src/search/searching.ts";
import { article, bundle, library, PUBLICATION, retraction } from "./library.ts";

const pause = () => Promise.resolve();
const key = (number: number) => `a${String(number).padStart(4, "0")}`;

/** An article with a word that all have, one that every third has, and one of its own. */
function written(number: number, more: Record<string, unknown> = {}): Uint8Array {
  const text = `common kind${number % 3} own${number} well known`;
  return article(key(number), { body: [{ type: "paragraph", text: [text] }], ...more });
}

/** These articles, applied `each` at a time; `after`: done after each. */
async function apply(
  held: Library,
  lines: readonly Uint8Array[],
  each = lines.length,
  after = () => Promise.resolve(),
): Promise<void> {
  for (let at = 0; at < lines.length; at += each) {
    await held.applyDelta(await bundle("delta", lines.slice(at, at + each)), { to: 1 });
    await after();
  }
}

async function buildAll(index: Index): Promise<void> {
  while (await build(index, pause)) {}
}

/** Keys of what is found, in order. */
async function find(index: Index, query: string): Promise<string[]> {
  return (await search(index, query, { limit: 10_000, skip: 0 })).hits.map((hit) => hit.key);
}

/** What is found by many queries. */
async function findAll(index: Index): Promise<string[][]> {
  const queries = ["common", "kind1", "kind1 -own7", '"well known"', "well-known", "own3", "own40", "ow", "anew"];
  const found: string[][] = [];
  for (const query of queries) {
    found.push(await find(index, query));
  }
  return found;
}

/** Which of these words the rows have that search keeps. */
async function kept(store: Store, ...words: readonly string[]): Promise<string[]> {
  const rows = await store.scan("index", { under: [PUBLICATION] });
  const all = new Set(rows.flatMap(({ row }) => (hasWords(row) ? row.words.split("\n") : [])));
  return words.filter((word) => all.has(word));
}

function hasWords(row: unknown): row is { words: string } {
  return typeof row === "object" && row !== null && "words" in row && typeof row.words === "string";
}

const numbers = Array.from({ length: 60 }, (_, number) => number);
/** Some are revised, some retracted. */
const CHANGES = numbers.slice(0, 12).map((number) => {
  const body = [{ type: "paragraph", text: [`anew ${number}`] }];
  return number % 2 ? retraction(key(number), 2) : article(key(number), { revision: 2, body });
});

describe("the index", () => {
  test("has an article as soon as it is built, by its new words once revised, and not once retracted", async () => {
    const held = await library();
    const index = new Index(held.shelf(PUBLICATION));
    await apply(held, [written(1), written(2)]);
    await buildAll(index);
    expect([await find(index, "own1"), await find(index, "common"), index.articles]).toEqual([
      [key(1)],
      [key(1), key(2)],
      2,
    ]);
    await apply(held, [written(1, { revision: 2, title: "Anew", body: [] }), retraction(key(2), 2)]);
    await buildAll(index);
    expect([await find(index, "anew"), await find(index, "common"), index.articles]).toEqual([[key(1)], [], 1]);
  });

  test("keeps no word of what was retracted", async () => {
    const store = new MemoryStore();
    const held = await library(store);
    const index = new Index(held.shelf(PUBLICATION));
    await apply(
      held,
      numbers.map((number) => written(number)),
    );
    await buildAll(index);
    expect(await kept(store, "own5", "own6", "own59")).toEqual(["own5", "own6", "own59"]);
    await apply(
      held,
      [5, ...numbers.slice(50)].map((number) => retraction(key(number), 2)),
    );
    await buildAll(index);
    expect(await kept(store, "own5", "own6", "own59", "common")).toEqual(["own6", "common"]);
    await apply(
      held,
      numbers.map((number) => retraction(key(number), 3)),
    );
    await buildAll(index);
    expect(await kept(store, "own6", "common")).toEqual([]);
    expect(await find(index, "common")).toEqual([]);
  });

  test("finds the same before segments are merged as after, in however many steps it was built", async () => {
    const found: string[][][] = [];
    for (const each of [60, 17, 4, 1]) {
      const held = await library();
      const index = new Index(held.shelf(PUBLICATION));
      await apply(
        held,
        numbers.map((number) => written(number)),
        each,
        () => buildAll(index),
      );
      await apply(held, CHANGES);
      while (await build(index, pause)) {
        if (index.articles === numbers.length - CHANGES.length / 2) {
          found.push(await findAll(index));
        }
      }
      found.push(await findAll(new Index(held.shelf(PUBLICATION))));
    }
    expect(found.length).toBeGreaterThan(8);
    expect(new Set(found.map((each) => JSON.stringify(each))).size).toBe(1);
  });

  test("has few segments after many small changes", async () => {
    const held = await library();
    const index = new Index(held.shelf(PUBLICATION));
    await apply(
      held,
      Array.from({ length: 200 }, (_, number) => written(number)),
      2,
      () => buildAll(index),
    );
    expect(index.articles).toBe(200);
    expect(index.list.segments.length).toBeLessThan(8);
  });

  test("is whole wherever its worker was stopped", async () => {
    const held = await library();
    const whole = new Index(held.shelf(PUBLICATION));
    await apply(
      held,
      numbers.map((number) => written(number)),
    );
    await apply(held, CHANGES);
    await buildAll(whole);
    const expected = await findAll(whole);
    let stopped = true;
    for (let commits = 0; stopped; commits += 1) {
      const store = new StoppedStore();
      const other = await library(store);
      const finish = () => buildAll(new Index(other.shelf(PUBLICATION)));
      store.left = commits;
      const build = () => finish().catch((error: unknown) => expect(error).toBeInstanceOf(Stopped));
      await apply(
        other,
        numbers.map((number) => written(number)),
        20,
        build,
      );
      await apply(other, CHANGES, CHANGES.length, build);
      stopped = store.left < 0;
      // Every change was told to it: what it didn't come to is known to be due.
      expect(stopped).toBe(await isDue(other.shelf(PUBLICATION)));
      store.left = Number.POSITIVE_INFINITY;
      await finish();
      expect([commits, await findAll(new Index(other.shelf(PUBLICATION)))]).toEqual([commits, expected]);
    }
  });

  test("is begun anew where a row of it is missing, also while it searches", async () => {
    for (const name of ["articles", "words", "counts"]) {
      const store = new MemoryStore();
      const held = await library(store);
      await apply(
        held,
        numbers.map((number) => written(number)),
      );
      await buildAll(new Index(held.shelf(PUBLICATION)));
      const [row] = await store.scan("index", { under: [PUBLICATION, 1, name] });
      await store.commit({ removals: [{ table: "index", gone: row?.key ?? [] }], puts: [] });
      const index = new Index(held.shelf(PUBLICATION));
      await expect(find(index, "own5")).rejects.toMatchObject({ code: "damaged-library" });
      await apply(held, [retraction(key(0), 2)]);
      await buildAll(index);
      expect(await find(index, "own5")).toEqual([key(5)]);
    }
  });
});

describe("two tabs", () => {
  test("build one index, and each finds what the other put in, while it merges", async () => {
    const held = await library();
    const [one, other] = [new Index(held.shelf(PUBLICATION)), new Index(held.shelf(PUBLICATION))];
    const locked: unknown[] = [];
    const buildBoth = () =>
      Promise.all([one, other].map((each) => buildAll(each).catch((error: unknown) => locked.push(error))));
    for (let at = 0; at < 60; at += 6) {
      await apply(
        held,
        numbers.slice(at, at + 6).map((number) => written(number)),
      );
      const [, found] = await Promise.all([buildBoth(), find(other, "own0")]);
      expect(found.length).toBeLessThan(2);
      await buildAll(one);
      expect([one.articles, (await find(other, "common")).length]).toEqual([at + 6, at + 6]);
    }
    expect(locked.every((error) => error instanceof LibraryLocked)).toBe(true);
  });
});

describe("a search", () => {
  test("that nobody waits for is stopped", async () => {
    const held = await library();
    const index = new Index(held.shelf(PUBLICATION));
    await apply(held, [written(1)]);
    await buildAll(index);
    await expect(search(index, "common", { limit: 1, skip: 0, isStale: () => true })).rejects.toBeInstanceOf(Stopped);
  });

  test("gives a page of what it found, with the places that were sought", async () => {
    const held = await library();
    const index = new Index(held.shelf(PUBLICATION));
    await apply(
      held,
      numbers.map((number) => written(number)),
    );
    await buildAll(index);
    const { found, hits, snippet } = await search(index, "kind1", { limit: 3, skip: 18 });
    expect([found, hits.map((hit) => hit.key)]).toEqual([20, [key(55), key(58)]]);
    expect(snippet("en", ["a kind1 word"])).toEqual(["a ", "kind1", " word"]);
  });
});

/** Stops, as if its thread had ended, when so many more commits were made by search. */
class StoppedStore extends MemoryStore {
  left = Number.POSITIVE_INFINITY;

  override async commit(writes: Writes, turns: Turns = {}): Promise<void> {
    if (writes.puts.some(({ table }) => table === "index")) {
      this.left -= 1;
      if (this.left < 0) {
        throw new Stopped();
      }
    }
    return super.commit(writes, turns);
  }
}
