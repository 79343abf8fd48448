// Files are fetched four at a time, in order, each once; what has arrived is not asked for again.

import { describe, expect, test } from "vitest";
import { FileMissing, Unreachable } from "../src/errors.ts";
import { utf8 } from "../src/format/bytes.ts";
import { sha256 } from "../src/format/digest.ts";
import { bundlePath } from "../src/format/names.ts";
import { Library } from "../src/library/index.ts";
import { MemoryStore } from "../src/library/memory.ts";
import { CapReached, Fetcher } from "../src/sync/fetch.ts";
import type { Wanted } from "../src/sync/tasks.ts";
import type { Asking, Transport } from "../src/transport/base.ts";
import { Mirrors } from "../src/transport/mirrors.ts";

const PUBLICATION = "0".repeat(64);

/** Answers after a turn or more, the first ones last; notes how many were on their way at once. */
class Slow implements Transport {
  readonly where = "https://slow.example/";
  readonly far = false;
  readonly tellsHeld = true;
  readonly asked: string[] = [];
  most = 0;
  private running = 0;
  private readonly files: ReadonlyMap<string, Uint8Array>;
  private readonly broken: ReadonlySet<string>;

  constructor(files: ReadonlyMap<string, Uint8Array>, broken: readonly string[] = []) {
    this.files = files;
    this.broken = new Set(broken);
  }

  async fetch(path: string, { partial }: Asking): Promise<Uint8Array> {
    this.asked.push(path);
    this.running += 1;
    this.most = Math.max(this.most, this.running);
    for (let turns = 5 - (this.asked.length % 5); turns > 0; turns -= 1) {
      await new Promise((resolve) => setTimeout(resolve));
    }
    this.running -= 1;
    const data = this.files.get(path);
    if (!data) {
      throw new FileMissing({ where: this.where, path });
    }
    if (this.broken.has(path)) {
      partial?.add(data.subarray(0, 5));
      throw new Unreachable({ where: this.where, path, reason: "cut" });
    }
    return data;
  }

  fetchHead(path: string): Promise<Uint8Array> {
    return this.fetch(path, { maxBytes: 0 });
  }
}

async function made(count: number) {
  const files = new Map<string, Uint8Array>();
  const wanted: Wanted[] = [];
  for (let number = 0; number < count; number += 1) {
    const data = utf8(`file number ${number}`);
    const digest = await sha256(data);
    files.set(bundlePath(digest), data);
    wanted.push({ path: bundlePath(digest), bytes: data.length, sha256: digest });
  }
  return { files, jobs: wanted.map((each, number) => [each, number] as const) };
}

function fetcher(transport: Transport, library: Library, maxBytes?: number): Fetcher {
  return new Fetcher({ library, publication: PUBLICATION, source: new Mirrors([transport]), maxBytes });
}

async function numbers(each: AsyncIterable<readonly [number, Uint8Array]>): Promise<number[]> {
  const found: number[] = [];
  for await (const [number, data] of each) {
    expect(data).toEqual(utf8(`file number ${number}`));
    found.push(number);
  }
  return found;
}

describe("a fetcher", () => {
  test("has four files on their way at once, and hands them out in their order", async () => {
    const { files, jobs } = await made(13);
    const slow = new Slow(files);
    const found = await numbers(fetcher(slow, new Library(new MemoryStore())).each(jobs));
    expect(found).toEqual(jobs.map(([, number]) => number));
    expect(slow.most).toBe(4);
    expect(slow.asked).toEqual(jobs.map(([{ path }]) => path));
  });

  test("keeps what had arrived when one fails, and asks only for the rest the next time", async () => {
    const { files, jobs } = await made(9);
    const [broken = ""] = jobs.map(([{ path }]) => path).slice(4);
    const library = new Library(new MemoryStore());
    const first = fetcher(new Slow(files, [broken]), library);
    const applied: number[] = [];
    const run = async () => {
      for await (const [number] of first.each(jobs)) {
        applied.push(number);
      }
    };
    await expect(run()).rejects.toMatchObject({ code: "unreachable" });
    expect(applied).toEqual([0, 1, 2, 3]);

    const again = new Slow(files);
    expect(await numbers(fetcher(again, library).each(jobs.slice(4)))).toEqual([4, 5, 6, 7, 8]);
    expect(again.asked).not.toContain(jobs[5]?.[0].path);
    expect(again.asked).toContain(broken);
  });

  test("begins no file that would pass the cap", async () => {
    const { files, jobs } = await made(9);
    const slow = new Slow(files);
    const capped = fetcher(slow, new Library(new MemoryStore()), 50);
    await expect(numbers(capped.each(jobs))).rejects.toBeInstanceOf(CapReached);
    expect(slow.asked).toHaveLength(3);
  });

  test("takes nothing that isn't what was signed for, from the library neither", async () => {
    const { files, jobs } = await made(1);
    const [wanted] = jobs.map(([each]) => each);
    const other = new Map([...files].map(([path, data]) => [path, data.slice().reverse()]));
    const library = new Library(new MemoryStore());
    if (wanted) {
      await expect(fetcher(new Slow(other), library).one(wanted)).rejects.toMatchObject({ code: "hash" });
      await library.keepPartial(PUBLICATION, wanted.sha256, 0, utf8("x".repeat(wanted.bytes)));
      expect(await fetcher(new Slow(files), library).one(wanted)).toEqual(files.get(wanted.path));
    }
  });
});
