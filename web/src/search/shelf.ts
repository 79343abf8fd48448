// What search needs of whoever keeps its index: rows by name, and one kind of write. The engine gives the library's.

import type { Article } from "../format/article.ts";

/** The first part of a name is the number of a segment, or 0 for what is about all of them. */
export type Name = readonly [number, ...(string | number)[]];

/** `gone`: numbers of segments, of which every row is removed. Removals come before puts. */
export interface Writes {
  readonly gone: readonly number[];
  readonly puts: readonly (readonly [Name, unknown])[];
}

/** An article that came, changed or went. `row`: where it stands in the queue. */
export interface Change {
  readonly row: number;
  readonly edition: string;
  readonly key: string;
}

/** The rows of one publication's index, and the queue of its changes. What raises has changed nothing. */
export interface Shelf {
  read(names: readonly Name[]): Promise<readonly unknown[]>;
  /** At most so many of the changes that the index hasn't seen, the oldest first; none when it has seen all. */
  changes(most: number): Promise<readonly Change[]>;
  /** What is held of these now: null where nothing is, or a retraction. */
  articles(changes: readonly Change[]): Promise<readonly (Article | null)[]>;
  /** How many commits there were. */
  turn(): Promise<number>;
  /**
   * Write all of it in one transaction, or nothing; the `seen` changes leave the queue in the same one.
   *
   * Raises: LibraryLocked where `turn` isn't the number of commits before this one.
   */
  commit(writes: Writes, turn: number, seen?: readonly Change[]): Promise<void>;
  /** Remove all rows, and queue every article that is held: of use where rows can't be read any more. */
  restart(): Promise<void>;
}
