// The stock list: everything that an edition holds, in parts that any complete reader can make. docs/format.md, 8.8.
//
// A snapshot may lag behind, and what it holds of earlier states can't be told from the newest one. The stock is the
// state at the edition's version exactly, cut by a rule that looks at the records alone. So the same records always
// give the same list, and the catalog's digest of that list vouches for what one reader hands on to another.

import { FormatError, HashMismatch } from "../errors.ts";
import type { Place } from "./article.ts";
import { encodeBundle, type Kind } from "./bundle.ts";
import { compare, utf8 } from "./bytes.ts";
import { type StockRef, version } from "./catalog.ts";
import { decode, list, object, oneOf, or } from "./check.ts";
import { sha256 } from "./digest.ts";
import { LIMITS } from "./limits.ts";
import { checkStarts, partMembers } from "./lists.ts";
import { edition } from "./record.ts";
import { Sha256 } from "./sha256.ts";

/** A part ends before the line with which its lines would exceed this. */
const PART_BYTES = 1024 * 1024;

/** A part of the stock: its plain bundle, and where it starts. The first starts at ("", ""). */
export interface StockPart {
  readonly raw_sha256: string;
  readonly raw_bytes: number;
  readonly records: number;
  readonly published: string;
  readonly key: string;
}

/** The parts of an edition at `version`, articles by place, oldest first, and retractions by key. */
export interface StockList {
  readonly format: "tamizdat.stock.1";
  readonly edition: string;
  readonly version: number;
  readonly parts: readonly StockPart[];
  readonly tombstones: readonly StockPart[];
}

const part = object<StockPart>(partMembers);
const stockList = object<StockList>({
  format: oneOf("tamizdat.stock.1"),
  edition,
  version,
  parts: list(part, 100_000),
  tombstones: or(list(part, 10_000), []),
});

/** What is cut into parts: the bundles' publication and edition, and whether it is articles or retractions. */
export interface Whole {
  readonly publication: string;
  readonly edition: string;
  readonly kind: Kind;
}

/** A record: its place, and its line. */
export type Item = readonly [place: Place, line: Uint8Array];

/** Whether a new part begins with this key, wherever it stands: one key in 256 does. */
function beginsPart(key: string): boolean {
  return new Sha256().update(utf8(key)).digest()[0] === 0;
}

/** Records in the order of their places, in parts: a pure function of what comes, so that any holder cuts alike. */
export function* cut<T extends readonly [place: Place, line: { readonly length: number }, ...more: unknown[]]>(
  items: Iterable<T>,
): Generator<readonly T[]> {
  let taken: T[] = [];
  let size = 0;
  for (const item of items) {
    const [[, key], line] = item;
    if (taken.length > 0 && (size + line.length + 1 > PART_BYTES || beginsPart(key))) {
      yield taken;
      taken = [];
      size = 0;
    }
    taken.push(item);
    size += line.length + 1;
  }
  if (taken.length > 0) {
    yield taken;
  }
}

/** The plain bundle of a part: its lines in the order of their keys. */
function plainPart(of: Whole, items: readonly Item[]): Uint8Array<ArrayBuffer> {
  const lines = [...items].sort(([[, one]], [[, other]]) => compare(one, other)).map(([, line]) => line);
  return encodeBundle({ format: "tamizdat.bundle.1", ...of, records: lines.length, from: 0, to: 0 }, lines);
}

/** Each part with its plain bundle, one at a time, from records in the order of their places. */
export async function* parts(of: Whole, items: Iterable<Item>): AsyncGenerator<readonly [StockPart, Uint8Array]> {
  let first = true;
  for (const taken of cut(items)) {
    const start = first || of.kind !== "segment" ? undefined : taken[0]?.[0];
    yield await stockPart(of, taken, start);
    first = false;
  }
}

/** A part that starts at `start`, with its plain bundle. */
export async function stockPart(
  of: Whole,
  items: readonly Item[],
  [published, key]: Place = ["", ""],
): Promise<readonly [StockPart, Uint8Array]> {
  const raw = plainPart(of, items);
  return [{ raw_sha256: await sha256(raw), raw_bytes: raw.length, records: items.length, published, key }, raw];
}

/** The list's only form, and what the catalog says of it. */
export async function encodeStock(stock: StockList): Promise<readonly [Uint8Array, StockRef]> {
  const { format, edition: code, version: at, parts: all, tombstones } = stock;
  const list = { format, edition: code, version: at, parts: all.map(told) };
  const data = utf8(JSON.stringify(tombstones.length > 0 ? { ...list, tombstones: tombstones.map(told) } : list));
  return [data, { sha256: await sha256(data), bytes: data.length }];
}

/** The members in their order, those with their default left out. */
function told({ raw_sha256, raw_bytes, records, published, key }: StockPart): object {
  return { raw_sha256, raw_bytes, records, ...(published && { published }), ...(key && { key }) };
}

/** Check a stock list against the catalog and decode it. Throws: HashMismatch, FormatError. */
export async function decodeStock(
  data: Uint8Array,
  ref: StockRef,
  of: { readonly edition: string; readonly version: number; readonly path?: string },
): Promise<StockList> {
  const { path = "" } = of;
  if (data.length !== ref.bytes || (await sha256(data)) !== ref.sha256) {
    throw new HashMismatch({ path });
  }
  const stock = decode(data, stockList, LIMITS.list_raw_bytes, path);
  if (stock.edition !== of.edition || stock.version !== of.version) {
    throw new FormatError(`the stock of ${stock.edition} at version ${stock.version}`, path);
  }
  checkStarts(stock.parts, path);
  return stock;
}
