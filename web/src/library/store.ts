// Where rows are kept: reads, and one kind of write, which does all of a step or nothing.

import type { Rows } from "./rows.ts";

/** Compared as IndexedDB does: numbers before texts, texts by code units, a beginning before what goes on. */
export type Key = readonly (string | number)[];
export type Table = keyof Rows;

export interface Row<T extends Table> {
  readonly key: Key;
  readonly row: Rows[T];
}

/** Rows whose key begins with `under`, in the order of keys: those behind `after` and before `before`, at most `limit`. */
export interface Range {
  readonly under: Key;
  readonly after?: Key;
  readonly before?: Key;
  readonly limit?: number;
}

export type Put = { [T in Table]: { readonly table: T; readonly key: Key; readonly row: Rows[T] } }[Table];

/** The row of this key, and all whose keys begin with it. */
export interface Removal {
  readonly table: Table;
  readonly gone: Key;
}

/** Removals come before puts. */
export interface Writes {
  readonly removals: readonly Removal[];
  readonly puts: readonly Put[];
}

/** Counters with the numbers at which they were seen; each is moved on by one. */
export type Turns = Readonly<Record<string, number>>;

/** Every method may raise LibraryError. */
export interface Store {
  get<T extends Table>(table: T, key: Key): Promise<Rows[T] | undefined>;
  /** The rows of these keys, in their order. */
  getMany<T extends Table>(table: T, keys: readonly Key[]): Promise<readonly (Rows[T] | undefined)[]>;
  scan<T extends Table>(table: T, range: Range): Promise<readonly Row<T>[]>;
  /** The keys of a range alone. */
  keys(table: Table, range: Range): Promise<readonly Key[]>;
  /**
   * Write all of it in one transaction, or nothing.
   *
   * Raises: LibraryLocked where a counter of `turns` isn't what it was seen at, as another writer came first; DiskFull.
   */
  commit(writes: Writes, turns?: Turns): Promise<void>;
  /** Delete everything that was ever kept, the store itself included; nothing can be read or written any more. */
  destroy(): Promise<void>;
  close(): void;
}
