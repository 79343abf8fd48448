// A mirror may do what it likes: nothing that wasn't signed gets into the library, and nothing in there is spoiled.

import { describe, expect, test } from "vitest";
import { utf8 } from "../src/format/bytes.ts";
import { sha256 } from "../src/format/digest.ts";
import { meet, sync } from "../src/sync/index.ts";
import { begun, EN, type Files, holds, PLACE, Reader, story, TREES, type Twist } from "./trees.ts";

const OTHER = "https://other.example/";
const HTML = utf8("<!doctype html><title>Log in</title>".padEnd(3000, "."));
const ALL = { ...EN, revisions: true, media: "standard" } as const;

describe.skipIf(!TREES)("a hostile mirror", () => {
  const { publication, fingerprint, step, last } = story();
  const older: Files = step(2).files;

  /** By name: what it does, and the codes of which one is told where all others are out of reach. */
  const ATTACKS: Readonly<Record<string, { twist: Twist; codes: readonly string[] }>> = {
    "that flips a bit": { twist: (_, data) => data && flipped(data), codes: ["format", "hash", "threshold", "trust"] },
    "that cuts every file short": { twist: (_, data) => data?.slice(0, data.length / 2), codes: ["format", "hash"] },
    "that sends more than there is": {
      twist: (_, data) => data && padded(data, 40_000),
      codes: ["nothing-reachable", "format", "hash"],
    },
    "that never ends": { twist: (_, data) => data && padded(data, 3_000_000), codes: ["nothing-reachable"] },
    "that answers each request with a web page": { twist: () => HTML, codes: ["nothing-reachable"] },
    "that has nothing": { twist: () => undefined, codes: ["missing"] },
    "that shows an older state": {
      twist: (path) => older.get(path),
      codes: ["rollback"],
    },
    "that mixes an older timestamp with newer files": {
      twist: (path, data) => (path.startsWith("head") ? undefined : /timestamp/.test(path) ? older.get(path) : data),
      codes: ["rollback"],
    },
    "that sends bombs for bundles": {
      twist: (path, data) => (path.startsWith("bundles/") && data ? bomb(data) : headless(path, data)),
      codes: ["hash"],
    },
    "that swaps bundles": {
      twist: (path, data) =>
        path.startsWith("bundles/") ? [...step(last).files].find(([name]) => name > path)?.[1] : headless(path, data),
      codes: ["hash", "too-large"],
    },
    "that sends another root": {
      twist: (path, data) => (path.startsWith("head") || path.endsWith("root.json") ? forged(data) : data),
      codes: ["format", "wrong-root"],
    },
  };

  test.each(Object.entries(ATTACKS))(
    "%s spoils nothing, and is passed over where there is another",
    async (_, attack) => {
      const reader = await begun(step(4), ALL);
      await sync(reader.means, { publication });
      reader.show(step(last), { twist: attack.twist });
      const wish = { publication, acceptRetractions: true };
      const outcome = await sync(reader.means, wish).catch((error) => error.code);
      if (typeof outcome === "string") {
        expect(attack.codes).toContain(outcome);
      }
      expect(await holdsAnyOf(reader, [4, last])).toBe(true);

      reader.show(step(last), { place: OTHER });
      await knowing(reader, OTHER);
      const better = await sync(reader.means, wish);
      expect(better.complete).toBe(true);
      expect(await holds(reader, step(last), ["en"])).toEqual({ en: true });
    },
  );

  test("can't make a beginner trust another root than the address names", async () => {
    const reader = new Reader(step(0));
    reader.show(step(0), {
      twist: (path, data) => (path.endsWith(".root.json") ? forged(data) : headless(path, data)),
    });
    await expect(meet(reader.means, `${PLACE}#${fingerprint}`)).rejects.toMatchObject({ code: "wrong-root" });
    expect(await reader.library.publications()).toEqual([]);
  });

  test("that holds back news is noticed when what it shows has expired", async () => {
    const reader = await begun(step(4), EN);
    await sync(reader.means, { publication });
    reader.now += 30 * 86_400;
    await expect(sync(reader.means, { publication })).rejects.toMatchObject({ code: "expired" });
    expect(await holds(reader, step(4), ["en"])).toEqual({ en: true });
  });

  test("that moves on while files are fetched is asked again", async () => {
    const reader = await begun(step(3), EN);
    await sync(reader.means, { publication });
    let heads = 0;
    const twist: Twist = (path, data) => {
      heads += path.startsWith("head") ? 1 : 0;
      // At first it shows the day before without its bundles, then only the new one.
      return heads > 1 ? data : /^(head|bundles|lists)/.test(path) ? undefined : step(4).files.get(path);
    };
    reader.show(step(5), { twist });
    const report = await sync(reader.means, { publication });
    expect([report.to, heads]).toEqual([step(5).version, 2]);
    expect(await holds(reader, step(5), ["en"])).toEqual({ en: true });
  });

  /** The reader comes to know a second mirror, as if the catalog had told of it. */
  async function knowing(reader: Reader, place: string): Promise<void> {
    await reader.library.learnMoreMirrors(publication, [place], { sha256: "0".repeat(64) });
  }

  async function holdsAnyOf(reader: Reader, steps: readonly number[]): Promise<boolean> {
    const found = await Promise.all(steps.map((at) => holds(reader, step(at), ["en"])));
    return found.some(({ en }) => en);
  }
});

