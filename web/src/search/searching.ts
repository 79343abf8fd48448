// Searching a publication: what the engine calls. docs/format.md 14.

import type { Rank } from "./ranking.ts";

/** An article that a search found; `rank`: docs/format.md 14.6. */
export interface Hit {
  readonly edition: string;
  readonly key: string;
  readonly rank: Rank;
}

/** A page of what was found, the best first; `found`: how many in all. */
export interface Results {
  readonly found: number;
  readonly hits: readonly Hit[];
  /**
   * Where the words stand in an article of this edition, with these texts: its plain text, its summary.
   *
   * Every other piece, from the second on, is a place.
   */
  readonly snippet: (edition: string, texts: readonly string[]) => readonly string[];
}

/** Of all that is found, `limit` hits from number `skip` on. `isStale`: whether nobody waits for it any more. */
export interface Wish {
  readonly limit: number;
  readonly skip: number;
  readonly isStale?: () => boolean;
}
