// The lists that a catalog refers to: their types are those of catalog.ts. docs/format.md, section 8.

import { FormatError, HashMismatch } from "../errors.ts";
import { comparePlaces } from "./bundle.ts";
import {
  checkSpans,
  deltaRef,
  encoding,
  type ListRef,
  type Lists,
  type MediaRef,
  mirror,
  type RevisionsRef,
  rawBytes,
  type SegmentRef,
  type Start,
  startOf,
  version,
} from "./catalog.ts";
import { type Check, decode, integer, list, object, oneOf, or, text } from "./check.ts";
import { sha256 } from "./digest.ts";
import { LIMITS } from "./limits.ts";
import { IMMUTABLE_PATH } from "./names.ts";
import { digest, edition, role } from "./record.ts";
import { contentSize, decompress } from "./zstd.ts";

/** Where a part starts, and what it holds. */
export const partMembers = {
  raw_sha256: digest,
  raw_bytes: rawBytes,
  records: integer(),
  published: or(text(20), ""),
  key: or(text(200), ""),
};

const segmentRef = object<SegmentRef>({ sha256: digest, bytes: integer(1, LIMITS.segment_bytes), ...partMembers });

const LISTS: { readonly [Name in keyof Lists]: Check<Lists[Name]> } = {
  history: object({ format: oneOf("tamizdat.history.1"), edition, deltas: list(deltaRef, 10_000) }),
  snapshot: object({
    format: oneOf("tamizdat.snapshot.1"),
    edition,
    version,
    segments: list(segmentRef, 100_000),
    tombstones: or(list(segmentRef, 10_000), []),
  }),
  revisions: object({
    format: oneOf("tamizdat.revisions.1"),
    edition,
    bundles: list(object<RevisionsRef>({ to: version, ...encoding }), 100_000),
  }),
  media: object({
    format: oneOf("tamizdat.media.1"),
    edition,
    bundles: list(
      object<MediaRef>({
        role,
        to: version,
        sha256: digest,
        bytes: integer(1, 2 * LIMITS.media_bytes),
        files: integer(),
      }),
      100_000,
    ),
  }),
  withdrawn: object({ format: oneOf("tamizdat.withdrawn.1"), files: list(text(120, IMMUTABLE_PATH), 1_000_000) }),
  mirrors: object({ format: oneOf("tamizdat.mirrors.1"), mirrors: list(mirror, LIMITS.mirrors) }),
};

/** Check a fetched list against its reference and decode it. `of`: its edition, where it has one.
 *
 * Throws: HashMismatch, FormatError.
 */
export async function decodeList<Name extends keyof Lists>(
  data: Uint8Array,
  ref: ListRef,
  kind: Name,
  { edition: of, path = "" }: { readonly edition?: string; readonly path?: string } = {},
): Promise<Lists[Name]> {
  if (data.length !== ref.bytes || (await sha256(data)) !== ref.sha256) {
    throw new HashMismatch({ path });
  }
  const raw = decompress(data, contentSize(data, LIMITS.list_raw_bytes, path), { path });
  const found: Lists[Name] = decode(raw, LISTS[kind], LIMITS.list_raw_bytes, path);
  if (of !== undefined && "edition" in found && found.edition !== of) {
    throw new FormatError(`a list of another edition than ${of}`, path);
  }
  if ("deltas" in found) {
    checkSpans(found.deltas, path);
  } else if ("segments" in found) {
    checkStarts(found.segments, path);
  }
  return found;
}

/** Throws: FormatError where parts don't ascend from ("", ""). */
export function checkStarts(parts: readonly Start[], path: string): void {
  const places = parts.map(startOf);
  const wrong = places.some((place, at) => {
    const before = places[at - 1];
    return before ? comparePlaces(before, place) >= 0 : place.some((bound) => bound !== "");
  });
  if (wrong) {
    throw new FormatError("parts out of order", path);
  }
}
