// Which bundles are fetched is decided as Python decides it.

import { describe, expect, test } from "vitest";
import type { DeltaRef, SegmentRef } from "../src/format/catalog.ts";
import { bundlePath } from "../src/format/names.ts";
import { segmentsNewestFirst, shortestPath, wantedSegments } from "../src/sync/plan.ts";
import { differing, type Judge } from "./format.ts";
import { list, member, number, text, truth } from "./vectors.ts";

const NOWHERE = { raw_sha256: "", raw_bytes: 1, at_from: "", newest: 0, also: [] };

/** Deltas and segments are told apart by their place in the list. */
function digest(at: number): string {
  return String(at).padStart(64, "0");
}

const plan: Judge = (given) => {
  const deltas = list((value) => ({
    from: member(value, "from", number),
    to: member(value, "to", number),
    bytes: member(value, "bytes", number),
    prefix: member(value, "prefix", text),
  }))(given.get("deltas")).map((delta, at): DeltaRef => ({ ...NOWHERE, ...delta, sha256: digest(at) }));
  const missing = new Set(list(number)(given.get("missing")).map((at) => bundlePath(digest(at))));
  const path = shortestPath(deltas, {
    start: number(given.get("start")),
    goal: number(given.get("goal")),
    prefixes: truth(given.get("prefixes")),
    available: (name) => !missing.has(name),
  });
  return path?.map((delta) => deltas.indexOf(delta)) ?? null;
};

const reach: Judge = (given) => {
  const segments = list((value) => ({
    published: member(value, "published", text),
    key: member(value, "key", text),
    raw_bytes: member(value, "raw_bytes", number),
  }))(given.get("segments")).map(
    (segment, at): SegmentRef => ({ ...segment, records: 1, sha256: digest(at), bytes: 1, raw_sha256: digest(at) }),
  );
  const most = given.get("max_raw_bytes");
  const below = given.get("below");
  const [published = "", key = ""] = below === null ? [] : list(text)(below);
  const { chosen, completeSince } = wantedSegments(segmentsNewestFirst({ segments }), {
    reach: { since: text(given.get("since")), maxRawBytes: most === null ? undefined : number(most) },
    done: new Set(list(number)(given.get("done")).map(digest)),
    below: below === null ? undefined : [published, key],
  });
  return { segments: chosen.map(({ ref }) => segments.indexOf(ref)), complete_since: completeSince };
};

describe("the vectors", () => {
  test("of plans take the same chains", async () => {
    expect(await differing("plan", plan)).toEqual({});
  });

  test("of reaches take the same segments", async () => {
    expect(await differing("reach", reach)).toEqual({});
  });
});

test("a chain is found among a year of hourly deltas", () => {
  const deltas = Array.from({ length: 9000 }, (_, at): DeltaRef => {
    return { ...NOWHERE, from: at, to: at + 1, bytes: 1000, prefix: "", sha256: digest(at) };
  });
  const path = shortestPath(deltas, { start: 1000, goal: 9000, prefixes: false, available: () => true });
  expect(path?.length).toBe(8000);
});
