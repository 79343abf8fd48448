// From a catalog and a library to the tasks of each edition: step 4 of a sync. docs/format.md, section 10.

import { HistoryError } from "../errors.ts";
import { prefixName } from "../format/bundle.ts";
import type { Catalog, DeltaRef, SegmentRef } from "../format/catalog.ts";
import { bundlePath, listPath, rawBundlePath } from "../format/names.ts";
import type { Bound, Library, Standing } from "../library/index.ts";
import type { ReadBack } from "./choices.ts";
import type { Fetcher } from "./fetch.ts";
import { PlannedLists } from "./lists.ts";
import {
  type Available,
  carried,
  lackedBelow,
  type Reach,
  segmentsNewestFirst,
  shortestPath,
  wantedSegments,
} from "./plan.ts";
import type { Parts, Stocks } from "./stocks.ts";
import {
  type DeltaTask,
  deltaTask,
  type EditionPlan,
  emptyPlan,
  isBehind,
  isSettling,
  segmentTask,
  sizeOf,
} from "./tasks.ts";

/** How a snapshot is read. `done`: plain digests of its parts that are held. `plain`: they travel plain alone, in a pack. */
interface Settling {
  readonly done: ReadonlySet<string>;
  readonly plain?: boolean;
}

/**
 * Plans the editions of one catalog, and fetches the lists that this takes.
 *
 * `lists`: those that were fetched. `withoutPrefix`: editions that turned out to lack what a delta was compressed
 * against.
 */
export class Planner {
  readonly lists: PlannedLists;
  readonly withoutPrefix = new Set<string>();
  private readonly library: Library;
  private readonly catalog: Catalog;
  private readonly stocks: Stocks;
  private readonly available: Available;
  private shown: ReadonlyMap<number, string> = new Map();

  constructor(library: Library, catalog: Catalog, fetcher: Fetcher, stocks: Stocks, available: Available) {
    this.library = library;
    this.catalog = catalog;
    this.lists = new PlannedLists(fetcher, available);
    this.stocks = stocks;
    this.available = available;
  }

  /** What each edition in `wishes` needs. Throws as `Fetcher.one`; FormatError, HistoryError, LibraryError. */
  async plan(wishes: ReadonlyMap<string, ReadBack>): Promise<EditionPlan[]> {
    this.stocks.lookAnew();
    this.shown = (await this.library.held(this.publication))?.catalogs ?? new Map();
    const plans: EditionPlan[] = [];
    for (const [code, wish] of wishes) {
      const edition = this.catalog.editions.get(code);
      if (edition) {
        plans.push(emptyPlan(code, edition, await this.library.standing(this.publication, code), wish));
      }
    }
    await this.widenAll(plans.filter(isWider));
    await this.followAll(plans.filter((plan) => !isSettling(plan) && plan.standing.version > 0 && isBehind(plan)));
    await this.settleAll(plans.filter((plan) => isBehind(plan) && isIdle(plan)));
    await this.leadOn(plans.filter((plan) => isSettling(plan) && plan.missing.length === 0));
    return plans;
  }

  /** The prefix that a delta was compressed against, if the library holds it now. */
  async prefix(code: string, delta: DeltaRef): Promise<Uint8Array | null> {
    const prefix = await this.library.prefix(this.publication, code, { newest: delta.newest, also: delta.also });
    return (await prefixName(prefix)) === delta.prefix ? prefix : null;
  }

  /**
   * Bytes that it would take beyond `plans` to read as far back as `reach`.
   *
   * Where the list of it is not at hand and isn't to be fetched, nothing is said of it.
   */
  async older(plans: readonly EditionPlan[], reach: Reach, { fetch }: { fetch: boolean }): Promise<number> {
    const limited = plans.filter((plan) => {
      const more = plan.standing.version === 0 || keepsMore(reach, plan.standing);
      return more && plan.missing.length === 0 && (fetch || this.lists.hasSnapshot(plan));
    });
    const wider = await this.plan(new Map(limited.map(({ code }) => [code, { reach, older: true, leaves: false }])));
    return Math.max(0, sizeOfAll(wider) - sizeOfAll(limited));
  }

  private get publication(): string {
    return this.catalog.publication;
  }

  // -- deltas ----------------------------------------------------------------------------------------------------------

