// The store in memory keeps what every store promises. (tests/test_app_store.py asks the same of IndexedDB.)

import { describe, expect, test } from "vitest";
import { compare } from "../src/format/bytes.ts";
import { compareKeys, MemoryStore } from "../src/library/memory.ts";
import { newestFirst, orderly, unordered } from "../src/library/order.ts";
import { PROMISES } from "./store-suite.ts";

describe("the store in memory", () => {
  for (const [name, promised] of Object.entries(PROMISES)) {
    test(name, async () => {
      await expect(promised(new MemoryStore())).resolves.toBeUndefined();
    });
  }
});

describe("keys", () => {
  const texts = [
    "",
    "a",
    "ab",
    "b",
    "z",
    "é",
    "я",
    "\ud7ff",
    "\ue000",
    "\uffee",
    "\u{10000}",
    "\u{1f600}a",
    "\u{10ffff}",
  ];

  test("stand in the order of code points, once they are orderly", () => {
    const byUnits = [...texts].reverse().sort((a, b) => (orderly(a) < orderly(b) ? -1 : 1));
    expect(byUnits).toEqual([...texts].sort(compare));
    expect([...texts].sort()).not.toEqual(byUnits);
  });

  test("are found again in what is orderly", () => {
    expect(texts.map(orderly).map(unordered)).toEqual(texts);
  });

  test("of later times come first", () => {
    const [early, late] = ["2026-11-22T06:00:00Z", "2026-11-22T06:00:01Z"].map(newestFirst);
    expect(compareKeys(["p", late ?? 0, "z"], ["p", early ?? 0, "a"])).toBeLessThan(0);
  });
});
