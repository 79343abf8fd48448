// What search needs of whoever keeps its index: rows by name, and one kind of write. The engine gives the library's.

import type { Article } from "../format/article.ts";

/** The first part of a name is the number of a segment, or 0 for what is about all of them. */
export type Name = readonly [number, ...(string | number)[]];

/** `gone`: numbers of segments, of which every row is removed. Removals come before puts. */
export interface Writes {
  readonly gone: readonly number[];
  readonly puts: readonly (readonly [Name, unknown])[];
}

/** An article that came, changed or went; `article`: what is held of it now. */
export interface Changed {
  readonly edition: string;
  readonly key: string;
  readonly article: Article | null;
}

/** Changes that the index hasn't seen, the oldest first. */
export interface Batch {
  readonly changes: readonly Changed[];
  /** Commit these rows, and that the changes have been seen: both or nothing. `turn` as in `Shelf.commit`. */
  readonly commit: (writes: Writes, turn: number) => Promise<void>;
}

/** The rows of one publication's index, and the queue of its changes. What raises has changed nothing. */
export interface Shelf {
  read(names: readonly Name[]): Promise<readonly unknown[]>;
  /** The names of all rows. */
  names(): Promise<readonly Name[]>;
  /** At most so many changes; none when all have been seen. */
  changes(most: number): Promise<Batch>;
  /**
   * Write all of it in one transaction, or nothing.
   *
   * `turn`: how many commits there were before this one. Raises: LibraryLocked where there was another.
   */
  commit(writes: Writes, turn: number): Promise<void>;
}
