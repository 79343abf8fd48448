// Zstandard frames as format 1 uses them: content size inside, no checksum, bounded on the way out. format.md 4.3.

import { FormatError } from "../errors.ts";
import { concat } from "./bytes.ts";
import { Inflater, MOST_IN_BLOCK, RLE } from "./inflate.ts";

const MAGIC = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50;
const LARGEST_WINDOW = 27;
/** What is written in larger frames asks for no larger window, so that a small device can read it. */
const STREAM_WINDOW = 2 * 1024 * 1024;
export const FRAME_HEADER_BYTES = 18;
const TRAILER_BYTES = 16 * 1024 * 1024;
const BLOCK_HEADER_BYTES = 3;
const READ_BYTES = 1024 * 1024;
const SLIDE_BYTES = 1024 * 1024;

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
  const out = new Uint8Array(prefix.length + rawBytes);
  out.set(prefix);
  const inflater = new Inflater(out, prefix.length, frame.most);
  let at = frame.start;
  for (let last = false; !last; ) {
    const block = readBlock(data.subarray(at, at + BLOCK_HEADER_BYTES), frame, path);
    at += BLOCK_HEADER_BYTES;
    const content = data.subarray(at, at + block.bytes);
    inflate(inflater, block, content, path);
    at += block.bytes;
    last = block.last;
  }
  if (inflater.at !== out.length) {
    throw new FormatError(`does not decompress to ${rawBytes} bytes`, path);
  }
  checkPadding(data.subarray(at), path);
  return out.subarray(prefix.length);
}

/** A file of which any part can be read. */
export interface Source {
  readonly bytes: number;
  read(start: number, end: number): Promise<Uint8Array>;
}

/** As `decompress`, of a file that needn't fit into memory: its content in pieces of at most 128 KiB.
 *
 * What is wrong at the end is only found there: use nothing of it before the iteration has ended well. Throws:
 * FormatError.
 */
export async function* decompressPieces(source: Source, rawBytes: number, path = ""): AsyncGenerator<Uint8Array> {
  const part = parts(source);
  const frame = readHeader(await part(0, FRAME_HEADER_BYTES), path);
  checkWindow(frame, rawBytes, path);
  const inflater = new Inflater(new Uint8Array(Math.min(rawBytes, frame.window + SLIDE_BYTES)), 0, frame.most);
  let left = rawBytes;
  let at = frame.start;
  for (let last = false; !last; ) {
    const block = readBlock(await part(at, BLOCK_HEADER_BYTES), frame, path);
    at += BLOCK_HEADER_BYTES;
    inflater.slide(frame.window, Math.min(left, frame.most));
    const before = inflater.at;
    inflate(inflater, block, await part(at, block.bytes), path);
    at += block.bytes;
    left -= inflater.at - before;
    last = block.last;
    if (left < 0 || (last && left > 0)) {
      throw new FormatError(`does not decompress to ${rawBytes} bytes`, path);
    }
    yield inflater.out.slice(before, inflater.at);
  }
  checkPadding(await source.read(at, Math.min(source.bytes, at + TRAILER_BYTES)), path);
}

/** Reads parts of a source, most of them from what was read before; at its end a part is shorter than asked for. */
function parts(source: Source): (start: number, bytes: number) => Promise<Uint8Array> {
  let held: Uint8Array = new Uint8Array();
  let from = 0;
  return async (start, bytes) => {
    if (start < from || start + bytes > from + held.length) {
      held = await source.read(start, Math.min(source.bytes, start + READ_BYTES));
      from = start;
    }
    return held.subarray(start - from, start - from + bytes);
  };
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

/** A skippable frame, which every decoder passes over. */
export function skippable(payload: Uint8Array): Uint8Array<ArrayBuffer> {
  return concat([word(SKIPPABLE), word(payload.length), payload]);
}

// -- reading ----------------------------------------------------------------------------------------------------------

/** What a frame's header says: sizes in bytes (`most`: of a block), and where its blocks start. */
interface Frame {
  readonly size: number;
  readonly window: number;
  readonly most: number;
  readonly start: number;
}

/** Whether it begins as a frame does. */
export function isFrame(data: Uint8Array): boolean {
  return little(data, 0, 4) === MAGIC;
}

/** RFC 8878, 3.1.1.1. Throws: FormatError where the frame doesn't say its size, or has a checksum or dictionary id. */
function readHeader(data: Uint8Array, path: string): Frame {
  const descriptor = isFrame(data) ? (data[4] ?? 0) : 0;
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
  return { size, window, most: Math.min(window, MOST_IN_BLOCK), start: at + width };
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

/** What a block's header says: `size` of what it holds or makes, `bytes` behind the header. */
interface Block {
  readonly type: number;
  readonly size: number;
  readonly bytes: number;
  readonly last: boolean;
}

function readBlock(header: Uint8Array, frame: Frame, path: string): Block {
  const value = little(header, 0, BLOCK_HEADER_BYTES);
  const [type, size] = [(value >> 1) & 3, value >> 3];
  if (header.length < BLOCK_HEADER_BYTES || type > 2 || size > frame.most) {
    throw new FormatError("a block that is cut short, or none", path);
  }
  return { type, size, bytes: type === RLE ? 1 : size, last: (value & 1) === 1 };
}

function inflate(inflater: Inflater, block: Block, content: Uint8Array, path: string): void {
  if (content.length < block.bytes) {
    throw new FormatError("a block that is cut short", path);
  }
  try {
    inflater.block(block.type, content, block.size);
  } catch (error) {
    throw error instanceof FormatError ? new FormatError(error.message, path) : error;
  }
}

function checkPadding(data: Uint8Array, path: string): void {
  for (let at = 0; at < data.length; ) {
    const size = 8 + little(data, at + 4, 4);
    if (little(data, at, 4) !== SKIPPABLE || at + size > data.length) {
      throw new FormatError("has something behind its frame", path);
    }
    at += size;
  }
}

// -- writing ----------------------------------------------------------------------------------------------------------

function word(value: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

/** The header of a frame of this size, which may have to be read without as much memory. */
export function frameHeader(size: number): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(8));
  view.setUint32(0, size % 2 ** 32, true);
  view.setUint32(4, Math.floor(size / 2 ** 32), true);
  const bytes = new Uint8Array(view.buffer);
  // A single segment, its size in four bytes; or a window of 2 MiB, and its size in eight.
  const small = size <= STREAM_WINDOW;
  return small
    ? concat([word(MAGIC), Uint8Array.of(0xa0), bytes.subarray(0, 4)])
    : concat([word(MAGIC), Uint8Array.of(0xc0, 0x58), bytes]);
}

/** `data` in raw blocks; the last one ends the frame where that is said. Such a frame has at least one block. */
export function rawBlocks(data: Uint8Array, ends: boolean): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < data.length || (ends && at === 0); at += MOST_IN_BLOCK) {
    const piece = data.subarray(at, at + MOST_IN_BLOCK);
    const last = ends && at + MOST_IN_BLOCK >= data.length ? 1 : 0;
    pieces.push(word((piece.length << 3) | last).subarray(0, BLOCK_HEADER_BYTES), piece);
  }
  return pieces;
}
