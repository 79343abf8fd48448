// What one reader hands to another: an edition's stock, whole or as news, proven by the catalog. docs/format.md, 9.3.

import { FormatError, HashMismatch, TransportError, TrustError } from "../errors.ts";
import type { Entry } from "../format/article.ts";
import { decodeBundle, decodeHeader, type VerifiedBundle } from "../format/bundle.ts";
import { type Catalog, type SegmentRef, startOf } from "../format/catalog.ts";
import { sha256 } from "../format/digest.ts";
import { rawBundlePath, stockPath } from "../format/names.ts";
import { decodeStock, type StockList, type StockPart } from "../format/stock.ts";
import type { Bound, Library } from "../library/index.ts";
import type { Fetcher } from "./fetch.ts";
import { isBefore, type Reach } from "./plan.ts";
import type { EditionPlan, NewsTask, Wanted } from "./tasks.ts";

/** More news than that, plain, is not taken in one go. */
const NEWS_BYTES = 32 * 1024 * 1024;

/** So many bundles are looked into for news; an honest pack has one an edition. */
const MOST_LOOSE = 64;

/** A snapshot as far as settling needs it. */
export interface Parts {
  readonly version: number;
  readonly segments: readonly SegmentRef[];
  readonly tombstones: readonly SegmentRef[];
}

type Made = Readonly<Record<"segment" | "tombstones", readonly StockPart[]>>;

/** The stocks in a pack whose paths are `carried`; nothing there is believed but what the catalog vouches for. */
export class Stocks {
  readonly carried: ReadonlySet<string>;
  private readonly library: Library;
  private readonly catalog: Catalog;
  private readonly fetcher: Fetcher;
  private read: ReadonlyMap<string, StockList> | null = null;
  private readonly own = new Map<string, Promise<Made>>();

  constructor(library: Library, catalog: Catalog, fetcher: Fetcher, carried: ReadonlySet<string>) {
    this.library = library;
    this.catalog = catalog;
    this.fetcher = fetcher;
    this.carried = carried;
  }

  /** From now on the library is looked at anew: what it holds has changed. */
  lookAnew(): void {
    this.own.clear();
  }

  /** The stock list of an edition, where the pack has it. Throws HashMismatch, FormatError. */
  async list(code: string): Promise<StockList | null> {
    this.read = this.read ?? (await this.lists());
    return this.read.get(code) ?? null;
  }

  /** Keep the list itself, where not everything is kept that it could be made of. */
  async keep(code: string, reach: Reach): Promise<void> {
    const ref = this.catalog.editions.get(code)?.stock;
    if (ref && (reach.since || reach.maxRawBytes !== undefined)) {
      await this.library.keepStock(this.publication, code, await this.fetcher.one(wantedStock(ref)));
    }
  }

  private get publication(): string {
    return this.catalog.publication;
  }

  private async lists(): Promise<Map<string, StockList>> {
    const found = new Map<string, StockList>();
    for (const [code, { stock, version }] of this.catalog.editions) {
      if (stock && this.carried.has(stockPath(stock.sha256))) {
        const wanted = wantedStock(stock);
        const data = await this.fetcher.one(wanted);
        found.set(code, await decodeStock(data, stock, { edition: code, version, path: wanted.path }));
      }
    }
    return found;
  }

  // -- whole parts -----------------------------------------------------------------------------------------------------

  /** A stock as a snapshot that stands at the edition's version. */
  snapshot(stock: StockList): Parts {
    return {
      version: stock.version,
      segments: stock.parts.map(asSegment),
      tombstones: stock.tombstones.map(asSegment),
    };
  }

  /** The plain digests of those parts that the library holds to the byte, with nothing else in their range. */
  async held(code: string, stock: StockList): Promise<ReadonlySet<string>> {
    const { articles, retractions } = await this.library.holding(this.publication, code);
    if (articles + retractions === 0) {
      return new Set();
    }
    const made = await this.ownParts(code);
    const held = new Set(alone(stock.parts, made.segment));
    if (sameParts(made.tombstones, stock.tombstones)) {
      for (const part of made.tombstones) {
        held.add(part.raw_sha256);
      }
    }
    return held;
  }

