// What a sync is asked to do, what it tells meanwhile, and what it reports at the end: plain values.

import type { Catalog } from "../format/catalog.ts";
import type { Library } from "../library/index.ts";
import type { Meter, Transport } from "../transport/base.ts";
import type { Freshness } from "../trust/freshness.ts";
import type { Offer } from "./contact.ts";

/**
 * What the engine lends to each sync. `now`: Unix seconds. `open`: a mirror; `typed`: the reader named it himself.
 * `firstRawBytes`: so much text a first sync reads by itself, where it isn't the usual.
 */
export interface Means {
  readonly library: Library;
  readonly now: () => number;
  readonly open: (place: string, wish: { typed: boolean; meter: Meter }) => Transport;
  readonly firstRawBytes?: number;
}

/** What becomes of a sync while it runs. `stop`: nothing new is begun, and what has arrived whole is kept. */
export interface Watch {
  readonly told?: (progress: Progress) => void;
  readonly stop?: AbortSignal;
}

/** One message while a sync runs. Bytes of what it fetches, so far and in all. */
export interface Progress {
  readonly step: "asking" | "verifying" | "fetching" | "applying" | "pictures" | "keeping";
  readonly done: number;
  readonly total: number;
  readonly mirror: string;
}

/**
 * `acceptRetractions`: the reader agreed to a suspicious number of them. `older`: read as far back as is to be kept,
 * not only as far as is held. `maxBytes`: what may be fetched in all; 0: no cap.
 */
export interface Wish {
  readonly publication: string;
  readonly acceptRetractions?: boolean;
  readonly older?: boolean;
  readonly maxBytes?: number;
}

/** A mirror that was passed over: its address, the error's code, and what it says. */
export interface Problem {
  readonly mirror: string;
  readonly code: string;
  readonly message: string;
}

/** Bytes that a sync would fetch. `older`: what it would be more, read as far back as is to be kept. */
export interface Price {
  readonly text: number;
  readonly pictures: number;
  readonly requests: number;
  readonly older: number;
}

/**
 * What a sync did. `articles`: that came or changed. `left`: bytes that were planned and not fetched. `older`: what it would
 * cost to read as far back as is to be kept; 0 also where a sync had no reason to learn that. `missing`: paths that can't be
 * had here.
 */
export interface Report {
  readonly publication: string;
  readonly from: number;
  readonly to: number;
  readonly freshness: Freshness;
  readonly articles: number;
  readonly retracted: number;
  readonly bytes: number;
  readonly requests: number;
  readonly mirror: string;
  readonly seconds: number;
  readonly complete: boolean;
  readonly left: number;
  readonly older: number;
  readonly problems: readonly Problem[];
  readonly missing: readonly string[];
}

/** A state that a mirror offered and that passed every check. Nothing of it is kept yet. `meter`: what it cost. */
export interface Offered {
  readonly meter: Meter;
  readonly offer: Offer;
  readonly catalog: Catalog;
}

/**
 * What an address offers at first contact. `pinned`: the address named whom to trust, or the publication is known already.
 * `signed`: Unix seconds.
 */
export interface Met extends Offered {
  readonly publication: string;
  readonly address: string;
  readonly fingerprint: string;
  readonly pinned: boolean;
  readonly signed: number;
  readonly freshness: Freshness;
}

/** What a sync would do, and what it can go on from without asking again. */
export interface Planned extends Offered {
  readonly price: Price;
}

/** How a pack is opened. `trusted`: the fingerprint that the reader agreed to, where the publication isn't known. */
export interface OpenWish {
  readonly trusted?: string;
  readonly acceptRetractions?: boolean;
}
