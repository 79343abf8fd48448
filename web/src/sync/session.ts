// One sync of one publication, its steps numbered as in docs/format.md, section 10.

import { FileMissing, Incomplete, LibraryError, TamizdatError, UsageError } from "../errors.ts";
import type { Choice, Library, Standing } from "../library/index.ts";
import { Meter } from "../transport/base.ts";
import { Mirrors } from "../transport/mirrors.ts";
import { type ReadBack, reachOf, readBack, utc } from "./choices.ts";
import { Editions } from "./editions.ts";
import { CapReached } from "./fetch.ts";
import { forgetOthers, keepWithin } from "./keeping.ts";
import { learnMirrors } from "./learning.ts";
import { Meeting } from "./meeting.ts";
import type { Means, Offered, Planned, Progress, Report, Watch, Wish } from "./options.ts";
import { articlesIn, type Done, type Figures, noteOf, reportOf } from "./outcome.ts";
import type { Reach } from "./plan.ts";
import { learnRoots } from "./roots.ts";
import { Round } from "./round.ts";
import { throwIfStopped } from "./stopping.ts";
import { type EditionPlan, isDone, isSettled, namedDigests, sizeOf } from "./tasks.ts";

/** How often a sync asks again after a file of its catalog was missing. */
const ROUNDS = 4;

/** How often it plans again: after a prefix that wasn't held, or for what could be known only later. */
const PLANS = 8;

/**
 * Bring one publication up to date from the mirrors that are known of it. What is finished stays finished, whatever goes
 * wrong later. `from`: go on from what was planned or met, without asking again.
 *
 * Throws TrustError, TransportError, FormatError, LibraryError; Incomplete at a cap; MassRetraction; Stopped.
 */
export function sync(means: Means, wish: Wish, watch: Watch = {}, from?: Offered): Promise<Report> {
  return means.library.lock(async () => {
    // Whoever made the offer counts on, by the meter that it was opened with.
    const session = await begin(means, wish, watch, from?.meter);
    return session.run(from ?? null);
  });
}

/** Learn what is new, and what it would cost. Changes nothing that is held. Throws as `sync`. */
export async function plan(means: Means, wish: Wish, watch: Watch = {}): Promise<Planned> {
  const session = await begin(means, wish, watch);
  return session.plan();
}

async function begin(means: Means, wish: Wish, watch: Watch, meter = new Meter()): Promise<Session> {
  const known = await means.library.publication(wish.publication);
  if (!known) {
    throw new UsageError(`no publication ${wish.publication.slice(0, 16)}… is known here`);
  }
  const meeting = new Meeting(means, watch, meter);
  await meeting.recognise(known);
  return new Session(means, meeting, wish, watch);
}

/** How a session differs from what was chosen for good. `carried`: the paths of the pack that is its only source. */
export interface SessionWish extends Omit<Wish, "publication"> {
  readonly carried?: ReadonlySet<string>;
  readonly choice?: Choice;
}

/** The state of one sync while it runs. */
export class Session {
  private readonly means: Means;
  private readonly meeting: Meeting;
  private readonly meter: Meter;
  private readonly wish: SessionWish;
  private readonly watch: Watch;
  private readonly begun = performance.now();
  private readonly before = new Map<string, Standing>();
  private readonly asked: Mirrors[] = [];
  private plans: readonly EditionPlan[] = [];
  private progress: Progress = { step: "asking", done: 0, total: 0, mirror: "" };

  constructor(means: Means, meeting: Meeting, wish: SessionWish, watch: Watch) {
    this.means = means;
    this.meeting = meeting;
    this.meter = meeting.meter;
    this.wish = wish;
    this.watch = watch;
  }

  // -- the workflow ----------------------------------------------------------------------------------------------------

  /** Steps 2 to 10. */
  async run(from: Offered | null): Promise<Report> {
    try {
      return await this.rounds(from && this.meeting.isOfUse(from) ? from : null);
    } catch (error) {
      if (error instanceof TamizdatError) {
        await this.noteFailure(error);
      }
      throw error;
    }
  }

  /** Steps 2 to 4, and what they say of the rest. */
  async plan(): Promise<Planned> {
    const offered = await this.meeting.agree();
    const round = this.round(offered, { capped: false });
    const plans = await round.planner.plan(await this.readBacks(round));
    return { ...offered, price: await round.price(plans, this.reach) };
  }

