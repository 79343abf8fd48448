// What a batch of changes writes: the one place that changes articles, retractions and what hangs on them.

import type { Article, Entry } from "../format/article.ts";
import { everywhere, type Step } from "./base.ts";
import { cardOf, placeOf } from "./cards.ts";
import { newestFirst, orderly, unordered } from "./order.ts";
import type { CardRow, EditionRow, PlaceRow } from "./rows.ts";
import { type Batch, type Known, staysBehind, supersedes } from "./sorting.ts";
import type { Key, Put, Removal } from "./store.ts";
import { Trusting } from "./trusting.ts";
import type { Applied } from "./values.ts";

/** An edition of a publication, as the beginning of keys. */
export type Of = readonly [publication: string, edition: string];

/** Up to so many keys are asked for one by one. */
export const FEW = 32;
export const NOTHING: Applied = { added: 0, revised: 0, retracted: 0, removed: 0, revisions: 0 };

/** What a batch does: the rows, what becomes of the edition's row, and what is told. */
export interface Written {
  readonly removals: readonly Removal[];
  readonly puts: readonly Put[];
  readonly edition: EditionRow;
  readonly applied: Applied;
}

export class Writing extends Trusting {
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

/** Gathers the rows of one batch. */
class Writer {
  readonly removals: Removal[] = [];
  readonly puts: Put[] = [];
  readonly cards = new Map<string, CardRow>();
  readonly lines = new Map<string, Uint8Array>();
  /** Pictures of what gave way, and of what came. */
  readonly unshown = new Set<string>();
  readonly shown = new Set<string>();
  applied: Applied = NOTHING;
  private readonly of: Of;
  private readonly known: Known;
  private readonly touched = new Set<string>();
  private readonly counts = new Counts();
  private readonly revisions = new Map<string, Key[]>();

  constructor(of: Of, known: Known) {
    this.of = of;
    this.known = known;
  }

  /** Learn of an earlier revision that is held, by the key of its row. */
  earlier(row: Key): void {
    const key = unordered(String(row[2]));
    this.revisions.set(key, [...(this.revisions.get(key) ?? []), row]);
  }

  /** Let `entry` become what is held of its key. */
  take({ record, line }: Entry): void {
    const held = this.known.get(record.key);
    const row = placeOf(record, line.length);
    this.leave(record.key, record.type === "article" ? record : null);
    this.touched.add(record.key);
    this.counts.place(row, 1);
    const key = [...this.of, orderly(record.key)];
    // A view of a bundle would be kept with all of it.
    this.puts.push({ table: "places", key, row }, { table: "lines", key, row: line.slice() });
    if (record.type === "article") {
      this.takeArticle(record, row);
      this.count(held?.kind === "article" ? { revised: 1 } : { added: 1 });
    } else if (held?.kind === "article") {
      this.removals.push(...everywhere(["revisions", "saved", "marks"], key));
      this.count({ retracted: 1 });
    }
  }

  /** Let what is held of a key go, without a trace. */
  drop(key: string): void {
    this.touched.add(key);
    this.leave(key, null);
    this.removals.push(...everywhere(["places", "lines", "revisions", "news"], [...this.of, orderly(key)]));
    if (this.known.get(key)?.kind === "article") {
      this.count({ removed: 1 });
    }
  }

  /** Whether the record of a row in `places` leaves, or gives way. */
  isLeaving([publication, edition, key]: Key): boolean {
    return publication === this.of[0] && edition === this.of[1] && this.touched.has(unordered(String(key)));
  }

  tellSearch(number: number): void {
    const [publication, edition] = this.of;
    if (this.touched.size > 0) {
      this.puts.push({ table: "changes", key: [publication, number], row: { edition, keys: [...this.touched] } });
    }
  }

  edition(row: EditionRow): EditionRow {
    return this.counts.onto(row);
  }

  private takeArticle(article: Article, row: PlaceRow): void {
    const { key, published, translation_group: group } = article;
    const card = cardOf(article);
    this.counts.card(card, 1);
    this.puts.push({ table: "cards", key: cardKey(this.of, key, published), row: card });
    if (group) {
      this.puts.push({ table: "groups", key: groupKey(this.of, key, group), row: published });
    }
    for (const { sha256 } of row.pictures) {
      this.shown.add(sha256);
    }
  }

  /** Take away what hangs on the record that is held of a key. `article`: what takes its place. */
  private leave(key: string, article: Article | null): void {
    const held = this.known.get(key);
    if (!held) {
      return;
    }
    this.counts.place(held, -1);
    if (held.kind === "retraction") {
      return;
    }
    const card = this.cards.get(key);
    if (card) {
      this.counts.card(card, -1);
    }
    this.removals.push({ table: "cards", gone: cardKey(this.of, key, held.published) });
    if (held.group) {
      this.removals.push({ table: "groups", gone: groupKey(this.of, key, held.group) });
    }
    for (const { sha256 } of held.pictures) {
      this.unshown.add(sha256);
    }
    if (article) {
      this.supersede(key, held, article);
    }
  }

  private supersede(key: string, held: PlaceRow, article: Article): void {
    for (const gone of this.revisions.get(key) ?? []) {
      if (!staysBehind(article, Number(gone[3]))) {
        this.removals.push({ table: "revisions", gone });
      }
    }
    const line = this.lines.get(key);
    if (line) {
      this.puts.push({ table: "revisions", key: [...this.of, orderly(key), held.revision], row: line });
    }
  }

  private count(more: Partial<Applied>): void {
    this.applied = sum(this.applied, { ...NOTHING, ...more });
  }
}

/** How the numbers of an edition change. */
class Counts {
  private readonly numbers = { articles: 0, retractions: 0, bytes: 0 };
  private readonly sections = new Map<string, number>();
  private readonly tags = new Map<string, number>();

  place(row: PlaceRow, by: number): void {
    this.numbers[row.kind === "article" ? "articles" : "retractions"] += by;
    this.numbers.bytes += by * row.bytes;
  }

  card(card: CardRow, by: number): void {
    if (card.section) {
      add(this.sections, card.section, by);
    }
    for (const tag of card.tags) {
      add(this.tags, tag, by);
    }
  }

  onto(row: EditionRow): EditionRow {
    return {
      ...row,
      articles: row.articles + this.numbers.articles,
      retractions: row.retractions + this.numbers.retractions,
      bytes: row.bytes + this.numbers.bytes,
      sections: summed(row.sections, this.sections),
      tags: summed(row.tags, this.tags),
    };
  }
}

function add(counts: Map<string, number>, name: string, by: number): void {
  counts.set(name, (counts.get(name) ?? 0) + by);
}

function summed(before: ReadonlyMap<string, number>, changes: ReadonlyMap<string, number>): Map<string, number> {
  const counts = new Map(before);
  for (const [name, by] of changes) {
    add(counts, name, by);
  }
  return new Map([...counts].filter(([, count]) => count > 0));
}

/** Both changes, one after the other. */
export function sum(a: Applied, b: Applied): Applied {
  return {
    added: a.added + b.added,
    revised: a.revised + b.revised,
    retracted: a.retracted + b.retracted,
    removed: a.removed + b.removed,
    revisions: a.revisions + b.revisions,
  };
}

/** Where the card of an article lies. */
export function cardKey(of: Of, key: string, published: string): Key {
  return [...of, newestFirst(published), orderly(key)];
}

/** Where an article stands among those that translate each other. */
function groupKey([publication, edition]: Of, key: string, group: string): Key {
  return [publication, group, edition, orderly(key)];
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
