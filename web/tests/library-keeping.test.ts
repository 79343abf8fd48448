// The library keeps what the reader chose, lets go of the rest, and answers what its pages ask.

import { describe, expect, test } from "vitest";
import { LibraryError, LibraryLocked, NoSuchArticle } from "../src/errors.ts";
import { concat, textOf, utf8 } from "../src/format/bytes.ts";
import { sha256 } from "../src/format/digest.ts";
import { type Choice, Library } from "../src/library/index.ts";
import { MemoryStore } from "../src/library/memory.ts";
import { accepted, all, article, bundle, image, library, PUBLICATION, retraction } from "./library.ts";

const EN = [PUBLICATION, "en"] as const;
const CHOICE: Choice = { editions: ["en"], media: "none", keep: {}, revisions: false, maxBytes: 0 };
const PICTURE = utf8("abc");
const SHOWN = await sha256(PICTURE);

function place(key: string) {
  return { publication: PUBLICATION, edition: "en", key };
}

function day(number: number): string {
  return `2026-11-${String(number).padStart(2, "0")}T06:00:00Z`;
}

/** Articles a01 to a`count`, one a day. */
function daily(count: number, more: (number: number) => object = () => ({})): Uint8Array[] {
  return Array.from({ length: count }, (_, at) => {
    const key = `a${String(at + 1).padStart(2, "0")}`;
    return article(key, { published: day(at + 1), updated: day(at + 1), ...more(at + 1) });
  });
}

async function holding(lines: readonly Uint8Array[], to = 1): Promise<Library> {
  const held = await library();
  await held.applyDelta(await bundle("delta", lines), { to });
  return held;
}

async function keys(held: Library, query: object = {}): Promise<string[]> {
  const { cards } = await held.articles({ publication: PUBLICATION, edition: "en", limit: 100, ...query });
  return cards.map(({ key }) => key);
}

describe("a list", () => {
  test("has the newest first, in parts that follow each other", async () => {
    const held = await holding(daily(7));
    const first = await held.articles({ publication: PUBLICATION, edition: "en", limit: 3 });
    const second = await held.articles({ publication: PUBLICATION, edition: "en", limit: 4, after: first.after });
    expect([...first.cards, ...second.cards].map(({ key }) => key)).toEqual([
      "a07",
      "a06",
      "a05",
      "a04",
      "a03",
      "a02",
      "a01",
    ]);
    expect(await held.articles({ publication: PUBLICATION, edition: "en", limit: 4, after: second.after })).toEqual({
      cards: [],
      after: "",
    });
  });

  test("of a section, a tag, what is unread or saved has just these", async () => {
    const held = await holding(
      daily(9, (number) => ({ section: number % 2 ? "odd" : "even", tags: number % 3 ? ["b"] : ["a", "b"] })),
    );
    await held.mark(place("a09"), { read: true });
    await held.save(place("a02"));
    expect(await keys(held, { section: "even" })).toEqual(["a08", "a06", "a04", "a02"]);
    expect(await keys(held, { tag: "a", section: "odd" })).toEqual(["a09", "a03"]);
    expect(await keys(held, { tag: "a", unread: true })).toEqual(["a06", "a03"]);
    expect(await keys(held, { saved: true, edition: "" })).toEqual(["a02"]);
    expect(await held.sections(...EN)).toEqual([
      { name: "odd", articles: 5 },
      { name: "even", articles: 4 },
    ]);
    expect((await held.tags(...EN)).map(({ articles }) => articles)).toEqual([9, 3]);
  });

  test("goes on where articles came meanwhile", async () => {
    const held = await holding(daily(4));
    const { after } = await held.articles({ publication: PUBLICATION, edition: "en", limit: 2 });
    await held.applyDelta(await bundle("delta", [article("new", { published: day(20) })]), { to: 2 });
    expect(await keys(held, { after })).toEqual(["a02", "a01"]);
  });

  test("of all editions is in one order, and knows translations of each other", async () => {
    const held = await holding([article("a", { translation_group: "g" }), article("b", { translation_group: "g" })]);
    expect((await held.translations(place("a"), "g")).map(({ key }) => key)).toEqual(["b"]);
    await held.applyDelta(await bundle("delta", [retraction("b", 2)]), { to: 2 });
    expect(await held.translations(place("a"), "g")).toEqual([]);
    expect(await keys(held, { edition: "" })).toEqual(["a"]);
  });

  test("shortens a summary that is as long as an article", async () => {
    const held = await holding([article("a", { summary: "word ".repeat(30_000) })]);
    const { cards } = await held.articles({ publication: PUBLICATION, edition: "en", limit: 1 });
    expect(cards[0]?.summary.length).toBeLessThan(402);
    const view = await held.article(place("a"));
    expect(view?.kind === "article" && view.article.summary.length).toBe(150_000);
  });
});

