// What may be accepted next of a publication. Decides; opens no connection and keeps nothing.
//
// The Update Framework's client workflow (specification 1.0, section 5), then the chain of catalogs. docs/format.md 11.

import { HashMismatch, RollbackError, WrongPublication, WrongRoot } from "../errors.ts";
import { same } from "../format/bytes.ts";
import { decodeCatalog } from "../format/catalog.ts";
import { sha256 } from "../format/digest.ts";
import { LIMITS } from "../format/limits.ts";
import { catalogPath } from "../format/names.ts";
import type { Accepted, Held } from "../format/state.ts";
import { fingerprintOf } from "./anchor.ts";
import { checkClock, checkIdentity, follows } from "./chain.ts";
import { type File, type FileInfo, readTargets, type Targets } from "./metadata.ts";
import type { TrustedSet } from "./trusted.ts";
import { type Fetch, refresh, type Terms } from "./updater.ts";

/**
 * The publication's newest state as `fetch` offers it, if it may follow `held`; asks for as little as possible.
 *
 * Nothing is kept anywhere: commit what is returned, whole. Throws FirstContact, TrustError, FormatError, and whatever
 * `fetch` throws.
 */
export async function accept(held: Held | null, fetch: Fetch, terms: Terms): Promise<Accepted> {
  const { set, timestamp, snapshot, targets } = await refresh(held, fetch, terms);
  const signed = timestamp.signed.version;
  checkClock(signed, terms.now);
  const roots = await joinedRoots(held, set);
  const info = targets.signed.targets["catalog.json"];
  const catalogBytes = await catalogData(held, fetch, info);
  const catalogSha256 = info.hashes.sha256;
  const catalog = decodeCatalog(catalogBytes);
  checkIdentity(catalog, { publication: await identity(held, roots), root: set.root.version, now: terms.now });
  const replaced = held !== null && (await set.stillVouchedFor("targets")) === null;
  return {
    publication: catalog.publication,
    roots,
    timestamp: timestamp.data,
    snapshot: snapshot.data,
    targets: targets.data,
    catalogBytes,
    catalogSha256,
    catalog,
    signed,
    site: siteOf(targets),
    restart: held !== null && !follows(held, catalog, catalogSha256, replaced),
  };
}

/** What accepted targets metadata says of site.json. Throws FormatError. */
export function siteIn(targets: Uint8Array): Accepted["site"] {
  return siteOf(readTargets(targets, "targets.json"));
}

function siteOf({ signed }: File<Targets>): Accepted["site"] {
  const { hashes, length } = signed.targets["site.json"];
  return { sha256: hashes.sha256, bytes: length };
}

/** The roots held and the ones just walked, which mustn't contradict them. Throws WrongRoot, RollbackError. */
async function joinedRoots(held: Held | null, set: TrustedSet): Promise<ReadonlyMap<number, Uint8Array>> {
  const known = new Map(held?.roots);
  for (const [version, data] of set.roots) {
    const ours = known.get(version) ?? data;
    if (!same(ours, data)) {
      throw new WrongRoot({
        expected: await fingerprintOf(version, ours),
        offered: await fingerprintOf(version, data),
      });
    }
    known.set(version, data);
  }
  const newest = Math.max(...known.keys());
  if (newest > set.root.version) {
    throw new RollbackError({ role: "root", accepted: newest, offered: set.root.version });
  }
  return known;
}

/** The publication's identity, where root 1 is known or was; else empty. Throws WrongPublication. */
async function identity(held: Held | null, roots: ReadonlyMap<number, Uint8Array>): Promise<string> {
  const root = roots.get(1);
  const first = root ? await sha256(root) : "";
  if (held && first && held.publication !== first) {
    throw new WrongPublication({ expected: held.publication, offered: first });
  }
  return held ? held.publication : first;
}

/** The catalog that the targets metadata name, held or fetched. Throws HashMismatch. */
async function catalogData(held: Held | null, fetch: Fetch, { length, hashes }: FileInfo): Promise<Uint8Array> {
  if (held && (await sha256(held.catalog)) === hashes.sha256) {
    return held.catalog;
  }
  const path = catalogPath(hashes.sha256);
  const data = await fetch(path, LIMITS.catalog_bytes);
  if (data.length !== length || (await sha256(data)) !== hashes.sha256) {
    throw new HashMismatch({ path });
  }
  return data;
}

export { fingerprintOf, isHtml } from "./anchor.ts";
export { isNative } from "./ed25519.ts";
export { type Freshness, freshness } from "./freshness.ts";
export type { Fetch, Terms } from "./updater.ts";
