// The rows that a batch of changes writes: the one place that changes articles, retractions and what hangs on them.

import type { Article, Entry } from "../format/article.ts";
import { everywhere } from "./base.ts";
import { cardOf, placeOf } from "./cards.ts";
import { newestFirst, orderly, unordered } from "./order.ts";
import type { CardRow, EditionRow, PlaceRow } from "./rows.ts";
import { type Known, staysBehind } from "./sorting.ts";
import type { Key, Put, Removal } from "./store.ts";
import { type Applied, NOTHING, type Of } from "./values.ts";

/** Gathers the rows of one batch. */
export class Writer {
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
function sum(a: Applied, b: Applied): Applied {
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