describe("an article", () => {
  test("comes with the earlier revisions that are held, newest first, until it is retracted", async () => {
    const held = await holding([article("a", { title: "One" })]);
    await held.applyDelta(await bundle("delta", [article("a", { revision: 2, title: "Two" })]), { to: 2 });
    await held.applyDelta(await bundle("delta", [article("a", { revision: 3, title: "Three" })]), { to: 3 });
    const view = await held.article(place("a"));
    expect(view?.kind === "article" && view.revisions.map(({ title }) => title)).toEqual(["Two", "One"]);
    await held.save(place("a"));
    await held.applyDelta(await bundle("delta", [retraction("a", 4)]), { to: 4 });
    expect((await held.article(place("a")))?.kind).toBe("retraction");
    expect(await all(held.superseded(...EN))).toEqual([]);
    expect(await keys(held, { saved: true })).toEqual([]);
    expect(await held.holding(...EN)).toMatchObject({ articles: 0, retractions: 1 });
  });

  test("that isn't held can't be saved", async () => {
    const held = await library();
    await expect(held.save(place("a"))).rejects.toThrow(NoSuchArticle);
    expect(await held.article(place("a"))).toBeNull();
  });

  test("is found by its key again where it was published at another time", async () => {
    const held = await holding([article("a", { published: day(1), section: "old" })]);
    const moved = article("a", { revision: 2, published: day(5), section: "new" });
    await held.applyDelta(await bundle("delta", [moved]), { to: 2 });
    expect(await keys(held)).toEqual(["a"]);
    expect(await held.sections(...EN)).toEqual([{ name: "new", articles: 1 }]);
  });
});

describe("letting go", () => {
  test("of what is older than so many days spares what was saved", async () => {
    const held = await holding(daily(6));
    await held.save(place("a02"));
    expect((await held.trim(...EN, { since: day(4) })).removed).toBe(2);
    expect(await keys(held)).toEqual(["a06", "a05", "a04", "a02"]);
    expect((await held.standing(...EN)).completeSince).toBe(day(4));
  });

  test("of what exceeds so many bytes lets the oldest go, and keeps what is of one time together", async () => {
    const held = await holding(daily(6, (number) => ({ published: day(Math.ceil(number / 2)) })));
    const { bytes } = await held.holding(...EN);
    await held.trim(...EN, { maxBytes: Math.floor((bytes * 5) / 6) });
    expect(await keys(held)).toEqual(["a05", "a06", "a03", "a04"]);
    await held.trim(...EN, { maxBytes: 1 });
    expect(await keys(held)).toEqual(["a05", "a06"]);
  });

  test("of an edition leaves nothing of it, and what was accepted stays", async () => {
    const held = await holding(daily(3));
    await held.save(place("a01"));
    await held.forget(...EN);
    expect(await held.holding(...EN)).toEqual({ articles: 0, retractions: 0, bytes: 0 });
    expect(await held.standing(...EN)).toMatchObject({ version: 0, completeSince: "" });
    expect(await keys(held, { saved: true })).toEqual([]);
    expect((await held.held(PUBLICATION))?.roots.size).toBe(1);
  });

  test("of a publication leaves no row that names it", async () => {
    const store = new MemoryStore();
    const held = await library(store);
    await held.applyDelta(
      await bundle(
        "delta",
        daily(3, () => ({ image: image(SHOWN), translation_group: "g" })),
      ),
      { to: 1 },
    );
    await held.addMedia(...EN, [[`media/${SHOWN}.webp`, PICTURE]], { role: "preview", to: 1 });
    await held.keepPartial(PUBLICATION, "d", 0, PICTURE);
    await held.save(place("a01"));
    await held.mark(place("a01"), { read: true });
    const shelf = held.shelf(PUBLICATION);
    await shelf.commit({ gone: [], puts: [[[1], "row"]] }, await shelf.turn(), await shelf.changes(1));
    await held.forgetPublication(PUBLICATION);
    const { TABLES } = await import("../src/library/rows.ts");
    for (const table of TABLES) {
      const left = await store.keys(table as "places", { under: [] });
      expect(table === "counters" ? JSON.stringify(left).includes(PUBLICATION) : left).toEqual(
        table === "counters" ? false : [],
      );
    }
  });
});

