// What a reader holds and has accepted of a publication: the values that trust decides on and the library keeps.

import type { Catalog } from "./catalog.ts";
import { catalogPath } from "./names.ts";

/** Everything accepted before, as exact bytes. `catalogs`: SHA-256 of each accepted catalog by version. */
export interface Held {
  readonly publication: string;
  readonly roots: ReadonlyMap<number, Uint8Array>;
  readonly timestamp: Uint8Array;
  readonly snapshot: Uint8Array;
  readonly targets: Uint8Array;
  readonly catalog: Uint8Array;
  readonly catalogs: ReadonlyMap<number, string>;
}

/** A newer state that passed every check; commit it whole or not at all.
 *
 * `signed`: when the timestamp was signed, Unix seconds. `site`: SHA-256 and size of site.json. `restart`: the keys of
 * the targets role were replaced and the version went back, so that every edition settles anew from segments.
 */
export interface Accepted {
  readonly publication: string;
  readonly roots: ReadonlyMap<number, Uint8Array>;
  readonly timestamp: Uint8Array;
  readonly snapshot: Uint8Array;
  readonly targets: Uint8Array;
  readonly catalogBytes: Uint8Array;
  readonly catalogSha256: string;
  readonly catalog: Catalog;
  readonly signed: number;
  readonly site: { readonly sha256: string; readonly bytes: number };
  readonly restart: boolean;
}

/** A path of the tree with the bytes that lie there. */
export type File = readonly [path: string, data: Uint8Array];

/** The signed files of a state that was accepted, by their bytes and what they are called by. */
export interface Signed {
  readonly roots: ReadonlyMap<number, Uint8Array>;
  readonly timestamp: Uint8Array;
  readonly snapshot: Uint8Array;
  readonly snapshotVersion: number;
  readonly targets: Uint8Array;
  readonly targetsVersion: number;
  readonly catalog: Uint8Array;
  readonly catalogSha256: string;
}

/** Path and bytes of every root, of timestamp, snapshot and targets metadata and the catalog, in this order. */
export function signedFiles(state: Signed): File[] {
  const roots = [...state.roots].sort(([one], [other]) => one - other);
  return [
    ...roots.map(([version, data]): File => [`metadata/${version}.root.json`, data]),
    ["metadata/timestamp.json", state.timestamp],
    [`metadata/${state.snapshotVersion}.snapshot.json`, state.snapshot],
    [`metadata/${state.targetsVersion}.targets.json`, state.targets],
    [catalogPath(state.catalogSha256), state.catalog],
  ];
}
