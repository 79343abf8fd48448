// What every store promises. Plain functions that throw: they run in Node and on a page alike.

import { LibraryLocked } from "../src/errors.ts";
import type { Key, Put, Store, Writes } from "../src/library/store.ts";

type Promised = (store: Store) => Promise<void>;

function equal(found: unknown, expected: unknown): void {
  const [one, other] = [JSON.stringify(found), JSON.stringify(expected)];
  if (one !== other) {
    throw new Error(`${one} instead of ${other}`);
  }
}

function saved(...key: Key): Put {
  return { table: "saved", key, row: true };
}

function only(...puts: Put[]): Writes {
  return { removals: [], puts };
}

/** Whether a commit is refused because somebody else was faster. */
async function isRefused(commit: Promise<void>): Promise<boolean> {
  try {
    await commit;
  } catch (error) {
    if (error instanceof LibraryLocked) {
      return true;
    }
    throw error;
  }
  return false;
}

const SOME = [
  ["p", "en", -2, "a"],
  ["p", "en", -1, "b"],
  ["p", "en", -1, "c"],
  ["p", "en", "x"],
  ["p", "en-GB", "a"],
  ["q", "en", "a"],
] as const;

export const PROMISES: Readonly<Record<string, Promised>> = {
  "what was put is read back by its key": async (store) => {
    await store.commit(only({ table: "roots", key: ["p", 1], row: Uint8Array.of(1, 2) }));
    equal([...((await store.get("roots", ["p", 1])) ?? [])], [1, 2]);
    equal(await store.get("roots", ["p", 2]), undefined);
  },

  "many are read in the order asked for": async (store) => {
    await store.commit(only({ table: "news", key: ["a"], row: 1 }, { table: "news", key: ["b"], row: 2 }));
    equal(await store.getMany("news", [["b"], ["x"], ["a"], ["b"]]), [2, null, 1, 2]);
  },

  "rows are listed in the order of keys, numbers before texts": async (store) => {
    await store.commit(only(...[...SOME].reverse().map((key) => saved(...key))));
    equal(await store.keys("saved", { under: [] }), SOME);
  },

  "texts are in the order of code units": async (store) => {
    const keys = ["\ud83d\ude00", "\uff5e", "z", "Z", "ä", ""];
    await store.commit(only(...keys.map((key) => saved(key))));
    equal(
      await store.keys("saved", { under: [] }),
      [...keys].sort().map((key) => [key]),
    );
  },

  "a range has what lies under a key, and nothing beside it": async (store) => {
    await store.commit(only(...SOME.map((key) => saved(...key))));
    equal(await store.keys("saved", { under: ["p", "en"] }), SOME.slice(0, 4));
    equal(await store.keys("saved", { under: ["p", "en", -1] }), SOME.slice(1, 3));
    equal(await store.keys("saved", { under: ["r"] }), []);
  },

  "a range begins behind a key, ends before one, and is cut": async (store) => {
    await store.commit(only(...SOME.map((key) => saved(...key))));
    const under = ["p", "en"];
    equal(await store.keys("saved", { under, after: SOME[0] }), SOME.slice(1, 4));
    equal(await store.keys("saved", { under, after: ["p", "en", -1] }), SOME.slice(1, 4));
    equal(await store.keys("saved", { under, before: ["p", "en", 0] }), SOME.slice(0, 3));
    equal(await store.keys("saved", { under, after: SOME[0], before: SOME[2] }), SOME.slice(1, 2));
    equal(await store.keys("saved", { under, limit: 2 }), SOME.slice(0, 2));
    equal(await store.scan("saved", { under, after: SOME[0], limit: 1 }), [{ key: SOME[1], row: true }]);
  },

  "a removal takes what lies under its key, and nothing beside it": async (store) => {
    await store.commit(only(...SOME.map((key) => saved(...key))));
    await store.commit({ removals: [{ table: "saved", gone: ["p", "en"] }], puts: [] });
    equal(await store.keys("saved", { under: [] }), SOME.slice(4));
    await store.commit({ removals: [{ table: "saved", gone: [...SOME[5]] }], puts: [] });
    equal(await store.keys("saved", { under: [] }), [SOME[4]]);
  },

  "removals come before puts": async (store) => {
    await store.commit(only(saved("p", "a")));
    await store.commit({ removals: [{ table: "saved", gone: ["p"] }], puts: [saved("p", "b")] });
    equal(await store.keys("saved", { under: [] }), [["p", "b"]]);
  },

  "a commit moves its counters on": async (store) => {
    await store.commit(only(saved("a")), { one: 0, two: 0 });
    await store.commit(only(saved("b")), { one: 1 });
    equal([await store.get("counters", ["one"]), await store.get("counters", ["two"])], [2, 1]);
  },

  "a commit is refused where somebody else was faster, and changes nothing": async (store) => {
    await store.commit(only(saved("a")), { one: 0 });
    const late = store.commit({ removals: [{ table: "saved", gone: ["a"] }], puts: [saved("b")] }, { two: 0, one: 0 });
    equal(await isRefused(late), true);
    equal(await store.keys("saved", { under: [] }), [["a"]]);
    equal([await store.get("counters", ["one"]), await store.get("counters", ["two"])], [1, null]);
  },

  "of commits at once that saw the same, one is done": async (store) => {
    const tries = Array.from({ length: 8 }, (_, at) => isRefused(store.commit(only(saved(`${at}`)), { one: 0 })));
    equal((await Promise.all(tries)).filter((refused) => !refused).length, 1);
    equal((await store.keys("saved", { under: [] })).length, 1);
  },

  "maps, sets and bytes come back as they were": async (store) => {
    const row = { list: new Map([["a", 1]]), names: new Set(["b"]), data: Uint8Array.of(7) };
    await store.commit(only({ table: "index", key: ["p"], row }));
    const found = await store.get("index", ["p"]);
    const { list, names, data } = found as typeof row;
    equal([[...list], [...names], [...data]], [[["a", 1]], ["b"], [7]]);
  },

  "nothing can be asked of a store that was destroyed": async (store) => {
    await store.commit(only(saved("a")));
    await store.destroy();
    const failed = await store.get("saved", ["a"]).then(
      () => "answered",
      (error: unknown) => (error instanceof Error && "code" in error ? error.code : "odd"),
    );
    equal(failed, "library");
  },
};
