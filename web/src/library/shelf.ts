// The rows of search's index, and the queue of what it hasn't seen yet: its part of the store, for one publication.

import type { Article } from "../format/article.ts";
import { decodeRecord } from "../format/record.ts";
import { orderly, unordered } from "./order.ts";
import type { Key, Put, Removal, Store } from "./store.ts";

/** The name of a row: the number of a part of the index first. */
type Name = readonly [number, ...(string | number)[]];

/** `gone`: numbers of parts, of which every row is removed. Removals come before puts. */
interface Writes {
  readonly gone: readonly number[];
  readonly puts: readonly (readonly [Name, unknown])[];
}

/** An article that came, changed or went. `row`: where it stands in the queue. */
interface Change {
  readonly row: number;
  readonly edition: string;
  readonly key: string;
}

/** Counts what changes an index; one count for all, since it outlasts a publication that is forgotten. */
export const INDEX = "index";

/** What search asks of whoever keeps its index. What raises has changed nothing. */
export class Shelf {
  private readonly store: Store;
  private readonly publication: string;

  constructor(store: Store, publication: string) {
    this.store = store;
    this.publication = publication;
  }

  read(names: readonly Name[]): Promise<readonly unknown[]> {
    return this.store.getMany(
      "index",
      names.map((name) => this.under(...name)),
    );
  }

  /** At most so many of the changes that the index hasn't seen, the oldest first; none when it has seen all. */
  async changes(most: number): Promise<readonly Change[]> {
    const changes: Change[] = [];
    let after: Key | undefined;
    while (changes.length < most) {
      const [next] = await this.store.scan("changes", { under: this.under(), limit: 1, ...(after ? { after } : {}) });
      if (!next) {
        break;
      }
      const { edition, keys } = next.row;
      const row = Number(next.key[1]);
      changes.push(...keys.slice(0, most - changes.length).map((key) => ({ row, edition, key })));
      after = next.key;
    }
    return changes;
  }

  /** What is held of these now: null where nothing is, or a retraction. */
  async articles(changes: readonly Change[]): Promise<readonly (Article | null)[]> {
    const keys = changes.map(({ edition, key }) => this.under(edition, orderly(key)));
    const lines = await this.store.getMany("lines", keys);
    return lines.map((line) => {
      const record = line ? decodeRecord(line).record : null;
      return record?.type === "article" ? record : null;
    });
  }

  /** How many commits there were. */
  async turn(): Promise<number> {
    return (await this.store.get("counters", [INDEX])) ?? 0;
  }

  /**
   * Write all of it in one transaction, or nothing; the `seen` changes leave the queue in the same one.
   *
   * Raises: LibraryLocked where `turn` isn't the number of commits before this one.
   */
  async commit(writes: Writes, turn: number, seen: readonly Change[] = []): Promise<void> {
    const queue = await this.without(seen);
    const gone = writes.gone.map((part): Removal => ({ table: "index", gone: this.under(part) }));
    const puts = writes.puts.map(([name, row]): Put => ({ table: "index", key: this.under(...name), row }));
    await this.store.commit(
      { removals: [...gone, ...queue.removals], puts: [...puts, ...queue.puts] },
      { [INDEX]: turn },
    );
  }

  /** Remove all rows, and queue every article that is held: of use where rows can't be read any more. */
  async restart(): Promise<void> {
    const turn = await this.turn();
    const held = new Map<string, string[]>();
    for (const [, edition = "", , key = ""] of await this.store.keys("cards", { under: this.under() })) {
      const keys = held.get(String(edition)) ?? [];
      keys.push(unordered(String(key)));
      held.set(String(edition), keys);
    }
    // Below the numbers of commits, so that neither takes the other's place.
    const puts = [...held].map(
      ([edition, keys], at): Put => ({ table: "changes", key: this.under(-1 - at), row: { edition, keys } }),
    );
    await this.store.commit({ removals: [{ table: "index", gone: this.under() }], puts }, { [INDEX]: turn });
  }

  private under(...parts: Key): Key {
    return [this.publication, ...parts];
  }

  /** The queue without these changes. Rows of it are changed by nobody else, which the commit's turn makes sure of. */
  private async without(seen: readonly Change[]): Promise<{ removals: Removal[]; puts: Put[] }> {
    const numbers = [...new Set(seen.map(({ row }) => row))];
    const rows = await this.store.getMany(
      "changes",
      numbers.map((number) => this.under(number)),
    );
    const removals = numbers.map((number): Removal => ({ table: "changes", gone: this.under(number) }));
    const puts = rows.flatMap((row, at): Put[] => {
      const number = numbers[at];
      const done = new Set(seen.filter((change) => change.row === number).map(({ key }) => key));
      const keys = row?.keys.filter((key) => !done.has(key)) ?? [];
      return row && number !== undefined && keys.length > 0
        ? [{ table: "changes", key: this.under(number), row: { ...row, keys } }]
        : [];
    });
    return { removals, puts };
  }
}
