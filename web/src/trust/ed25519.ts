// Whether a signature is valid: by the browser where it knows Ed25519, else by code of our own that was loaded for it.
//
// Implementations differ about signatures that nobody makes by accident. What they differ about is refused here, before
// either is asked, so that a state that one reader accepts is accepted by all. docs/adr/0019.

import { fromHex } from "../format/bytes.ts";

/** What own.ts is once it was loaded. As `verify` below, for signatures that were found sound. */
export interface Own {
  readonly verify: (key: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;
}

declare global {
  var tamizdatOwn: Own | undefined;
}

const PRIME = (1n << 255n) - 19n;
const ORDER = (1n << 252n) + 27742317777372353535851937790883648493n;
const EIGHTH = 2707385501144840649318225287225658788936804267575313519463743609750303402022n;

/** The point from which keys are made. */
const BASE = `58${"66".repeat(31)}`;

/** The y of every point whose order divides 8; each stands for two points, but for the first two. */
const SMALL_ORDER: readonly bigint[] = [1n, PRIME - 1n, 0n, EIGHTH, PRIME - EIGHTH];

/** Whether the browser verifies Ed25519 by itself: from Chromium 137, Firefox 129 and Safari 17 on, where there is https. */
export async function isNative(): Promise<boolean> {
  try {
    await imported(fromHex(BASE));
    return true;
  } catch {
    return false;
  }
}

/** Whether `signature` is one over `message` by the holder of `key`, a sound one; both in hexadecimal digits. */
export async function verify(key: string, message: Uint8Array<ArrayBuffer>, signature: string): Promise<boolean> {
  if (!isSound(signature) || littleEndian(signature.slice(64)) >= ORDER) {
    return false;
  }
  if (globalThis.tamizdatOwn) {
    return globalThis.tamizdatOwn.verify(fromHex(key), message, fromHex(signature));
  }
  try {
    return await crypto.subtle.verify("Ed25519", await imported(fromHex(key)), fromHex(signature), message);
  } catch {
    return false; // no point of the curve, say some
  }
}

/** Whether these hexadecimal digits begin with a point as RFC 8032 writes it that isn't of small order. */
export function isSound(digits: string): boolean {
  const y = littleEndian(digits.slice(0, 64)) & ((1n << 255n) - 1n);
  return y < PRIME && !SMALL_ORDER.includes(y);
}

function imported(key: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
}

function littleEndian(digits: string): bigint {
  return BigInt(`0x${(digits.match(/../g) ?? []).reverse().join("")}`);
}
