// What the pages may ask of the engine, and what it answers: plain values that can be posted between threads.
//
// The engine holds the library and does everything but showing. It runs in workers, so that a page stays quick while a
// bundle is unpacked: one that syncs, and one that reads and searches. Where the browser keeps nothing (a private
// window, storage denied), one worker does both, in memory.

import type { Article, Retraction } from "../format/article.ts";
import type {
  Summary as Card,
  SummaryPage as CardPage,
  Choice,
  Count,
  ListQuery,
  Place,
  Sync as SyncFigures,
} from "../library/values.ts";
import type {
  Price as SyncPlan,
  Progress as SyncProgress,
  Report as SyncReport,
  Wish as SyncWish,
} from "../sync/options.ts";
import type { Freshness } from "../trust/freshness.ts";

export type { Keep, MediaChoice } from "../library/values.ts";
export type { Problem } from "../sync/options.ts";
export type {
  Card,
  CardPage,
  Choice,
  Count,
  Freshness,
  ListQuery,
  Place,
  SyncFigures,
  SyncPlan,
  SyncProgress,
  SyncReport,
  SyncWish,
};

/** An edition of a publication: how many articles the catalog says it has, and how many bytes of text are held of it. */
export interface EditionView {
  readonly edition: string;
  readonly title: string;
  readonly direction: "ltr" | "rtl";
  readonly articles: number;
  readonly held: number;
  readonly version: number;
  readonly completeSince: string;
}

/** A publication as of its newest verified catalog. Times are RFC 3339 with Z. `fingerprint` and `address`: to hand on. */
export interface PublicationView {
  readonly publication: string;
  readonly title: string;
  readonly address: string;
  readonly fingerprint: string;
  readonly version: number;
  readonly published: string;
  readonly signed: string;
  readonly freshness: Freshness;
  readonly mirrors: readonly string[];
  readonly lastGood: string;
  readonly choice: Choice;
  readonly editions: readonly EditionView[];
  readonly lastSync: SyncFigures | null;
}

/** A revision of an article: the current one and those that were superseded. `held`: it can be read here. */
export interface RevisionView {
  readonly revision: number;
  readonly updated: string;
  readonly held: boolean;
}

/** An article, or an earlier revision of it, with all that its page shows. `pictures`: digests of those that are held. */
export interface ArticleView {
  readonly kind: "article";
  readonly article: Article;
  readonly current: number;
  readonly revisions: readonly RevisionView[];
  readonly translations: readonly Card[];
  readonly pictures: readonly string[];
  readonly saved: boolean;
  readonly read: boolean;
  readonly position: number;
}

export interface RetractionView {
  readonly kind: "retraction";
  readonly retraction: Retraction;
}

/** A text with the places that were sought: every other piece, from the second on, is one of them. */
export type Marked = readonly string[];

export interface Hit {
  readonly card: Card;
  readonly snippet: Marked;
}

/** `indexed` of `held` articles are in the index so far; what isn't can't be found yet. */
export interface HitPage {
  readonly hits: readonly Hit[];
  readonly found: number;
  readonly indexed: number;
  readonly held: number;
}

/** What went wrong, as it crosses threads: the code of docs/format.md, section 12, its message and its fields. */
export interface Trouble {
  readonly code: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, string | number>>;
}

/** First contact: what an address offers, before anything of it is kept. `pinned`: the address named the fingerprint. */
export interface Meeting {
  readonly publication: string;
  readonly address: string;
  readonly fingerprint: string;
  readonly pinned: boolean;
  readonly title: string;
  readonly version: number;
  readonly published: string;
  readonly freshness: Freshness;
  readonly editions: readonly EditionView[];
}

/** What the browser lets the app do. `persisted`: whether it promised not to clear the library by itself. */
export interface Surroundings {
  readonly storage: "kept" | "memory";
  readonly persisted: boolean;
  readonly usage: number;
  readonly quota: number;
  /** Whether signatures are verified by the browser itself, or by the app's own code (older or insecure contexts). */
  readonly crypto: "browser" | "own";
}

/** What the worker that reads answers. */
export interface Reading {
  surroundings(): Promise<Surroundings>;
  publications(): Promise<readonly PublicationView[]>;
  list(query: ListQuery): Promise<CardPage>;
  sections(publication: string, edition: string): Promise<readonly Count[]>;
  tags(publication: string, edition: string): Promise<readonly Count[]>;
  /** The current revision, or the one named; null where nothing of that key is held. */
  article(place: Place, revision?: number): Promise<ArticleView | RetractionView | null>;
  /** The picture's bytes with their type, or null where it isn't held. */
  picture(sha256: string): Promise<Blob | null>;
  /** `read`: opened, or marked as unread. `position`: how far, 0 to 1. */
  mark(place: Place, marks: { read?: boolean; position?: number }): Promise<void>;
  save(place: Place, saved: boolean): Promise<void>;
  search(publication: string, words: string, limit: number, skip: number): Promise<HitPage>;
  /** A pack of everything that is held of the publication, of one edition, or what changed since a version. */
  pack(publication: string, options: { edition?: string; since?: number; pictures: boolean }): Promise<Blob>;
}

/** What the worker that syncs does. One thing at a time: a second one is refused with the code `locked`. */
export interface Syncing {
  /** Fetch and verify what an address offers. Keeps nothing: `trust` does. */
  meet(address: string): Promise<Meeting>;
  /** Keep a publication that was met, with what the reader chose of it. */
  trust(publication: string, choice: Choice): Promise<void>;
  choose(publication: string, choice: Choice): Promise<void>;
  /** Learn what is new (one request), and what it would cost. */
  plan(wish: SyncWish): Promise<SyncPlan>;
  sync(wish: SyncWish, told: (progress: SyncProgress) => void): Promise<SyncReport>;
  /** Stop the sync after what is in hand; it rejects with the code `stopped`, and goes on from there next time. */
  pause(): Promise<void>;
  /** The SHA-256 that the newest signed site.json has for a path of the tree; "" where it doesn't name it. */
  listed(publication: string, path: string): Promise<string>;
  /** Read a pack file; opens no connection. Rejects with `first-contact` (field `fingerprint`) until it is trusted. */
  open(pack: Blob, options: { trusted?: string; acceptRetractions?: boolean }): Promise<SyncReport>;
  /** Forget one publication with everything that is held of it. */
  forget(publication: string): Promise<void>;
  /** Delete every database. Caches and the service worker are the page's to delete. */
  wipe(): Promise<void>;
}

/** What the engine tells all pages by itself. */
export type News =
  | { readonly kind: "changed"; readonly publication: string }
  | { readonly kind: "indexed"; readonly publication: string; readonly indexed: number; readonly held: number }
  | { readonly kind: "wiped" };
