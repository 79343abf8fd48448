// The library's ground: changing it step by step, each decided on what is held and refused where that changed meanwhile.

import { LibraryError, LibraryLocked } from "../errors.ts";
import { exclusive } from "./lock.ts";
import type { PublicationRow } from "./rows.ts";
import type { Key, Put, Removal, Store, Turns, Writes } from "./store.ts";

/** Counts what changes trusted state or records. */
const LIBRARY = "library";
/** Counts what changes which articles are saved. */
export const SAVED = "saved";
/** So often a step is decided anew where somebody else was faster. */
export const TRIES = 5;

/** What a step writes, and what it answers. */
export interface Step<T> extends Partial<Writes> {
  readonly answer: T;
}

/** One open library. Its parts (trust, applying, reading, keeping) are classes on top of this one. */
export class Base {
  readonly store: Store;
  /** While this library is locked: how often it had been changed, by what is known here. */
  private turn: number | null = null;
  private last: Promise<unknown> = Promise.resolve();

  constructor(store: Store) {
    this.store = store;
  }

  /**
   * Be the only one that syncs into this library while `work` runs.
   *
   * Browsers without locks leave that to the commits: the first one that meets another's raises LibraryLocked, too.
   * Raises: LibraryLocked at once.
   */
  lock<T>(work: () => Promise<T>): Promise<T> {
    return exclusive(async () => {
      if (this.turn !== null) {
        throw new LibraryLocked({ library: LIBRARY });
      }
      this.turn = await this.count(LIBRARY);
      try {
        return await work();
      } finally {
        this.turn = null;
      }
    });
  }

  /** One state of the library for the whole of `work`, which only reads. Raises: LibraryLocked where that changed. */
  async reading<T>(work: () => Promise<T>): Promise<T> {
    const before = await this.count(LIBRARY);
    const answer = await work();
    if ((await this.count(LIBRARY)) !== before) {
      throw new LibraryLocked({ library: LIBRARY });
    }
    return answer;
  }

  /**
   * Decide on what is held, and commit that; steps go one after the other. `beside`: counters that bind it, too.
   *
   * `decide` is asked again where somebody else was faster, unless this library is locked: then that is LibraryLocked.
   */
  protected change<T>(decide: (number: number) => Promise<Step<T>>, beside: readonly string[] = []): Promise<T> {
    const step = this.last.then(() => this.attempt(decide, [LIBRARY, ...beside]));
    this.last = step.catch(() => {});
    return step;
  }

  private async attempt<T>(decide: (number: number) => Promise<Step<T>>, counters: readonly string[]): Promise<T> {
    for (let left = TRIES; ; left -= 1) {
      const turns = await this.turns(counters);
      const { answer, removals = [], puts = [] } = await decide(turns[LIBRARY] ?? 0);
      try {
        await this.store.commit({ removals, puts }, turns);
        this.turn = this.turn === null ? null : this.turn + 1;
        return answer;
      } catch (error) {
        if (!(error instanceof LibraryLocked) || left === 1 || (await this.isOvertaken())) {
          throw error;
        }
      }
    }
  }

  private async turns(counters: readonly string[]): Promise<Turns> {
    if (await this.isOvertaken()) {
      throw new LibraryLocked({ library: LIBRARY });
    }
    const seen = await Promise.all(counters.map(async (name) => [name, await this.count(name)] as const));
    return Object.fromEntries(seen);
  }

  private async isOvertaken(): Promise<boolean> {
    return this.turn !== null && this.turn !== (await this.count(LIBRARY));
  }

  private async count(name: string): Promise<number> {
    return (await this.store.get("counters", [name])) ?? 0;
  }

  /** The row of a publication that must be known. Raises: LibraryError. */
  protected async row(publication: string): Promise<PublicationRow> {
    const row = await this.store.get("publications", [publication]);
    if (!row) {
      throw new LibraryError(`publication ${publication.slice(0, 16)}… isn't known here`);
    }
    return row;
  }

  /** Change some members of a publication's row. Raises: LibraryError. */
  protected note(publication: string, changed: (row: PublicationRow) => Partial<PublicationRow>): Promise<void> {
    return this.change(async () => {
      const row = await this.row(publication);
      const put: Put = { table: "publications", key: [publication], row: { ...row, ...changed(row) } };
      return { answer: undefined, puts: [put] };
    });
  }
}

/** The removal of everything below `gone` in each of these tables. */
export function everywhere(tables: readonly Removal["table"][], gone: Key): Removal[] {
  return tables.map((table) => ({ table, gone }));
}
