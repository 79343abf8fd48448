// Bringing the chosen editions up to date: steps 5 to 7 of a sync. docs/format.md, section 10.

import { FormatError, MassRetraction } from "../errors.ts";
import { checkRaw, decodeBundle, unpack, type VerifiedBundle } from "../format/bundle.ts";
import { type Catalog, startOf } from "../format/catalog.ts";
import type { Applied, Bound, Library } from "../library/index.ts";
import type { Fetcher } from "./fetch.ts";
import type { Planner } from "./planner.ts";
import { checkNews } from "./stocks.ts";
import {
  type DeltaTask,
  type EditionPlan,
  isSettled,
  isSettling,
  type NewsTask,
  type SegmentTask,
  type Task,
} from "./tasks.ts";

const SUSPICIOUS_COUNT = 10;
const SUSPICIOUS_SHARE = 0.02;

/** What a sync changed in an edition so far. */
export interface Changed {
  readonly articles: number;
  readonly retracted: number;
}

export const NOTHING: Changed = { articles: 0, retracted: 0 };

/** What the editions of a sync have in common. `told` hears of each bundle that was applied. */
export interface EditionsOptions {
  readonly library: Library;
  readonly catalog: Catalog;
  readonly fetcher: Fetcher;
  readonly planner: Planner;
  readonly acceptRetractions: boolean;
  readonly told: () => void;
}

/** Fetches and applies what was planned of one catalog's editions. */
export class Editions {
  /** By edition. */
  readonly changed = new Map<string, Changed>();
  private readonly options: EditionsOptions;
  private readonly library: Library;
  private readonly publication: string;
  private readonly retractions = new Map<string, number>();
  private readonly coming = new Map<string, ReadonlySet<string>>();
  private readonly tombstones = new Map<string, VerifiedBundle[]>();

  constructor(options: EditionsOptions) {
    this.options = options;
    this.library = options.library;
    this.publication = options.catalog.publication;
  }

  /**
   * Fetch and apply every task, each in a transaction of its own; what is finished stays finished.
   *
   * An edition whose prefix turns out not to be held keeps its tasks: plan again, and it goes on without prefixes.
   * Throws as `Fetcher.one`; FormatError, MassRetraction, LibraryError.
   */
  async run(plans: readonly EditionPlan[]): Promise<void> {
    const { fetcher } = this.options;
    for (const plan of plans) {
      await this.lookAhead(plan);
      await this.finishIfSettled(plan);
    }
    const jobs = plans.flatMap((plan) => plan.tasks.map((task) => [task.wanted, { plan, task }] as const));
    const leads = jobs.filter(([, { plan, task }]) => isLead(plan, task));
    const halted = new Set<EditionPlan>();
    // A beginner's newest articles have the line to themselves: they are read while all else arrives.
    for (const some of [leads, jobs.filter((job) => !leads.includes(job))]) {
      for await (const [{ plan, task }, data] of fetcher.each(some)) {
        if (!(halted.has(plan) || (await this.apply(plan, task, data)))) {
          halted.add(plan);
        }
        await fetcher.applied(task.wanted.sha256);
        this.options.told();
      }
    }
  }

  /** Before segments take away what they lack of held articles: which of these come back by the deltas after. */
  private async lookAhead(plan: EditionPlan): Promise<void> {
    const deltas = plan.tasks.filter((task): task is DeltaTask => task.kind === "delta");
    const held = await this.library.holding(this.publication, plan.code);
    if (!isSettling(plan) || deltas.length === 0 || held.articles === 0) {
      return;
    }
    const coming = new Set<string>();
    const jobs = deltas.map((task) => [task.wanted, task] as const);
    for await (const [task, data] of this.options.fetcher.each(jobs, true)) {
      const raw = await this.unpackDelta(task, data);
      const bundle = raw && (await this.decode(task, raw));
      for (const { record } of bundle?.entries ?? []) {
        if (record.type === "article") {
          coming.add(record.key);
        }
      }
    }
    this.coming.set(plan.code, coming);
  }

  /** Apply one task; false where nothing more of this edition can be applied for now. */
  private async apply(plan: EditionPlan, task: Task, data: Uint8Array): Promise<boolean> {
    if (task.kind === "news") {
      await this.applyNews(plan, task, data);
    } else if (task.kind === "delta") {
      // While a part of the snapshot is missing, what follows waits for it.
      if (isSettling(plan) || !(await this.applyDelta(plan, task, data))) {
        return false;
      }
    } else {
      await this.applyPart(plan, task, data);
    }
    plan.tasks = plan.tasks.filter((each) => each !== task);
    await this.finishIfSettled(plan);
    return true;
  }

  // -- deltas ----------------------------------------------------------------------------------------------------------

  /** False where the library doesn't hold the prefix that the delta was compressed against. */
  private async applyDelta(plan: EditionPlan, task: DeltaTask, data: Uint8Array): Promise<boolean> {
    const raw = await this.unpackDelta(task, data);
    if (!raw) {
      this.options.planner.withoutPrefix.add(plan.code);
      return false;
    }
    const bundle = await this.decode(task, raw);
    const { kind, from, to } = bundle.header;
    if (kind !== "delta" || from !== task.ref.from || to !== task.ref.to) {
      throw new FormatError("is not the delta that it is listed as", task.wanted.path);
    }
    await this.checkRetractions(plan, bundle);
    this.count(plan, await this.library.applyDelta(bundle, { to, since: plan.standing.completeSince }));
    return true;
  }

