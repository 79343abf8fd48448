// A page that makes the index of a library anew, and says what that took.

import { IndexedDbStore } from "../../src/library/indexeddb.ts";
import { Shelf } from "../../src/library/shelf.ts";
import { build } from "../../src/search/building.ts";
import { Index } from "../../src/search/index.ts";

/**
 * In milliseconds: the work in all; how long others wait for their turn, at the 99th percentile and at most. `bytes`: of
 * all rows.
 */
interface Rebuilt {
  readonly articles: number;
  readonly segments: number;
  readonly bytes: number;
  readonly work: number;
  readonly waited: number;
  readonly longest: number;
}

async function rebuild(publication: string): Promise<Rebuilt> {
  const store = await IndexedDbStore.open();
  const shelf = new Shelf(store, publication);
  await shelf.restart();
  const index = new Index(shelf);
  const turns: number[] = [];
  let [begun, isDone] = [performance.now(), false];
  const turn = new MessageChannel();
  turn.port1.onmessage = () => {
    turns.push(performance.now() - begun);
    begun = performance.now();
    if (!isDone) {
      turn.port2.postMessage(null);
    }
  };
  const start = performance.now();
  turn.port2.postMessage(null);
  while (await build(index, () => new Promise((done) => setTimeout(done)))) {}
  const work = performance.now() - start;
  isDone = true;
  const rows = await store.scan("index", { under: [publication] });
  const bytes = rows.reduce((sum, { row }) => sum + sizeOf(row), 0);
  store.close();
  turns.sort((one, other) => one - other);
  const waited = turns[Math.floor(turns.length * 0.99)] ?? 0;
  const longest = turns[turns.length - 1] ?? 0;
  return { articles: index.articles, segments: index.list.segments.length, bytes, work, waited, longest };
}

function sizeOf(row: unknown): number {
  if (typeof row === "string") {
    return new TextEncoder().encode(row).length;
  }
  if (ArrayBuffer.isView(row)) {
    return row.byteLength;
  }
  return typeof row === "object" && row ? Object.values(row).reduce((sum, each) => sum + sizeOf(each), 0) : 1;
}

Object.assign(globalThis, { rebuild });
