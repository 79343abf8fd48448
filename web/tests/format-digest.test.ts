// Our own SHA-256 is SHA-256.

import { createHash, randomBytes } from "node:crypto";
import { afterEach, expect, test, vi } from "vitest";
import { hex, utf8 } from "../src/format/bytes.ts";
import { sha256 } from "../src/format/digest.ts";
import { Sha256 } from "../src/format/sha256.ts";

const known = (data: Uint8Array) => createHash("sha256").update(data).digest("hex");

afterEach(() => {
  vi.unstubAllGlobals();
});

test("it is for every length around its blocks, in pieces of any size", () => {
  for (let length = 0; length < 200; length += 1) {
    const data = randomBytes(length);
    const digest = new Sha256();
    for (let at = 0; at < length; at += (length % 7) + 1) {
      digest.update(data.subarray(at, Math.min(length, at + (length % 7) + 1)));
    }
    expect(hex(digest.digest())).toBe(known(data));
  }
});

test("it is for megabytes", () => {
  const data = randomBytes(3_000_001);
  expect(hex(new Sha256().update(data).digest())).toBe(known(data));
});

test("it stands in where the browser has none, as on a page that came without https", async () => {
  const data = utf8("news");
  expect(await sha256(data)).toBe(known(data));
  vi.stubGlobal("crypto", {});
  expect(await sha256(data)).toBe(known(data));
});
