// JSON from bytes that nobody vouches for. docs/format.md, section 1.

import { FormatError } from "../errors.ts";
import { textOf } from "./bytes.ts";
import { LIMITS } from "./limits.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const DOT = 0x2e;
const MINUS = 0x2d;

/** The value that these bytes are, strictly. It is plain: what is known of it has to be checked.
 *
 * What is nested too deep is refused before anything recurses into it. A number that is written with a fraction or an
 * exponent comes out as one that isn't whole, whatever its value: none of them belongs where an integer does, and
 * `JSON.parse` hides how it was written. `text`: what `data` is in UTF-8, if that is known. Throws: FormatError.
 */
export function parseJson(data: Uint8Array, path = "", text = textOf(data, path)): unknown {
  const inexact = scan(data, path);
  const value = parse(text, path);
  return inexact.length > 0 ? parse(textOf(blurred(data, inexact)), path) : value;
}

function parse(text: string, path: string): unknown {
  try {
    return /\\u[dD]/.test(text) ? JSON.parse(text, whole) : JSON.parse(text);
  } catch {
    throw new FormatError("not JSON", path);
  }
}

const LONE = /[\ud800-\udfff]/u;

/** Keeps half a character out, which can be written as an escape alone. */
function whole(_name: string, value: unknown): unknown {
  if (typeof value === "string" && LONE.test(value)) {
    throw new SyntaxError("half a surrogate pair");
  }
  return value;
}

/** Where numbers stand that are written with a fraction or an exponent: start and end of each, in turn. */
function scan(data: Uint8Array, path: string): number[] {
  const inexact: number[] = [];
  let depth = 0;
  for (let at = 0; at < data.length; at += 1) {
    const byte = data[at] ?? 0;
    if (byte === QUOTE) {
      at = endOfString(data, at);
    } else if (byte === MINUS || isDigit(byte)) {
      const end = endOfNumber(data, at);
      if (!data.subarray(at, end).every((each) => each === MINUS || isDigit(each))) {
        inexact.push(at, end);
      }
      at = end - 1;
    } else {
      depth += opens(byte);
    }
    if (depth > LIMITS.nesting) {
      throw new FormatError(`nested more than ${LIMITS.nesting} deep`, path);
    }
  }
  return inexact;
}

/** 1 for an opening bracket or brace, -1 for a closing one, else 0. */
function opens(byte: number): number {
  // [ is 5B and ] is 5D; { is 7B and } is 7D.
  const square = byte & 0xdf;
  return square === 0x5b ? 1 : square === 0x5d ? -1 : 0;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function endOfString(data: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < data.length && data[at] !== QUOTE) {
    at += data[at] === BACKSLASH ? 2 : 1;
  }
  return at;
}

function endOfNumber(data: Uint8Array, start: number): number {
  let at = start + 1;
  // Digits, signs, a dot, and e or E: all that a number can be written with.
  while (at < data.length && (isDigit(data[at] ?? 0) || [MINUS, DOT, 0x2b, 0x45, 0x65].includes(data[at] ?? 0))) {
    at += 1;
  }
  return at;
}

/** The same bytes, with 0.5… for each of these numbers. */
function blurred(data: Uint8Array, inexact: readonly number[]): Uint8Array {
  const copy = data.slice();
  for (let at = 0; at < inexact.length; at += 2) {
    const [start = 0, end = 0] = inexact.slice(at, at + 2);
    const digits = copy[start] === MINUS ? start + 1 : start;
    copy.fill(0x35, digits, end);
    copy[digits] = 0x30;
    copy[digits + 1] = DOT;
  }
  return copy;
}
