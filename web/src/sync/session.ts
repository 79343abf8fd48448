// One sync of one publication, its steps numbered as in docs/format.md, section 10.

import { FileMissing, Incomplete, LibraryError, TamizdatError, UsageError } from "../errors.ts";
import type { Catalog } from "../format/catalog.ts";
import type { Choice, Library, MediaChoice, Standing } from "../library/index.ts";
import { Meter } from "../transport/base.ts";
import { Mirrors } from "../transport/mirrors.ts";
import { freshness } from "../trust/index.ts";
import { chosenEditions, type ReadBack, reachOf, readBack, utc } from "./choices.ts";
import { type Offer, throwIfStopped } from "./contact.ts";
import { type Changed, Editions } from "./editions.ts";
import { Extras } from "./extras.ts";
import { CapReached, Fetcher } from "./fetch.ts";
import { learnMirrors } from "./learning.ts";
import { Meeting } from "./meeting.ts";
import type { Means, Offered, Planned, Problem, Progress, Report, Watch, Wish } from "./options.ts";
import type { Available } from "./plan.ts";
import { Planner } from "./planner.ts";
import { learnRoots } from "./roots.ts";
import { Stocks } from "./stocks.ts";
import { type EditionPlan, isDone, isSettled, namedDigests, sizeOf, type Wanted, wantedList } from "./tasks.ts";

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

/** What one round of a session works with. */
interface Round extends Offered {
  readonly chosen: readonly string[];
  readonly available: Available;
  readonly fetcher: Fetcher;
  readonly planner: Planner;
  readonly extras: readonly Extras[];
}

