// The catalog, the lists that it refers to, and site.json. docs/format.md, sections 7 and 8.
//
// Members keep the names that they have in the signed bytes; one that is missing there has its default here.

import type { Place, Role } from "./article.ts";
import type { Encoding } from "./bundle.ts";

/** Names a list at `lists/<sha256>.json.zst`. */
export interface ListRef {
  readonly sha256: string;
  readonly bytes: number;
}

/** Names an edition's stock list (`stock.ts`) by its plain bytes, which every complete reader can make. */
export interface StockRef {
  readonly sha256: string;
  readonly bytes: number;
}

/** A delta in one encoding. `at_from`: SHA-256 of the catalog of version `from`, or "".
 *
 * `prefix` names the prefix it was compressed against, empty: none. `newest` and `also` say what that is made of: the
 * newest articles at `from`, up to so many bytes, and further ones by their positions (format.md 4.4).
 */
export interface DeltaRef extends Encoding {
  readonly from: number;
  readonly to: number;
  readonly at_from: string;
  readonly prefix: string;
  readonly newest: number;
  readonly also: readonly number[];
}

/** One language stream. `version` is the last publication version that changed it; deltas chain to that. */
export interface Edition {
  readonly title: string;
  readonly direction: "ltr" | "rtl";
  readonly articles: number;
  readonly version: number;
  readonly deltas: readonly DeltaRef[];
  readonly snapshot: ListRef;
  readonly history: ListRef | null;
  readonly revisions: ListRef | null;
  readonly media: ListRef | null;
  readonly stock: StockRef | null;
}

/** The small signed file that lists the current bundles of every edition. */
export interface Catalog {
  readonly format: "tamizdat.catalog.1";
  readonly publication: string;
  readonly root: number;
  readonly title: string;
  readonly version: number;
  readonly published: string;
  readonly previous: string;
  readonly editions: ReadonlyMap<string, Edition>;
  readonly mirrors: readonly string[];
  readonly more_mirrors: ListRef | null;
  readonly withdrawn: ListRef | null;
}

/** Every delta of an edition that can be had. */
export interface HistoryList {
  readonly format: "tamizdat.history.1";
  readonly edition: string;
  readonly deltas: readonly DeltaRef[];
}

/** A part of a snapshot: articles from (`published`, `key`) up to the next segment's start.
 *
 * The first segment starts at ("", ""). The tombstones' parts have no bounds.
 */
export interface SegmentRef extends Encoding {
  readonly records: number;
  readonly published: string;
  readonly key: string;
}

/** Where a segment, or a part of a stock, starts. */
export function startOf(part: { readonly published: string; readonly key: string }): Place {
  return [part.published, part.key];
}

/** The segments of an edition, oldest first, and the parts of its tombstones, sorted by key.
 *
 * Who applied them all stands at `version`, which may be behind the edition's, and goes on by plain deltas.
 */
export interface SnapshotList {
  readonly format: "tamizdat.snapshot.1";
  readonly edition: string;
  readonly version: number;
  readonly segments: readonly SegmentRef[];
  readonly tombstones: readonly SegmentRef[];
}

/** A bundle of superseded records; `to` is the newest publication version at which one was superseded. */
export interface RevisionsRef extends Encoding {
  readonly to: number;
}

/** The bundles of superseded records of an edition, oldest first. */
export interface RevisionsList {
  readonly format: "tamizdat.revisions.1";
  readonly edition: string;
  readonly bundles: readonly RevisionsRef[];
}

/** A media bundle at `media/<sha256>.tar`; `to` is the publication version that completed it. */
export interface MediaRef {
  readonly role: Role;
  readonly to: number;
  readonly sha256: string;
  readonly bytes: number;
  readonly files: number;
}

/** The media bundles of an edition, oldest first. */
export interface MediaList {
  readonly format: "tamizdat.media.1";
  readonly edition: string;
  readonly bundles: readonly MediaRef[];
}

/** Paths that mirrors delete at once, since they hold something that was retracted. */
export interface WithdrawnList {
  readonly format: "tamizdat.withdrawn.1";
  readonly files: readonly string[];
}

/** The mirrors beyond the eight that stand in the catalog. */
export interface MirrorsList {
  readonly format: "tamizdat.mirrors.1";
  readonly mirrors: readonly string[];
}

/** A file for browsers and feed readers. */
export interface SiteFile {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** site.json: every file of the tree that no other signed file names, heads apart. */
export interface Site {
  readonly format: "tamizdat.site.1";
  readonly files: readonly SiteFile[];
}

/** The lists that `decodeList` reads, by the word in their `format`. */
export interface Lists {
  readonly history: HistoryList;
  readonly snapshot: SnapshotList;
  readonly revisions: RevisionsList;
  readonly media: MediaList;
  readonly withdrawn: WithdrawnList;
  readonly mirrors: MirrorsList;
}