  /** The plain delta; null where its prefix isn't held. */
  private async unpackDelta({ edition, ref, wanted }: DeltaTask, data: Uint8Array): Promise<Uint8Array | null> {
    if (!ref.prefix) {
      return unpack(data, ref, { path: wanted.path });
    }
    const prefix = await this.options.planner.prefix(edition, ref);
    return prefix && unpack(data, ref, { prefix, path: wanted.path });
  }

  private async applyNews(plan: EditionPlan, task: NewsTask, data: Uint8Array): Promise<void> {
    const bundle = await checkNews(data, task, this.publication);
    await this.checkRetractions(plan, bundle);
    const { to, since } = task;
    if (since) {
      await this.library.trim(this.publication, plan.code, { since });
    }
    const held = plan.standing.completeSince;
    this.count(plan, await this.library.applyDelta(bundle, { to, since: since > held ? since : held }));
    if (since) {
      await this.library.trim(this.publication, plan.code, { since }); // what has moved to before then
    }
  }

  // -- segments --------------------------------------------------------------------------------------------------------

  private async applyPart(plan: EditionPlan, task: SegmentTask, data: Uint8Array): Promise<void> {
    const { ref, end, kind, wanted } = task;
    const raw = task.plain ? await checkRaw(data, ref, wanted.path) : await unpack(data, ref, { path: wanted.path });
    const bundle = await this.decode(task, raw);
    if (bundle.header.kind !== kind) {
      throw new FormatError("is not the segment that it is listed as", wanted.path);
    }
    if (kind === "tombstones") {
      await this.applyTombstones(plan, task, bundle);
      return;
    }
    const start = startOf(ref);
    await this.checkRetractions(plan, bundle, { start, end });
    this.count(plan, await this.library.applySegment(bundle, { start, end, version: plan.version }));
  }

  private async applyTombstones(plan: EditionPlan, task: SegmentTask, bundle: VerifiedBundle): Promise<void> {
    await this.checkRetractions(plan, bundle);
    const bundles = [...(this.tombstones.get(plan.code) ?? []), bundle];
    this.tombstones.set(plan.code, bundles);
    if (!plan.tasks.some((other) => other.kind === "tombstones" && other !== task)) {
      await this.settleTombstones(plan, bundles);
      this.tombstones.delete(plan.code);
    }
  }

  private async settleTombstones(plan: EditionPlan, bundles: readonly VerifiedBundle[]): Promise<void> {
    const { version } = plan;
    this.count(plan, await this.library.applyTombstones(this.publication, plan.code, bundles, { version }));
  }

  /** Say that the snapshot is held, once all of it is; the edition goes on by deltas then. */
  private async finishIfSettled(plan: EditionPlan): Promise<void> {
    const { completeSince, version } = plan;
    if (completeSince === null || !isSettled(plan)) {
      return;
    }
    if (plan.noTombstones) {
      await this.settleTombstones(plan, []);
    }
    await this.library.finishSnapshot(this.publication, plan.code, {
      version,
      completeSince,
      newest: plan.edition.version,
      wantsOlder: plan.leaves,
    });
    plan.completeSince = null;
    plan.standing = await this.library.standing(this.publication, plan.code);
  }

  // -- both ------------------------------------------------------------------------------------------------------------

  private count(plan: EditionPlan, applied: Applied): void {
    const before = this.changed.get(plan.code) ?? NOTHING;
    this.changed.set(plan.code, {
      articles: before.articles + applied.added + applied.revised,
      retracted: before.retracted + applied.retracted,
    });
  }

  private decode({ edition, wanted }: Task, raw: Uint8Array): Promise<VerifiedBundle> {
    return decodeBundle(raw, { publication: this.publication, edition, path: wanted.path });
  }

  private async checkRetractions(
    plan: EditionPlan,
    bundle: VerifiedBundle,
    range: { start?: Bound; end?: Bound | null } = {},
  ): Promise<void> {
    // format.md 10.7: a coerced editor is not to wipe every phone at once.
    const coming = this.coming.get(plan.code) ?? new Set();
    const { retracted, held } = await this.library.retractionsIn(bundle, { ...range, coming });
    const retractions = (this.retractions.get(plan.code) ?? 0) + retracted;
    this.retractions.set(plan.code, retractions);
    if (!this.options.acceptRetractions && retractions > Math.max(SUSPICIOUS_COUNT, SUSPICIOUS_SHARE * held)) {
      throw new MassRetraction({ edition: plan.code, retractions, held });
    }
  }
}

/** Whether a task brings the newest articles of an edition of which nothing was read yet. */
function isLead({ standing, tasks }: EditionPlan, task: Task): boolean {
  const nothing = standing.version === 0 && standing.segments.size === 0;
  return nothing && task === tasks.find(({ kind }) => kind === "segment");
}
