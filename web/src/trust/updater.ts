// TUF's client workflow: asks for the files in turn, and lets the trusted set decide about each.

import { FileMissing, TooLarge } from "../errors.ts";
import { same } from "../format/bytes.ts";
import { decodeCatalog } from "../format/catalog.ts";
import { LIMITS } from "../format/limits.ts";
import type { Fingerprint } from "../format/names.ts";
import type { Held } from "../format/state.ts";
import { findAnchor, isHtml } from "./anchor.ts";
import { seconds, told } from "./chain.ts";
import {
  type File,
  type MetaInfo,
  readSnapshot,
  readTargets,
  readTimestamp,
  SIZES,
  type Snapshot,
  type Targets,
  type Timestamp,
} from "./metadata.ts";
import { type Before, metadataPath, TIMESTAMP_PATH, TrustedSet } from "./trusted.ts";

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

/** Metadata that passed every check of TUF. */
export interface Refreshed {
  readonly set: TrustedSet;
  readonly timestamp: File<Timestamp>;
  readonly snapshot: File<Snapshot>;
  readonly targets: File<Targets>;
}

/** Run the workflow, on from what is held. Throws TrustError, FormatError, and what `fetch` throws. */
export async function refresh(held: Held | null, fetch: Fetch, terms: Terms): Promise<Refreshed> {
  const anchor = await findAnchor(held, fetch, terms);
  const before = held && readBefore(held);
  const reference = terms.carried ? "" : told(Math.max(terms.now, held && before ? floor(held, before) : 0));
  const set = await TrustedSet.begin(anchor.data, anchor.path, before, reference);
  const timestamp = await set.updateTimestamp(await newestTimestamp(set, held, fetch));
  const snapshot = await set.updateSnapshot(
    ...(await named(set, fetch, "snapshot", timestamp.signed.meta["snapshot.json"])),
  );
  const targets = await set.updateTargets(
    ...(await named(set, fetch, "targets", snapshot.signed.meta["targets.json"])),
  );
  return { set, timestamp, snapshot, targets };
}

function readBefore(held: Held): Before {
  return {
    timestamp: readTimestamp(held.timestamp, TIMESTAMP_PATH),
    snapshot: readSnapshot(held.snapshot, "the held snapshot"),
    targets: readTargets(held.targets, "the held targets metadata"),
    version: decodeCatalog(held.catalog).version,
  };
}

/** The time that it surely is by now, Unix seconds: a slow clock must not let a frozen copy pass. */
function floor(held: Held, before: Before): number {
  return Math.max(seconds(decodeCatalog(held.catalog).published), before.timestamp.signed.version);
}

/** The mirror's timestamp, once all newer roots are known. */
async function newestTimestamp(set: TrustedSet, held: Held | null, fetch: Fetch): Promise<Uint8Array> {
  const ahead = held && (await fetch(TIMESTAMP_PATH, SIZES.timestamp));
  if (held && ahead && same(ahead, held.timestamp)) {
    set.checkUnexpired("timestamp", readTimestamp(ahead, TIMESTAMP_PATH).signed);
    if (held.roots.has(set.root.version) && !set.isExpired(set.root)) {
      // Nothing else has to be asked, not even for a next root: whoever signs a root signs a timestamp, too.
      return ahead;
    }
  }
  const moved = await walk(set, fetch);
  // What was fetched ahead may be of the time before a new root.
  return ahead && !moved ? ahead : fetch(TIMESTAMP_PATH, SIZES.timestamp);
}

/** Ask for the next root, and the next, until one is missing. True if there was one. */
async function walk(set: TrustedSet, fetch: Fetch): Promise<boolean> {
  for (let count = 0; count < LIMITS.root_rotations; count += 1) {
    const data = await nextRoot(set, fetch);
    if (data === null) {
      return count > 0;
    }
    await set.updateRoot(data);
  }
  return true;
}

async function nextRoot(set: TrustedSet, fetch: Fetch): Promise<Uint8Array | null> {
  try {
    const data = await fetch(set.nextRootPath, SIZES.root);
    return isHtml(data) ? null : data;
  } catch (error) {
    if (error instanceof FileMissing || error instanceof TooLarge) {
      return null;
    }
    throw error;
  }
}

/** The metadata that are named, accepted before or fetched. */
async function named(
  set: TrustedSet,
  fetch: Fetch,
  role: "snapshot" | "targets",
  info: MetaInfo,
): Promise<[Uint8Array, MetaInfo]> {
  const accepted = await set.accepted(role, info);
  return [accepted ?? (await fetch(metadataPath(role, info), SIZES[role])), info];
}
