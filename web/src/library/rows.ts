// The rows of the library's tables. Keys are said with each; `order` and `orderly` are in order.ts.

import type { ImageType } from "../format/article.ts";
import type { Choice, HeadNote, MirrorNote, Place, Role, Summary, Sync } from "./values.ts";

/** The schema's number: the version of the database. */
export const SCHEMA = 1;

/** A publication, but for what the catalog's bytes say again. `added`: in which order they came. */
export interface PublicationRow {
  readonly added: number;
  readonly title: string;
  readonly place: string;
  readonly fingerprint: string;
  readonly version: number;
  readonly published: string;
  readonly signed: number;
  readonly mirrors: readonly string[];
  readonly moreMirrors: readonly string[];
  readonly moreMirrorsSha256: string;
  readonly lastGood: string;
  readonly head: HeadNote | null;
  readonly choice: Choice;
  readonly syncs: readonly Sync[];
}

/** The newest accepted metadata and catalog, as exact bytes. */
export interface TrustRow {
  readonly timestamp: Uint8Array;
  readonly snapshot: Uint8Array;
  readonly targets: Uint8Array;
  readonly catalog: Uint8Array;
  readonly site: { readonly sha256: string; readonly bytes: number };
}

/** How far an edition was applied, as `Standing` has it, and how much of it is held. */
export interface EditionRow {
  readonly version: number;
  readonly completeSince: string;
  readonly segments: ReadonlySet<string>;
  readonly revisions: number;
  readonly previews: number;
  readonly standards: number;
  readonly taken: ReadonlyMap<string, "revisions" | Role>;
  readonly wantsOlder: boolean;
  readonly settled: number;
  readonly articles: number;
  readonly retractions: number;
  readonly bytes: number;
  readonly sections: ReadonlyMap<string, number>;
  readonly tags: ReadonlyMap<string, number>;
}

/** A file of a picture that an article shows. */
export interface PictureNote {
  readonly sha256: string;
  readonly role: Role;
  readonly type: ImageType;
  readonly bytes: number;
}

/** The small facts of what is held of a key, so that deciding reads no texts. `bytes`: of the line. */
export interface PlaceRow {
  readonly kind: "article" | "retraction";
  readonly revision: number;
  readonly published: string;
  readonly cleared: number;
  readonly bytes: number;
  readonly group: string;
  readonly pictures: readonly PictureNote[];
}

/** What a list shows of an article, beside its key and what the reader did with it. */
export type CardRow = Omit<Summary, keyof Place | keyof MarksRow | "saved">;

export interface MediaRow {
  readonly type: ImageType;
  readonly data: Uint8Array<ArrayBuffer>;
}

export interface MarksRow {
  readonly read: boolean;
  readonly position: number;
}

/** Articles that one commit changed, for search to look at again. */
export interface ChangeRow {
  readonly edition: string;
  readonly keys: readonly string[];
}

/** A stock list that came in a pack, of an edition that isn't held whole. */
export interface StockRow {
  readonly sha256: string;
  readonly data: Uint8Array;
}

export interface Rows {
  /** [name] → how often what it counts was changed. */
  readonly counters: number;
  /** [publication] */
  readonly publications: PublicationRow;
  /** [publication] */
  readonly trust: TrustRow;
  /** [publication, version] → exact bytes */
  readonly roots: Uint8Array;
  /** [publication, version] → digest */
  readonly catalogs: string;
  /** [publication, place] */
  readonly mirrors: MirrorNote;
  /** [publication, edition] */
  readonly editions: EditionRow;
  /** [publication, edition, orderly key] */
  readonly places: PlaceRow;
  /** [publication, edition, orderly key] → the exact line */
  readonly lines: Uint8Array;
  /** [publication, edition, order of publishing, orderly key] */
  readonly cards: CardRow;
  /** [publication, edition, orderly key, revision] → the exact line of a superseded article */
  readonly revisions: Uint8Array;
  /** [publication, translation group, edition, orderly key] → when it was published */
  readonly groups: string;
  /** [publication, edition, orderly key] */
  readonly saved: true;
  /** [publication, edition, orderly key] */
  readonly marks: MarksRow;
  /** [digest] */
  readonly media: MediaRow;
  /** [publication, edition, orderly key] → the version that brought it by a delta */
  readonly news: number;
  /** [publication, edition] */
  readonly stocks: StockRow;
  /** [publication, digest, from which byte on] */
  readonly partials: Uint8Array;
  /** [publication, number of the commit] */
  readonly changes: ChangeRow;
  /** [publication, …] What search keeps: its own affair. */
  readonly index: unknown;
}

const EVERY: Readonly<Record<keyof Rows, true>> = {
  counters: true,
  publications: true,
  trust: true,
  roots: true,
  catalogs: true,
  mirrors: true,
  editions: true,
  places: true,
  lines: true,
  cards: true,
  revisions: true,
  groups: true,
  saved: true,
  marks: true,
  media: true,
  news: true,
  stocks: true,
  partials: true,
  changes: true,
  index: true,
};

/** The tables' names. */
export const TABLES = Object.keys(EVERY);
