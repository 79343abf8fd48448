// What one round of a sync works with: everything that is made for one offer of a mirror.

import type { Choice, Library } from "../library/index.ts";
import type { Mirrors } from "../transport/mirrors.ts";
import { chosenEditions } from "./choices.ts";
import { Extras } from "./extras.ts";
import { Fetcher } from "./fetch.ts";
import type { Offered, Price } from "./options.ts";
import type { Available, Reach } from "./plan.ts";
import { Planner } from "./planner.ts";
import { Stocks } from "./stocks.ts";
import { type EditionPlan, type Wanted, wantedList } from "./tasks.ts";

/**
 * How a round goes about it. `carried`: the paths of the pack that is the only source. `maxBytes`: that may be fetched.
 * `told` hears how many bytes have arrived.
 */
export interface RoundOptions {
  readonly library: Library;
  readonly source: Mirrors;
  readonly choice: Choice;
  readonly carried: ReadonlySet<string> | undefined;
  readonly maxBytes: number | undefined;
  readonly stop: AbortSignal | undefined;
  readonly told: (done: number) => void;
}

/** One round, begun. A pack knows what it holds; of mirrors everything is expected. */
export class Round {
  readonly offered: Offered;
  readonly chosen: readonly string[];
  readonly available: Available;
  readonly fetcher: Fetcher;
  readonly planner: Planner;
  readonly extras: readonly Extras[];
  private readonly library: Library;
  private readonly choice: Choice;

  constructor(offered: Offered, options: RoundOptions) {
    const { offer, catalog } = offered;
    const { library, source, choice, carried, maxBytes, stop, told } = options;
    const { publication } = catalog;
    const paths = carried ?? new Set<string>();
    this.offered = offered;
    this.library = library;
    this.choice = choice;
    this.available = carried ? (path) => carried.has(path) : () => true;
    this.fetcher = new Fetcher({ library, publication, source, maxBytes, atHand: offer.atHand, stop, told });
    const stocks = new Stocks(library, catalog, this.fetcher, paths);
    this.planner = new Planner(library, catalog, this.fetcher, stocks, this.available);
    this.chosen = chosenEditions(choice, catalog);
    this.extras = [...catalog.editions]
      .filter(([code]) => this.chosen.includes(code))
      .map((edition) => new Extras(library, catalog, edition, this.fetcher, this.available, paths));
  }

  /** What all this would cost, and (`reach`: as far back as is to be kept) the rest. Fetches lists alone. */
  async price(plans: readonly EditionPlan[], reach: Reach): Promise<Price> {
    const text = [...this.planner.lists.fetched, ...plans.flatMap(wantedBy), ...(await this.moreMirrors())];
    const pictures: Wanted[] = [];
    const { revisions, media } = this.choice;
    for (const extras of this.extras) {
      const its = plans.find((plan) => plan.code === extras.code);
      if (its && its.missing.length === 0) {
        text.push(...(await extras.planned(its, { revisions, media: "none" })));
        pictures.push(...(await extras.planned(its, { revisions: false, media })));
      }
    }
    return {
      text: await this.stillToCome(text),
      pictures: await this.stillToCome(pictures),
      requests: new Set([...text, ...pictures].map((wanted) => wanted.path)).size,
      older: await this.planner.older(plans, reach, { fetch: true }),
    };
  }

  private async moreMirrors(): Promise<Wanted[]> {
    const { publication, more_mirrors: ref } = this.offered.catalog;
    const known = await this.library.moreMirrorsSha256(publication);
    return ref && ref.sha256 !== known ? [wantedList(ref)] : [];
  }

  /** The bytes of these files that are yet to be fetched, each counted once. */
  private async stillToCome(files: readonly Wanted[]): Promise<number> {
    let bytes = 0;
    for (const wanted of new Map(files.map((each) => [each.path, each])).values()) {
      bytes += await this.fetcher.stillToCome(wanted);
    }
    return bytes;
  }
}

function wantedBy({ tasks, later }: EditionPlan): Wanted[] {
  return [...tasks, ...later].map((task) => task.wanted);
}
