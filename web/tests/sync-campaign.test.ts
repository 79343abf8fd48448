// However a reader follows a newsroom, by whatever lines, mirrors and packs, in the end he holds what there is.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { textOf } from "../src/format/bytes.ts";
import { decodeRecord } from "../src/format/record.ts";
import type { Choice } from "../src/library/index.ts";
import { pack } from "../src/pack/index.ts";
import { open, plan, sync } from "../src/sync/index.ts";
import { begun, EN, holds, type Reader, story, TREES } from "./trees.ts";

const { TAMIZDAT_SEEDS = "12", TAMIZDAT_FIRST_SEED = "1" } = process.env;
const ALL: Choice = { ...EN, editions: ["en", "ru"], revisions: true, media: "standard" };
const CHOICES: readonly Choice[] = [
  ALL,
  EN,
  { ...ALL, media: "none", revisions: false },
  { ...ALL, editions: ["ru"] },
  { ...ALL, keep: { days: 30 } },
  { ...ALL, keep: { days: 90 }, media: "previews" },
  { ...EN, keep: { megabytes: 1 } },
];

/** Numbers below one that look random and come again for the same seed (mulberry32). */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe.skipIf(!TREES)("a reader", () => {
  const { publication, step, last } = story();
  const wish = { publication, acceptRetractions: true };

  const seeds = Array.from({ length: Number(TAMIZDAT_SEEDS) }, (_, number) => number + Number(TAMIZDAT_FIRST_SEED));
  test.each(seeds)("who does whatever comes to mind (%i) holds all of it in the end", async (seed) => {
    const roll = dice(seed);
    const below = (most: number) => Math.floor(roll() * most);
    const reader = await begun(step(0), CHOICES[below(CHOICES.length)] ?? ALL, {
      firstRawBytes: 8_000 + below(30_000),
    });
    const did: string[] = [];
    for (let at = 0; at <= last; at += 1 + below(2)) {
      reader.show(step(at));
      for (let acts = below(4); acts > 0; acts -= 1) {
        const act = ACTS[below(ACTS.length)];
        did.push(`${at}: ${act?.name}: ${await outcome(act?.(reader, at, below))}`);
        expect(await wrong(reader, at), did.join("\n")).toEqual([]);
      }
    }
    reader.show(step(last));
    await reader.library.choose(publication, ALL);
    await sync(reader.means, wish);
    const report = await sync(reader.means, { ...wish, older: true });
    expect(report, did.join("\n")).toMatchObject({ complete: true, older: 0 });
    expect(await holds(reader, step(last), ["en", "ru"]), did.join("\n")).toEqual({ en: true, ru: true });
    expect(await reader.library.wantedMedia(publication, "en", { role: "standard" })).toEqual(new Set());
    const made = await pack(reader.library, publication, { media: "standard" });
    expect([...made.editions.values()].map(({ whole }) => whole)).toEqual([true, true]);
  });

  /**
   * What is held of an edition that was read to its end, otherwise than the newsroom has it since when it is complete. (Of
   * articles of that very second, some may stand in the segment before.)
   */
  async function wrong({ library }: Reader, at: number): Promise<string[]> {
    const catalog = await library.catalog(publication);
    const found: string[] = [];
    for (const [code, { version }] of catalog?.version === step(at).version ? catalog.editions : []) {
      const standing = await library.standing(publication, code);
      if (standing.version === version) {
        const held = await linesOf(library, code);
        const all = await reference(at, code);
        const lacking = [...all].filter(
          ([line, since]) => (since > standing.completeSince || !standing.completeSince) && !held.has(line),
        );
        const foreign = [...held].filter(([line]) => !all.has(line));
        found.push(...[...lacking, ...foreign].map(([line]) => `${code}: ${line.slice(0, 120)}`));
      }
    }
    return found;
  }

  const references = new Map<string, Promise<Map<string, string>>>();

  /** What one holds who read everything after a step: lines, and since when each is to be held. */
  function reference(at: number, code: string): Promise<Map<string, string>> {
    const name = `${at} ${code}`;
    const known = references.get(name) ?? readAll(at, code);
    references.set(name, known);
    return known;
  }

  async function readAll(at: number, code: string): Promise<Map<string, string>> {
    const reader = await begun(step(at), ALL);
    await sync(reader.means, { ...wish, older: true });
    return linesOf(reader.library, code);
  }

  async function linesOf(library: Reader["library"], code: string): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    for await (const line of library.records(publication, code)) {
      const { record } = decodeRecord(line);
      // Retractions are held however far back they reach.
      found.set(textOf(line), record.type === "article" ? record.published : "~");
    }
    return found;
  }

  type Act = (reader: Reader, at: number, below: (most: number) => number) => Promise<unknown>;

  const ACTS: readonly Act[] = [
    function syncs({ means }) {
      return sync(means, wish);
    },
    function syncsAll({ means }) {
      return sync(means, { ...wish, older: true });
    },
    async function plansFirst({ means }, _, below) {
      const planned = await plan(means, { ...wish, older: below(2) === 1 });
      return sync(means, wish, {}, planned);
    },
    function isCutOff(reader, at, below) {
      reader.show(step(at), { line: { left: 2_000 + below(30_000) } });
      const synced = sync(reader.means, { ...wish, older: below(2) === 1 });
      return synced.finally(() => reader.show(step(at)));
    },
    function pauses({ means }, _, below) {
      const pause = new AbortController();
      let left = below(12);
      const told = () => {
        left -= 1;
        if (left < 0) {
          pause.abort();
        }
      };
      return sync(means, { ...wish, older: below(2) === 1 }, { told, stop: pause.signal });
    },
    function isCapped({ means }, _, below) {
      return sync(means, { ...wish, maxBytes: 3_000 + below(20_000) });
    },
    function choosesOtherwise({ library }, _, below) {
      return library.choose(publication, CHOICES[below(CHOICES.length)] ?? ALL);
    },
    function opensAPack({ means }, at, below) {
      const kinds = at > 0 ? ["tree", "library", "news"] : ["tree", "library"];
      const file = readFileSync(join(TREES, "packs", `${kinds[below(kinds.length)]}-${at}.pack`));
      return open(means, new Blob([file]), { acceptRetractions: true });
    },
    async function handsOneOn(reader, at, below) {
      const made = await pack(reader.library, publication, { media: below(2) === 1 ? "standard" : "none" });
      const other = await begun(step(at), ALL);
      return open(other.means, new Blob([...made.pieces]), { acceptRetractions: true });
    },
  ];
});

/** What became of it: a code, where it failed as it may. */
async function outcome(act: Promise<unknown> | undefined): Promise<string> {
  try {
    await act;
    return "done";
  } catch (error) {
    const { code } = Object(error);
    if (["nothing-reachable", "stopped", "incomplete", "rollback", "pack", "usage"].includes(code)) {
      return code;
    }
    throw error;
  }
}
