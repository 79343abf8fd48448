// The lists by which an edition is planned, fetched once each.

import type { DeltaRef, ListRef, Lists } from "../format/catalog.ts";
import { decodeList } from "../format/lists.ts";
import { listPath } from "../format/names.ts";
import type { Fetcher } from "./fetch.ts";
import type { Available } from "./plan.ts";
import { type EditionPlan, type Wanted, wantedList } from "./tasks.ts";

type Planned = "history" | "snapshot";

/** Histories and snapshots of one catalog's editions. `fetched`: those that it took. */
export class PlannedLists {
  readonly fetched: Wanted[] = [];
  private readonly fetcher: Fetcher;
  private readonly available: Available;
  private readonly histories = new Map<string, readonly DeltaRef[]>();
  private readonly read: { readonly [K in Planned]: Map<string, Lists[K]> } = {
    history: new Map(),
    snapshot: new Map(),
  };

  constructor(fetcher: Fetcher, available: Available) {
    this.fetcher = fetcher;
    this.available = available;
  }

  /** The deltas of an edition's history, once it was read. */
  history(code: string): readonly DeltaRef[] | undefined {
    return this.histories.get(code);
  }

  /** Whether an edition's snapshot was read. */
  hasSnapshot({ edition }: EditionPlan): boolean {
    return this.read.snapshot.has(edition.snapshot.sha256);
  }

  /** Read the histories of these editions, where they are to be had. Throws as `Fetcher.one`, FormatError. */
  async readHistories(plans: readonly EditionPlan[]): Promise<void> {
    const lacking = plans.filter((plan) => !this.histories.has(plan.code));
    for await (const [plan, history] of this.each(lacking, "history")) {
      this.histories.set(plan.code, history.deltas);
    }
  }

  /** The snapshots of these editions; one that isn't to be had is missing. Throws as `Fetcher.one`, FormatError. */
  snapshots(plans: readonly EditionPlan[]): AsyncGenerator<readonly [EditionPlan, Lists["snapshot"]]> {
    return this.each(plans, "snapshot");
  }

  private async *each<K extends Planned>(
    plans: readonly EditionPlan[],
    name: K,
  ): AsyncGenerator<readonly [EditionPlan, Lists[K]]> {
    const jobs: (readonly [Wanted, { readonly plan: EditionPlan; readonly ref: ListRef }])[] = [];
    for (const plan of plans) {
      const ref = plan.edition[name];
      const known = ref && this.read[name].get(ref.sha256);
      if (known) {
        yield [plan, known];
      } else if (ref && this.available(listPath(ref.sha256))) {
        jobs.push([wantedList(ref), { plan, ref }]);
      } else if (ref && name === "snapshot") {
        plan.missing.push(listPath(ref.sha256));
      }
    }
    this.fetched.push(...jobs.map(([wanted]) => wanted));
    for await (const [{ plan, ref }, data] of this.fetcher.each(jobs, true)) {
      const found = await decodeList(data, ref, name, { edition: plan.code, path: listPath(ref.sha256) });
      this.read[name].set(ref.sha256, found);
      yield [plan, found];
    }
  }
}
