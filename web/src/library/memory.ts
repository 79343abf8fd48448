// A store that forgets: for browsers that keep nothing, and for tests.

import { LibraryError, LibraryLocked } from "../errors.ts";
import type { Rows } from "./rows.ts";
import type { Key, Put, Range, Removal, Row, Store, Table, Turns, Writes } from "./store.ts";

/**
 * Rows in memory, each table sorted by key. Rows are kept as they are given: who gives one never changes it.
 *
 * `besides`: deletes what may have been kept elsewhere, when everything is to go.
 */
export class MemoryStore implements Store {
  private readonly tables = new Map<Table, Row<Table>[]>();
  private readonly besides: () => Promise<void>;
  private closed = false;

  constructor(besides: () => Promise<void> = async () => {}) {
    this.besides = besides;
  }

  get<T extends Table>(table: T, key: Key): Promise<Rows[T] | undefined> {
    return this.done(() => this.find(table, key));
  }

  getMany<T extends Table>(table: T, keys: readonly Key[]): Promise<(Rows[T] | undefined)[]> {
    return this.done(() => keys.map((key) => this.find(table, key)));
  }

  scan<T extends Table>(table: T, range: Range): Promise<readonly Row<T>[]> {
    return this.done(() => this.rows(table).slice(...this.span(table, range)));
  }

  async keys(table: Table, range: Range): Promise<readonly Key[]> {
    return (await this.scan(table, range)).map(({ key }) => key);
  }

  commit(writes: Writes, turns: Turns = {}): Promise<void> {
    return this.done(() => {
      const counters = Object.entries(turns);
      if (counters.some(([name, seen]) => (this.find("counters", [name]) ?? 0) !== seen)) {
        throw new LibraryLocked({ library: "memory" });
      }
      for (const removal of writes.removals) {
        this.remove(removal);
      }
      for (const put of writes.puts) {
        this.put(put);
      }
      for (const [name, seen] of counters) {
        this.put({ table: "counters", key: [name], row: seen + 1 });
      }
    });
  }

  async destroy(): Promise<void> {
    await this.done(() => {
      this.tables.clear();
      this.closed = true;
    });
    await this.besides();
  }

  close(): void {
    this.closed = true;
  }

  private async done<T>(work: () => T): Promise<T> {
    if (this.closed) {
      throw new LibraryError("the library was closed");
    }
    return work();
  }

  /** A table's rows. */
  private rows<T extends Table>(table: T): Row<T>[] {
    const rows = this.tables.get(table) ?? [];
    this.tables.set(table, rows);
    // What lies under a table's name is what was put there.
    return rows as Row<T>[];
  }

  private find<T extends Table>(table: T, key: Key): Rows[T] | undefined {
    const rows = this.rows(table);
    const found = rows[position(rows, key)];
    return found && compareKeys(found.key, key) === 0 ? found.row : undefined;
  }

  private span(table: Table, { under, after, before, limit = Number.POSITIVE_INFINITY }: Range): [number, number] {
    const rows = this.rows(table);
    const first = Math.max(position(rows, under), after ? position(rows, after, true) : 0);
    const last = Math.min(beyond(rows, under), before ? position(rows, before) : rows.length);
    return [first, Math.max(first, Math.min(last, first + limit))];
  }

  private put(put: Put): void {
    const rows = this.rows<Table>(put.table);
    const at = position(rows, put.key);
    const same = rows[at] !== undefined && compareKeys(rows[at].key, put.key) === 0;
    rows.splice(at, same ? 1 : 0, { key: put.key, row: put.row });
  }

  private remove({ table, gone }: Removal): void {
    const [first, last] = this.span(table, { under: gone });
    this.rows(table).splice(first, last - first);
  }
}

/** How many rows come before `key`, those of the key itself included where `including`. */
function position(rows: readonly { key: Key }[], key: Key, including = false): number {
  return partition(rows, (row) => compareKeys(row.key, key) < (including ? 1 : 0));
}

/** How many rows come before the end of those whose key begins with `under`. */
function beyond(rows: readonly { key: Key }[], under: Key): number {
  return partition(rows, (row) => compareKeys(row.key.slice(0, under.length), under) <= 0);
}

/** How many rows at the beginning are `ahead`, which all of them are before one that isn't. */
function partition(rows: readonly { key: Key }[], ahead: (row: { key: Key }) => boolean): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const row = rows[middle];
    if (row && ahead(row)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/** The order of keys: negative where `a` comes first. */
export function compareKeys(a: Key, b: Key): number {
  for (let at = 0; at < a.length && at < b.length; at += 1) {
    const order = compareParts(a[at], b[at]);
    if (order !== 0) {
      return order;
    }
  }
  return a.length - b.length;
}

function compareParts(a: string | number | undefined, b: string | number | undefined): number {
  if (a === b || a === undefined || b === undefined) {
    return 0;
  }
  if (typeof a !== typeof b) {
    return typeof a === "number" ? -1 : 1;
  }
  return a < b ? -1 : 1;
}
