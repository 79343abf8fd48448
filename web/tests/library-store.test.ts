// The store in memory keeps what every store promises. (tests/test_app_store.py asks the same of IndexedDB.)

import { afterEach, describe, expect, test, vi } from "vitest";
import { LibraryError } from "../src/errors.ts";
import { compare } from "../src/format/bytes.ts";
import { compareKeys, MemoryStore } from "../src/library/memory.ts";
import { openStore } from "../src/library/open.ts";
import { newestFirst, orderly, unordered } from "../src/library/order.ts";
import { PROMISES } from "./store-suite.ts";

describe("the store in memory", () => {
  for (const [name, promised] of Object.entries(PROMISES)) {
    test(name, async () => {
      await expect(promised(new MemoryStore())).resolves.toBeUndefined();
    });
  }
});

describe("a database that can't be opened", () => {
  afterEach(() => vi.unstubAllGlobals());

  function broken(deleted: (name: string) => Partial<IDBRequest>): void {
    const open = () => {
      throw new DOMException("Internal error opening backing store", "UnknownError");
    };
    vi.stubGlobal("indexedDB", { open, deleteDatabase: deleted });
  }

  test("is deleted with everything else", async () => {
    const names: string[] = [];
    broken((name) => {
      names.push(name);
      const request: Partial<IDBRequest> = {};
      setTimeout(() => request.onsuccess?.call(request as IDBRequest, new Event("success")));
      return request;
    });
    const { store, kept } = await openStore();
    expect(kept).toBe(false);
    await store.destroy();
    expect(names).toEqual(["tamizdat"]);
  });

  test.each([
    ["SecurityError", undefined],
    ["UnknownError", LibraryError],
  ])("and not deleted either, for a %s, is told of where it may be there", async (name, told) => {
    broken(() => {
      throw new DOMException("no", name);
    });
    const { store } = await openStore();
    const outcome = await store.destroy().catch((error: unknown) => error);
    expect(outcome instanceof LibraryError ? LibraryError : outcome).toBe(told);
  });
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