  private async followAll(behind: readonly EditionPlan[]): Promise<void> {
    for (const plan of behind) {
      plan.tasks = (await this.chain(plan, plan.standing.version, { history: false })) ?? [];
    }
    await this.lists.readHistories(behind.filter((plan) => plan.tasks.length === 0));
    for (const plan of behind.filter((each) => each.tasks.length === 0)) {
      plan.tasks = (await this.chain(plan, plan.standing.version)) ?? [];
    }
  }

  /** The cheapest chain from version `start` to the edition's own; null where there is none. */
  private async chain(
    plan: EditionPlan,
    start: number,
    { history = true, prefixes = true } = {},
  ): Promise<DeltaTask[] | null> {
    const { code, edition } = plan;
    const known = [...edition.deltas, ...((history && this.lists.history(code)) || [])];
    const here = known.filter((delta) => delta.prefix && delta.from === start);
    const path = shortestPath(known, {
      start,
      goal: edition.version,
      prefixes: prefixes && (await this.holdsPrefixes(code, here)),
      available: this.available,
    });
    for (const delta of path ?? []) {
      this.checkHistory(delta);
    }
    return path?.map((delta) => deltaTask(code, delta)) ?? null;
  }

  /**
   * Whether prefixes can be used: all of those made for where the library stands are held.
   *
   * Later ones are taken to hold then; where one doesn't, it is noticed before anything is decoded.
   */
  private async holdsPrefixes(code: string, here: readonly DeltaRef[]): Promise<boolean> {
    if (this.withoutPrefix.has(code)) {
      return false;
    }
    for (const delta of here) {
      if (!(await this.prefix(code, delta))) {
        return false;
      }
    }
    return true;
  }

  private checkHistory(delta: DeltaRef): void {
    const shown = this.shown.get(delta.from);
    if (shown && delta.at_from && shown !== delta.at_from) {
      throw new HistoryError({ version: delta.from });
    }
  }

  /** Plain deltas bring who has settled at an older version to the newest. */
  private async leadOn(settling: readonly EditionPlan[]): Promise<void> {
    const waiting = settling.filter((plan) => plan.version < plan.edition.version);
    const chains = new Map<EditionPlan, DeltaTask[]>();
    for (const plan of waiting) {
      const chain = await this.chain(plan, plan.version, { history: false, prefixes: false });
      if (chain) {
        chains.set(plan, chain);
      }
    }
    await this.lists.readHistories(waiting.filter((plan) => !chains.has(plan)));
    for (const plan of waiting) {
      const chain = chains.get(plan) ?? (await this.chain(plan, plan.version, { prefixes: false }));
      plan.tasks.push(...(chain ?? []));
      plan.missing.push(...(chain ? [] : this.unavailableDeltas(plan)));
    }
  }

  private unavailableDeltas(plan: EditionPlan): string[] {
    const { history, deltas } = plan.edition;
    const known = this.lists.history(plan.code);
    if (history && !known) {
      return [listPath(history.sha256)];
    }
    const beyond = [...deltas, ...(known ?? [])].filter((delta) => delta.to > plan.version);
    return beyond.map((delta) => bundlePath(delta.sha256)).filter((path) => !this.available(path));
  }

  // -- segments --------------------------------------------------------------------------------------------------------

  private async widenAll(wider: readonly EditionPlan[]): Promise<void> {
    const listed: EditionPlan[] = [];
    for (const plan of wider) {
      // Of what isn't here nothing is missing: the edition is as complete as it was.
      if (this.available(listPath(plan.edition.snapshot.sha256))) {
        listed.push(plan);
      } else {
        await this.widenByStock(plan);
      }
    }
    for await (const [plan, snapshot] of this.lists.snapshots(listed)) {
      this.widen(plan, snapshot, { done: plan.standing.segments });
    }
  }

  /** By what another reader packed; news alone don't widen anything. */
  private async widenByStock(plan: EditionPlan): Promise<void> {
    const stock = await this.stocks.list(plan.code);
    if (stock && this.stocks.hasParts(stock)) {
      this.widen(plan, this.stocks.snapshot(stock), { done: await this.stocks.held(plan.code, stock), plain: true });
    }
  }

