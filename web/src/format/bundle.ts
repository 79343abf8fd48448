// Bundles: a header line and one record a line, in one zstd frame. docs/format.md, section 4.

import { FormatError, HashMismatch, WrongPublication } from "../errors.ts";
import type { Article, Entry, Place } from "./article.ts";
import { compare, concat, utf8 } from "./bytes.ts";
import { decode, integer, object, oneOf, or } from "./check.ts";
import { sha256 } from "./digest.ts";
import { LIMITS } from "./limits.ts";
import { decodeRecord, digest, edition } from "./record.ts";
import { decompress } from "./zstd.ts";

export type Kind = "delta" | "segment" | "tombstones" | "revisions";

/** The first line of a bundle. Only a delta has `from` and `to`: the publication's versions it leads between. */
export interface Header {
  readonly format: "tamizdat.bundle.1";
  readonly publication: string;
  readonly edition: string;
  readonly kind: Kind;
  readonly records: number;
  readonly from: number;
  readonly to: number;
}

/** How a bundle travels: its compressed and its plain digest and size. Every reference to a bundle has these. */
export interface Encoding {
  readonly sha256: string;
  readonly bytes: number;
  readonly raw_sha256: string;
  readonly raw_bytes: number;
}

/** A bundle whose bytes were checked against a signed digest, decoded whole. */
export interface VerifiedBundle {
  readonly header: Header;
  readonly raw_sha256: string;
  readonly entries: readonly Entry[];
}

const header = object<Header>({
  format: oneOf("tamizdat.bundle.1"),
  publication: digest,
  edition,
  kind: oneOf<Kind>("delta", "segment", "tombstones", "revisions"),
  records: integer(0, LIMITS.records),
  from: or(integer(), 0),
  to: or(integer(), 0),
});

const NEWLINE = 0x0a;
const LINE_END = Uint8Array.of(NEWLINE);

/** The plain bytes of a bundle; `lines` are records in their order, without newlines. */
export function encodeBundle(of: Header, lines: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const { format, publication, edition: code, kind, records, from, to } = of;
  const span = kind === "delta" ? { ...(from && { from }), ...(to && { to }) } : {};
  const first = utf8(JSON.stringify({ format, publication, edition: code, kind, records, ...span }));
  return withNewlines([first, ...lines]);
}

function withNewlines(lines: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return concat(lines.flatMap((line) => [line, LINE_END]));
}

/** The plain bytes of a fetched bundle, both digests checked. Throws: HashMismatch, FormatError. */
export async function unpack(
  data: Uint8Array,
  encoding: Encoding,
  { prefix, path = "" }: { readonly prefix?: Uint8Array; readonly path?: string } = {},
): Promise<Uint8Array> {
  if (data.length !== encoding.bytes || (await sha256(data)) !== encoding.sha256) {
    throw new HashMismatch({ path });
  }
  const raw = decompress(data, encoding.raw_bytes, { path, ...(prefix && { prefix }) });
  return await checkRaw(raw, encoding, path);
}

/** `raw` itself, if it is the plain bundle that `encoding` names. Throws: HashMismatch. */
export async function checkRaw(
  raw: Uint8Array,
  encoding: Pick<Encoding, "raw_sha256" | "raw_bytes">,
  path = "",
): Promise<Uint8Array> {
  if (raw.length !== encoding.raw_bytes || (await sha256(raw)) !== encoding.raw_sha256) {
    throw new HashMismatch({ path });
  }
  return raw;
}

/** Whose a bundle should be, and what it is called where it isn't. */
export interface Owner {
  readonly publication: string;
  readonly edition: string;
  readonly path?: string;
}

/** The header of a plain bundle, alone. Throws: FormatError. */
export function decodeHeader(raw: Uint8Array, path = ""): Header {
  const end = raw.indexOf(NEWLINE);
  return decode(end < 0 ? raw : raw.subarray(0, end), header, raw.length, path);
}

/** Decode a plain bundle strictly: header, count, order, editions, kinds. Throws: FormatError, WrongPublication. */
export async function decodeBundle(raw: Uint8Array, owner: Owner): Promise<VerifiedBundle> {
  const { path = "" } = owner;
  const found = decodeHeader(raw, path);
  if (found.publication !== owner.publication) {
    throw new WrongPublication({ expected: owner.publication, offered: found.publication });
  }
  const lines = linesOf(raw);
  if (found.edition !== owner.edition || lines === null) {
    throw new FormatError(`a bundle of edition ${found.edition} instead of ${owner.edition}`, path);
  }
  if (lines.length !== found.records + 1) {
    throw new FormatError(`says ${found.records} records but holds another number`, path);
  }
  return { header: found, raw_sha256: await sha256(raw), entries: entriesOf(lines.slice(1), found, path) };
}

/** The lines, or null where the last one has no end. */
function linesOf(raw: Uint8Array): Uint8Array[] | null {
  const lines: Uint8Array[] = [];
  let start = 0;
  for (let end = raw.indexOf(NEWLINE); end >= 0; end = raw.indexOf(NEWLINE, start)) {
    lines.push(raw.subarray(start, end));
    start = end + 1;
  }
  return start === raw.length && start > 0 ? lines : null;
}

function entriesOf(lines: readonly Uint8Array[], of: Header, path: string): Entry[] {
  let before: readonly [string, number] = ["", 0];
  return lines.map((line) => {
    const entry = decodeRecord(line);
    checkBelongs(entry, of, path);
    const place = [entry.record.key, of.kind === "revisions" ? entry.record.revision : 0] as const;
    if ((compare(before[0], place[0]) || before[1] - place[1]) >= 0) {
      throw new FormatError("records out of order", path);
    }
    before = place;
    return entry;
  });
}

function checkBelongs({ record }: Entry, of: Header, path: string): void {
  const other = of.kind === "delta" ? "" : of.kind === "tombstones" ? "article" : "retraction";
  if (record.edition !== of.edition) {
    throw new FormatError(`a record of edition ${record.edition}`, path);
  }
  if (record.type === other) {
    throw new FormatError(`a bundle of kind ${of.kind} with a record that doesn't belong there`, path);
  }
}

/** The prefix: whole lines, each with its newline, of the newest articles up to `newest` bytes, the newest last, then
 * the lines of `also`. format.md 4.4.
 *
 * `newestFirst` are the lines of an edition's articles by (published descending, key ascending); they are taken until
 * the next one would not fit.
 */
export function prefixOf(
  newestFirst: Iterable<Uint8Array>,
  { newest, also = [] }: { readonly newest: number; readonly also?: readonly Uint8Array[] },
): Uint8Array<ArrayBuffer> {
  const taken: Uint8Array[] = [];
  let size = 0;
  for (const line of newestFirst) {
    size += line.length + 1;
    if (size > newest) {
      break;
    }
    taken.push(line);
  }
  return withNewlines([...taken.reverse(), ...also]);
}

/** 16 hex digits that name a prefix in the catalog; empty for none. */
export async function prefixName(prefix: Uint8Array): Promise<string> {
  return prefix.length > 0 ? (await sha256(prefix)).slice(0, 16) : "";
}

/** Where an article stands in its edition. The bounds of segments are such places. */
export function placeOf(article: Article): Place {
  return [article.published, article.key];
}

/** The order of places: below 0, 0, or above. */
export function comparePlaces(one: Place, other: Place): number {
  return compare(one[0], other[0]) || compare(one[1], other[1]);
}
