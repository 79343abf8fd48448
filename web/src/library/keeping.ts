// Keeping: pictures, saved articles, marks, limits on what stays, and letting go of what is no longer wanted.

import { HashMismatch, LibraryLocked, NoSuchArticle } from "../errors.ts";
import { sha256 } from "../format/digest.ts";
import { Applying } from "./applying.ts";
import { everywhere, SAVED, TRIES } from "./base.ts";
import { orderly, unordered } from "./order.ts";
import type { MarksRow, PictureNote, PlaceRow } from "./rows.ts";
import { INDEX } from "./shelf.ts";
import type { Key, Put, Row } from "./store.ts";
import { mediaMark, NO_EDITION } from "./trusting.ts";
import type { Applied, Of, Place, Role } from "./values.ts";
import { FEW, stepOf } from "./writing.ts";

const UNMARKED: MarksRow = { read: false, position: 0 };
const OF_RECORDS = ["places", "lines", "cards", "revisions", "saved", "marks", "news", "stocks"] as const;
const OF_PUBLICATION = [
  "publications",
  "trust",
  "roots",
  "catalogs",
  "mirrors",
  "editions",
  "groups",
  "partials",
] as const;
const OF_SEARCH = ["changes", "index"] as const;

/** A picture's file as a media bundle has it: where it lies, and its bytes. */
type MediaFile = readonly [path: string, data: Uint8Array];

/** What the reader chose to keep, and what must go. */
export class Keeping extends Applying {
  // -- saved articles and marks ---------------------------------------------------------------------------------------

  /** Keep this article whatever the limits say, until it is retracted. Raises: NoSuchArticle, LibraryError. */
  async save(place: Place): Promise<void> {
    const key = keyOf(place);
    for (let left = TRIES; ; left -= 1) {
      const counted = (await this.store.get("counters", [SAVED])) ?? 0;
      if (!(await this.isHeld(key))) {
        throw new NoSuchArticle({ key: place.key });
      }
      try {
        // The count keeps it from what is being let go of at the same time.
        return await this.store.commit(
          { removals: [], puts: [{ table: "saved", key, row: true }] },
          { [SAVED]: counted },
        );
      } catch (error) {
        if (!(error instanceof LibraryLocked) || left === 1) {
          throw error;
        }
      }
    }
  }

  /** Take back `save`. Raises: LibraryError. */
  unsave(place: Place): Promise<void> {
    return this.store.commit({ removals: [{ table: "saved", gone: keyOf(place) }], puts: [] });
  }

  /**
   * Note whether an article was read, and how far (0 to 1). Of one that has gone nothing is noted: a page may show it
   * still. Raises: LibraryError.
   */
  async mark(place: Place, marks: { readonly read?: boolean; readonly position?: number }): Promise<void> {
    const key = keyOf(place);
    if (!(await this.isHeld(key))) {
      return;
    }
    const row = { ...UNMARKED, ...(await this.store.get("marks", key)), ...marks };
    await this.store.commit({ removals: [], puts: [{ table: "marks", key, row }] });
  }

  private async isHeld(key: Key): Promise<boolean> {
    return (await this.store.get("places", key))?.kind === "article";
  }

  // -- pictures -------------------------------------------------------------------------------------------------------

  /**
   * Keep those files of a media bundle that a held article shows, and say that bundles up to `to` are held.
   *
   * `taken`: the bundle's digest, where others up to that version are still to come. Answers how many are new. Raises:
   * HashMismatch, LibraryError.
   */
  async addMedia(
    publication: string,
    edition: string,
    files: Iterable<MediaFile>,
    options: { readonly role: Role; readonly to: number; readonly taken?: string },
  ): Promise<number> {
    const pictures = await checked(files);
    const { role, to } = options;
    return this.change(async () => {
      const shown = await this.shown([]);
      const held = new Set(await this.heldMedia(pictures.keys()));
      const puts = [...pictures].flatMap(([digest, data]): Put[] => {
        const note = shown.get(digest);
        return note && !held.has(digest) ? [{ table: "media", key: [digest], row: { type: note.type, data } }] : [];
      });
      const row = await this.edition(publication, edition);
      const taken = options.taken ? new Map([...row.taken, [options.taken, role] as const]) : row.taken;
      const marked = { ...row, ...mediaMark(role, to), taken };
      return { answer: puts.length, puts: [...puts, { table: "editions", key: [publication, edition], row: marked }] };
    });
  }

  /** SHA-256 of the files of this role that held articles show and that aren't held yet. */
  async wantedMedia(publication: string, edition: string, options: { readonly role: Role }): Promise<Set<string>> {
    const shown = await this.shown([publication, edition], options.role);
    for (const digest of await this.heldMedia(shown.keys())) {
      shown.delete(digest);
    }
    return new Set(shown.keys());
  }

