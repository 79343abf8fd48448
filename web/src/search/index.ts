// The index of one publication: segments that never change, and which of their articles still count. ADR 0021.

import { LIST, type ListRow, listOf } from "./list.ts";
import { Rows } from "./rows.ts";
import { Segment } from "./segment.ts";
import type { Change, Shelf, Writes } from "./shelf.ts";
import { View } from "./view.ts";

export class Index {
  readonly shelf: Shelf;
  /** Replaced as a whole, never changed. */
  view: View;
  list: ListRow = { next: 1, segments: [] };
  private readonly rows: Rows;
  /** How many commits there were when the list was read, and when it was looked for. */
  private turn = -1;
  private seen = -1;

  constructor(shelf: Shelf) {
    this.shelf = shelf;
    this.rows = new Rows(shelf);
    this.view = new View(this.rows, []);
  }

  /** How many articles can be found. */
  get articles(): number {
    return this.list.segments.reduce((sum, { articles, dead }) => sum + articles - dead.length, 0);
  }

  /** Whether nobody else has committed since the last `refresh` or `commit`, even one that failed. */
  async isCurrent(): Promise<boolean> {
    return (await this.shelf.turn()) === this.seen;
  }

  /** Learn what is kept as of now: another tab may have built on it. Throws: Gone. */
  async refresh(): Promise<void> {
    const turn = await this.shelf.turn();
    if (turn !== this.turn) {
      this.seen = turn;
      await this.adopt(await listOf(this.shelf));
      this.turn = turn;
    }
  }

  /** Commit a new list, or rows of a segment that no list names yet. Throws: LibraryLocked. */
  async commit({ gone, puts }: Writes, list: ListRow | null = null, seen: readonly Change[] = []): Promise<void> {
    const turn = this.turn;
    await this.shelf.commit({ gone, puts: list ? [...puts, [LIST, list]] : puts }, turn, seen);
    this.seen = turn + 1;
    if (list) {
      await this.adopt(list);
    }
    this.turn = turn + 1;
  }

  private async adopt(list: ListRow): Promise<void> {
    const held = new Map(this.view.parts.map(({ segment }) => [segment.number, segment]));
    const parts = list.segments.map(async ({ segment, dead }) => ({
      segment: held.get(segment) ?? new Segment(segment, ...(await this.rows.segment(segment))),
      dead: new Set(dead),
    }));
    this.view = new View(this.rows, await Promise.all(parts));
    this.list = list;
  }
}