  /** Whether the pack has any part of the stock. */
  hasParts(stock: StockList): boolean {
    return everyPart(stock).some((part) => this.carried.has(rawBundlePath(part.raw_sha256)));
  }

  /** Whether a part is neither in the pack nor held. */
  async lacks(code: string, stock: StockList): Promise<boolean> {
    const absent = everyPart(stock).filter((part) => !this.carried.has(rawBundlePath(part.raw_sha256)));
    const held = absent.length > 0 ? await this.held(code, stock) : new Set();
    return absent.some((part) => !held.has(part.raw_sha256));
  }

  // -- news ------------------------------------------------------------------------------------------------------------

  /** The records in the pack that, with those held, make up what the catalog vouches for; null where none do. */
  async news(plan: EditionPlan, stock: StockList): Promise<NewsTask | null> {
    for (const path of await this.loose()) {
      const data = await this.looseFile(path);
      const bundle = data && (await this.newsOf(plan, path, data));
      const task = bundle && (await this.proven(plan, stock, bundle, path, data.length));
      if (task) {
        return task;
      }
    }
    return null;
  }

  /** The paths of plain bundles that no stock list names. */
  private async loose(): Promise<string[]> {
    const named = new Set<string>();
    for (const code of this.catalog.editions.keys()) {
      const stock = await this.list(code);
      for (const part of stock ? everyPart(stock) : []) {
        named.add(rawBundlePath(part.raw_sha256));
      }
    }
    const loose = [...this.carried].filter((path) => /^bundles\/.*\.jsonl$/.test(path) && !named.has(path));
    return loose.sort().slice(0, MOST_LOOSE);
  }

  private async looseFile(path: string): Promise<Uint8Array | null> {
    try {
      return await this.fetcher.source.fetch(path, { maxBytes: NEWS_BYTES }, (data) => data);
    } catch (error) {
      if (error instanceof TransportError) {
        return null;
      }
      throw error;
    }
  }

  /** The bundle, if it says that it brings this edition to its version; nothing in it is proven by that. */
  private async newsOf({ code, edition }: EditionPlan, path: string, data: Uint8Array): Promise<VerifiedBundle | null> {
    try {
      const header = decodeHeader(data, path);
      if (header.edition !== code || header.kind !== "delta" || header.to !== edition.version) {
        return null;
      }
      return await decodeBundle(data, { publication: this.publication, edition: code, path });
    } catch (error) {
      if (error instanceof FormatError || error instanceof TrustError) {
        return null;
      }
      throw error;
    }
  }

  /** The task of applying the bundle, if everything that is held afterwards is proven. */
  private async proven(
    plan: EditionPlan,
    stock: StockList,
    bundle: VerifiedBundle,
    path: string,
    bytes: number,
  ): Promise<NewsTask | null> {
    const entries = new Map(bundle.entries.map((entry) => [entry.record.key, entry]));
    const made = await this.made(plan.code, entries);
    if (!sameParts(made.tombstones, stock.tombstones)) {
      return null;
    }
    const wanted = { path, bytes, sha256: bundle.raw_sha256 };
    const task: NewsTask = { kind: "news", edition: plan.code, wanted, to: stock.version, since: "" };
    const start = provenFrom(stock.parts, made.segment);
    if (start && start[0] === "" && start[1] === "") {
      return task;
    }
    const since = start && (await this.provenSince(plan, stock, start, entries));
    return since ? { ...task, since } : null;
  }

