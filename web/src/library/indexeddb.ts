// The store that stays: IndexedDB, whose errors get names of our own.

import { deleteDB, type IDBPDatabase, type IDBPTransaction, openDB, unwrap } from "idb";
import { DamagedLibrary, DiskFull, LibraryError, LibraryLocked, NewerSchema } from "../errors.ts";
import { type Rows, SCHEMA } from "./rows.ts";
import type { Key, Range, Row, Store, Table, Turns, Writes } from "./store.ts";

const NAME = "tamizdat";
const TABLES: Readonly<Record<Table, true>> = {
  counters: true,
  publications: true,
  trust: true,
  roots: true,
  catalogs: true,
  mirrors: true,
  editions: true,
  places: true,
  lines: true,
  cards: true,
  revisions: true,
  groups: true,
  saved: true,
  marks: true,
  media: true,
  news: true,
  stocks: true,
  partials: true,
  changes: true,
  index: true,
};

/** One open database. It makes way when another page deletes it, or has a newer version of the app. */
export class IndexedDbStore implements Store {
  private db: IDBPDatabase;
  private closed = false;

  private constructor(db: IDBPDatabase) {
    this.db = db;
  }

  /** Raises: NewerSchema; LibraryLocked where an older app is open elsewhere; LibraryError where nothing can be kept. */
  static async open(): Promise<IndexedDbStore> {
    const store: { made?: IndexedDbStore } = {};
    const db = await connect(() => store.made?.close());
    store.made = new IndexedDbStore(db);
    return store.made;
  }

  async get<T extends Table>(table: T, key: Key): Promise<Rows[T] | undefined> {
    return (await this.getMany(table, [key]))[0];
  }

  getMany<T extends Table>(table: T, keys: readonly Key[]): Promise<readonly (Rows[T] | undefined)[]> {
    return this.read(table, (rows) => Promise.all(keys.map((key) => rows.get([...key]))));
  }

  scan<T extends Table>(table: T, range: Range): Promise<readonly Row<T>[]> {
    return this.read(table, async (rows) => {
      const [keys, values] = await Promise.all([
        rows.getAllKeys(bounds(range), range.limit),
        rows.getAll(bounds(range), range.limit),
      ]);
      return keys.map((key, at) => ({ key: plain(key), row: values[at] }));
    });
  }

  keys(table: Table, range: Range): Promise<readonly Key[]> {
    return this.read(table, async (rows) => (await rows.getAllKeys(bounds(range), range.limit)).map(plain));
  }

  async commit(writes: Writes, turns: Turns = {}): Promise<void> {
    const tables = new Set<Table>(["counters"]);
    for (const { table } of [...writes.removals, ...writes.puts]) {
      tables.add(table);
    }
    await named(async () => {
      const change = await this.begin([...tables], "readwrite");
      try {
        await turn(change, turns);
        write(change, writes);
      } catch (error) {
        change.done.catch(() => {});
        change.abort();
        throw error;
      }
      await change.done;
    });
  }

  async destroy(): Promise<void> {
    this.close();
    await named(() => deleteDB(NAME));
  }

  close(): void {
    this.closed = true;
    this.db.close();
  }

  private read<T>(table: Table, ask: (rows: Asked) => Promise<T>): Promise<T> {
    return named(async () => ask((await this.begin([table], "readonly")).objectStore(table)));
  }

  private async begin<M extends "readonly" | "readwrite">(tables: Table[], mode: M) {
    if (this.closed) {
      throw new LibraryError("the library was closed, by another page of the app; open this one again");
    }
    try {
      return this.db.transaction(tables, mode);
    } catch {
      // The browser closed it by itself, as some do after a pause: nothing was begun, so begin again.
      this.db = await connect(() => this.close());
      return this.db.transaction(tables, mode);
    }
  }
}

type Asked = Pick<
  ReturnType<IDBPTransaction<unknown, string[], "readonly">["objectStore"]>,
  "get" | "getAll" | "getAllKeys"
>;
type Change = IDBPTransaction<unknown, Table[], "readwrite">;

function connect(blocking: () => void): Promise<IDBPDatabase> {
  return named(
    () =>
      new Promise((done, failed) => {
        openDB(NAME, SCHEMA, {
          upgrade: (db) => {
            for (const table of Object.keys(TABLES)) {
              db.createObjectStore(table);
            }
          },
          blocked: () => failed(new LibraryLocked({ library: NAME })),
          blocking,
        }).then(done, failed);
      }),
  );
}

async function turn(change: Change, turns: Turns): Promise<void> {
  const counters = change.objectStore("counters");
  for (const [name, seen] of Object.entries(turns)) {
    const now: unknown = (await counters.get([name])) ?? 0;
    if (now !== seen) {
      throw new LibraryLocked({ library: NAME });
    }
    counters.put(seen + 1, [name]);
  }
}

function write(change: Change, writes: Writes): void {
  // Nobody waits for a single row: the transaction tells how all of them went.
  for (const { table, gone } of writes.removals) {
    unwrap(change.objectStore(table)).delete(bounds({ under: gone }));
  }
  for (const { table, key, row } of writes.puts) {
    unwrap(change.objectStore(table)).put(row, [...key]);
  }
}

/** A list stands behind every number and text, so that an empty one ends what begins with `under`. */
function bounds({ under, after, before }: Range): IDBKeyRange {
  const [first, last] = [after ?? under, before ?? [...under, []]];
  return IDBKeyRange.bound([...first], [...last], after !== undefined, true);
}

function plain(key: IDBValidKey): Key {
  return key as Key; // all of ours are lists of texts and numbers
}

/** Do `work`; raise what the browser says about storage as LibraryError. */
async function named<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof LibraryError ? error : nameOf(error);
  }
}

function nameOf(error: unknown): LibraryError {
  const [name, message] =
    error instanceof Error || error instanceof DOMException ? [error.name, error.message] : ["", String(error)];
  switch (name) {
    case "QuotaExceededError":
      return new DiskFull({ library: NAME });
    case "VersionError":
      return new NewerSchema({ library: NAME, schema: SCHEMA + 1, known: SCHEMA });
    case "NotFoundError":
      return new DamagedLibrary({ library: NAME, reason: message });
    default:
      return new LibraryError(`the browser's storage says: ${message || name}`);
  }
}
