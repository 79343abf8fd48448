// Packing a reader's own library: what it holds is made anew to the byte, and proven by the catalog's stock digest.
//
// Nothing of the reader goes in: not what was chosen or saved, nor when and from where anything was synced. Two libraries
// that hold the same of one state give the same files.

import { PackError, UsageError } from "../errors.ts";
import type { Role } from "../format/article.ts";
import type { Catalog } from "../format/catalog.ts";
import { sha256 } from "../format/digest.ts";
import { rawBundlePath, stockPath } from "../format/names.ts";
import { encodePack } from "../format/pack.ts";
import { type File, type Held, signedFiles } from "../format/state.ts";
import { decodeStock, encodeStock, type StockPart } from "../format/stock.ts";
import type { Library, MediaChoice } from "../library/index.ts";
import { readSnapshot, readTargets } from "../trust/metadata.ts";

/** Beyond so much news, plain, whole parts are handed on: a reader takes the news in one go. */
const NEWS_BYTES = 16 * 1024 * 1024;

const KINDS = ["segment", "tombstones"] as const;
const ROLES: Readonly<Record<MediaChoice, readonly Role[]>> = {
  none: [],
  previews: ["preview"],
  standard: ["preview", "standard"],
};

/**
 * What goes into a pack: everything that is held, or of one edition; `since`: only what leads a reader who stands at that
 * version, or later, to the newest.
 */
export interface PackOptions {
  readonly edition?: string;
  readonly since?: number;
  readonly media: MediaChoice;
}

/**
 * How an edition fared. `since` 0: who holds nothing gets it. `articles`: how many are in it or, of news, how many articles
 * and retractions. `whole`: all of the edition is, not only its newest part.
 */
export interface PackedEdition {
  readonly version: number;
  readonly since: number;
  readonly articles: number;
  readonly whole: boolean;
}

/** A pack's bytes, in pieces, and what is in it. */
export interface Packed {
  readonly pieces: readonly Uint8Array<ArrayBuffer>[];
  readonly editions: ReadonlyMap<string, PackedEdition>;
}

/** What proves an edition's records: the stock list's bytes, and those of its parts that this library can make. */
interface Proof {
  readonly data: Uint8Array;
  readonly parts: ReadonlySet<string>;
  readonly articles: number;
  readonly whole: boolean;
}

/** What the pack holds of one edition. `keys`: of news alone. */
interface Edition {
  readonly told: PackedEdition;
  readonly files: readonly File[];
  readonly keys?: ReadonlySet<string>;
}

/**
 * Make a pack of what the library holds of a publication, or of one edition.
 *
 * Throws UsageError where that is nothing; PackError where nothing proves it to others; LibraryError.
 */
export function pack(library: Library, publication: string, options: PackOptions): Promise<Packed> {
  return library.reading(async () => {
    const [held, catalog] = [await library.held(publication), await library.catalog(publication)];
    if (!(held && catalog)) {
      throw new UsageError("nothing was synced yet of this publication");
    }
    return new Holdings(library, held, catalog, options).pack();
  });
}

class Holdings {
  private readonly library: Library;
  private readonly held: Held;
  private readonly catalog: Catalog;
  private readonly publication: string;
  private readonly options: PackOptions;

  constructor(library: Library, held: Held, catalog: Catalog, options: PackOptions) {
    this.library = library;
    this.held = held;
    this.catalog = catalog;
    this.publication = catalog.publication;
    this.options = options;
  }