  private async rounds(from: Offered | null): Promise<Report> {
    let before = "";
    let offered = from;
    for (let number = 1; ; number += 1) {
      offered = offered ?? (await this.meeting.agree()); // 2. and 3.
      await this.meeting.take(offered);
      const { publication, version } = offered.catalog;
      const last = before === `${publication} ${version}` || number === ROUNDS;
      try {
        return await this.finish(offered, await this.work(offered, last));
      } catch (error) {
        if (last || !(error instanceof FileMissing)) {
          throw error;
        }
        // format.md 10.5: the mirror moved on meanwhile. Ask for the head again; what is finished stays.
        before = `${publication} ${version}`;
        offered = null;
        this.noteProblems();
      }
    }
  }

  private async work(offered: Offered, last: boolean): Promise<Done> {
    const round = this.round(offered);
    const { catalog } = offered;
    const { planner, fetcher, available } = round;
    const editions = new Editions({
      library: this.library,
      catalog,
      fetcher,
      planner,
      acceptRetractions: this.wish.acceptRetractions ?? false,
      told: () => this.tell({ step: "applying" }),
    });
    try {
      await forgetOthers(this.library, catalog, round.chosen);
      const plans = await this.editions(editions, round); // 4. to 7.
      const done = plans.filter(isDone).map((each) => each.code);
      await keepWithin(this.library, catalog.publication, done, this.reach);
      await learnMirrors(this.library, catalog, fetcher, available); // 8.
      await this.learnRoots(round);
      const missing = await this.fetchExtras(round, plans.filter(isDone), last);
      this.tell({ step: "keeping" });
      await keepWithin(this.library, catalog.publication, done, this.reach); // 9.
      const older = await planner.older(plans, this.reach, { fetch: false });
      return { plans, changed: editions.changed, missing, older };
    } catch (error) {
      throw error instanceof CapReached ? this.capped(error) : error;
    }
  }

  /** `capped` false: to tell the price of it takes whatever lists there are. */
  private round(offered: Offered, { capped = true } = {}): Round {
    const { offer, catalog } = offered;
    const source = new Mirrors([offer.source, ...this.meeting.helpers(offer, catalog)]);
    source.prefer(offer.source);
    this.asked.push(source);
    this.tell({ step: "verifying", mirror: offer.mirror.where });
    return new Round(offered, {
      library: this.library,
      source,
      choice: this.choice,
      carried: this.wish.carried,
      maxBytes: capped && this.cap > 0 ? Math.max(0, this.cap - this.meter.bytes) : undefined,
      stop: this.watch.stop,
      told: (done) => this.tell({ step: this.progress.step === "pictures" ? "pictures" : "fetching", done }),
    });
  }

  // -- choices ---------------------------------------------------------------------------------------------------------

  private get library(): Library {
    return this.means.library;
  }

  /** The publication's version that was read last; 0 where none was ever read to its end. */
  private get from(): number {
    const complete = [...this.before.values()].some((standing) => standing.version > 0);
    return complete ? this.meeting.versionBefore : 0;
  }

  /** Bytes that may be fetched in all; 0: no cap. A pack is here already. */
  private get cap(): number {
    return this.wish.carried ? 0 : this.wish.maxBytes || this.choice.maxBytes;
  }

  private get choice(): Choice {
    return this.wish.choice ?? this.meeting.known?.choice ?? NO_CHOICE;
  }

  /** As far back as is to be kept. */
  private get reach(): Reach {
    return reachOf(this.choice, this.means.now());
  }

  private async readBacks({ offered: { catalog }, chosen }: Round): Promise<Map<string, ReadBack>> {
    const { reach } = this;
    const found = new Map<string, ReadBack>();
    for (const code of chosen) {
      const standing = await this.library.standing(catalog.publication, code);
      this.before.set(code, this.before.get(code) ?? standing);
      // A pack is here already, whatever it holds.
      const older = this.wish.older === true || this.wish.carried !== undefined;
      found.set(code, readBack(reach, this.before.get(code) ?? standing, older, this.means.firstRawBytes));
    }
    return found;
  }

  // -- 4. to 9. --------------------------------------------------------------------------------------------------------

