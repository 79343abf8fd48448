// How old what is held is, in a word. docs/format.md, section 11.4.

import { LIMITS } from "../format/limits.ts";

export type Freshness = "fresh" | "stale" | "very old";

/** How to call a state whose timestamp was signed at `signed`: up to two days, up to thirty, or beyond. Unix seconds. */
export function freshness(signed: number, now: number): Freshness {
  const age = now - signed;
  if (age <= LIMITS.fresh_seconds) {
    return "fresh";
  }
  return age <= LIMITS.stale_seconds ? "stale" : "very old";
}
