// A mirror that changes, cuts or swaps what it sends never gets a state accepted other than the newsroom's.

import { beforeAll, describe, expect, test } from "vitest";
import { TamizdatError, TransportError } from "../src/errors.ts";
import type { Accepted, Held } from "../src/format/state.ts";
import { accept, type Terms } from "../src/trust/index.ts";
import { cases, type Input } from "./format.ts";
import { change, hold, mirror, termsOf } from "./stories.ts";
import { list, members } from "./vectors.ts";

type Files = ReadonlyMap<string, Uint8Array>;

let held: Held;
let files: Files;
let terms: Terms;
let honest: Accepted;

/** A reader who follows from one root to the fifth, by a mirror that has both versions. */
beforeAll(async () => {
  const [first, second] = list(members)(story("sequence/walk-over-several-roots").get("steps"));
  const tree = new Map<string, Uint8Array>();
  change(tree, first ?? new Map());
  held = hold(await accept(null, mirror(tree), termsOf(first ?? new Map())), null);
  change(tree, second ?? new Map());
  files = tree;
  terms = termsOf(second ?? new Map());
  honest = await accept(held, mirror(files), terms);
});

function story(id: string): Input {
  return cases("sequence").find((each) => each.id === id)?.input ?? new Map();
}

/** What comes of a file with other bytes: an error's code, "same" where it wasn't read, or what must never be. */
async function outcome(path: string, data: Uint8Array | undefined): Promise<string> {
  const changed = new Map(files);
  changed.delete(path);
  if (data) {
    changed.set(path, data);
  }
  try {
    const state = await accept(held, mirror(changed), terms);
    return JSON.stringify(told(state)) === JSON.stringify(told(honest)) ? "same" : "another state";
  } catch (error) {
    return error instanceof TamizdatError ? error.code : String(error);
  }
}

function told({ roots, timestamp, snapshot, targets, catalogBytes }: Accepted) {
  return [[...roots], timestamp, snapshot, targets, catalogBytes].map((each) => String(each));
}

/** The files that are read on the way from the first state to the second. */
async function asked(): Promise<string[]> {
  const paths: string[] = [];
  const fetch = mirror(files);
  await accept(
    held,
    (path, maxBytes) => {
      paths.push(path);
      return fetch(path, maxBytes);
    },
    terms,
  );
  return [...new Set(paths)].filter((path) => files.has(path));
}

describe("of each file on the way to a newer state", () => {
  test("a changed bit is found", async () => {
    for (const path of await asked()) {
      const data = files.get(path) ?? new Uint8Array(0);
      const found = new Set<string>();
      for (let at = 0; at < data.length; at += 17) {
        const changed = data.slice();
        changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
        found.add(await outcome(path, changed));
      }
      expect([path, [...found].filter((each) => !REFUSED.includes(each))]).toEqual([path, []]);
    }
  }, 60_000);

  test("a cut, and anything behind the end, is found", async () => {
    for (const path of await asked()) {
      const data = files.get(path) ?? new Uint8Array(0);
      const found = new Set<string>([await outcome(path, Uint8Array.of(...data, 10))]);
      for (let at = 0; at < data.length; at += 53) {
        found.add(await outcome(path, data.slice(0, at)));
      }
      expect([path, [...found].filter((each) => !REFUSED.includes(each))]).toEqual([path, []]);
    }
  }, 60_000);

  test("any other file in its place is found", async () => {
    const paths = await asked();
    for (const path of paths) {
      for (const other of paths.filter((each) => each !== path)) {
        expect([path, other, REFUSED.includes(await outcome(path, files.get(other)))]).toEqual([path, other, true]);
      }
    }
  });

  test("its lack is a failure to reach, or a root hidden, and leads to no other state", async () => {
    for (const path of await asked()) {
      expect([path, [...REFUSED, "missing"].includes(await outcome(path, undefined))]).toEqual([path, true]);
    }
  });
});

const REFUSED = ["format", "threshold", "hash", "rollback", "trust", "history", "expired", "clock", "wrong-root"];

test("what a mirror's failure says is passed on as it is", async () => {
  const lost = () => Promise.reject(new TransportError("lost"));
  await expect(accept(held, lost, terms)).rejects.toThrow("lost");
});