  /** Of the part that is held in part nothing is proven: what is held of it has to go. Since when, where that can be. */
  private async provenSince(
    plan: EditionPlan,
    stock: StockList,
    start: Bound,
    entries: ReadonlyMap<string, Entry>,
  ): Promise<string | null> {
    const since = plan.standing.completeSince;
    const within = stock.parts.find((part) => part.published >= since);
    if (!(since && within) || isBefore(startOf(within), start)) {
      return null;
    }
    const moment = await this.library.firstMoment(this.publication, plan.code, start);
    if (moment === null) {
      return null;
    }
    const moved = [...entries].filter(([, { record }]) => record.type === "article" && record.published < moment);
    const keys = new Set(moved.map(([key]) => key));
    const saved = await this.library.hasSaved(this.publication, plan.code, { before: moment, keys });
    return saved ? null : moment;
  }

  /** The parts that the library makes of what it holds: all of that is read for it, so once. */
  private ownParts(code: string): Promise<Made> {
    const known = this.own.get(code) ?? this.made(code, new Map());
    this.own.set(code, known);
    return known;
  }

  /** The parts of articles and of retractions that the library would make with these records. */
  private async made(code: string, entries: ReadonlyMap<string, Entry>): Promise<Made> {
    const parts = async (kind: "segment" | "tombstones") => {
      const found: StockPart[] = [];
      for await (const [part] of this.library.stock(this.publication, code, kind, entries)) {
        found.push(part);
      }
      return found;
    };
    return { segment: await parts("segment"), tombstones: await parts("tombstones") };
  }
}

/** The news that were proven when they were planned. Throws HashMismatch, FormatError. */
export async function checkNews(data: Uint8Array, task: NewsTask, publication: string): Promise<VerifiedBundle> {
  const { path, sha256: digest } = task.wanted;
  if ((await sha256(data)) !== digest) {
    throw new HashMismatch({ path });
  }
  return decodeBundle(data, { publication, edition: task.edition, path });
}

function wantedStock(ref: { readonly sha256: string; readonly bytes: number }): Wanted {
  return { path: stockPath(ref.sha256), bytes: ref.bytes, sha256: ref.sha256 };
}

function everyPart(stock: StockList): StockPart[] {
  return [...stock.parts, ...stock.tombstones];
}

function sameParts(some: readonly StockPart[], others: readonly StockPart[]): boolean {
  return some.length === others.length && some.every((part, at) => part.raw_sha256 === others[at]?.raw_sha256);
}

/**
 * The digests of those listed parts that were made just so, while no other part that was made lies in their range.
 *
 * A record that doesn't belong there may begin a part of its own, and leave the digest of the one before as it is.
 */
function* alone(listed: readonly StockPart[], made: readonly StockPart[]): Generator<string> {
  const places = new Map(made.map((part, at) => [part.raw_sha256, at]));
  for (const [at, part] of listed.entries()) {
    const place = places.get(part.raw_sha256);
    const first = part.published === "" && part.key === "";
    if (place === undefined || (first && place > 0)) {
      continue;
    }
    const [after, following] = [listed[at + 1], made[place + 1]];
    if (!following || (after && !isBefore(startOf(following), startOf(after)))) {
      yield part.raw_sha256;
    }
  }
}

/** Where those newest parts start that are all as listed, with nothing between them; null where there is none. */
function provenFrom(listed: readonly StockPart[], made: readonly StockPart[]): Bound | null {
  if (sameParts(listed, made)) {
    return ["", ""];
  }
  let start: Bound | null = null;
  for (let back = 1; back <= Math.min(listed.length, made.length); back += 1) {
    const [part, own] = [listed[listed.length - back], made[made.length - back]];
    if (!part || own?.raw_sha256 !== part.raw_sha256 || (part.published === "" && part.key === "")) {
      break;
    }
    start = startOf(part);
  }
  return start;
}

/** A part as a segment that travels plain alone. */
function asSegment(part: StockPart): SegmentRef {
  return { ...part, sha256: part.raw_sha256, bytes: part.raw_bytes };
}
