// Reading what is held: lists, articles, and the exact lines that bundles and prefixes are made of.

import type { Article } from "../format/article.ts";
import { prefixOf } from "../format/bundle.ts";
import { compare } from "../format/bytes.ts";
import { decodeRecord } from "../format/record.ts";
import { Keeping, keyOf } from "./keeping.ts";
import { newestFirst, orderly, unordered } from "./order.ts";
import type { CardRow } from "./rows.ts";
import type { Key, Row } from "./store.ts";
import type {
  Count,
  HeldArticle,
  HeldRetraction,
  Holding,
  ListQuery,
  Media,
  Of,
  Place,
  Summary,
  SummaryPage,
} from "./values.ts";

/** So many rows are read at once where not all of them may be wanted. */
const PORTION = 200;

/** A row with what a list shows of it. */
interface Marked {
  readonly row: Row<"cards">;
  readonly card: Summary;
}

/** Everything that needs no writing. */
export class Reading extends Keeping {
  /** Articles of an edition, newest first; or those that were saved, of all editions. */
  async articles(query: ListQuery): Promise<SummaryPage> {
    return query.saved || !query.edition ? this.gathered(query) : this.listed(query);
  }

  private async listed(query: ListQuery): Promise<SummaryPage> {
    const cards: Summary[] = [];
    const limit = query.section || query.tag || query.unread ? PORTION : query.limit;
    let after = decodeAfter(query.after);
    for (;;) {
      const under = [query.publication, query.edition];
      const rows = await this.store.scan("cards", { under, limit, ...(after ? { after } : {}) });
      for (const { row, card } of await this.fitting(rows, query)) {
        cards.push(card);
        if (cards.length === query.limit) {
          return { cards, after: JSON.stringify(row.key) };
        }
      }
      after = rows[rows.length - 1]?.key;
      if (rows.length < limit || !after) {
        return { cards, after: "" };
      }
    }
  }

  /** A list over several editions: their cards are put in order here. */
  private async gathered(query: ListQuery): Promise<SummaryPage> {
    const under = query.edition ? [query.publication, query.edition] : [query.publication];
    const rows = query.saved ? await this.savedCards(under) : await this.store.scan("cards", { under });
    const wanted = (await this.fitting(rows, query)).map(({ card }) => card);
    wanted.sort((a, b) => newestFirst(a.published) - newestFirst(b.published) || compare(a.key, b.key));
    const from = Number(query.after || 0);
    const cards = wanted.slice(from, from + query.limit);
    return { cards, after: from + cards.length < wanted.length ? String(from + cards.length) : "" };
  }

  private async fitting(rows: readonly Row<"cards">[], query: ListQuery): Promise<readonly Marked[]> {
    const marked = await this.marked(rows.filter(({ row }) => isOf(row, query)));
    return query.unread ? marked.filter(({ card }) => !card.read) : marked;
  }

  private async savedCards(under: Key): Promise<Row<"cards">[]> {
    return this.cards(await this.store.keys("saved", { under }));
  }

  /** The cards of articles, by the keys of their rows; what isn't held is left out. */
  private async cards(keys: readonly Key[]): Promise<Row<"cards">[]> {
    const places = await this.store.getMany("places", keys);
    const held = keys.flatMap((key, at): Key[] => {
      const place = places[at];
      const [publication = "", edition = "", name = ""] = key;
      return place?.kind === "article" ? [[publication, edition, newestFirst(place.published), name]] : [];
    });
    const cards = await this.store.getMany("cards", held);
    return held.flatMap((key, at) => {
      const row = cards[at];
      return row ? [{ key, row }] : [];
    });
  }

  private async marked(rows: readonly Row<"cards">[]): Promise<readonly Marked[]> {
    const keys = rows.map(({ key: [publication = "", edition = "", , key = ""] }) => [publication, edition, key]);
    const [saved, marks] = await Promise.all([this.store.getMany("saved", keys), this.store.getMany("marks", keys)]);
    return rows.map((row, at) => {
      const { read = false, position = 0 } = marks[at] ?? {};
      return { row, card: { ...placeIn(row.key), ...row.row, saved: saved[at] === true, read, position } };
    });
  }

  /** The cards of these articles, in their order; null where one isn't held. */
  async summaries(places: readonly Place[]): Promise<readonly (Summary | null)[]> {
    const cards = await this.marked(await this.cards(places.map(keyOf)));
    const found = new Map(cards.map(({ card }) => [JSON.stringify(keyOf(card)), card]));
    return places.map((place) => found.get(JSON.stringify(keyOf(place))) ?? null);
  }

  /** The sections of an edition, the largest first. */
  async sections(publication: string, edition: string): Promise<readonly Count[]> {
    return counted((await this.edition(publication, edition)).sections);
  }

  /** The tags of an edition, the most used first. */
  async tags(publication: string, edition: string): Promise<readonly Count[]> {
    return counted((await this.edition(publication, edition)).tags);
  }

