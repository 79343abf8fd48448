// The list of an index's segments. What is due is known by it, without the rest of search.

import type { Name, Shelf } from "./shelf.ts";

/** A segment, with the number of its articles; `dead`: which of them have changed since, or are gone. */
export interface SegmentNote {
  readonly segment: number;
  readonly articles: number;
  readonly dead: readonly number[];
}

/** All segments, the oldest first. `next`: the number of the next one. */
export interface ListRow {
  readonly next: number;
  readonly segments: readonly SegmentNote[];
}

export const LIST: Name = [0, "list"];

export async function listOf(shelf: Shelf): Promise<ListRow> {
  const [row] = await shelf.read([LIST]);
  // What lies there was written by this room.
  return row === undefined ? { next: 1, segments: [] } : (row as ListRow);
}

/** Whether the index lacks a change, or still has words of what is gone: it should be built. */
export async function isDue(shelf: Shelf): Promise<boolean> {
  const changes = await shelf.changes(1);
  return changes.length > 0 || (await listOf(shelf)).segments.some(({ dead }) => dead.length > 0);
}
