// Handing on what is held: an edition's stock made anew, and what came since some version. docs/format.md 8.8.

import { type Entry, EXTENSIONS, type Role } from "../format/article.ts";
import { comparePlaces, encodeBundle } from "../format/bundle.ts";
import { compare } from "../format/bytes.ts";
import { sha256 } from "../format/digest.ts";
import { cut, type StockPart, stockPart, type Whole } from "../format/stock.ts";
import { newestFirst, orderly, unordered } from "./order.ts";
import { Reading } from "./reading.ts";
import type { Row } from "./store.ts";
import type { Bound, Of, Picture } from "./values.ts";

/** A record to be cut into parts: its place, how long its line is, and that line, where it isn't in the store. */
type Piece = readonly [place: Bound, size: { readonly length: number }, line?: Uint8Array];

/** What the next reader can be given, and what proves it. */
export class Handing extends Reading {
  // -- the stock ------------------------------------------------------------------------------------------------------

  /**
   * The parts of what is held, each with its plain bundle, one at a time.
   *
   * `carried`: records by key that would take the place of those held, where their revision is higher.
   */
  async *stock(
    publication: string,
    edition: string,
    kind: Whole["kind"],
    carried: ReadonlyMap<string, Entry> = new Map(),
  ): AsyncGenerator<readonly [StockPart, Uint8Array]> {
    const of: Of = [publication, edition];
    let start: Bound | undefined;
    for (const part of cut(await this.pieces(of, kind, carried))) {
      const lines = await this.store.getMany(
        "lines",
        part.map(([[, key]]) => [...of, orderly(key)]),
      );
      const items = part.map(([place, , line], at) => [place, line ?? lines[at] ?? new Uint8Array(0)] as const);
      yield await stockPart({ publication, edition, kind }, items, start && part[0]?.[0]);
      start = kind === "segment" ? ["", ""] : undefined;
    }
  }

  private async pieces(of: Of, kind: Whole["kind"], carried: ReadonlyMap<string, Entry>): Promise<Piece[]> {
    const wanted = kind === "segment" ? "article" : "retraction";
    const held = new Map<string, number>();
    const pieces: Piece[] = [];
    for (const { key: place, row } of await this.store.scan("places", { under: of })) {
      const key = unordered(String(place[2]));
      const stays = (carried.get(key)?.record.revision ?? 0) <= row.revision;
      held.set(key, row.revision);
      if (stays && row.kind === wanted) {
        pieces.push([[row.published, key], { length: row.bytes }]);
      }
    }
    for (const [key, { record, line }] of carried) {
      if (record.type === wanted && record.revision > (held.get(key) ?? 0)) {
        pieces.push([[record.type === "article" ? record.published : "", key], line, line]);
      }
    }
    return pieces.sort(([one], [other]) => comparePlaces(one, other));
  }

  // -- stock lists that came in a pack --------------------------------------------------------------------------------

  /** Keep a stock list, so that what is held of an edition in part can be handed on. Raises: LibraryError. */
  async keepStock(publication: string, edition: string, data: Uint8Array): Promise<void> {
    const row = { sha256: await sha256(data), data: data.slice() };
    await this.change(async () => ({
      answer: undefined,
      puts: [{ table: "stocks", key: [publication, edition], row }],
    }));
  }

  /** The stock list of this SHA-256, if it is kept. */
  async keptStock(publication: string, edition: string, digest: string): Promise<Uint8Array | null> {
    const row = await this.store.get("stocks", [publication, edition]);
    return row?.sha256 === digest ? row.data : null;
  }

  /**
   * The earliest time since which nothing is held that stands before `start`, a place.
   *
   * Null where that is of a day that doesn't exist, which a record may have.
   */
  async firstMoment(publication: string, edition: string, start: Bound): Promise<string | null> {
    const [published, key] = start;
    const seconds = Date.parse(published) / 1000;
    if (Number.isNaN(seconds) || utc(seconds) !== published) {
      return null;
    }
    const order = newestFirst(published);
    const under = [publication, edition, order];
    const [first] = await this.store.keys("cards", { under, limit: 1 });
    return utc(seconds + (first && String(first[3]) < orderly(key) ? 1 : 0));
  }

  /** Whether the reader saved an article that was published before that time, or has one of these keys. */
  async hasSaved(
    publication: string,
    edition: string,
    options: { readonly before: string; readonly keys: ReadonlySet<string> },
  ): Promise<boolean> {
    const saved = await this.store.keys("saved", { under: [publication, edition] });
    const places = await this.store.getMany("places", saved);
    return saved.some((place, at) => {
      const row = places[at];
      const key = unordered(String(place[2]));
      return row?.kind === "article" && (row.published < options.before || options.keys.has(key));
    });
  }

  // -- the news -------------------------------------------------------------------------------------------------------

  /** From which version on the library can tell what came after. */
  async settled(publication: string, edition: string): Promise<number> {
    return (await this.edition(publication, edition)).settled;
  }

  /** The keys of everything that came after `version`, which is no lower than `settled`. */
  async changedSince(publication: string, edition: string, version: number): Promise<readonly string[]> {
    const rows: readonly Row<"news">[] = await this.store.scan("news", { under: [publication, edition] });
    return rows.filter(({ row }) => row > version).map(({ key }) => unordered(String(key[2])));
  }

  /** A plain delta of the current records of these keys, which come in their order. */
  async news(
    publication: string,
    edition: string,
    keys: readonly string[],
    options: { readonly since: number; readonly to: number },
  ): Promise<Uint8Array> {
    const lines = (await this.lines(publication, edition, keys)).flatMap((line) => line ?? []);
    const { since: from, to } = options;
    const records = lines.length;
    return encodeBundle({ format: "tamizdat.bundle.1", publication, edition, kind: "delta", records, from, to }, lines);
  }

  // -- pictures -------------------------------------------------------------------------------------------------------

  /** The held pictures of this role that articles of the edition (of these keys) show, by digest, in its order. */
  async pictures(
    publication: string,
    edition: string,
    options: { readonly role: Role; readonly keys?: ReadonlySet<string> },
  ): Promise<ReadonlyMap<string, Picture>> {
    const { role, keys } = options;
    const places = await this.store.scan("places", { under: [publication, edition] });
    const wanted = places.filter(({ key }) => !keys || keys.has(unordered(String(key[2]))));
    const notes = new Map(
      wanted.flatMap(({ row }) => row.pictures.filter((note) => note.role === role).map((note) => [note.sha256, note])),
    );
    const held = [...(await this.heldMedia(notes.keys()))].sort(compare);
    return new Map(
      held.flatMap((digest): [string, Picture][] => {
        const note = notes.get(digest);
        return note ? [[digest, { path: `media/${digest}.${EXTENSIONS[note.type]}`, bytes: note.bytes }]] : [];
      }),
    );
  }
}

function utc(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/\.000Z$/, "Z");
}
