// The store that stays: IndexedDB, whose errors get names of our own.

import { DamagedLibrary, DiskFull, LibraryError, LibraryLocked, NewerSchema } from "../errors.ts";
import { type Rows, SCHEMA, TABLES } from "./rows.ts";
import type { Key, Range, Row, Store, Table, Turns, Writes } from "./store.ts";

const NAME = "tamizdat";
/** In milliseconds. */
const REMINDER = 200;
const DENIED = ["InvalidStateError", "SecurityError"];

/** One open database. It makes way when another page deletes it, or has a newer version of the app. */
export class IndexedDbStore implements Store {
  private db: Promise<IDBDatabase> | null;
  private closed = false;

  private constructor(db: Promise<IDBDatabase>) {
    this.db = db;
  }

  /** Raises: NewerSchema; LibraryLocked where an older app is open elsewhere; LibraryError where nothing can be kept. */
  static async open(): Promise<IndexedDbStore> {
    const db = await connect();
    const store = new IndexedDbStore(Promise.resolve(db));
    store.heed(db);
    return store;
  }

  async get<T extends Table>(table: T, key: Key): Promise<Rows[T] | undefined> {
    return (await this.getMany(table, [key]))[0];
  }

  getMany<T extends Table>(table: T, keys: readonly Key[]): Promise<readonly (Rows[T] | undefined)[]> {
    return this.read(table, (rows) => Promise.all(keys.map((key) => done<Rows[T] | undefined>(rows.get([...key])))));
  }

  scan<T extends Table>(table: T, range: Range): Promise<readonly Row<T>[]> {
    return this.read(table, async (rows) => {
      const [keys, values] = await Promise.all([keysOf(rows, range), done<Rows[T][]>(rows.getAll(...asked(range)))]);
      return values.map((row, at) => ({ key: keys[at] ?? [], row }));
    });
  }

  keys(table: Table, range: Range): Promise<readonly Key[]> {
    return this.read(table, (rows) => keysOf(rows, range));
  }

  async commit(writes: Writes, turns: Turns = {}): Promise<void> {
    const tables = new Set<Table>(["counters"]);
    for (const { table } of [...writes.removals, ...writes.puts]) {
      tables.add(table);
    }
    await named(async () => {
      const change = await this.begin([...tables], "readwrite");
      const ended = end(change);
      try {
        await turn(change.objectStore("counters"), turns);
        write(change, writes);
      } catch (error) {
        ended.catch(() => {});
        change.abort();
        throw error;
      }
      await ended;
    });
  }

  /** Delete the database, open or not. Where the browser denies storage there is none. Raises: LibraryError. */
  static erase(): Promise<void> {
    return named(async () => {
      try {
        await done(indexedDB.deleteDatabase(NAME));
      } catch (error) {
        if (!(error instanceof DOMException && DENIED.includes(error.name))) {
          throw error;
        }
      }
    });
  }

  destroy(): Promise<void> {
    this.close();
    return IndexedDbStore.erase();
  }

  close(): void {
    this.closed = true;
    this.db?.then((db) => db.close());
  }

  private read<T>(table: Table, ask: (rows: IDBObjectStore) => Promise<T>): Promise<T> {
    return named(async () => ask((await this.begin([table], "readonly")).objectStore(table)));
  }

  private async begin(tables: Table[], mode: IDBTransactionMode): Promise<IDBTransaction> {
    if (this.closed) {
      throw new LibraryError("the library was closed by another page of the app; open this one again");
    }
    try {
      return (await this.connected()).transaction(tables, mode);
    } catch {
      // The browser closed it by itself, as some do after a pause. Nothing was begun, so begin again.
      this.db = null;
      return (await this.connected()).transaction(tables, mode);
    }
  }

  private connected(): Promise<IDBDatabase> {
    this.db ??= connect(false).then((db) => this.heed(db));
    return this.db;
  }

  private heed(db: IDBDatabase): IDBDatabase {
    db.onversionchange = () => this.close();
    db.onclose = () => {
      this.db = null;
    };
    return db;
  }
}

/** `makes`: whether there may be no database yet. One that was deleted while a page was open isn't to come back by itself. */
function connect(makes = true): Promise<IDBDatabase> {
  return named(async () => {
    const opening = indexedDB.open(NAME, SCHEMA);
    opening.onupgradeneeded = () => {
      if (!makes) {
        opening.transaction?.abort();
        return;
      }
      for (const table of TABLES) {
        opening.result.createObjectStore(table);
      }
    };
    const blocked = new Promise<never>((_, failed) => {
      opening.onblocked = () => {
        failed(new LibraryLocked({ library: NAME }));
        opening.onsuccess = () => opening.result.close();
      };
    });
    // Safari 14.1 forgets to open anything until it is asked for something else (WebKit bug 226547).
    const reminder = setInterval(() => indexedDB.databases?.().catch(() => {}), REMINDER);
    return Promise.race([done<IDBDatabase>(opening), blocked]).finally(() => clearInterval(reminder));
  });
}

/** What a request answers. `Rows` says what lies in a table: nobody else writes there. */
function done<T>(request: IDBRequest): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function end(change: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    change.oncomplete = () => resolve();
    change.onabort = () => reject(change.error ?? new LibraryError("the browser's storage gave up"));
  });
}

async function turn(counters: IDBObjectStore, turns: Turns): Promise<void> {
  for (const [name, seen] of Object.entries(turns)) {
    const now = (await done<number | undefined>(counters.get([name]))) ?? 0;
    if (now !== seen) {
      throw new LibraryLocked({ library: NAME });
    }
    counters.put(seen + 1, [name]);
  }
}

function write(change: IDBTransaction, writes: Writes): void {
  // Nobody waits for a single row: the transaction tells how all of them went.
  for (const { table, gone } of writes.removals) {
    change.objectStore(table).delete(bounds({ under: gone }));
  }
  for (const { table, key, row } of writes.puts) {
    change.objectStore(table).put(row, [...key]);
  }
}

/** The keys of a range; all of ours are lists of texts and numbers. */
function keysOf(rows: IDBObjectStore, range: Range): Promise<Key[]> {
  return done<Key[]>(rows.getAllKeys(...asked(range)));
}

function asked(range: Range): [IDBKeyRange, number | undefined] {
  return [bounds(range), range.limit];
}

/** A list stands behind every number and text, so that an empty one ends what begins with `under`. */
function bounds({ under, after, before }: Range): IDBKeyRange {
  const [first, last] = [after ?? under, before ?? [...under, []]];
  return IDBKeyRange.bound([...first], [...last], after !== undefined, true);
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
  const { name, message } =
    error instanceof Error || error instanceof DOMException ? error : { name: "", message: `${error}` };
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