describe("pictures", () => {
  async function pictured(): Promise<Library> {
    const held = await holding([article("a", { image: image(SHOWN) }), article("b", { image: image(SHOWN) })]);
    await held.addMedia(...EN, [[`media/${SHOWN}.webp`, PICTURE]], { role: "preview", to: 1, taken: "x" });
    return held;
  }

  test("are kept where a held article shows them, and no others", async () => {
    const held = await pictured();
    const other = utf8("other");
    const path = `media/${await sha256(other)}.webp`;
    expect(await held.addMedia(...EN, [[path, other]], { role: "preview", to: 2 })).toBe(0);
    expect(await held.media(await sha256(other))).toBeNull();
    expect(await held.media(SHOWN)).toEqual({ type: "image/webp", data: PICTURE });
    expect(await held.standing(...EN)).toMatchObject({ previews: 2, taken: new Set(["x"]) });
  });

  test("that aren't what their name says are refused, and nothing is kept", async () => {
    const held = await holding([article("a", { image: image(SHOWN) })]);
    const files = [[`media/${SHOWN}.webp`, utf8("forged")]] as const;
    await expect(held.addMedia(...EN, files, { role: "preview", to: 5 })).rejects.toMatchObject({ code: "hash" });
    expect(await held.standing(...EN)).toMatchObject({ previews: 0 });
    expect(await held.wantedMedia(...EN, { role: "preview" })).toEqual(new Set([SHOWN]));
  });

  test("leave with the last article that shows them", async () => {
    const held = await pictured();
    await held.applyDelta(await bundle("delta", [retraction("a", 2)]), { to: 2 });
    expect(await held.heldMedia([SHOWN])).toEqual([SHOWN]);
    await held.applyDelta(await bundle("delta", [retraction("b", 2)]), { to: 3 });
    expect(await held.heldMedia([SHOWN])).toEqual([]);
  });

  test("stay where a newer revision shows them, too", async () => {
    const held = await pictured();
    const lines = [article("a", { revision: 2, image: image(SHOWN) }), retraction("b", 2)];
    await held.applyDelta(await bundle("delta", lines), { to: 2 });
    expect(await held.heldMedia([SHOWN])).toEqual([SHOWN]);
  });
});

