// Applying bundles: each in one commit together with its progress mark. docs/format.md, sections 6 and 10.

import type { Entry } from "../format/article.ts";
import type { VerifiedBundle } from "../format/bundle.ts";
import { same } from "../format/bytes.ts";
import { isTime, newestFirst, orderly, unordered } from "./order.ts";
import type { EditionRow, PlaceRow } from "./rows.ts";
import { authoritative, type Batch, checkBounds, checkKind, isWithin, type Known, newer } from "./sorting.ts";
import type { Put } from "./store.ts";
import { NO_EXTRAS } from "./trusting.ts";
import { type Applied, type Bound, NOTHING, type Of } from "./values.ts";
import { stepOf, Writing } from "./writing.ts";

const START: Bound = ["", ""];

/** Changing what is held, bundle by bundle. */
export class Applying extends Writing {
  /**
   * How many held articles this bundle would take away, and how many articles of its edition are held.
   *
   * `start` and `end` are the bounds of a segment, and of nothing else; what it lacks counts, but for the keys that are
   * `coming` by a delta after it.
   */
  async retractionsIn(
    bundle: VerifiedBundle,
    options: { readonly start?: Bound; readonly end?: Bound | null; readonly coming?: ReadonlySet<string> } = {},
  ): Promise<{ readonly retracted: number; readonly held: number }> {
    const { start = START, end = null, coming = new Set<string>() } = options;
    const of = ofBundle(bundle);
    const known = await this.known(of, keysOf(bundle.entries));
    const all = bundle.header.kind === "tombstones";
    const retracted = bundle.entries.filter(({ record }) => {
      const held = known.get(record.key);
      return record.type === "retraction" && held?.kind === "article" && (all || record.revision > held.revision);
    });
    const lacking = bundle.header.kind === "segment" ? await this.lacking(of, bundle.entries, start, end) : [];
    const { articles } = await this.edition(...of);
    return { retracted: retracted.length + lacking.filter((key) => !coming.has(key)).length, held: articles };
  }

  /**
   * Apply what is newer than held, and say that the edition stands at `to`.
   *
   * Articles published before `since` are left out unless something of their key is held; retractions never are.
   * Raises: FormatError, LibraryError; nothing is changed then.
   */
  async applyDelta(
    bundle: VerifiedBundle,
    options: { readonly to: number; readonly since?: string },
  ): Promise<Applied> {
    checkKind(bundle, "delta");
    const of = ofBundle(bundle);
    const { to, since = "" } = options;
    return this.change(async (number) => {
      const known = await this.known(of, keysOf(bundle.entries));
      const batch = newer(bundle.entries, known, since);
      const written = await this.written(of, batch, known, number);
      const news = batch.entries.map(
        ({ record }): Put => ({ table: "news", key: [...of, orderly(record.key)], row: to }),
      );
      return stepOf(of, written, { version: to }, written.applied, news);
    });
  }

  /**
   * Settle the range from `start` up to `end`: it holds the bundle's articles afterwards and no others.
   *
   * What is held of a key gives way, whatever its revision. `version`: the snapshot's; an edition that stands further
   * steps back to it, so that the deltas from there are applied again, also after a crash. Raises: FormatError,
   * LibraryError; nothing is changed then.
   */
  async applySegment(
    bundle: VerifiedBundle,
    options: { readonly start: Bound; readonly end: Bound | null; readonly version?: number },
  ): Promise<Applied> {
    const { start, end, version } = options;
    checkKind(bundle, "segment");
    checkBounds(bundle, start, end);
    const of = ofBundle(bundle);
    return this.change(async (number) => {
      const dropped = await this.lacking(of, bundle.entries, start, end);
      const known = await this.known(of, [...keysOf(bundle.entries), ...dropped]);
      const batch = await this.settling(of, bundle.entries, known, dropped);
      const written = await this.written(of, batch, known, number);
      // An article that moved to another range comes back there, without its earlier revisions and pictures.
      const extras = dropped.length > 0 ? NO_EXTRAS : {};
      return stepOf(of, written, { ...extras, ...marked(written.edition, [bundle], version) }, written.applied);
    });
  }

