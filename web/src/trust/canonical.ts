// The two ways to write JSON that trust knows: what a metadata file is, and what a signature is over. format.md 11.2.

import { FormatError } from "../errors.ts";
import { compare, utf8 } from "../format/bytes.ts";
import { isObject } from "../format/check.ts";

const LONE_SURROGATE = /[\ud800-\udfff]/u;

/** OLPC canonical JSON, the bytes under a signature: in strings only `"` and `\` are escaped. Throws FormatError. */
export function canonical(value: unknown): Uint8Array<ArrayBuffer> {
  return utf8(written(value, (text) => `"${text.replace(/["\\]/g, "\\$&")}"`));
}

/** Compact ASCII, the one form of a metadata file. Throws FormatError. */
export function compact(value: unknown): Uint8Array<ArrayBuffer> {
  return utf8(written(value, (text) => JSON.stringify(text).replace(/[\x7f-\uffff]/g, escaped)));
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** `value` with sorted members and without white space; `quote` writes its strings. */
function written(value: unknown, quote: (text: string) => string): string {
  if (value === null || typeof value === "boolean") {
    return String(value);
  }
  if (typeof value === "number") {
    return integer(value);
  }
  if (typeof value === "string") {
    return quote(whole(value));
  }
  if (Array.isArray(value)) {
    return `[${value.map((each: unknown) => written(each, quote)).join(",")}]`;
  }
  const members = Object.entries(isObject(value) ? value : {}).sort(([one], [other]) => compare(one, other));
  return `{${members.map(([name, each]) => `${quote(whole(name))}:${written(each, quote)}`).join(",")}}`;
}

function integer(value: number): string {
  if (!Number.isSafeInteger(value)) {
    throw new FormatError(`the number ${value}, where only integers up to 2^53 - 1 may be`);
  }
  return String(value);
}

function whole(text: string): string {
  if (LONE_SURROGATE.test(text)) {
    throw new FormatError("half a character");
  }
  return text;
}