describe("trust", () => {
  test("what was accepted is handed back to the byte, the newest state and every catalog's digest", async () => {
    const held = await library();
    await held.accept(accepted(2, { roots: new Map([[2, utf8("second")]]) }), { fingerprint: "2.b" });
    const found = await held.held(PUBLICATION);
    expect([...(found?.roots ?? [])].map(([version, data]) => [version, textOf(data)])).toEqual([
      [1, "root"],
      [2, "second"],
    ]);
    expect(textOf(found?.timestamp ?? new Uint8Array())).toBe("timestamp 2");
    expect([...(found?.catalogs.keys() ?? [])]).toEqual([1, 2]);
    expect(await held.publication(PUBLICATION)).toMatchObject({ version: 2, place: "https://paper.example/" });
  });

  test("a new history makes the editions settle anew, and keeps what is held", async () => {
    const held = await holding(daily(2), 7);
    await held.accept(accepted(1, { restart: true }), { fingerprint: "1.a" });
    expect(await held.standing(...EN)).toMatchObject({ version: 0 });
    expect([...((await held.held(PUBLICATION))?.catalogs.keys() ?? [])]).toEqual([1]);
    expect(await keys(held)).toEqual(["a02", "a01"]);
  });

  test("wanting more megabytes than before is remembered until it was had", async () => {
    const held = await holding(daily(2));
    await held.choose(PUBLICATION, { ...CHOICE, keep: { megabytes: 1 } });
    await held.trim(...EN, { since: day(2) });
    await held.choose(PUBLICATION, { ...CHOICE, keep: { megabytes: 9 } });
    expect((await held.standing(...EN)).wantsOlder).toBe(true);
    await held.finishWidening(...EN);
    expect((await held.standing(...EN)).wantsOlder).toBe(false);
  });
});

describe("two writers", () => {
  test("who sync into one library at once: the second is refused, whatever it would have written", async () => {
    const store = new MemoryStore();
    const one = await library(store);
    const other = new Library(store);
    const [first, second] = [await bundle("delta", daily(2)), await bundle("delta", daily(3))];
    await one.lock(async () => {
      await other.choose(PUBLICATION, CHOICE);
      await expect(one.applyDelta(first, { to: 2 })).rejects.toThrow(LibraryLocked);
    });
    await other.applyDelta(second, { to: 3 });
    expect((await one.standing(...EN)).version).toBe(3);
  });

  test("several articles are saved at once", async () => {
    const held = await holding(daily(4));
    await Promise.all(["a01", "a02", "a03", "a04"].map((key) => held.save(place(key))));
    expect(await keys(held, { saved: true, edition: "" })).toEqual(["a04", "a03", "a02", "a01"]);
  });

  test("a page that still shows what has gone notes nothing of it", async () => {
    const store = new MemoryStore();
    const held = await library(store);
    await held.applyDelta(await bundle("delta", daily(2)), { to: 1 });
    await held.applyDelta(await bundle("delta", [retraction("a01", 2)]), { to: 2 });
    await held.mark(place("a01"), { read: true });
    expect(await store.keys("marks", { under: [] })).toEqual([]);
    await held.forgetPublication(PUBLICATION);
    await held.mark(place("a02"), { position: 0.5 });
    expect(await store.keys("marks", { under: [] })).toEqual([]);
  });

  test("who change marks meanwhile don't stop a sync", async () => {
    const store = new MemoryStore();
    const one = await library(store);
    const other = new Library(store);
    await one.lock(async () => {
      await one.applyDelta(await bundle("delta", daily(3)), { to: 1 });
      await other.save(place("a01"));
      await other.mark(place("a02"), { position: 0.5 });
      await one.trim(...EN, { since: day(3) });
    });
    expect(await keys(one)).toEqual(["a03", "a01"]);
  });

  test("what is read while somebody writes is told to be no one state", async () => {
    const held = await holding(daily(2));
    await expect(held.reading(() => held.trim(...EN, { since: day(2) }))).rejects.toThrow(LibraryLocked);
  });

  test("steps asked for at once are done one after the other", async () => {
    const held = await library();
    const bundles = await Promise.all(daily(5).map((line) => bundle("delta", [line])));
    await Promise.all(bundles.map((each, at) => held.applyDelta(each, { to: at + 1 })));
    expect(await held.holding(...EN)).toMatchObject({ articles: 5 });
  });
});

