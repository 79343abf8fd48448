// What the worker that reads answers, over a library in memory: articles with all around them, searches, and packs.

import { describe, expect, test } from "vitest";
import type { News } from "../src/engine/api.ts";
import "../src/engine/finding.ts";
import { Reader } from "../src/engine/reading.ts";
import { utf8 } from "../src/format/bytes.ts";
import { sha256 } from "../src/format/digest.ts";
import type { Library } from "../src/library/index.ts";
import { article, bundle, image, library, PUBLICATION, retraction } from "./library.ts";

const PICTURE = utf8("abc");
const SHOWN = await sha256(PICTURE);

function reading(held: Library): { reader: Reader; news: News[] } {
  const news: News[] = [];
  const finding = () => {
    if (!globalThis.tamizdatFinding) {
      throw new TypeError("no search");
    }
    return globalThis.tamizdatFinding;
  };
  const reader = new Reader({
    library: held,
    kept: false,
    now: () => 1_700_000_010,
    finding,
    tell: (each) => news.push(each),
  });
  return { reader, news };
}

async function holding(...deltas: readonly Uint8Array[][]): Promise<Library> {
  const held = await library();
  for (const [at, lines] of deltas.entries()) {
    await held.applyDelta(await bundle("delta", lines), { to: at + 1 });
  }
  return held;
}

const A = { publication: PUBLICATION, edition: "en", key: "a" };

describe("an article", () => {
  test("comes with its revisions, those that are only spoken of included, and its translations", async () => {
    const corrections = [{ revision: 2, at: "2026-11-21T06:00:00Z", note: "A name" }];
    const held = await holding(
      [article("a", { translation_group: "g" }), article("b", { translation_group: "g" })],
      [article("a", { revision: 3, translation_group: "g", corrections, title: "Third" })],
    );
    const { reader } = reading(held);
    const view = await reader.article(A);
    expect(view).toMatchObject({ kind: "article", current: 3, saved: false, read: false, position: 0, pictures: [] });
    expect(view?.kind === "article" && view.revisions.map(({ revision, held: can }) => [revision, can])).toEqual([
      [3, true],
      [2, false],
      [1, true],
    ]);
    expect(view?.kind === "article" && view.translations.map(({ key }) => key)).toEqual(["b"]);
    expect(await reader.article(A, 1)).toMatchObject({ article: { title: "a", revision: 1 }, current: 3 });
    expect(await reader.article(A, 2)).toBeNull();
  });

  test("names the pictures that are held, and gives them with their type", async () => {
    const held = await holding([article("a", { image: image(SHOWN) })]);
    const { reader } = reading(held);
    expect(await reader.picture(SHOWN)).toBeNull();
    await held.addMedia(PUBLICATION, "en", [[`media/${SHOWN}.webp`, PICTURE]], { role: "preview", to: 1 });
    expect(await reader.article(A)).toMatchObject({ pictures: [SHOWN] });
    expect(await reader.picture(SHOWN)).toMatchObject({ type: "image/webp", size: 3 });
  });

  test("that was retracted leaves its notice, and one that never came nothing", async () => {
    const { reader } = reading(await holding([article("a")], [retraction("a", 2)]));
    expect(await reader.article(A)).toMatchObject({ kind: "retraction", retraction: { revision: 2 } });
    expect(await reader.article({ ...A, key: "z" })).toBeNull();
  });
});

describe("the index", () => {
  test("is built once a sync has calmed down, and forgets what was retracted", async () => {
    const body = [{ type: "paragraph", text: ["The harbour was closed."] }];
    const held = await holding([article("a", { body }), article("b")]);
    const { reader, news } = reading(held);
    await reader.keepIndex();
    expect(news[news.length - 1]).toEqual({ kind: "indexed", publication: PUBLICATION, indexed: 2, held: 2 });
    const found = await reader.search(PUBLICATION, "harbour", 10, 0);
    expect(found).toMatchObject({ found: 1, indexed: 2, held: 2, hits: [{ card: { key: "a" } }] });
    expect(found.hits[0]?.snippet[1]).toBe("harbour");
    await held.applyDelta(await bundle("delta", [retraction("a", 2)]), { to: 2 });
    expect((await reader.search(PUBLICATION, "harbour", 10, 0)).hits).toEqual([]);
    await reader.keepIndex();
    expect(await reader.search(PUBLICATION, "harbour", 10, 0)).toMatchObject({ found: 0, indexed: 1 });
  });

  test("goes with its publication, and is begun anew when that comes back", async () => {
    const held = await holding([article("a")]);
    const { reader } = reading(held);
    await reader.keepIndex();
    await held.forgetPublication(PUBLICATION);
    expect(await reader.search(PUBLICATION, "a", 10, 0)).toMatchObject({ found: 0, held: 0 });
    const again = await library(held.store);
    await again.applyDelta(await bundle("delta", [article("c")]), { to: 1 });
    await reader.keepIndex();
    expect(await reader.search(PUBLICATION, "c", 10, 0)).toMatchObject({ found: 1, indexed: 1, held: 1 });
  });
});

describe("what pages see of a publication", () => {
  test("says how far each edition was applied, how fresh it is, and how to hand it on", async () => {
    const { reader } = reading(await holding([article("a")]));
    const [view] = await reader.publications();
    expect(view).toMatchObject({
      title: "The Paper",
      address: `https://paper.example/#1.${"a".repeat(52)}`,
      freshness: "fresh",
      signed: "2023-11-14T22:13:21Z",
      editions: [{ edition: "en", title: "English", version: 1, completeSince: "" }],
      lastSync: null,
    });
    expect(view?.editions[0]?.held).toBeGreaterThan(100);
  });
});