describe.skipIf(!TREES)("a line that is cut", () => {
  const { publication, step, last } = story();

  test("after every so many bytes ends in the same state, whatever they are", async () => {
    const heads = [step(1), step(last)].map(({ files }) => files.get("head.tar.zst")?.length ?? 0);
    // A head is never resumed: less than one is nothing.
    const least = Math.max(...heads) + 1_001;
    for (let bytes = least; bytes < 120_000; bytes = Math.ceil(1.4 * bytes) + 1) {
      const reader = await begun(step(1), ALL);
      await synced(reader, bytes);
      reader.show(step(last));
      const tries = await synced(reader, bytes);
      expect(tries, `${bytes} bytes at a time`).toBeLessThan(300);
      expect(await holds(reader, step(last), ["en"]), `${bytes} bytes at a time`).toEqual({ en: true });
    }
  });

  test("loses nothing that has arrived", async () => {
    const reader = await begun(step(last), ALL);
    const whole = await begun(step(last), ALL);
    await sync(whole.means, { publication });
    const cost = whole.bytes;
    const before = reader.bytes;
    const tries = await synced(reader, 20_000);
    // Each time only the head is fetched again.
    const head = step(last).files.get("head.tar.zst")?.length ?? 0;
    expect(reader.bytes - before).toBeLessThan(cost + tries * (head + 512));
  });

  /** Sync again and again, each time until so many bytes have come; returns how often. */
  async function synced(reader: Reader, bytes: number): Promise<number> {
    for (let tries = 1; tries < 300; tries += 1) {
      const files = reader.shown;
      reader.show(files, { line: { left: bytes } });
      const outcome = await sync(reader.means, { publication, acceptRetractions: true }).catch(({ code }) => code);
      if (typeof outcome !== "string") {
        return tries;
      }
      expect(outcome).toBe("nothing-reachable");
    }
    return 300;
  }
});

function flipped(data: Uint8Array): Uint8Array {
  const other = data.slice();
  const at = Math.floor(other.length / 2);
  other[at] = (other[at] ?? 0) ^ 1;
  return other;
}

function padded(data: Uint8Array, more: number): Uint8Array {
  const other = new Uint8Array(data.length + more);
  other.set(data);
  return other;
}

/** As long as the file, but a frame that says it holds much more. */
function bomb(data: Uint8Array): Uint8Array {
  const other = new Uint8Array(data.length);
  other.set([0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0xff, 0xff, 0xff, 0x07]);
  return other;
}

function headless(path: string, data: Uint8Array | undefined): Uint8Array | undefined {
  return path.startsWith("head") ? undefined : data;
}

function forged(data: Uint8Array | undefined): Uint8Array | undefined {
  return data && utf8(new TextDecoder().decode(data).replace(/[0-9a-f]{64}/, "0".repeat(64)));
}

test("a bit that is flipped makes another file", async () => {
  const data = utf8("some text");
  expect(await sha256(flipped(data))).not.toBe(await sha256(data));
});
