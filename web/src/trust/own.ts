// Ed25519 for browsers that lack it: a script of its own, loaded only there. It sets `tamizdatOwn`.

import "./older.ts";

import { Point } from "@noble/ed25519";
import { sha512 } from "@noble/hashes/sha2.js";
import type { Own } from "./ed25519.ts";

/**
 * RFC 8032, 5.1.7, without the cofactor, and R compared as bytes: as OpenSSL and BoringSSL do, and so Python and most
 * browsers. (The library's own `verify` takes the cofactor in, and so accepts signatures that those refuse.)
 */
const own: Own = {
  verify(key, message, signature) {
    try {
      const start = signature.subarray(0, 32);
      const challenge = number(sha512(joined(start, key, message))) % Point.CURVE().n;
      const back = Point.fromBytes(key).negate().multiplyUnsafe(challenge);
      const point = Point.BASE.multiplyUnsafe(number(signature.subarray(32)))
        .add(back)
        .toBytes();
      return point.every((byte, at) => byte === start[at]);
    } catch {
      return false; // no point of the curve
    }
  },
};

globalThis.tamizdatOwn = own;

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** Of little-endian bytes. */
function number(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}