  /** Plan and apply until nothing is left, or nothing more can be had. */
  private async editions(editions: Editions, round: Round): Promise<readonly EditionPlan[]> {
    const { planner, fetcher } = round;
    const { publication } = round.offered.catalog;
    const reaches = await this.readBacks(round);
    let plans = await planner.plan(reaches);
    if (plans.some((each) => each.tasks.length > 0)) {
      await fetcher.keepOnly(namedDigests(plans));
    }
    for (
      let number = 0;
      number < PLANS && plans.some((each) => each.tasks.length > 0 || isSettled(each));
      number += 1
    ) {
      this.plans = plans;
      const total = plans.reduce((sum, each) => sum + sizeOf(each.tasks), this.progress.done);
      this.tell({ step: "fetching", total });
      await editions.run(plans);
      throwIfStopped(this.watch.stop);
      plans = await planner.plan(reaches);
    }
    this.plans = [];
    for (const each of plans.filter((one) => isDone(one) && one.older && one.standing.wantsOlder)) {
      await this.library.finishWidening(publication, each.code);
    }
    return plans;
  }

  private capped({ size }: CapReached): Incomplete {
    const reason = size > this.cap ? `the byte cap is below the next file's ${size} bytes` : "the byte cap is reached";
    const left = this.plans.reduce((sum, each) => sum + sizeOf(each.tasks), 0);
    return new Incomplete({ reason, missing_bytes: Math.max(left, size) });
  }

  /** Fetch what `plans` that are done may have beside; returns the paths that nobody has. */
  private async fetchExtras({ extras }: Round, plans: readonly EditionPlan[], last: boolean): Promise<string[]> {
    const coming = (bytes: number) => this.tell({ step: "pictures", total: this.progress.done + bytes });
    for (const its of extras) {
      const plan = plans.find(({ code }) => code === its.code);
      try {
        if (plan) {
          await its.fetch(plan, this.choice, coming);
        }
      } catch (error) {
        if (!(last && error instanceof FileMissing)) {
          throw error;
        }
        const { path = "" } = error.fields;
        its.missing.push(String(path));
      }
    }
    return extras.flatMap(({ missing }) => missing);
  }

  /** Over the network only once, at first contact: who lacks them is no worse off, and each is a request. */
  private async learnRoots({ offered, fetcher, available }: Round): Promise<void> {
    if (this.meeting.offline || this.from === 0) {
      await learnRoots(this.library, offered.catalog.publication, fetcher.source, available, this.means.now());
    }
  }

  // -- 10. report ------------------------------------------------------------------------------------------------------

  private async finish(offered: Offered, done: Done): Promise<Report> {
    const { offer, catalog } = offered;
    const { publication } = catalog;
    this.noteProblems();
    const report = reportOf({
      offered,
      done,
      figures: this.figures(catalog.version),
      articles: await articlesIn(this.library, publication, done.changed, this.before),
      signed: offer.accepted?.signed ?? this.meeting.known?.signed ?? 0,
      now: this.means.now(),
      problems: this.meeting.problems,
    });
    if (report.complete) {
      await this.library.keepOnlyPartials(publication, new Set());
    }
    await this.meeting.noteMirrors(report.mirror);
    const at = utc(this.means.now());
    await this.library.noteSync(publication, noteOf(report, { ...report, at, outcome: "done" }));
    return report;
  }

  private figures(to: number): Figures {
    const { bytes, requests } = this.meter;
    return { from: this.from, to, bytes, requests, seconds: Math.round(performance.now() - this.begun) / 1000 };
  }

  private async noteFailure({ code: outcome }: TamizdatError): Promise<void> {
    const { known } = this.meeting;
    if (!known) {
      return;
    }
    const at = utc(this.means.now());
    const { mirror } = this.progress;
    try {
      this.noteProblems();
      await this.meeting.noteMirrors();
      const note = noteOf(this.figures(known.version), { at, mirror, articles: 0, outcome });
      await this.library.noteSync(known.publication, note);
    } catch (error) {
      // What went wrong first is what is told.
      if (!(error instanceof LibraryError)) {
        throw error;
      }
    }
  }

  private noteProblems(): void {
    for (const mirrors of this.asked) {
      this.meeting.noteProblems(mirrors.problems);
    }
  }

  private tell(news: Partial<Progress>): void {
    const progress = { ...this.progress, ...news };
    this.progress = { ...progress, total: Math.max(progress.total, progress.done) };
    this.watch.told?.(this.progress);
  }
}

const NO_CHOICE: Choice = { editions: [], media: "none", keep: {}, revisions: false, maxBytes: 0 };