  async pack(): Promise<Packed> {
    const files = await this.signed();
    const editions = new Map<string, PackedEdition>();
    const pictures = new Map<string, File>();
    const unproven: string[] = [];
    for (const code of await this.codes()) {
      const edition = await this.edition(code);
      if (edition) {
        editions.set(code, edition.told);
        files.push(...edition.files);
        await this.addPictures(pictures, code, edition.keys);
      } else {
        unproven.push(code);
      }
    }
    if (unproven.length > 0) {
      throw new PackError({ editions: unproven.join(", ") });
    }
    if (editions.size === 0) {
      throw new UsageError("nothing of that is held");
    }
    // By their digests, so that no order tells anything.
    const sorted = [...pictures].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, file]) => file);
    return { pieces: encodePack([...files, ...sorted]), editions };
  }

  private async signed(): Promise<File[]> {
    const { held } = this;
    return signedFiles({
      ...held,
      snapshotVersion: readSnapshot(held.snapshot, "snapshot.json").signed.version,
      targetsVersion: readTargets(held.targets, "targets.json").signed.version,
      catalogSha256: await sha256(held.catalog),
    });
  }

  /** Those of which anything is held; of these the edition asked for, if one is. */
  private async codes(): Promise<string[]> {
    const { edition } = this.options;
    const found: string[] = [];
    for (const code of [...this.catalog.editions.keys()].filter((each) => each === (edition ?? each))) {
      const { version } = await this.library.standing(this.publication, code);
      const { articles, retractions } = await this.library.holding(this.publication, code);
      found.push(...(version + articles + retractions > 0 ? [code] : []));
    }
    return found;
  }

  // -- what can be proven ----------------------------------------------------------------------------------------------

  /** Null where nothing proves what is held of it. */
  private async edition(code: string): Promise<Edition | null> {
    const { version } = await this.library.standing(this.publication, code);
    const proof = version === this.catalog.editions.get(code)?.version ? await this.proof(code, version) : null;
    if (!proof) {
      return null;
    }
    const list: File = [stockPath(await sha256(proof.data)), proof.data];
    const { whole } = proof;
    const news = await this.news(code, version);
    if (news) {
      const { keys, since, file } = news;
      return { told: { version, since, articles: keys.size, whole }, files: [list, ...file], keys };
    }
    const told = { version, since: 0, articles: proof.articles, whole };
    return { told, files: [list, ...(await this.parts(code, proof))] };
  }

  /** The stock list that the catalog names, made anew or kept from a pack, and what of it is held. */
  private async proof(code: string, version: number): Promise<Proof | null> {
    const ref = this.catalog.editions.get(code)?.stock;
    if (!ref) {
      return null;
    }
    const made = { segment: await this.made(code, "segment"), tombstones: await this.made(code, "tombstones") };
    const [data, own] = await encodeStock({
      format: "tamizdat.stock.1",
      edition: code,
      version,
      parts: made.segment,
      tombstones: made.tombstones,
    });
    if (own.sha256 === ref.sha256) {
      const parts = new Set([...made.segment, ...made.tombstones].map((part) => part.raw_sha256));
      return { data, parts, articles: recordsIn(made.segment), whole: true };
    }
    const kept = await this.library.keptStock(this.publication, code, ref.sha256);
    if (!kept) {
      return null;
    }
    const listed = await decodeStock(kept, ref, { edition: code, version, path: stockPath(ref.sha256) });
    const named = new Set([...listed.parts, ...listed.tombstones].map((part) => part.raw_sha256));
    const isNamed = (part: StockPart) => named.has(part.raw_sha256);
    const parts = new Set([...made.segment, ...made.tombstones].filter(isNamed).map((part) => part.raw_sha256));
    return { data: kept, parts, articles: recordsIn(made.segment.filter(isNamed)), whole: parts.size === named.size };
  }

  private async made(code: string, kind: (typeof KINDS)[number]): Promise<StockPart[]> {
    const found: StockPart[] = [];
    for await (const [part] of this.library.stock(this.publication, code, kind)) {
      found.push(part);
    }
    return found;
  }

  private async parts(code: string, proof: Proof): Promise<File[]> {
    const files: File[] = [];
    for (const kind of KINDS) {
      for await (const [part, raw] of this.library.stock(this.publication, code, kind)) {
        if (proof.parts.has(part.raw_sha256)) {
          files.push([rawBundlePath(part.raw_sha256), raw]);
        }
      }
    }
    return files;
  }

  /** Where the pack is for who stands at some version: what came since; null where that can't be told, or is too much. */
  private async news(code: string, version: number) {
    const { since } = this.options;
    if (since === undefined || since < Math.min(await this.library.settled(this.publication, code), version)) {
      return null;
    }
    const keys = await this.library.changedSince(this.publication, code, since);
    const span = { since: Math.min(since, version), to: version };
    const data = await this.library.news(this.publication, code, keys, span);
    if (data.length > NEWS_BYTES) {
      return null;
    }
    const file: File[] = keys.length > 0 ? [[rawBundlePath(await sha256(data)), data]] : [];
    return { since, keys: new Set(keys), file };
  }

  // -- pictures --------------------------------------------------------------------------------------------------------

  /** Those that the packed articles show. */
  private async addPictures(found: Map<string, File>, code: string, keys?: ReadonlySet<string>): Promise<void> {
    for (const role of ROLES[this.options.media]) {
      const pictures = await this.library.pictures(this.publication, code, { role, ...(keys && { keys }) });
      for (const [digest, { path }] of pictures) {
        const media = await this.library.media(digest);
        if (media) {
          found.set(digest, [path, media.data]);
        }
      }
    }
  }
}

function recordsIn(parts: readonly StockPart[]): number {
  return parts.reduce((sum, part) => sum + part.records, 0);
}
