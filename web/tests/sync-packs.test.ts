// Packs carried by hand: read from a newsroom, from other readers' libraries, and made of one's own.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { encodePack } from "../src/format/pack.ts";
import { type PackedEdition, pack } from "../src/pack/index.ts";
import { open, sync } from "../src/sync/index.ts";
import { begun, EN, type Files, holds, Reader, story, TREES } from "./trees.ts";

const ALL = { ...EN, editions: ["en", "ru"], media: "standard" } as const;
const BOTH = { en: true, ru: true };

function read(name: string): Blob {
  return new Blob([readFileSync(join(TREES, "packs", `${name}.pack`))]);
}

describe.skipIf(!TREES)("a pack", () => {
  const { publication, fingerprint, step, last } = story();

  test.each(["tree", "library"])(
    "of a %s is read by who trusts its fingerprint, and opens no connection",
    async (kind) => {
      const reader = new Reader(step(last));
      const error = await open(reader.means, read(`${kind}-${last}`), {}).catch((each) => each);
      expect(error).toMatchObject({ code: "first-contact", fields: { fingerprint } });
      expect(await reader.library.publications()).toEqual([]);

      const report = await open(reader.means, read(`${kind}-${last}`), { trusted: fingerprint });
      expect(report).toMatchObject({ publication, from: 0, to: step(last).version, complete: true, missing: [] });
      expect(await holds(reader, step(last), ["en", "ru"])).toEqual(BOTH);
      expect(reader.opened).toEqual([]);
      expect((await reader.library.publication(publication))?.choice.editions).toEqual(["en", "ru"]);
      expect((await reader.library.pictures(publication, "en", { role: "standard" })).size).toBeGreaterThan(3);
    },
  );

  test("of another publication than the one trusted is refused", async () => {
    const reader = new Reader(step(0));
    const other = `1.${"a".repeat(51)}q`;
    const codes = await open(reader.means, read("tree-0"), { trusted: other }).catch(({ code }) => code);
    expect(codes).toBe("wrong-root");
    expect(await reader.library.publications()).toEqual([]);
  });

  test("costs nothing of what a sync may cost", async () => {
    const reader = await begun(step(1), { ...ALL, maxBytes: 5_000 });
    const report = await open(reader.means, read("tree-1"), {});
    expect(report).toMatchObject({ complete: true });
    expect(await holds(reader, step(1), ["en", "ru"])).toEqual(BOTH);
  });

  test("may have expired on its way", async () => {
    const reader = new Reader(step(1));
    reader.now += 400 * 86_400;
    const report = await open(reader.means, read("library-1"), { trusted: fingerprint });
    expect(report).toMatchObject({ complete: true, freshness: "very old" });
  });

  test.each(["tree", "library", "news"])("of a %s leads on from one step to the next", async (kind) => {
    const reader = await begun(step(0), ALL);
    await sync(reader.means, { publication });
    const connections = reader.opened.length;
    for (let at = 1; at <= last; at += 1) {
      reader.now = step(at).now;
      const report = await open(reader.means, read(`${kind}-${at}`), { acceptRetractions: true });
      expect(report.to, `after ${kind}-${at}`).toBe(step(at).version);
      expect(await holds(reader, step(at), ["en", "ru"]), `after ${kind}-${at}`).toEqual(BOTH);
    }
    expect(reader.opened.length).toBe(connections);
  });

  test.each(["tree", "library"])("of a %s brings a library up to date that missed some", async (kind) => {
    const reader = await begun(step(1), ALL);
    await sync(reader.means, { publication });
    reader.now = step(last).now;
    await open(reader.means, read(`${kind}-${last}`), { acceptRetractions: true });
    expect(await holds(reader, step(last), ["en", "ru"])).toEqual(BOTH);
  });

  test("with holes brings what it has, tells what it lacks, and another one brings just that", async () => {
    const reader = new Reader(step(last));
    const [hole = ""] = [...step(last).files.keys()].filter((path) => isSegment(path));
    const report = await open(reader.means, packOf(step(last).files, "", hole), { trusted: fingerprint });
    expect(report).toMatchObject({ complete: false, missing: [hole] });
    const { articles } = await reader.library.holding(publication, "en");
    expect(articles).toBeGreaterThan(50);
    const whole = await open(reader.means, read(`tree-${last}`), {});
    expect(whole).toMatchObject({ complete: true, missing: [] });
    expect(whole.articles).toBeLessThan(30);
    expect(await holds(reader, step(last), ["en", "ru"])).toEqual(BOTH);
  });

  /** Whether it is a bundle that only the snapshot names: an old one, of articles that no delta brings. */
  function isSegment(path: string): boolean {
    return step(0).files.has(path) && path.startsWith("bundles/");
  }

  test("of news that don't lead on from what is held changes no article, and tells what is missing", async () => {
    const reader = await begun(step(1), ALL);
    await sync(reader.means, { publication });
    reader.now = step(4).now;
    const report = await open(reader.means, read("news-4"), {});
    expect(report.complete).toBe(false);
    expect(report.missing.length).toBeGreaterThan(0);
    expect(await holds(reader, step(1), ["en", "ru"])).toEqual(BOTH);
  });

  test("that is older than what is held is refused", async () => {
    const reader = await begun(step(3), ALL);
    await sync(reader.means, { publication });
    await expect(open(reader.means, read("tree-1"), {})).rejects.toMatchObject({ code: "rollback" });
    expect(await holds(reader, step(3), ["en", "ru"])).toEqual(BOTH);
  });

  test("that many retractions came with waits for the reader to agree", async () => {
    const reader = await begun(step(5), ALL);
    await sync(reader.means, { publication });
    reader.now = step(6).now;
    for (const name of ["tree-6", "library-6", "news-6"]) {
      await expect(open(reader.means, read(name), {})).rejects.toMatchObject({ code: "mass-retraction" });
    }
    expect(await holds(reader, step(5), ["en", "ru"])).toEqual(BOTH);
  });

  test("that was cut short, or changed anywhere, brings nothing", async () => {
    const whole = new Uint8Array(await read("library-2").arrayBuffer());
    const reader = await begun(step(1), ALL);
    await sync(reader.means, { publication });
    for (let at = 0; at < whole.length; at += 997) {
      const cut = new Blob([whole.slice(0, at)]);
      const changed = whole.slice();
      changed[at] = (changed[at] ?? 0) ^ 4;
      for (const pack of [cut, new Blob([changed])]) {
        const code = await open(reader.means, pack, {}).catch((error) => error.code);
        expect(["damaged-pack", "format"]).toContain(code);
      }
    }
    expect(await holds(reader, step(1), ["en", "ru"])).toEqual(BOTH);
  });

  test("with a file that isn't what was signed for is refused, and what is held stays", async () => {
    const tree = step(last).files;
    for (const spoiled of ["bundles/", "lists/", "targets/", "metadata/timestamp", "metadata/2."]) {
      const reader = await begun(step(1), ALL);
      await sync(reader.means, { publication });
      reader.now = step(last).now;
      const code = await open(reader.means, packOf(tree, spoiled), {}).catch((error) => error.code);
      expect(typeof code === "string" || spoiled, spoiled).toBeTruthy();
      const held = await Promise.all([1, last].map((at) => holds(reader, step(at), ["en", "ru"])));
      expect(held, spoiled).toContainEqual(BOTH);
    }
  });

  /** A pack of a tree without a `hole`, in which one byte is another in the files whose paths begin with `spoiled`. */
  function packOf(tree: Files, spoiled: string, hole = ""): Blob {
    const files = [...tree].filter(([path]) => /^(metadata|targets|bundles|lists|media)\//.test(path) && path !== hole);
    const changed = files.map(([path, data]) => {
      const other = data.slice();
      other[10] = (other[10] ?? 0) ^ (spoiled && path.startsWith(spoiled) ? 1 : 0);
      return [path, other] as const;
    });
    return new Blob([...encodePack(changed)]);
  }
});

describe.skipIf(!TREES)("a pack of one's own library", () => {
  const { publication, fingerprint, step, last } = story();

  async function synced(at: number): Promise<Reader> {
    const reader = await begun(step(at), ALL);
    await sync(reader.means, { publication });
    return reader;
  }

  test("gives who holds nothing all of it, and the client on the command line, too", async () => {
    const reader = await synced(last);
    const made = await pack(reader.library, publication, { media: "standard" });
    const version = step(last).version;
    expect(versions(made.editions)).toEqual({
      en: { version, since: 0, whole: true },
      ru: { version: 5, since: 0, whole: true },
    });
    keep(`library-${last}`, made.pieces);
    const other = new Reader(step(last));
    const report = await open(other.means, new Blob([...made.pieces]), { trusted: fingerprint });
    expect(report).toMatchObject({ complete: true });
    expect(await holds(other, step(last), ["en", "ru"])).toEqual(BOTH);
    const [ours, theirs] = await Promise.all(
      [reader, other].map(({ library }) => library.pictures(publication, "en", { role: "standard" })),
    );
    expect(theirs).toEqual(ours);
  });

  test("of one edition, without pictures, holds just that", async () => {
    const reader = await synced(1);
    const made = await pack(reader.library, publication, { edition: "ru", media: "none" });
    keep("russian-1", made.pieces);
    const other = new Reader(step(1));
    await open(other.means, new Blob([...made.pieces]), { trusted: fingerprint });
    expect(await holds(other, step(1), ["ru"])).toEqual({ ru: true });
    expect((await other.library.publication(publication))?.choice.editions).toEqual(["ru"]);
  });

  test("of what came since a version leads on who stands there", async () => {
    const reader = await synced(1);
    for (const at of [2, 3]) {
      reader.show(step(at));
      await sync(reader.means, { publication });
    }
    const made = await pack(reader.library, publication, { since: step(1).version, media: "standard" });
    keep("news-3", made.pieces);
    expect(made.editions.get("en")).toMatchObject({ since: step(1).version, whole: true });
    const other = await synced(1);
    other.now = step(3).now;
    const report = await open(other.means, new Blob([...made.pieces]), {});
    expect(report).toMatchObject({ complete: true, to: step(3).version });
    expect(await holds(other, step(3), ["en", "ru"])).toEqual(BOTH);
  });

  test("is the same, whoever holds it and however it came", async () => {
    const one = await synced(3);
    const other = await synced(0);
    other.show(step(3));
    await sync(other.means, { publication });
    const [ours, theirs] = await Promise.all(
      [one, other].map(async ({ library }) =>
        Buffer.concat((await pack(library, publication, { media: "standard" })).pieces),
      ),
    );
    expect(ours?.equals(theirs ?? Buffer.alloc(0))).toBe(true);
  });

  test("isn't made of an edition that nothing proves to others", async () => {
    const reader = await begun(step(last), ALL, { firstRawBytes: 30_000 });
    await sync(reader.means, { publication });
    const unproven = { code: "pack", fields: { editions: "en" } };
    await expect(pack(reader.library, publication, { media: "none" })).rejects.toMatchObject(unproven);
    const russian = await pack(reader.library, publication, { edition: "ru", media: "none" });
    expect([...russian.editions.keys()]).toEqual(["ru"]);
    const none = pack(reader.library, publication, { edition: "kk", media: "none" });
    await expect(none).rejects.toMatchObject({ code: "usage" });

    await sync(reader.means, { publication, older: true });
    const whole = await pack(reader.library, publication, { media: "none" });
    expect([...whole.editions.keys()]).toEqual(["en", "ru"]);
  });

  function versions(editions: ReadonlyMap<string, PackedEdition>) {
    return Object.fromEntries(
      [...editions].map(([code, { version, since, whole }]) => [code, { version, since, whole }]),
    );
  }

  /** For the client on the command line to read, too. */
  function keep(name: string, pieces: readonly Uint8Array[]): void {
    writeFileSync(join(TREES, "made", `${name}.pack`), Buffer.concat(pieces));
  }
});
