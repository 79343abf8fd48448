// The library: what a reader holds of one or more publications. docs/format.md, sections 6 and 10.

import type { Entry } from "../format/article.ts";
import type { VerifiedBundle } from "../format/bundle.ts";
import type { Catalog } from "../format/catalog.ts";
import type { Accepted, Held } from "../format/state.ts";
import type { StockPart } from "../format/stock.ts";
import type {
  Applied,
  Bound,
  Change,
  Choice,
  Count,
  HeadNote,
  HeldArticle,
  HeldRetraction,
  Holding,
  ListQuery,
  Media,
  MirrorNote,
  Picture,
  Place,
  Publication,
  Role,
  Standing,
  Summary,
  SummaryPage,
  Sync,
} from "./values.ts";

export type * from "./values.ts";

/** Every method may raise LibraryError: LibraryLocked, DiskFull, DamagedLibrary. What raises has changed nothing. */
export interface Library {
  /** Be the only one that syncs into this library while `work` runs. Raises: LibraryLocked at once. */
  lock<T>(work: () => Promise<T>): Promise<T>;

  // trust and standing
  publications(): Promise<readonly Publication[]>;
  publication(publication: string): Promise<Publication | null>;
  held(publication: string): Promise<Held | null>;
  catalog(publication: string): Promise<Catalog | null>;
  site(publication: string): Promise<{ sha256: string; bytes: number } | null>;
  accept(accepted: Accepted, options: { fingerprint: string; place?: string; head?: HeadNote | null }): Promise<void>;
  learnRoots(publication: string, roots: ReadonlyMap<number, Uint8Array>): Promise<void>;
  standing(publication: string, edition: string): Promise<Standing>;
  finishSnapshot(
    publication: string,
    edition: string,
    options: { version: number; completeSince: string; newest?: number },
  ): Promise<void>;
  finishWidening(publication: string, edition: string): Promise<void>;
  finishRevisions(publication: string, edition: string, options: { version: number }): Promise<void>;
  finishMedia(publication: string, edition: string, options: { role: Role; version: number }): Promise<void>;
  choose(publication: string, choice: Choice): Promise<void>;
  rememberMirror(publication: string, mirror: string): Promise<void>;
  noteSync(publication: string, sync: Sync): Promise<void>;
  syncs(publication: string, limit?: number): Promise<readonly Sync[]>;
  moreMirrorsSha256(publication: string): Promise<string>;
  learnMoreMirrors(publication: string, mirrors: readonly string[], options: { sha256: string }): Promise<void>;
  mirrorNotes(publication: string): Promise<ReadonlyMap<string, MirrorNote>>;
  noteMirrors(publication: string, notes: ReadonlyMap<string, MirrorNote>): Promise<void>;

  // applying
  /** How many held articles this bundle would take away, and how many of its edition are held. */
  retractionsIn(
    bundle: VerifiedBundle,
    options?: { start?: Bound; end?: Bound | null; coming?: ReadonlySet<string> },
  ): Promise<{ retracted: number; held: number }>;
  applyDelta(bundle: VerifiedBundle, options: { to: number; since?: string }): Promise<Applied>;
  applySegment(
    bundle: VerifiedBundle,
    options: { start: Bound; end: Bound | null; version?: number },
  ): Promise<Applied>;
  applyTombstones(
    publication: string,
    edition: string,
    bundles: readonly VerifiedBundle[],
    options?: { version?: number },
  ): Promise<Applied>;
  applyRevisions(bundle: VerifiedBundle, options: { to: number; taken?: string }): Promise<Applied>;

  // keeping
  save(place: Place): Promise<void>;
  unsave(place: Place): Promise<void>;
  mark(place: Place, marks: { read?: boolean; position?: number }): Promise<void>;
  /** `files`: path and bytes as a media bundle has them. Returns how many are new. Raises: HashMismatch. */
  addMedia(
    publication: string,
    edition: string,
    files: Iterable<readonly [path: string, data: Uint8Array]>,
    options: { role: Role; to: number; taken?: string },
  ): Promise<number>;
  wantedMedia(publication: string, edition: string, options: { role: Role }): Promise<ReadonlySet<string>>;
  trim(publication: string, edition: string, options: { since?: string; maxBytes?: number }): Promise<Applied>;
  /** Let go of an edition that the reader no longer wants; saved articles go, too. */
  forget(publication: string, edition: string): Promise<Applied>;
  /** Forget a publication with everything that is held of it. */
  forgetPublication(publication: string): Promise<void>;

  // partial downloads, by the digest that a file should have
  partial(publication: string, sha256: string): Promise<Uint8Array>;
  partialBytes(publication: string, sha256: string): Promise<number>;
  keepPartial(publication: string, sha256: string, from: number, data: Uint8Array): Promise<void>;
  dropPartial(publication: string, sha256: string): Promise<void>;
  keepOnlyPartials(publication: string, digests: ReadonlySet<string>): Promise<void>;

  // reading
  articles(query: ListQuery): Promise<SummaryPage>;
  summaries(places: readonly Place[]): Promise<readonly (Summary | null)[]>;
  sections(publication: string, edition: string): Promise<readonly Count[]>;
  tags(publication: string, edition: string): Promise<readonly Count[]>;
  article(place: Place): Promise<HeldArticle | HeldRetraction | null>;
  translations(place: Place, group: string): Promise<readonly Summary[]>;
  media(sha256: string): Promise<Media | null>;
  heldMedia(digests: Iterable<string>): Promise<readonly string[]>;
  holding(publication: string, edition: string): Promise<Holding>;
  /** The exact current lines of these keys; null where nothing is held. */
  lines(publication: string, edition: string, keys: readonly string[]): Promise<readonly (Uint8Array | null)[]>;
  /** The current lines, articles and retractions alike, sorted by key. */
  records(publication: string, edition: string): AsyncGenerator<Uint8Array>;
  /** The lines of earlier revisions that are held, sorted by key, then revision. */
  superseded(publication: string, edition: string): AsyncGenerator<Uint8Array>;
  prefix(
    publication: string,
    edition: string,
    options: { newest: number; also?: readonly number[] },
  ): Promise<Uint8Array>;

  // handing on
  /** One state of the library for the whole of `work`. Raises: LibraryLocked where it changed meanwhile. */
  reading<T>(work: () => Promise<T>): Promise<T>;
  stock(
    publication: string,
    edition: string,
    kind: "segment" | "tombstones",
    carried?: ReadonlyMap<string, Entry>,
  ): AsyncGenerator<readonly [StockPart, Uint8Array]>;
  keepStock(publication: string, edition: string, data: Uint8Array): Promise<void>;
  keptStock(publication: string, edition: string, digest: string): Promise<Uint8Array | null>;
  firstMoment(publication: string, edition: string, start: Bound): Promise<string | null>;
  hasSaved(
    publication: string,
    edition: string,
    options: { before: string; keys: ReadonlySet<string> },
  ): Promise<boolean>;
  settled(publication: string, edition: string): Promise<number>;
  changedSince(publication: string, edition: string, version: number): Promise<readonly string[]>;
  news(
    publication: string,
    edition: string,
    keys: readonly string[],
    options: { since: number; to: number },
  ): Promise<Uint8Array>;
  pictures(
    publication: string,
    edition: string,
    options: { role: Role; keys?: ReadonlySet<string> },
  ): Promise<ReadonlyMap<string, Picture>>;

  // the index of search
  /** What changed since `indexed` was last told, oldest first. */
  changes(limit: number): Promise<readonly Change[]>;
}