describe("what else is kept", () => {
  test("broken-off downloads go on where they stopped, and only those that are still named stay", async () => {
    const held = await library();
    await held.keepPartial(PUBLICATION, "one", 0, utf8("abc"));
    await held.keepPartial(PUBLICATION, "one", 3, utf8("def"));
    await held.keepPartial(PUBLICATION, "one", 9, utf8("ghi")); // from another page: it doesn't follow
    await held.keepPartial(PUBLICATION, "two", 0, utf8("x"));
    expect(textOf(await held.partial(PUBLICATION, "one"))).toBe("abcdef");
    await held.keepOnlyPartials(PUBLICATION, new Set(["one"]));
    expect(await held.partialBytes(PUBLICATION, "two")).toBe(0);
    await held.dropPartial(PUBLICATION, "one");
    expect(await held.partialBytes(PUBLICATION, "one")).toBe(0);
  });

  test("notes on mirrors that the publication has no more are forgotten", async () => {
    const held = await library();
    const note = { asked: day(1), problem: "", sendsHeld: false };
    const notes = new Map([
      ["https://paper.example/", note],
      ["https://gone.example/", note],
    ]);
    await held.noteMirrors(PUBLICATION, notes);
    expect([...(await held.mirrorNotes(PUBLICATION)).keys()]).toEqual(["https://paper.example/"]);
  });

  test("what came by deltas since a version is told, and made into a bundle", async () => {
    const held = await holding(daily(2), 3);
    await held.applyDelta(await bundle("delta", [article("b"), retraction("a01", 2)]), { to: 5 });
    const since = await held.changedSince(...EN, 3);
    expect(since).toEqual(["a01", "b"]);
    const news = textOf(await held.news(...EN, since, { since: 3, to: 5 }));
    expect(news.split("\n")).toHaveLength(4);
    expect(JSON.parse(news.split("\n")[0] ?? "")).toMatchObject({ kind: "delta", from: 3, to: 5, records: 2 });
  });

  test("the stock has every line once, whoever carries newer ones", async () => {
    const held = await holding(daily(3));
    const [carried] = (await bundle("delta", [article("a02", { revision: 2, published: day(9) })])).entries;
    const parts = await all(held.stock(...EN, "segment", new Map(carried ? [["a02", carried]] : [])));
    const lines = textOf(concat(parts.map(([, raw]) => raw)))
      .split("\n")
      .filter((line) => line.includes("revision"));
    expect(lines.map((line) => JSON.parse(line)).map(({ key, revision }) => `${key} ${revision}`)).toEqual([
      "a01 1",
      "a02 2",
      "a03 1",
    ]);
  });

  test("a publication that isn't known can't be changed", async () => {
    await expect(new Library(new MemoryStore()).choose(PUBLICATION, CHOICE)).rejects.toThrow(LibraryError);
  });
});

describe("the queue of search", () => {
  test("names every article that came, changed or went, until it was seen with a commit", async () => {
    const held = await holding(daily(3));
    const shelf = held.shelf(PUBLICATION);
    const some = await shelf.changes(2);
    expect(some.map(({ key }) => key)).toEqual(["a01", "a02"]);
    await shelf.commit({ gone: [], puts: [[[1, "x"], "row"]] }, 0, some);
    expect((await shelf.changes(9)).map(({ key }) => key)).toEqual(["a03"]);
    await expect(shelf.commit({ gone: [1], puts: [] }, 0, some)).rejects.toThrow(LibraryLocked);
    expect(await shelf.read([[1, "x"]])).toEqual(["row"]);
    await held.applyDelta(await bundle("delta", [retraction("a01", 2)]), { to: 2 });
    const [, gone] = await shelf.changes(9);
    expect(gone?.key).toBe("a01");
    expect(await shelf.articles(gone ? [gone] : [])).toEqual([null]);
  });

  test("has everything again once the index is begun anew", async () => {
    const held = await holding(daily(3));
    const shelf = held.shelf(PUBLICATION);
    await shelf.commit({ gone: [], puts: [[[1], "row"]] }, 0, await shelf.changes(9));
    await shelf.restart();
    expect((await shelf.changes(9)).map(({ key }) => key).sort()).toEqual(["a01", "a02", "a03"]);
    expect(await shelf.read([[1]])).toEqual([undefined]);
  });
});
