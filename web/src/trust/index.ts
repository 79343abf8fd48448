// What may be accepted next of a publication. Decides; opens no connection and keeps nothing.
//
// The Update Framework's client workflow (specification 1.0, section 5), then the chain of catalogs. docs/format.md 11.

import type { Fingerprint } from "../format/names.ts";

/** How trust asks for a file of the publication: whole, at most `maxBytes` long. Throws FileMissing, TransportError. */
export type Fetch = (path: string, maxBytes: number) => Promise<Uint8Array>;

/**
 * `now`: this machine's clock, Unix seconds. `fingerprint`: of the root that the reader named. `firstUse`: trust whatever
 * root 1 is offered. `carried`: a pack that came by hand may have expired.
 */
export interface Terms {
  readonly now: number;
  readonly fingerprint?: Fingerprint | null;
  readonly firstUse?: boolean;
  readonly carried?: boolean;
}

export { type Freshness, freshness } from "./freshness.ts";
