// What a batch of changes does, given what is held: read what gives way, and put the rows together.

import type { Step } from "./base.ts";
import { Choosing } from "./choosing.ts";
import { orderly } from "./order.ts";
import type { EditionRow, PlaceRow } from "./rows.ts";
import { type Batch, type Known, supersedes } from "./sorting.ts";
import type { Put, Removal } from "./store.ts";
import type { Applied, Of } from "./values.ts";
import { cardKey, Writer } from "./writer.ts";

/** Up to so many keys are asked for one by one. */
export const FEW = 32;

/** What a batch does: the rows, what becomes of the edition's row, and what is told. */
export interface Written {
  readonly removals: readonly Removal[];
  readonly puts: readonly Put[];
  readonly edition: EditionRow;
  readonly applied: Applied;
}

export class Writing extends Choosing {
  /** The facts of what is held of these keys. */
  protected async known(of: Of, keys: readonly string[]): Promise<Map<string, PlaceRow>> {
    const rows = await this.store.getMany(
      "places",
      keys.map((key) => [...of, orderly(key)]),
    );
    const known = new Map<string, PlaceRow>();
    rows.forEach((row, at) => {
      const key = keys[at];
      if (row && key !== undefined) {
        known.set(key, row);
      }
    });
    return known;
  }

  /** What this batch writes. `known`: what is held of every key in it. `number`: of the commit. */
  protected async written(of: Of, batch: Batch, known: Known, number: number): Promise<Written> {
    const writer = new Writer(of, known);
    await this.remember(of, batch, known, writer);
    for (const entry of batch.entries) {
      writer.take(entry);
    }
    for (const key of batch.dropped) {
      writer.drop(key);
    }
    writer.tellSearch(number);
    writer.removals.push(...(await this.orphans(writer)));
    const edition = writer.edition(await this.edition(...of));
    return { removals: writer.removals, puts: writer.puts, edition, applied: writer.applied };
  }

  /** Read what the writer needs of what gives way: cards, for the counts; lines, of which some become revisions. */
  private async remember(of: Of, batch: Batch, known: Known, writer: Writer): Promise<void> {
    const leaving = [...batch.entries.map(({ record }) => record.key), ...batch.dropped].filter(
      (key) => known.get(key)?.kind === "article",
    );
    const superseded = batch.entries.flatMap(({ record }) => {
      const held = known.get(record.key);
      return record.type === "article" && held?.kind === "article" && supersedes(record, held) ? [record.key] : [];
    });
    const [cards, lines] = await Promise.all([
      this.store.getMany(
        "cards",
        leaving.map((key) => cardKey(of, key, known.get(key)?.published ?? "")),
      ),
      this.store.getMany(
        "lines",
        superseded.map((key) => [...of, orderly(key)]),
      ),
    ]);
    const under = leaving.length > FEW ? [of] : leaving.map((key) => [...of, orderly(key)]);
    const earlier = await Promise.all(under.map((each) => this.store.keys("revisions", { under: each })));
    for (const key of earlier.flat()) {
      writer.earlier(key);
    }
    leaving.forEach((key, at) => {
      const card = cards[at];
      if (card) {
        writer.cards.set(key, card);
      }
    });
    superseded.forEach((key, at) => {
      const line = lines[at];
      if (line) {
        writer.lines.set(key, line);
      }
    });
  }

  /** The removal of those pictures that only articles showed which don't any more. */
  private async orphans(writer: Writer): Promise<Removal[]> {
    if (writer.unshown.size === 0) {
      return [];
    }
    const digests = [...writer.unshown];
    const held = await this.store.getMany(
      "media",
      digests.map((digest) => [digest]),
    );
    const candidates = new Set(digests.filter((_, at) => held[at]));
    for (const digest of writer.shown) {
      candidates.delete(digest);
    }
    const places = candidates.size > 0 ? await this.store.scan("places", { under: [] }) : [];
    for (const { key, row } of places) {
      for (const { sha256 } of writer.isLeaving(key) ? [] : row.pictures) {
        candidates.delete(sha256);
      }
    }
    return [...candidates].map((digest) => ({ table: "media", gone: [digest] }));
  }
}

/** A step that writes a batch. */
export function stepOf<T>(
  of: Of,
  written: Written,
  edition: Partial<EditionRow>,
  answer: T,
  puts: Put[] = [],
): Step<T> {
  const row = { ...written.edition, ...edition };
  return {
    answer,
    removals: written.removals,
    puts: [...written.puts, ...puts, { table: "editions", key: [...of], row }],
  };
}
