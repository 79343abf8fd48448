// What syncs learned of a publication's mirrors, and what arrived from them of files that aren't whole yet.

import { concat } from "../format/bytes.ts";
import { Handing } from "./handing.ts";
import type { Put } from "./store.ts";
import type { MirrorNote } from "./values.ts";

/** The signed list beyond what stands in the catalog, the reader's own notes on each place, and broken-off downloads. */
export class Mirrors extends Handing {
  /** The digest of the list of further mirrors that is known; "" where none is. */
  async moreMirrorsSha256(publication: string): Promise<string> {
    return (await this.store.get("publications", [publication]))?.moreMirrorsSha256 ?? "";
  }

  /** Keep the further mirrors that the newest catalog names by a file of this digest. Raises: LibraryError. */
  learnMoreMirrors(
    publication: string,
    mirrors: readonly string[],
    options: { readonly sha256: string },
  ): Promise<void> {
    return this.note(publication, () => ({ moreMirrors: mirrors, moreMirrorsSha256: options.sha256 }));
  }

  /** By place: how it answered when it was asked last. */
  async mirrorNotes(publication: string): Promise<ReadonlyMap<string, MirrorNote>> {
    const rows = await this.store.scan("mirrors", { under: [publication] });
    return new Map(rows.map(({ key, row }) => [String(key[1]), row]));
  }

  /** Note how these answered, and forget places that the publication has no more. Raises: LibraryError. */
  noteMirrors(publication: string, notes: ReadonlyMap<string, MirrorNote>): Promise<void> {
    return this.change(async () => {
      const known = await this.publication(publication);
      const noted = await this.store.keys("mirrors", { under: [publication] });
      const left = new Set(known ? [known.place, known.lastGood, ...known.mirrors] : []);
      const kept = [...notes].filter(([place]) => left.has(place));
      return {
        answer: undefined,
        removals: noted.filter((key) => !left.has(String(key[1]))).map((gone) => ({ table: "mirrors", gone })),
        puts: kept.map(([place, row]): Put => ({ table: "mirrors", key: [publication, place], row })),
      };
    });
  }

  // -- broken-off downloads, by the digest that the file is to have ---------------------------------------------------

  /** What arrived of a file so far. */
  async partial(publication: string, sha256: string): Promise<Uint8Array> {
    const rows = await this.store.scan("partials", { under: [publication, sha256] });
    const pieces: Uint8Array[] = [];
    let end = 0;
    for (const { key, row } of rows) {
      // Two pages that fetched at once may have left pieces that don't follow each other.
      if (key[2] === end) {
        pieces.push(row);
        end += row.length;
      }
    }
    return concat(pieces);
  }

  /** How many bytes arrived of a file so far. */
  async partialBytes(publication: string, sha256: string): Promise<number> {
    return (await this.partial(publication, sha256)).length;
  }

  /** Keep bytes of a file that stand from `from` on. Raises: LibraryError. */
  keepPartial(publication: string, sha256: string, from: number, data: Uint8Array): Promise<void> {
    const put: Put = { table: "partials", key: [publication, sha256, from], row: data.slice() };
    return this.store.commit({ removals: [], puts: [put] });
  }

  /** Forget what arrived of a file: it is in the library now, or isn't what it should be. Raises: LibraryError. */
  dropPartial(publication: string, sha256: string): Promise<void> {
    return this.store.commit({ removals: [{ table: "partials", gone: [publication, sha256] }], puts: [] });
  }

  /** Forget what arrived of other files: what a newer catalog doesn't name may hold what was retracted. */
  async keepOnlyPartials(publication: string, digests: ReadonlySet<string>): Promise<void> {
    const keys = await this.store.keys("partials", { under: [publication] });
    const gone = keys.filter((key) => !digests.has(String(key[1])));
    if (gone.length > 0) {
      await this.store.commit({ removals: gone.map((key) => ({ table: "partials", gone: key })), puts: [] });
    }
  }
}
