// What a library is told and what it tells: plain values, which can be posted between threads.

import type { Article, Retraction } from "../format/article.ts";

export type { Place as Bound, Role } from "../format/article.ts";

export type MediaChoice = "none" | "previews" | "standard";

/** How much to keep: the newest days, at most so many megabytes, or (neither given) all. */
export interface Keep {
  readonly days?: number;
  readonly megabytes?: number;
}

/** What a reader wants of a publication. `editions` empty: none chosen yet. `maxBytes` 0: no cap. */
export interface Choice {
  readonly editions: readonly string[];
  readonly media: MediaChoice;
  readonly keep: Keep;
  readonly revisions: boolean;
  readonly maxBytes: number;
}

/** A head that brought a state: its path, digest and size, for the next conditional request. */
export interface HeadNote {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

/**
 * A publication that the library knows, as of its newest verified catalog.
 *
 * `publication`: SHA-256 of its 1.root.json. `signed`: Unix seconds of the newest accepted timestamp. `place`: where it
 * was synced from first. `mirrors`: of the catalog and of its file of further ones; `lastGood`: the one that answered
 * last. `head`: null where the newest state came by plain files.
 */
export interface Publication {
  readonly publication: string;
  readonly title: string;
  readonly place: string;
  readonly fingerprint: string;
  readonly version: number;
  readonly published: string;
  readonly signed: number;
  readonly mirrors: readonly string[];
  readonly lastGood: string;
  readonly head: HeadNote | null;
  readonly choice: Choice;
}

/** How a mirror answered when a sync asked it last, at `asked`. `problem`: the error's code; "": it was good. */
export interface MirrorNote {
  readonly asked: string;
  readonly problem: string;
  /** It sent a head that was held, so that it is better asked for the small timestamp first. */
  readonly sendsHeld: boolean;
}

/**
 * How far an edition was applied.
 *
 * `version`: of the publication, 0 where it was never complete. `completeSince`: everything published from then on is
 * held; "": everything. `segments`: plain digests of the applied segments of a snapshot that isn't finished.
 * `revisions`, `previews`, `standards`: up to which version superseded records and media bundles are held; `taken`:
 * digests of those bundles that were applied since. `wantsOlder`: the reader chose to keep more than is held.
 */
export interface Standing {
  readonly edition: string;
  readonly version: number;
  readonly completeSince: string;
  readonly segments: ReadonlySet<string>;
  readonly revisions: number;
  readonly previews: number;
  readonly standards: number;
  readonly taken: ReadonlySet<string>;
  readonly wantsOlder: boolean;
}

/** What applying changed, in articles. `removed`: gone without a retraction, as the snapshot lacks them. */
export interface Applied {
  readonly added: number;
  readonly revised: number;
  readonly retracted: number;
  readonly removed: number;
  readonly revisions: number;
}

export const NOTHING: Applied = { added: 0, revised: 0, retracted: 0, removed: 0, revisions: 0 };

/** An edition of a publication, as the beginning of keys. */
export type Of = readonly [publication: string, edition: string];

/** The figures of one sync, kept for looking back. `outcome`: "done", or an error's code. `at`: RFC 3339. */
export interface Sync {
  readonly at: string;
  readonly mirror: string;
  readonly from: number;
  readonly to: number;
  readonly articles: number;
  readonly bytes: number;
  readonly requests: number;
  readonly seconds: number;
  readonly outcome: string;
}

/** Which article is meant. */
export interface Place {
  readonly publication: string;
  readonly edition: string;
  readonly key: string;
}

/** An article as a list shows it. `position`: how far it was read, 0 to 1. `picture`: digest of its lead preview, or "". */
export interface Summary extends Place {
  readonly revision: number;
  readonly title: string;
  readonly byline: string;
  readonly section: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly published: string;
  readonly updated: string;
  readonly corrected: boolean;
  readonly picture: string;
  readonly alt: string;
  readonly saved: boolean;
  readonly read: boolean;
  readonly position: number;
}

/** Which articles a list shows, newest first: of an edition, or (edition "") of all that are held. */
export interface ListQuery {
  readonly publication: string;
  readonly edition: string;
  readonly section?: string;
  readonly tag?: string;
  readonly saved?: boolean;
  readonly unread?: boolean;
  readonly limit: number;
  readonly after?: string;
}

/** Part of a list. `after`: what to ask the next part with; "" at the end. */
export interface SummaryPage {
  readonly cards: readonly Summary[];
  readonly after: string;
}

/** A section or tag with the number of its articles. */
export interface Count {
  readonly name: string;
  readonly articles: number;
}

/** A whole article with its exact line, the earlier revisions that are held, newest first, and the reader's marks. */
export interface HeldArticle {
  readonly kind: "article";
  readonly article: Article;
  readonly line: Uint8Array;
  readonly revisions: readonly Article[];
  readonly saved: boolean;
  readonly read: boolean;
  readonly position: number;
}

/** What is left of a retracted article. */
export interface HeldRetraction {
  readonly kind: "retraction";
  readonly retraction: Retraction;
}

/** How much of an edition is held. `bytes`: of all current lines. */
export interface Holding {
  readonly articles: number;
  readonly retractions: number;
  readonly bytes: number;
}

/** A picture's file that is held: where it lies in a tree, and its size in bytes. */
export interface Picture {
  readonly path: string;
  readonly bytes: number;
}

/** A picture's bytes with their type. */
export interface Media {
  readonly type: string;
  readonly data: Uint8Array<ArrayBuffer>;
}
