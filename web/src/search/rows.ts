// The rows of an index, and how they are read: by blocks, of which the last ones used stay in memory.

import { DamagedLibrary } from "../errors.ts";
import type { Name, Shelf } from "./shelf.ts";

/** So many bytes are in each row of a stream, the last one excepted. */
export const BLOCK = 1 << 15;
/** So many blocks stay in memory: 4 MB. */
const BLOCKS = 1 << 7;

/** Of a segment: in `counts` how often its words stand where, in `places` their places there. */
export type Stream = "counts" | "places";

/** The articles of a segment, member by member. `tags`: a line for each. */
export interface ArticlesRow {
  readonly editions: readonly string[];
  readonly keys: readonly string[];
  readonly published: readonly string[];
  readonly tags: readonly string[];
}

/** The words of a segment in the order of code units, a line for each, and where their bytes end in each stream. */
export interface WordsRow {
  readonly words: string;
  readonly counts: Uint32Array;
  readonly places: Uint32Array;
}

/** Where bytes lie in a stream. */
export interface Extent {
  readonly segment: number;
  readonly stream: Stream;
  readonly start: number;
  readonly end: number;
}

/** A row isn't there: its segment was merged meanwhile, by us or in another tab. */
export class Gone extends DamagedLibrary {
  constructor() {
    super({ library: "the index of search", reason: "a row is missing" });
  }
}

/** Reads an index's rows. What they hold was written by this room, in this form. */
export class Rows {
  private readonly shelf: Shelf;
  private readonly blocks = new Map<string, Uint8Array>();

  constructor(shelf: Shelf) {
    this.shelf = shelf;
  }

  /** Throws: Gone. */
  async segment(segment: number): Promise<readonly [ArticlesRow, WordsRow]> {
    const [articles, words] = await this.shelf.read([
      [segment, "articles"],
      [segment, "words"],
    ]);
    if (articles === undefined || words === undefined) {
      throw new Gone();
    }
    return [articles as ArticlesRow, words as WordsRow];
  }

  /** The bytes of each of these. Throws: Gone. */
  async bytes(wanted: readonly Extent[]): Promise<readonly Uint8Array[]> {
    const names = new Map(wanted.flatMap(blocksOf).map((name) => [name.join(" "), name]));
    const missing = [...names].filter(([id]) => !this.blocks.has(id));
    const rows = missing.length > 0 ? await this.shelf.read(missing.map(([, name]) => name)) : [];
    missing.forEach(([id], number) => {
      const row = rows[number];
      if (!(row instanceof Uint8Array)) {
        throw new Gone();
      }
      this.blocks.set(id, row);
    });
    const found = wanted.map((extent) => this.cut(extent));
    this.forget(names.keys());
    return found;
  }

  private cut(extent: Extent): Uint8Array {
    const blocks = blocksOf(extent).map((name) => this.blocks.get(name.join(" ")) ?? new Uint8Array());
    const [first = new Uint8Array()] = blocks;
    const start = extent.start % BLOCK;
    const size = extent.end - extent.start;
    if (blocks.length < 2) {
      return first.subarray(start, start + size);
    }
    const whole = new Uint8Array(blocks.length * BLOCK);
    blocks.forEach((block, number) => {
      whole.set(block, number * BLOCK);
    });
    return whole.subarray(start, start + size);
  }

  /** Let go of those used longest ago. */
  private forget(used: Iterable<string>): void {
    for (const id of used) {
      const block = this.blocks.get(id);
      if (block) {
        this.blocks.delete(id);
        this.blocks.set(id, block);
      }
    }
    for (const id of this.blocks.keys()) {
      if (this.blocks.size <= BLOCKS) {
        break;
      }
      this.blocks.delete(id);
    }
  }
}

function blocksOf({ segment, stream, start, end }: Extent): Name[] {
  const first = Math.floor(start / BLOCK);
  const blocks = end > start ? Math.floor((end - 1) / BLOCK) - first + 1 : 0;
  return Array.from({ length: blocks }, (_, number): Name => [segment, stream, first + number]);
}