  /** The segments older than what is held. The rest must stand no lower than the snapshot does. */
  private widen(plan: EditionPlan, snapshot: Parts, how: Settling): void {
    const since = plan.standing.completeSince;
    const { chosen, completeSince } = wantedSegments(segmentsNewestFirst(snapshot), {
      reach: plan.reach,
      done: how.done,
      below: lackedBelow(snapshot, since),
    });
    if (completeSince >= since) {
      return;
    }
    const now = plan.standing.version >= snapshot.version;
    const target = now ? plan : emptyPlan(plan.code, plan.edition, plan.standing, plan);
    target.version = snapshot.version;
    target.completeSince = completeSince;
    for (const step of chosen) {
      this.add(target, step.ref, { end: step.end, tombstones: false, plain: how.plain });
    }
    if (!now) {
      plan.later = target.tasks;
    }
  }

  private async settleAll(unserved: readonly EditionPlan[]): Promise<void> {
    const listed: EditionPlan[] = [];
    for (const plan of unserved) {
      if (!(await this.byStock(plan))) {
        listed.push(plan);
      }
    }
    for await (const [plan, snapshot] of this.lists.snapshots(listed)) {
      plan.later = [];
      this.settle(plan, snapshot, { done: plan.standing.segments });
    }
  }

  /** Whether what another reader packed leads to the edition's version, as far as the pack goes. */
  private async byStock(plan: EditionPlan): Promise<boolean> {
    const { code } = plan;
    const stock = await this.stocks.list(code);
    if (!stock) {
      return false;
    }
    const news = plan.standing.version > 0 ? await this.stocks.news(plan, stock) : null;
    if (!news && this.available(listPath(plan.edition.snapshot.sha256)) && (await this.stocks.lacks(code, stock))) {
      return false;
    }
    plan.later = [];
    await this.stocks.keep(code, plan.reach);
    if (news) {
      plan.tasks.push(news);
    } else {
      this.settle(plan, this.stocks.snapshot(stock), { done: await this.stocks.held(code, stock), plain: true });
    }
    return true;
  }

  private settle(plan: EditionPlan, snapshot: Parts, { done, plain }: Settling): void {
    plan.version = snapshot.version;
    plan.noTombstones = snapshot.tombstones.length === 0;
    const { chosen, completeSince } = wantedSegments(segmentsNewestFirst(snapshot), { reach: plan.reach, done });
    plan.completeSince = completeSince;
    // All tombstones settle together, so a part that was applied before is fetched again with the others.
    if (snapshot.tombstones.some((ref) => !done.has(ref.raw_sha256))) {
      for (const ref of snapshot.tombstones) {
        this.add(plan, ref, { end: null, tombstones: true, plain });
      }
    }
    for (const step of chosen) {
      this.add(plan, step.ref, { end: step.end, tombstones: false, plain });
    }
  }

  /** `plain`: it travels plain alone, in a pack. */
  private add(
    plan: EditionPlan,
    ref: SegmentRef,
    how: { end: Bound | null; tombstones: boolean; plain: boolean | undefined },
  ): void {
    const path = carried(ref, how.plain ? (each) => this.stocks.carried.has(each) : this.available);
    if (path) {
      plan.tasks.push(segmentTask(plan.code, ref, { path, end: how.end, tombstones: how.tombstones }));
    } else {
      plan.missing.push(how.plain ? rawBundlePath(ref.raw_sha256) : bundlePath(ref.sha256));
    }
  }
}

function sizeOfAll(plans: readonly EditionPlan[]): number {
  return plans.reduce((sum, plan) => sum + sizeOf(plan.tasks) + sizeOf(plan.later), 0);
}

function isIdle(plan: EditionPlan): boolean {
  return plan.tasks.length === 0 && !isSettling(plan) && plan.missing.length === 0;
}

/** Whether older articles are asked for than the library is complete for. */
function isWider({ older, reach, standing }: EditionPlan): boolean {
  return older && standing.version > 0 && keepsMore(reach, standing);
}

/** Whether what is to be kept reaches further back than what is held. (Of megabytes, the date doesn't tell.) */
function keepsMore(reach: Reach, { completeSince, wantsOlder }: Standing): boolean {
  return completeSince !== "" && (wantsOlder || (reach.maxRawBytes === undefined && reach.since < completeSince));
}
