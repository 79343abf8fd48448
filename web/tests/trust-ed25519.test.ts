// Signatures about which implementations of Ed25519 differ get one verdict here, whoever does the arithmetic.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fromHex, utf8 } from "../src/format/bytes.ts";
import { isNative, isSound, type Own, verify } from "../src/trust/ed25519.ts";
import "../src/trust/own.ts";

const OWN: Own | undefined = globalThis.tamizdatOwn;
const MESSAGE = utf8("tamizdat");

/** A key of a plain seed; its signature over the message; others that fulfil one equation or the other. */
const KEY = "ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c";

const SIGNATURES = [
  {
    name: "an honest one",
    key: KEY,
    sig: "fa64ee71e46be90680a5c3108c5c6ed321353424c92c7b3f84ac596fb65951b5d7e0e18d22b64f874571d29912c83920d725ca7818cb0e1945479c1d5e771408",
    valid: true,
  },
  {
    name: "by a key with a part of small order, right with and without the cofactor",
    key: "fbb3211d177bccefd763d01a88f6473e43e5cf0a0740e44ab5c64460eefd4675",
    sig: "abc8be91470e127e5249ab5bbc9f57d606032e76e158f446e4f2393760c4bf560d87943edda4adbad0743ac4beae223843d9ca154c961f51ddaebd877332440f",
    valid: true,
  },
  {
    name: "with S beyond the order",
    key: KEY,
    sig: "fa64ee71e46be90680a5c3108c5c6ed321353424c92c7b3f84ac596fb65951b5c4b4d7ea3c1962df1b0eca3cf1c11835d725ca7818cb0e1945479c1d5e771418",
    valid: false,
  },
  {
    name: "without a nonce",
    key: KEY,
    sig: "0100000000000000000000000000000000000000000000000000000000000000055fa37c6d04bfe8c020dab9b75b9d610d0d3fb18f973e635d44a2fab14ab40f",
    valid: false,
  },
  {
    name: "by such a key, right with the cofactor alone",
    key: "fbb3211d177bccefd763d01a88f6473e43e5cf0a0740e44ab5c64460eefd4675",
    sig: "aee32c13edce6441f623b0aad7c4b5926df1343a86976ea76e378d4d033fbbe79772a2d243cac137d1276f350b343cb0b8afde51b69069e7235aac63106dc706",
    valid: false,
  },
  {
    name: "whose R has a part of small order",
    key: KEY,
    sig: "cdbc161be64c4302f56443ff29ccf36a2075be1a1fa67ff126b56315f5681c38e6f11ac47e12d361c015c80f96d235f2a447a4ff9fa76c8c1cd1a9726ec8a203",
    valid: false,
  },
  {
    name: "by a key that is no point",
    key: "0200000000000000000000000000000000000000000000000000000000000000",
    sig: "ef4f62f8479733ad879cfaced3c89a9c39dd4fc795ef2efa1c3eafe4d729a0813930000000000000000000000000000000000000000000000000000000000000",
    valid: false,
  },
];

/** Keys by which anybody could sign, and spellings that only some take for a key. */
const UNSOUND = [
  "0100000000000000000000000000000000000000000000000000000000000000",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "0100000000000000000000000000000000000000000000000000000000000080",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "0000000000000000000000000000000000000000000000000000000000000000",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

describe.each([
  ["the browser", undefined],
  ["our own code", OWN],
])("by %s", (_name, own) => {
  beforeAll(() => {
    globalThis.tamizdatOwn = own;
  });

  test.each(SIGNATURES)("a signature: $name", async ({ key, sig, valid }) => {
    expect(await verify(key, MESSAGE, sig)).toBe(valid);
  });

  test("no bit of an honest signature, key or message can be changed", async () => {
    const [{ sig } = { sig: "" }] = SIGNATURES;
    for (let bit = 0; bit < 512; bit += 1) {
      expect([bit, await verify(KEY, MESSAGE, flipped(sig, bit))]).toEqual([bit, false]);
    }
    for (let bit = 0; bit < 256; bit += 8) {
      expect([bit, await verify(flipped(KEY, bit), MESSAGE, sig)]).toEqual([bit, false]);
    }
    expect(await verify(KEY, utf8("Tamizdat"), sig)).toBe(false);
    expect(await verify(KEY, utf8(""), sig)).toBe(false);
  });
});

afterAll(() => {
  globalThis.tamizdatOwn = undefined;
});

test("a key that proves nothing is told", () => {
  expect(UNSOUND.filter(isSound)).toEqual([]);
  expect(isSound(KEY)).toBe(true);
});

test("a browser that verifies by itself is told", async () => {
  expect(await isNative()).toBe(true);
});

/** The same digits, one bit changed. */
function flipped(digits: string, bit: number): string {
  const bytes = fromHex(digits);
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
