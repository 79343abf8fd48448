// The catalog, the types of the lists that it refers to (lists.ts decodes them), and site.json. docs/format.md 7 and 8.
//
// Members keep the names that they have in the signed bytes; one that is missing there has its default here.

import { FormatError } from "../errors.ts";
import type { Place, Role } from "./article.ts";
import type { Encoding } from "./bundle.ts";
import { decode, integer, list, object, oneOf, or, orNone, table, text } from "./check.ts";
import { LIMITS } from "./limits.ts";
import { isSitePath } from "./names.ts";
import { digest, edition, line, time } from "./record.ts";

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

/** The start of a range of places. */
export interface Start {
  readonly published: string;
  readonly key: string;
}

/** Where a segment, or a part of a stock, starts. */
export function startOf(part: Start): Place {
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

// -- bytes -> values --------------------------------------------------------------------------------------------------

export const version = integer();
const noDigest = text(64, /^(?:|[0-9a-f]{64})$/);
export const mirror = text(300, /^https?:\/\/[!"$->A-[\]-\u{10ffff}]+\/$/u);
export const rawBytes = integer(1, LIMITS.bundle_raw_bytes);
const listRef = object<ListRef>({ sha256: digest, bytes: integer(1, LIMITS.list_bytes) });
const stockRef = object<StockRef>({ sha256: digest, bytes: integer(1, LIMITS.list_raw_bytes) });
export const encoding = {
  sha256: digest,
  bytes: integer(1, LIMITS.bundle_bytes),
  raw_sha256: digest,
  raw_bytes: rawBytes,
};

export const deltaRef = object<DeltaRef>({
  from: version,
  to: version,
  at_from: noDigest,
  ...encoding,
  prefix: or(text(16, /^(?:|[0-9a-f]{16})$/), ""),
  newest: or(integer(0, LIMITS.newest_bytes), 1024 * 1024),
  also: or(list(integer(), LIMITS.also), []),
});

const catalogEdition = object<Edition>({
  title: line,
  direction: oneOf("ltr", "rtl"),
  articles: integer(),
  version,
  deltas: list(deltaRef, LIMITS.deltas_inline),
  snapshot: listRef,
  history: orNone(listRef),
  revisions: orNone(listRef),
  media: orNone(listRef),
  stock: orNone(stockRef),
});

const catalog = object<Catalog>({
  format: oneOf("tamizdat.catalog.1"),
  publication: digest,
  root: integer(1, 2 ** 31 - 1),
  title: line,
  version: integer(1),
  published: time,
  previous: noDigest,
  editions: table(edition, catalogEdition, LIMITS.editions),
  mirrors: or(list(mirror, LIMITS.mirrors_inline), []),
  more_mirrors: orNone(listRef),
  withdrawn: orNone(listRef),
});

const siteFile = object<SiteFile>({
  path: text(300),
  sha256: digest,
  bytes: integer(0, LIMITS.media_bytes),
});

const site = object<Site>({ format: oneOf("tamizdat.site.1"), files: list(siteFile, 20_000) });

const CATALOG = "catalog.json";
const SITE = "site.json";

/** Decode catalog bytes that were checked against the targets metadata. Throws: FormatError. */
export function decodeCatalog(data: Uint8Array): Catalog {
  const found = decode(data, catalog, LIMITS.catalog_bytes, CATALOG);
  if (!isDay(found.published)) {
    throw new FormatError(`published on ${found.published}, a day that isn't`, CATALOG);
  }
  for (const [code, of] of found.editions) {
    checkSpans(of.deltas, CATALOG);
    if (of.version > found.version) {
      throw new FormatError(`edition ${code} is ahead of its catalog`, CATALOG);
    }
  }
  return found;
}

/** Decode site.json bytes that were checked against the targets metadata. Throws: FormatError. */
export function decodeSite(data: Uint8Array): Site {
  const found = decode(data, site, LIMITS.site_bytes, SITE);
  const paths = new Set(found.files.map((file) => file.path));
  if (paths.size !== found.files.length || ![...paths].every(isSitePath)) {
    throw new FormatError("names a path that isn't allowed, or one twice", SITE);
  }
  return found;
}

// Trust reckons with it, so the 31st of February won't do; records' times are shown and sorted only.
function isDay(moment: string): boolean {
  const parsed = new Date(moment);
  return (
    !(moment.startsWith("0000") || Number.isNaN(parsed.getTime())) &&
    parsed.toISOString().startsWith(moment.slice(0, 19))
  );
}

/** Throws: FormatError where a delta leads nowhere. */
export function checkSpans(deltas: readonly DeltaRef[], path: string): void {
  if (deltas.some((delta) => delta.from >= delta.to)) {
    throw new FormatError("a delta that leads nowhere", path);
  }
}