/** What a sync has come to. */
interface Done {
  readonly plans: readonly EditionPlan[];
  readonly changed: ReadonlyMap<string, Changed>;
  readonly missing: readonly string[];
  readonly older: number;
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
    const round = await this.round(offered);
    const { planner, fetcher } = round;
    const plans = await planner.plan(await this.readBacks(round));
    const text = [
      ...planner.lists,
      ...plans.flatMap((each) => [...each.tasks, ...each.later].map((task) => task.wanted)),
    ];
    const more = offered.catalog.more_mirrors;
    if (more && more.sha256 !== (await this.library.moreMirrorsSha256(offered.catalog.publication))) {
      text.push(wantedList(more));
    }
    const { revisions, media } = this.choice;
    const pictures: Wanted[] = [];
    for (const extras of round.extras) {
      const its = plans.find((each) => each.code === extras.code);
      if (its && its.missing.length === 0) {
        text.push(...(await extras.planned(its, { revisions, media: "none" })));
        pictures.push(...(await extras.planned(its, { revisions: false, media })));
      }
    }
    const price = {
      text: await priceOf(text, fetcher),
      pictures: await priceOf(pictures, fetcher),
      requests: new Set([...text, ...pictures].map((wanted) => wanted.path)).size,
      older: await planner.older(plans, reachOf(this.choice, this.means.now()), { fetch: true }),
    };
    return { ...offered, price };
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
    const round = await this.round(offered);
    const { catalog, planner, fetcher, available } = round;
    const editions = new Editions({
      library: this.library,
      catalog,
      fetcher,
      planner,
      acceptRetractions: this.wish.acceptRetractions ?? false,
      told: () => this.tell({ step: "applying" }),
    });
    try {
      await this.forgetOthers(round);
      const plans = await this.editions(editions, round); // 4. to 7.
      const done = plans.filter(isDone).map((each) => each.code);
      await this.keep(catalog, done);
      await learnMirrors(this.library, catalog, fetcher, available); // 8.
      await this.learnRoots(round);
      const missing = await this.fetchExtras(
        round.extras.filter(({ code }) => done.includes(code)),
        last,
      );
      await this.keep(catalog, done); // 9.
      const older = await planner.older(plans, reachOf(this.choice, this.means.now()), { fetch: false });
      return { plans, changed: editions.changed, missing, older };
    } catch (error) {
      throw error instanceof CapReached ? this.capped(error) : error;
    }
  }

  private async round(offered: Offered): Promise<Round> {
    const { offer, catalog } = offered;
    const { library } = this;
    const carried = this.wish.carried ?? new Set();
    const available: Available = this.wish.carried ? (path) => carried.has(path) : () => true;
    const fetcher = this.fetcher(offer, catalog);
    const stocks = new Stocks(library, catalog, fetcher, carried);
    const planner = new Planner(library, catalog, fetcher, stocks, available);
    const chosen = chosenEditions(this.choice, catalog);
    const extras = [...catalog.editions]
      .filter(([code]) => chosen.includes(code))
      .map((edition) => new Extras(library, catalog, edition, fetcher, available, carried));
    return { ...offered, chosen, available, fetcher, planner, extras };
  }

  private fetcher(offer: Offer, catalog: Catalog): Fetcher {
    const mirrors = new Mirrors([offer.source, ...this.meeting.helpers(offer, catalog)]);
    mirrors.prefer(offer.source);
    this.asked.push(mirrors);
    this.tell({ step: "verifying", mirror: offer.mirror.where });
    return new Fetcher({
      library: this.library,
      publication: catalog.publication,
      source: mirrors,
      maxBytes: this.cap > 0 ? Math.max(0, this.cap - this.meter.bytes) : undefined,
      atHand: offer.atHand,
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

  private async readBacks({ catalog, chosen }: Round): Promise<Map<string, ReadBack>> {
    const reach = reachOf(this.choice, this.means.now());
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

  /** What is never synced again would never be retracted either. */
  private async forgetOthers({ catalog, chosen }: Round): Promise<void> {
    const { publication } = catalog;
    for (const code of [...catalog.editions.keys()].filter((each) => !chosen.includes(each))) {
      const { version, segments } = await this.library.standing(publication, code);
      const { articles, retractions } = await this.library.holding(publication, code);
      if (version + segments.size + articles + retractions > 0) {
        await this.library.forget(publication, code);
      }
    }
  }

  // -- 4. to 9. --------------------------------------------------------------------------------------------------------

  /** Plan and apply until nothing is left, or nothing more can be had. */
  private async editions(editions: Editions, round: Round): Promise<readonly EditionPlan[]> {
    const { planner, fetcher, catalog } = round;
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
      await this.library.finishWidening(catalog.publication, each.code);
    }
    return plans;
  }

  private capped({ size }: CapReached): Incomplete {
    const reason = size > this.cap ? `the byte cap is below the next file's ${size} bytes` : "the byte cap is reached";
    const left = this.plans.reduce((sum, each) => sum + sizeOf(each.tasks), 0);
    return new Incomplete({ reason, missing_bytes: Math.max(left, size) });
  }

  /** Fetch them; returns the paths that nobody has. */
  private async fetchExtras(editions: readonly Extras[], last: boolean): Promise<string[]> {
    const { revisions, media } = this.choice;
    for (const extras of editions) {
      try {
        if (revisions) {
          await extras.fetchRevisions();
        }
        this.tell({ step: "pictures" });
        await extras.fetchMedia(media);
      } catch (error) {
        if (!(last && error instanceof FileMissing)) {
          throw error;
        }
        const { path = "" } = error.fields;
        extras.missing.push(String(path));
      }
    }
    return editions.flatMap((extras) => extras.missing);
  }

  /** Over the network only once, at first contact: who lacks them is no worse off, and each is a request. */
  private async learnRoots({ catalog, fetcher, available }: Round): Promise<void> {
    if (this.meeting.offline || this.from === 0) {
      await learnRoots(this.library, catalog.publication, fetcher.source, available, this.means.now());
    }
  }

  private async keep({ publication }: Catalog, codes: readonly string[]): Promise<void> {
    const { since, maxRawBytes } = reachOf(this.choice, this.means.now());
    if (since || maxRawBytes !== undefined) {
      this.tell({ step: "keeping" });
      for (const code of codes) {
        await this.library.trim(
          publication,
          code,
          maxRawBytes === undefined ? { since } : { since, maxBytes: maxRawBytes },
        );
      }
    }
  }

  // -- 10. report ------------------------------------------------------------------------------------------------------

  private async finish({ offer, catalog }: Offered, done: Done): Promise<Report> {
    this.noteProblems();
    const report = await this.report(offer, catalog, done);
    if (report.complete) {
      await this.library.keepOnlyPartials(catalog.publication, new Set());
    }
    await this.meeting.noteMirrors(offer.mirror.where);
    await this.note(report, "done");
    return report;
  }

  private async report(offer: Offer, catalog: Catalog, { plans, changed, missing, older }: Done): Promise<Report> {
    const lacking = new Set([...plans.flatMap((each) => each.missing), ...missing]);
    const left = plans.reduce((sum, each) => sum + sizeOf(each.tasks), 0);
    const { signed } = offer.accepted ?? this.meeting.known ?? { signed: 0 };
    let articles = 0;
    let retracted = 0;
    for (const [code, each] of changed) {
      // For a beginner those that are held, however many bundles touched each.
      const first = !this.before.get(code)?.version;
      const held = first ? (await this.library.holding(catalog.publication, code)).articles : each.articles;
      articles += Math.min(held, each.articles);
      retracted += each.retracted;
    }
    return {
      publication: catalog.publication,
      ...this.figures(catalog.version),
      freshness: freshness(signed, this.means.now()),
      articles,
      retracted,
      mirror: offer.mirror.where,
      complete: lacking.size === 0 && left === 0,
      left,
      older,
      problems: this.meeting.problems.map(
        ({ where, error }): Problem => ({ mirror: where, code: error.code, message: error.message }),
      ),
      missing: [...lacking],
    };
  }

  private figures(to: number) {
    return {
      from: this.from,
      to,
      bytes: this.meter.bytes,
      requests: this.meter.requests,
      seconds: Math.round(performance.now() - this.begun) / 1000,
    };
  }

  private async note(
    report: Omit<Report, "complete" | "left" | "older" | "freshness" | "problems" | "missing" | "retracted">,
    outcome: string,
  ): Promise<void> {
    const { publication, mirror, from, to, articles, bytes, requests, seconds } = report;
    const at = utc(this.means.now());
    await this.library.noteSync(publication, { at, mirror, from, to, articles, bytes, requests, seconds, outcome });
  }

  private async noteFailure({ code }: TamizdatError): Promise<void> {
    const { known } = this.meeting;
    if (!known) {
      return;
    }
    try {
      this.noteProblems();
      await this.meeting.noteMirrors();
      const { publication, version } = known;
      await this.note({ publication, mirror: this.progress.mirror, articles: 0, ...this.figures(version) }, code);
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

const NO_CHOICE: Choice = {
  editions: [],
  media: "none" satisfies MediaChoice,
  keep: {},
  revisions: false,
  maxBytes: 0,
};

/** The bytes of these files that are yet to be fetched, each counted once. */
async function priceOf(files: readonly Wanted[], fetcher: Fetcher): Promise<number> {
  let price = 0;
  for (const wanted of new Map(files.map((each) => [each.path, each])).values()) {
    price += await fetcher.stillToCome(wanted);
  }
  return price;
}
