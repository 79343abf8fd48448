// The roots before the one that the reader's fingerprint names: not needed here, but by whoever is handed a pack.

import { FileMissing } from "../errors.ts";
import { sha256 } from "../format/digest.ts";
import { LIMITS } from "../format/limits.ts";
import { type File, type Held, signedFiles } from "../format/state.ts";
import type { Library } from "../library/index.ts";
import type { Mirrors } from "../transport/mirrors.ts";
import { accept } from "../trust/index.ts";
import { readSnapshot, readTargets } from "../trust/metadata.ts";
import { isHarmless } from "./learning.ts";
import type { Available } from "./plan.ts";

/** Keep every root from the first on, where they lead to those held. A sync is none the worse without. Throws LibraryError. */
export async function learnRoots(
  library: Library,
  publication: string,
  source: Mirrors,
  available: Available,
  now: number,
): Promise<void> {
  const held = await library.held(publication);
  if (!held || held.roots.has(1)) {
    return;
  }
  const paths = Array.from({ length: Math.min(...held.roots.keys()) - 1 }, (_, at) => `metadata/${at + 1}.root.json`);
  if (!paths.every(available)) {
    return;
  }
  try {
    const fetched: File[] = [];
    for (const path of paths) {
      fetched.push([path, await source.fetch(path, { maxBytes: LIMITS.root_bytes }, (data) => data)]);
    }
    await library.learnRoots(publication, await verified(held, fetched, now));
  } catch (error) {
    if (!isHarmless(error)) {
      throw error;
    }
  }
}

/** Every file that was accepted, by its path. */
export async function heldFiles(held: Held): Promise<File[]> {
  return signedFiles({
    ...held,
    snapshotVersion: readSnapshot(held.snapshot, "snapshot.json").signed.version,
    targetsVersion: readTargets(held.targets, "targets.json").signed.version,
    catalogSha256: await sha256(held.catalog),
  });
}

/** All roots, walked from the one whose digest is the publication's identity. */
async function verified(held: Held, fetched: readonly File[], now: number): Promise<ReadonlyMap<number, Uint8Array>> {
  const files = new Map([...fetched, ...(await heldFiles(held))]);
  const fetch = async (path: string) => {
    const data = files.get(path);
    if (!data) {
      throw new FileMissing({ where: "the library", path });
    }
    return data;
  };
  const fingerprint = { version: 1, sha256: held.publication };
  return (await accept(null, fetch, { now, fingerprint, carried: true })).roots;
}