  /**
   * Settle the retractions of an edition: it holds those of `bundles`, which are all there are, and no others.
   *
   * Articles of their keys leave. `version`: as for segments. Raises: FormatError, LibraryError; nothing is changed then.
   */
  async applyTombstones(
    publication: string,
    edition: string,
    bundles: readonly VerifiedBundle[],
    options: { readonly version?: number } = {},
  ): Promise<Applied> {
    for (const bundle of bundles) {
      checkKind(bundle, "tombstones");
    }
    const of: Of = [publication, edition];
    const entries = bundles.flatMap((bundle) => bundle.entries);
    return this.change(async (number) => {
      const keys = new Set(keysOf(entries));
      const dropped = (await this.retractions(of)).filter((key) => !keys.has(key));
      const known = await this.known(of, [...keys, ...dropped]);
      const batch = await this.settling(of, entries, known, dropped);
      const written = await this.written(of, batch, known, number);
      return stepOf(of, written, marked(written.edition, bundles, options.version), written.applied);
    });
  }

  /**
   * Keep superseded records of held articles, and say that those up to version `to` are held.
   *
   * `taken`: the bundle's digest, where others up to that version are still to come. What was withdrawn, isn't older than
   * the held revision, or belongs to no held article is left out. An edition's articles come first, therefore. Raises:
   * FormatError, LibraryError; nothing is changed then.
   */
  async applyRevisions(
    bundle: VerifiedBundle,
    options: { readonly to: number; readonly taken?: string },
  ): Promise<Applied> {
    checkKind(bundle, "revisions");
    const of = ofBundle(bundle);
    return this.change(async () => {
      const known = await this.known(of, keysOf(bundle.entries));
      const earlier = bundle.entries.filter(({ record }) => {
        const held = known.get(record.key);
        return held?.kind === "article" && held.cleared < record.revision && record.revision < held.revision;
      });
      const row = await this.edition(...of);
      const taken = options.taken ? new Map([...row.taken, [options.taken, "revisions"] as const]) : row.taken;
      return {
        answer: { ...NOTHING, revisions: earlier.length },
        puts: [
          ...earlier.map(
            ({ record, line }): Put => ({
              table: "revisions",
              key: [...of, orderly(record.key), record.revision],
              row: line.slice(),
            }),
          ),
          { table: "editions", key: [...of], row: { ...row, revisions: options.to, taken } },
        ],
      };
    });
  }

  // -- what is held ---------------------------------------------------------------------------------------------------

  private async settling(of: Of, entries: readonly Entry[], known: Known, dropped: readonly string[]): Promise<Batch> {
    const alike = entries.filter(({ record }) => isAlike(record, known.get(record.key)));
    const lines = await this.store.getMany(
      "lines",
      alike.map(({ record }) => [...of, orderly(record.key)]),
    );
    const stand = alike.filter(({ line }, at) => {
      const held = lines[at];
      return held !== undefined && same(line, held);
    });
    return authoritative(entries, new Set(keysOf(stand)), dropped);
  }

  /** The keys of held articles in the range that aren't among `entries`. */
  private async lacking(of: Of, entries: readonly Entry[], start: Bound, end: Bound | null): Promise<string[]> {
    const keys = new Set(keysOf(entries));
    // The range as the order of cards has it, newest first; bounds that are no times bound nothing.
    const after = end && isTime(end[0]) ? { after: [...of, newestFirst(end[0])] } : {};
    const before = isTime(start[0]) ? { before: [...of, newestFirst(start[0]) + 1] } : {};
    const cards = await this.store.scan("cards", { under: of, ...after, ...before });
    return cards.flatMap(({ key: place, row }) => {
      const key = unordered(String(place[3]));
      return !keys.has(key) && isWithin([row.published, key], start, end) ? [key] : [];
    });
  }

  private async retractions(of: Of): Promise<string[]> {
    const { retractions } = await this.edition(...of);
    const rows = retractions > 0 ? await this.store.scan("places", { under: of }) : [];
    return rows.filter(({ row }) => row.kind === "retraction").map(({ key }) => unordered(String(key[2])));
  }
}

function ofBundle({ header }: VerifiedBundle): Of {
  return [header.publication, header.edition];
}

function keysOf(entries: readonly Entry[]): string[] {
  return entries.map(({ record }) => record.key);
}

function isAlike(record: Entry["record"], held: PlaceRow | undefined): boolean {
  return held?.revision === record.revision && held.kind === record.type;
}

/** The marks that these bundles of a snapshot were settled. */
function marked(row: EditionRow, bundles: readonly VerifiedBundle[], version: number | undefined): Partial<EditionRow> {
  const segments = new Set([...row.segments, ...bundles.map((bundle) => bundle.raw_sha256)]);
  return { segments, version: Math.min(row.version, version ?? row.version) };
}
