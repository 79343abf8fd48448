// A page with nothing but the engine on it, for tests to call from outside.

import { startEngine } from "../../src/engine/client.ts";
import { textOf } from "../../src/format/bytes.ts";
import { IndexedDbStore } from "../../src/library/indexeddb.ts";
import { newestFirst } from "../../src/library/order.ts";
import type { EditionRow } from "../../src/library/rows.ts";
import type { Key, Store, Table } from "../../src/library/store.ts";

/** Workers that were started, and the news that they told. */
const workers: Worker[] = [];
const news: unknown[] = [];
/** Is called when a worker was stopped where `begin` said. */
let died = () => {};

/** Start the engine. `how` is for engine.js, whose beginning tests have changed. */
async function begin(how = "") {
  const worker = (name: string) => {
    const made = new Worker(`engine.js${how}`, { name });
    workers.push(made);
    made.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
      if (data === "die") {
        made.terminate();
        died();
      }
    });
    return made;
  };
  const engine = await startEngine({ worker, own: new URL("own.js", document.baseURI).href });
  engine.listen((each) => news.push(each));
  Object.assign(globalThis, { engine });
  return engine.storage;
}

/** Stop every worker, as a browser does that closes the page. */
function kill(): void {
  for (const worker of workers.splice(0)) {
    worker.terminate();
  }
}

/** Sync with an engine that is stopped in the middle; true: it was, false: it came to its end before. */
async function syncUntilDeath(how: string, publication: string): Promise<boolean> {
  const death = new Promise<boolean>((dead) => {
    died = () => dead(true);
  });
  await begin(how);
  const { engine } = globalThis as unknown as { engine: Awaited<ReturnType<typeof startEngine>> };
  const end = engine.syncing.sync({ publication }, () => {}).then(() => false);
  const isDead = await Promise.race([death, end]);
  kill();
  return isDead;
}

/** What is kept: what is wrong with it, and a digest of what every reader of the same state holds. */
async function look(): Promise<{ wrong: string[]; digest: string; articles: number }> {
  const store = await IndexedDbStore.open();
  const tables: Table[] = ["trust", "editions", "places", "lines", "cards", "revisions", "groups", "media"];
  const rows = await Promise.all(tables.map((table) => store.scan(table, { under: [] })));
  const bytes = new TextEncoder().encode(JSON.stringify(rows, plain));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const { wrong, articles } = await wrongs(store);
  store.close();
  return { wrong, digest: Array.from(digest, (byte) => byte.toString(16)).join("-"), articles };
}

/** The line of every record that is kept. */
async function lines(): Promise<string[]> {
  const store = await IndexedDbStore.open();
  const rows = [...(await store.scan("lines", { under: [] })), ...(await store.scan("revisions", { under: [] }))];
  store.close();
  return rows.map(({ row }) => textOf(row));
}

function plain(_: string, value: unknown): unknown {
  return value instanceof Map || value instanceof Set || value instanceof Uint8Array ? [...value] : value;
}

/** Every article has its line and card, nothing else has, and the editions' numbers are those of what is there. */
async function wrongs(store: Store): Promise<{ wrong: string[]; articles: number }> {
  const wrong: string[] = [];
  const places = await store.scan("places", { under: [] });
  const lines = new Set((await store.keys("lines", { under: [] })).map(named));
  const cards = new Set((await store.keys("cards", { under: [] })).map(named));
  const articles = places.filter(({ row }) => row.kind === "article");
  for (const { key, row } of places) {
    const [publication = "", edition = "", name = ""] = key;
    const card = named([publication, edition, newestFirst(row.published), name]);
    if (!lines.delete(named(key)) || (row.kind === "article" && !cards.delete(card))) {
      wrong.push(`${named(key)} lacks its line or card`);
    }
  }
  wrong.push(...[...lines, ...cards].map((key) => `${key} belongs to nothing`));
  for (const { key, row } of await store.scan("editions", { under: [] })) {
    const own = places.filter((place) => named(place.key.slice(0, 2)) === named(key));
    wrong.push(
      ...miscounted(
        row,
        own.map((place) => place.row),
      ),
    );
  }
  return { wrong, articles: articles.length };
}

function miscounted(edition: EditionRow, places: readonly { kind: string; bytes: number }[]): string[] {
  const articles = places.filter(({ kind }) => kind === "article").length;
  const found = [articles, places.length - articles, places.reduce((sum, { bytes }) => sum + bytes, 0)];
  const told = [edition.articles, edition.retractions, edition.bytes];
  return found.join() === told.join() ? [] : [`there are ${found.join()}, but ${told.join()} are counted`];
}

function named(key: Key): string {
  return JSON.stringify(key);
}

Object.assign(globalThis, { begin, kill, lines, look, syncUntilDeath, news });
