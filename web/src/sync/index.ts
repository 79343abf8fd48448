// Bringing a library up to date from any copy of a publication. The steps are those of docs/format.md, section 10.

import type { Choice } from "../library/index.ts";
import type { Means, Met, OpenWish, Price, Report, Watch, Wish } from "./options.ts";

export type * from "./options.ts";

/** What this room does, as its modules export it. All throw TrustError, TransportError, FormatError, LibraryError. */
export interface Workflows {
  /** Fetch and verify what an address offers. Keeps nothing. Throws UsageError where it is none. */
  meet(means: Means, address: string, watch?: Watch): Promise<Met>;
  /** Keep a publication that was met, with what the reader chose of it. */
  trust(means: Means, met: Met, choice: Choice): Promise<void>;
  /** Learn what is new, and what it would cost; the newest state is kept, no article is. */
  plan(means: Means, wish: Wish, watch?: Watch): Promise<Price>;
  /** `met`: go on from there, without asking again. Throws Incomplete at a cap, Stopped, MassRetraction besides. */
  sync(means: Means, wish: Wish, watch?: Watch, met?: Met): Promise<Report>;
  /** Read a pack; opens no connection. Throws FirstContact until a publication is known or its fingerprint trusted. */
  open(means: Means, pack: Uint8Array, wish: OpenWish, watch?: Watch): Promise<Report>;
}
