// What a sync tells at its end: step 10. docs/format.md, section 10.

import type { Library, Standing, Sync } from "../library/index.ts";
import type { Failure } from "../transport/mirrors.ts";
import { freshness } from "../trust/index.ts";
import type { Changed } from "./editions.ts";
import type { Offered, Problem, Report } from "./options.ts";
import { type EditionPlan, sizeOf } from "./tasks.ts";

/** What a sync has come to. `older`: bytes of what was left aside. */
export interface Done {
  readonly plans: readonly EditionPlan[];
  readonly changed: ReadonlyMap<string, Changed>;
  readonly missing: readonly string[];
  readonly older: number;
}

/** What it took. */
export interface Figures {
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
  readonly requests: number;
  readonly seconds: number;
}

/** `signed`: of the state that was read, Unix seconds. `problems`: who was passed over. */
export interface Told {
  readonly offered: Offered;
  readonly done: Done;
  readonly figures: Figures;
  readonly articles: number;
  readonly signed: number;
  readonly now: number;
  readonly problems: readonly Failure[];
}

export function reportOf({ offered, done, figures, articles, signed, now, problems }: Told): Report {
  const { plans, changed, missing, older } = done;
  const lacking = new Set([...plans.flatMap((plan) => plan.missing), ...missing]);
  const left = plans.reduce((sum, plan) => sum + sizeOf(plan.tasks), 0);
  return {
    publication: offered.catalog.publication,
    ...figures,
    freshness: freshness(signed, now),
    articles,
    retracted: [...changed.values()].reduce((sum, each) => sum + each.retracted, 0),
    mirror: offered.offer.mirror.where,
    complete: lacking.size === 0 && left === 0,
    left,
    older,
    problems: problems.map(problemOf),
    missing: [...lacking],
  };
}

/** How many articles came or changed: for a beginner those that are held, however many bundles touched each. */
export async function articlesIn(
  library: Library,
  publication: string,
  changed: ReadonlyMap<string, Changed>,
  before: ReadonlyMap<string, Standing>,
): Promise<number> {
  let sum = 0;
  for (const [code, { articles }] of changed) {
    const first = !before.get(code)?.version;
    const held = first ? (await library.holding(publication, code)).articles : articles;
    sum += Math.min(held, articles);
  }
  return sum;
}

/** What the library keeps of a sync. `outcome`: "done", or an error's code. `at`: RFC 3339. */
export function noteOf(figures: Figures, told: Pick<Sync, "at" | "mirror" | "articles" | "outcome">): Sync {
  const { at, mirror, articles, outcome } = told;
  const { from, to, bytes, requests, seconds } = figures;
  return { at, mirror, from, to, articles, bytes, requests, seconds, outcome };
}

function problemOf({ where, error }: Failure): Problem {
  return { mirror: where, code: error.code, message: error.message };
}
