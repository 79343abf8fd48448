// First contact: what an address offers is fetched and verified, shown, and kept only when the reader says so.

import { UsageError } from "../errors.ts";
import { same } from "../format/bytes.ts";
import { fingerprintText, parseAddress } from "../format/names.ts";
import type { Choice } from "../library/index.ts";
import { Meter } from "../transport/base.ts";
import { freshness } from "../trust/index.ts";
import { Meeting } from "./meeting.ts";
import type { Means, Met, Watch } from "./options.ts";

/** Fetch and verify what an address offers. Keeps nothing. Throws UsageError, TrustError, TransportError, FormatError. */
export async function meet(means: Means, text: string, watch: Watch = {}): Promise<Met> {
  const address = parseAddress(text);
  if (!/^https?:/.test(address.place)) {
    throw new UsageError(`${JSON.stringify(text)} is no address on the web`);
  }
  const meter = new Meter();
  const source = means.open(address.place, { typed: true, meter });
  const { fingerprint } = address;
  const meeting = new Meeting(means, watch, meter, { source, carried: false, fingerprint, firstUse: !fingerprint });
  const offered = await meeting.agree();
  const { publication } = offered.catalog;
  const signed = offered.offer.accepted?.signed ?? meeting.known?.signed ?? 0;
  return {
    ...offered,
    publication,
    address: source.where,
    fingerprint: meeting.known?.fingerprint ?? fingerprintText(fingerprint ?? { version: 1, sha256: publication }),
    pinned: fingerprint !== null || meeting.known !== null,
    signed,
    freshness: freshness(signed, means.now()),
  };
}

/**
 * Keep a publication that was met, with what the reader chose of it, and ask at that address from now on.
 *
 * Where the library has come to hold another state meanwhile, that stays, and only the choice is kept. Throws LibraryError.
 */
export function trust(means: Means, met: Met, choice: Choice): Promise<void> {
  return means.library.lock(async () => {
    const { library } = means;
    const { accepted, basis, head } = met.offer;
    const held = await library.held(met.publication);
    if (accepted && (held && basis ? same(held.timestamp, basis) : held === basis)) {
      await library.accept(accepted, { fingerprint: met.fingerprint, place: met.address, head });
    }
    await library.choose(met.publication, choice);
  });
}
