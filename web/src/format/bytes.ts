// Bytes and texts.

import { FormatError } from "../errors.ts";

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return ENCODER.encode(text);
}

/** The text that these bytes are in UTF-8; a byte order mark stays in it. Throws: FormatError. */
export function textOf(data: Uint8Array, path = ""): string {
  try {
    return DECODER.decode(data);
  } catch {
    throw new FormatError("not UTF-8", path);
  }
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Two lowercase hexadecimal digits a byte. */
export function hex(data: Uint8Array): string {
  let text = "";
  for (const byte of data) {
    text += HEX[byte];
  }
  return text;
}

/** The bytes that these hexadecimal digits stand for; they were checked to be an even number of such. */
export function fromHex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: text.length / 2 }, (_, at) => Number.parseInt(text.slice(2 * at, 2 * at + 2), 16));
}

export function concat(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** The same bytes, not copied, where the browser's own functions want memory that isn't shared between threads. */
export function owned(data: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = data;
  return buffer instanceof ArrayBuffer ? new Uint8Array(buffer, data.byteOffset, data.length) : data.slice();
}

export function same(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

/** The order of two texts by their UTF-8 bytes, which is that of their code points: below 0, 0, or above. */
export function compare(one: string, other: string): number {
  const shorter = Math.min(one.length, other.length);
  for (let at = 0; at < shorter; at += 1) {
    const difference = rank(one.charCodeAt(at)) - rank(other.charCodeAt(at));
    if (difference !== 0) {
      return difference;
    }
  }
  return one.length - other.length;
}

/** Surrogates stand for characters behind all others. */
function rank(unit: number): number {
  return unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** Bytes that arrive in pieces and are taken out again in others. */
export class Queue {
  length = 0;
  private pieces: Uint8Array[] = [];

  push(piece: Uint8Array): void {
    this.pieces.push(piece);
    this.length += piece.length;
  }

  /** The next `size` bytes, of which there are at least so many. */
  take(size: number): Uint8Array {
    if ((this.pieces[0]?.length ?? 0) < size) {
      this.pieces = [concat(this.pieces)];
    }
    const [first = new Uint8Array(), ...more] = this.pieces;
    const rest = first.subarray(size);
    this.pieces = rest.length > 0 ? [rest, ...more] : more;
    this.length -= size;
    return first.subarray(0, size);
  }
}
