// Zstandard frames as format 1 uses them: content size inside, no checksum, bounded on the way out. format.md 4.3.

import { decompress as inflate } from "fzstd";
import { FormatError } from "../errors.ts";
import { concat } from "./bytes.ts";

const MAGIC = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50;
const LARGEST_WINDOW = 27;
const MOST_IN_BLOCK = 128 * 1024;

/** The content of the one frame at the start of `data`, which must be exactly `rawBytes` long.
 *
 * `prefix`: bytes that the frame was compressed against. Whatever follows the frame must be padding. Throws: FormatError.
 */
export function decompress(
  data: Uint8Array,
  rawBytes: number,
  { prefix = new Uint8Array(), path = "" }: { readonly prefix?: Uint8Array; readonly path?: string } = {},
): Uint8Array {
  const frame = readHeader(data, path);
  if (frame.size !== rawBytes) {
    throw new FormatError(`a frame that says ${frame.size} bytes instead of ${rawBytes}`, path);
  }
  checkWindow(frame, rawBytes + prefix.length, path);
  const end = endOfBlocks(data, frame, path);
  checkPadding(data, end, path);
  // A frame of our own: the prefix in raw blocks, then the blocks as they came.
  const whole = concat([
    header(prefix.length + rawBytes),
    ...rawBlocks(prefix, false),
    data.subarray(frame.start, end),
  ]);
  const out = new Uint8Array(prefix.length + rawBytes);
  try {
    inflate(whole, out);
  } catch {
    throw new FormatError("not zstd", path);
  }
  return prefix.length > 0 ? out.slice(prefix.length) : out;
}

/** The decompressed size that a frame without prefix announces. Throws: FormatError where it says none, or more than
 * `limit`. */
export function contentSize(data: Uint8Array, limit: number, path = ""): number {
  const frame = readHeader(data, path);
  if (frame.size > limit) {
    throw new FormatError(`a frame of ${frame.size} bytes, where at most ${limit} may be`, path);
  }
  checkWindow(frame, frame.size, path);
  return frame.size;
}

/** A frame that holds `data` as it is. */
export function stored(data: Uint8Array): Uint8Array<ArrayBuffer> {
  return concat([header(data.length), ...rawBlocks(data, true)]);
}

/** A skippable frame, which every decoder passes over. */
export function skippable(payload: Uint8Array): Uint8Array<ArrayBuffer> {
  return concat([word(SKIPPABLE), word(payload.length), payload]);
}

// -- reading ----------------------------------------------------------------------------------------------------------

/** What a frame's header says: sizes in bytes, and where its blocks start. */
interface Frame {
  readonly size: number;
  readonly window: number;
  readonly start: number;
}

/** RFC 8878, 3.1.1.1. Throws: FormatError where the frame doesn't say its size, or has a checksum or dictionary id. */
function readHeader(data: Uint8Array, path: string): Frame {
  const descriptor = little(data, 0, 4) === MAGIC ? (data[4] ?? 0) : 0;
  const single = (descriptor & 0x20) !== 0;
  const width = 1 << (descriptor >> 6);
  if ((descriptor & 0x0f) !== 0 || (width === 1 && !single)) {
    throw new FormatError("not a zstd frame with its size and nothing else in its header", path);
  }
  const at = single ? 5 : 6;
  if (data.length < at + width) {
    throw new FormatError("cut short in the frame's header", path);
  }
  const size = little(data, at, width) + (width === 2 ? 256 : 0);
  const exponent = data[5] ?? 0;
  const window = single ? size : (2 ** (10 + (exponent >> 3)) / 8) * (8 + (exponent & 7));
  return { size, window, start: at + width };
}

/** An unsigned number; missing bytes are 0. */
function little(data: Uint8Array, start: number, width: number): number {
  let value = 0;
  for (let at = width - 1; at >= 0; at -= 1) {
    value = value * 256 + (data[start + at] ?? 0);
  }
  return value;
}

// A decoder's window may be smaller than what a frame asks for beyond this, and then decodes to wrong bytes.
function checkWindow(frame: Frame, size: number, path: string): void {
  const log = Math.min(Math.max(Math.ceil(Math.log2(size)), 10), LARGEST_WINDOW);
  if (frame.window > 2 ** log) {
    throw new FormatError(`a frame that asks for a window of ${frame.window} bytes`, path);
  }
}

const RAW = 0;
const RLE = 1;

/** Where the last block ends. Throws: FormatError where one is cut, too large, or of no known type. */
function endOfBlocks(data: Uint8Array, frame: Frame, path: string): number {
  for (let at = frame.start; ; ) {
    const block = little(data, at, 3);
    const type = (block >> 1) & 3;
    const size = block >> 3;
    at += 3 + (type === RLE ? 1 : size);
    if (at > data.length || type > 2 || size > Math.min(MOST_IN_BLOCK, Math.max(frame.window, RAW))) {
      throw new FormatError("a block that is cut short, or none", path);
    }
    if (block & 1) {
      return at;
    }
  }
}

function checkPadding(data: Uint8Array, start: number, path: string): void {
  for (let at = start; at < data.length; ) {
    if (little(data, at, 4) !== SKIPPABLE) {
      throw new FormatError("has something behind its frame", path);
    }
    at += 8 + little(data, at + 4, 4);
    if (at > data.length) {
      throw new FormatError("padding that is cut short", path);
    }
  }
}

// -- writing ----------------------------------------------------------------------------------------------------------

function word(value: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

/** A single segment, its size in four bytes, no checksum, no dictionary id. */
function header(size: number): Uint8Array<ArrayBuffer> {
  return concat([word(MAGIC), Uint8Array.of(0xa0), word(size)]);
}

/** `data` in raw blocks; the last one says so if it ends the frame. An empty frame has one empty block. */
function rawBlocks(data: Uint8Array, ends: boolean): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < data.length || (ends && at === 0); at += MOST_IN_BLOCK) {
    const piece = data.subarray(at, at + MOST_IN_BLOCK);
    const last = ends && at + MOST_IN_BLOCK >= data.length ? 1 : 0;
    pieces.push(word((piece.length << 3) | last).subarray(0, 3), piece);
  }
  return pieces;
}