  /** Those of these pictures that are held. */
  async heldMedia(digests: Iterable<string>): Promise<readonly string[]> {
    const asked = [...new Set(digests)];
    const under = asked.length > FEW ? [[]] : asked.map((digest) => [digest]);
    const keys = await Promise.all(under.map((each) => this.store.keys("media", { under: each })));
    const held = new Set(keys.flatMap((each) => each.map((key) => key[0])));
    return asked.filter((digest) => held.has(digest));
  }

  /** The files of pictures that the held articles below `under` show, by digest. */
  protected async shown(under: Key, role?: Role): Promise<Map<string, PictureNote>> {
    const notes = new Map<string, PictureNote>();
    for (const { row } of await this.store.scan("places", { under })) {
      for (const note of row.pictures) {
        if (role === undefined || note.role === role) {
          notes.set(note.sha256, note);
        }
      }
    }
    return notes;
  }

  // -- limits ---------------------------------------------------------------------------------------------------------

  /**
   * Let go of articles published before `since`, then of the oldest until records and pictures fit `maxBytes`.
   *
   * Saved articles stay; those of one time stay or go together. The edition remembers since when it is complete. Raises:
   * LibraryError.
   */
  async trim(
    publication: string,
    edition: string,
    options: { readonly since?: string; readonly maxBytes?: number },
  ): Promise<Applied> {
    const of: Of = [publication, edition];
    return this.change(
      async (number) => {
        const places = await this.store.scan("places", { under: of });
        const articles = places.filter(({ row }) => row.kind === "article");
        const fitting = options.maxBytes === undefined ? "" : await this.fittingSince(articles, options.maxBytes);
        const since = latest(options.since ?? "", fitting);
        const saved = new Set((await this.store.keys("saved", { under: of })).map((key) => key[2]));
        const leaving = articles.filter(({ key, row }) => row.published < since && !saved.has(key[2] ?? ""));
        const known = new Map(leaving.map(({ key, row }) => [unordered(String(key[2])), row]));
        const written = await this.written(of, { entries: [], dropped: [...known.keys()] }, known, number);
        const completeSince = latest(written.edition.completeSince, since);
        return stepOf(of, written, { completeSince }, written.applied);
      },
      [SAVED],
    );
  }

  /** The time since which everything held fits into `maxBytes`, "" where all does; the newest fits always. */
  private async fittingSince(articles: readonly Row<"places">[], maxBytes: number): Promise<string> {
    const held = new Set(await this.heldMedia(articles.flatMap(({ row }) => row.pictures.map(({ sha256 }) => sha256))));
    const sizes = new Map<string, number>();
    for (const { row } of articles) {
      sizes.set(row.published, (sizes.get(row.published) ?? 0) + sizeOf(row, held));
    }
    let total = 0;
    let since = "";
    for (const [published, size] of [...sizes].sort(([one], [other]) => (one < other ? 1 : -1))) {
      total += size;
      if (total > maxBytes && since) {
        return since;
      }
      since = published;
    }
    return "";
  }

  /** Let go of an edition that the reader no longer wants; saved articles go, too. Raises: LibraryError. */
  forget(publication: string, edition: string): Promise<Applied> {
    const of: Of = [publication, edition];
    return this.change(async (number) => {
      const places = await this.store.scan("places", { under: of });
      const known = new Map(places.map(({ key, row }) => [unordered(String(key[2])), row]));
      const written = await this.written(of, { entries: [], dropped: [...known.keys()] }, known, number);
      const { settled } = written.edition;
      const step = stepOf(of, written, { ...NO_EDITION, settled }, written.applied);
      return { ...step, removals: [...(step.removals ?? []), ...everywhere(OF_RECORDS, of)] };
    });
  }

  /** Forget a publication with everything that is held of it. Raises: LibraryError. */
  forgetPublication(publication: string): Promise<void> {
    const under = [publication];
    return this.change(async () => {
      const leaving = await this.shown(under);
      const places = await this.store.scan("places", { under: [] });
      for (const { row } of places.filter(({ key }) => key[0] !== publication)) {
        for (const { sha256 } of row.pictures) {
          leaving.delete(sha256);
        }
      }
      const pictures = [...leaving.keys()].map((digest) => ({ table: "media", gone: [digest] }) as const);
      const removals = [...everywhere([...OF_RECORDS, ...OF_PUBLICATION, ...OF_SEARCH], under), ...pictures];
      return { answer: undefined, removals };
    }, [INDEX]);
  }
}

/** The key of an article's rows. */
export function keyOf({ publication, edition, key }: Place): Key {
  return [publication, edition, orderly(key)];
}

async function checked(files: Iterable<MediaFile>): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const pictures = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const [path, data] of files) {
    const digest = path.replace(/^.*\//, "").replace(/\..*$/, "");
    if ((await sha256(data)) !== digest) {
      throw new HashMismatch({ path });
    }
    pictures.set(digest, data.slice());
  }
  return pictures;
}

function sizeOf(row: PlaceRow, held: ReadonlySet<string>): number {
  return row.pictures.reduce((sum, { sha256, bytes }) => sum + (held.has(sha256) ? bytes : 0), row.bytes);
}

function latest(one: string, other: string): string {
  return one > other ? one : other;
}
