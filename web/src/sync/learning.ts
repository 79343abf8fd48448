// Learning which mirrors there are beyond those in the catalog, while somebody can be reached: part of step 8.

import { FormatError, TransportError, TrustError } from "../errors.ts";
import type { Catalog } from "../format/catalog.ts";
import { decodeList } from "../format/lists.ts";
import type { Library } from "../library/index.ts";
import { CapReached, type Fetcher } from "./fetch.ts";
import type { Available } from "./plan.ts";
import { wantedList } from "./tasks.ts";

/**
 * Keep the catalog's list of further mirrors, fetched where it is another than the one known.
 *
 * What can't be had now is asked for at the next sync: a sync is none the worse for it. Throws LibraryError, Stopped.
 */
export async function learnMirrors(
  library: Library,
  { publication, more_mirrors: ref }: Catalog,
  fetcher: Fetcher,
  available: Available,
): Promise<void> {
  if ((ref?.sha256 ?? "") === (await library.moreMirrorsSha256(publication))) {
    return;
  }
  if (ref === null) {
    await library.learnMoreMirrors(publication, [], { sha256: "" });
    return;
  }
  const wanted = wantedList(ref);
  if (!available(wanted.path)) {
    return;
  }
  try {
    const { mirrors } = await decodeList(await fetcher.one(wanted), ref, "mirrors", { path: wanted.path });
    await library.learnMoreMirrors(publication, mirrors, { sha256: ref.sha256 });
  } catch (error) {
    if (!isHarmless(error)) {
      throw error;
    }
  }
}

/** Whether it went wrong without harm to what was asked for first. */
export function isHarmless(error: unknown): boolean {
  return [CapReached, TransportError, TrustError, FormatError].some((kind) => error instanceof kind);
}
