// Paths, keys, languages, fingerprints and addresses are read as Python reads them.

import { describe, expect, test } from "vitest";
import { FormatError } from "../src/errors.ts";
import { sha256 } from "../src/format/digest.ts";
import { fingerprintText, isPackPath, isSitePath, parseAddress, parseFingerprint } from "../src/format/names.ts";
import { edition, key } from "../src/format/record.ts";
import { differing, type Judge, octets } from "./format.ts";
import { number, text } from "./vectors.ts";

function of(grammar: (string: string) => boolean): Judge {
  return (given) => {
    if (!grammar(text(given.get("string")))) {
      throw new FormatError("not of this grammar");
    }
    return true;
  };
}

describe("the vectors are judged the same", () => {
  test("of paths in packs", async () => {
    expect(await differing("path", of(isPackPath))).toEqual({});
  });

  test("of paths in site.json", async () => {
    expect(await differing("site-path", of(isSitePath))).toEqual({});
  });

  test("of keys", async () => {
    expect(await differing("key", (given) => key(given.get("string"), "a key"))).toEqual({});
  });

  test("of languages", async () => {
    expect(await differing("language", (given) => edition(given.get("string"), "an edition"))).toEqual({});
  });

  test("of fingerprints", async () => {
    const found = await differing("fingerprint", async (given) =>
      given.has("root")
        ? fingerprintText({ version: number(given.get("version")), sha256: await sha256(octets(given.get("root"))) })
        : parseFingerprint(text(given.get("string"))),
    );
    expect(found).toEqual({});
  });

  test("of addresses", async () => {
    const found = await differing("address", (given) => {
      const { place, fingerprint } = parseAddress(text(given.get("string")));
      return { place, fingerprint: fingerprint ? fingerprintText(fingerprint) : "" };
    });
    expect(found).toEqual({});
  });
});

test("a fingerprint comes out as it went in", () => {
  const told = `12.${"a".repeat(51)}q`;
  expect(fingerprintText(parseFingerprint(told.toUpperCase()))).toBe(told);
});
