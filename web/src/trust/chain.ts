// The chain of catalogs: which one may follow the one accepted last. docs/format.md, section 11.3.

import { ClockError, HistoryError, RollbackError, TrustError, WrongPublication } from "../errors.ts";
import { type Catalog, decodeCatalog } from "../format/catalog.ts";
import { LIMITS } from "../format/limits.ts";
import type { Held } from "../format/state.ts";

/** Unix time of `2026-11-22T06:00:00Z`. */
export function seconds(moment: string): number {
  return Date.parse(moment) / 1000;
}

/** A Unix time as people read it, `2026-11-22T06:00:00Z`; also one beyond any calendar, which sorts behind the others. */
export function told(moment: number): string {
  const date = new Date(moment * 1000);
  const year = date.getUTCFullYear();
  return year >= 0 && year <= 9999 ? `${date.toISOString().slice(0, 19)}Z` : `second ${moment}`;
}

/** Throws ClockError where `signed` is more than a day ahead of this machine's clock. Unix seconds. */
export function checkClock(signed: number, now: number): void {
  if (signed > now + LIMITS.clock_ahead_seconds) {
    throw new ClockError({ signed: told(signed), now: told(now) });
  }
}

/** What a catalog must belong to. `publication` empty: not known yet. `root`: the trusted root's version. */
export interface Belonging {
  readonly publication: string;
  readonly root: number;
  readonly now: number;
}

/** That the catalog is of this publication, of this root, and of the past. Throws TrustError. */
export function checkIdentity(catalog: Catalog, { publication, root, now }: Belonging): void {
  if (publication && catalog.publication !== publication) {
    throw new WrongPublication({ expected: publication, offered: catalog.publication });
  }
  if (catalog.root > root) {
    throw new TrustError(
      `the catalog was made under root ${catalog.root}, but this copy ends at root ${root}: it isn't whole`,
    );
  }
  checkClock(seconds(catalog.published), now);
}

/**
 * Whether `catalog` goes on from what was held; if not, every edition has to settle anew.
 *
 * With the keys of the targets role `replaced`, what the old keys signed last may be a thief's, so a catalog that doesn't
 * prove to stand on it starts anew. Otherwise throws RollbackError, HistoryError.
 */
export function follows(held: Held, catalog: Catalog, digest: string, replaced: boolean): boolean {
  if (replaced) {
    return standsOn(held, catalog, digest);
  }
  checkChain(held, catalog, digest);
  return true;
}

function checkChain(held: Held, catalog: Catalog, digest: string): void {
  const { version } = decodeCatalog(held.catalog);
  if (catalog.version < version) {
    throw new RollbackError({ role: "catalog", accepted: version, offered: catalog.version });
  }
  for (const claim of claims(catalog, digest)) {
    const shown = held.catalogs.get(claim.version);
    if (claim.sha256 && shown && shown !== claim.sha256) {
      throw new HistoryError({ version: claim.version });
    }
  }
}

/** Whether the catalog names the held one by its hash, and contradicts nothing that was shown. */
function standsOn(held: Held, catalog: Catalog, digest: string): boolean {
  try {
    checkChain(held, catalog, digest);
  } catch (error) {
    if (error instanceof RollbackError || error instanceof HistoryError) {
      return false;
    }
    throw error;
  }
  const { version } = decodeCatalog(held.catalog);
  const known = held.catalogs.get(version);
  return claims(catalog, digest).some((claim) => claim.version === version && claim.sha256 === known);
}

/** Which catalogs there were as which versions, as this one has it: itself, the one before, where deltas start. */
function claims(catalog: Catalog, digest: string): { readonly version: number; readonly sha256: string }[] {
  const deltas = [...catalog.editions.values()].flatMap((edition) => edition.deltas);
  return [
    { version: catalog.version, sha256: digest },
    { version: catalog.version - 1, sha256: catalog.previous },
    ...deltas.map((delta) => ({ version: delta.from, sha256: delta.at_from })),
  ];
}