  /** What is held of a key: the article with its earlier revisions, or what is left of it; null where nothing is. */
  async article(place: Place): Promise<HeldArticle | HeldRetraction | null> {
    const key = keyOf(place);
    const line = await this.store.get("lines", key);
    if (!line) {
      return null;
    }
    const { record } = decodeRecord(line);
    if (record.type === "retraction") {
      return { kind: "retraction", retraction: record };
    }
    const [earlier, saved, marks] = await Promise.all([
      this.store.scan("revisions", { under: key }),
      this.store.get("saved", key),
      this.store.get("marks", key),
    ]);
    const revisions = earlier
      .map(({ row }) => decodeRecord(row).record)
      .filter(isArticle)
      .reverse();
    const { read = false, position = 0 } = marks ?? {};
    return { kind: "article", article: record, line, revisions, saved: saved === true, read, position };
  }

  /** The other articles of a translation group, those of the same edition included. */
  async translations(place: Place, group: string): Promise<readonly Summary[]> {
    const rows = group ? await this.store.scan("groups", { under: [place.publication, group] }) : [];
    const others = rows.map(({ key: [publication = "", , edition = "", key = ""] }) => [publication, edition, key]);
    const cards = await this.marked(await this.cards(others));
    return cards.map(({ card }) => card).filter((card) => card.key !== place.key || card.edition !== place.edition);
  }

  /** Type and bytes of a picture's file, if it is held. */
  async media(sha256: string): Promise<Media | null> {
    return (await this.store.get("media", [sha256])) ?? null;
  }

  /** How much of this edition is held. */
  async holding(publication: string, edition: string): Promise<Holding> {
    const { articles, retractions, bytes } = await this.edition(publication, edition);
    return { articles, retractions, bytes };
  }

  // -- exact bytes ----------------------------------------------------------------------------------------------------

  /** The exact current lines of these keys; null where nothing is held. */
  async lines(publication: string, edition: string, keys: readonly string[]): Promise<readonly (Uint8Array | null)[]> {
    const lines = await this.store.getMany(
      "lines",
      keys.map((key) => [publication, edition, orderly(key)]),
    );
    return lines.map((line) => line ?? null);
  }

  /** The current lines, articles and retractions alike, sorted by key. */
  records(publication: string, edition: string): AsyncGenerator<Uint8Array> {
    return this.inPortions("lines", [publication, edition]);
  }

  /** The lines of earlier revisions that are held, sorted by key, then revision. */
  superseded(publication: string, edition: string): AsyncGenerator<Uint8Array> {
    return this.inPortions("revisions", [publication, edition]);
  }

  private async *inPortions(table: "lines" | "revisions", under: Key): AsyncGenerator<Uint8Array> {
    let after: Key | undefined;
    do {
      const rows: readonly Row<typeof table>[] = await this.store.scan(table, {
        under,
        limit: PORTION,
        ...(after ? { after } : {}),
      });
      for (const { row } of rows) {
        yield row;
      }
      after = rows.length === PORTION ? rows[rows.length - 1]?.key : undefined;
    } while (after);
  }

  /**
   * What a delta is compressed against: held record lines as format.md 4.4 puts them together.
   *
   * Empty where a position of `also` isn't held.
   */
  async prefix(
    publication: string,
    edition: string,
    options: { readonly newest: number; readonly also?: readonly number[] },
  ): Promise<Uint8Array> {
    const of: Of = [publication, edition];
    const { newest, also = [] } = options;
    const order = await this.store.keys("cards", { under: of });
    const keys = order.map(([, , , key = ""]): Key => [...of, key]);
    const further = also.map((position) => keys[position]);
    const lines = await this.store.getMany(
      "lines",
      further.flatMap((key) => (key ? [key] : [])),
    );
    if (lines.length < also.length || lines.includes(undefined)) {
      return new Uint8Array(0);
    }
    const held = lines.flatMap((line) => line ?? []);
    return prefixOf(await this.newest(keys, newest), { newest, also: held });
  }

  /** Lines, the newest first, as many as `bytes` can take, or some more. */
  private async newest(keys: readonly Key[], bytes: number): Promise<Uint8Array[]> {
    const taken: Uint8Array[] = [];
    let size = 0;
    for (let from = 0; from < keys.length && size <= bytes; from += PORTION) {
      const lines = await this.store.getMany("lines", keys.slice(from, from + PORTION));
      taken.push(...lines.flatMap((line) => line ?? []));
      size = taken.reduce((sum, line) => sum + line.length, 0);
    }
    return taken;
  }
}

function isOf(card: CardRow, { section, tag }: ListQuery): boolean {
  return (!section || card.section === section) && (!tag || card.tags.includes(tag));
}

function isArticle(record: { readonly type: string }): record is Article {
  return record.type === "article";
}

function placeIn([publication = "", edition = "", , key = ""]: Key): Place {
  return { publication: String(publication), edition: String(edition), key: unordered(String(key)) };
}

function counted(counts: ReadonlyMap<string, number>): Count[] {
  const all = [...counts].map(([name, articles]) => ({ name, articles }));
  return all.sort((a, b) => b.articles - a.articles || compare(a.name, b.name));
}

/** Where the part of a list before ended, as a page handed it back. */
function decodeAfter(after: string | undefined): Key | undefined {
  const key: unknown = after ? JSON.parse(after) : undefined;
  return Array.isArray(key) ? key.map((part: unknown) => (typeof part === "number" ? part : String(part))) : undefined;
}
