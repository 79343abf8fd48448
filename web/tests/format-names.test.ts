// Paths, keys, languages, fingerprints and addresses are read as Python reads them.

import { describe, expect, test } from "vitest";
import { FormatError } from "../src/errors.ts";
import { fingerprintText, isPackPath, isSitePath, parseAddress, parseFingerprint } from "../src/format/names.ts";
import { edition, key } from "../src/format/record.ts";
import { differing, type Judge } from "./format.ts";
import { text } from "./vectors.ts";

function of(grammar: (string: string) => boolean): Judge {
  return (given) => {
    if (!grammar(text(given.get("string")))) {
      throw new FormatError("not of this grammar");
    }
    return true;
  };
}

const JUDGES: Readonly<Record<string, Judge>> = {
  path: of(isPackPath),
  "site-path": of(isSitePath),
  key: (given) => key(given.get("string"), "a key"),
  language: (given) => edition(given.get("string"), "an edition"),
  address: (given) => {
    const { place, fingerprint } = parseAddress(text(given.get("string")));
    return { place, fingerprint: fingerprint ? fingerprintText(fingerprint) : "" };
  },
};

describe("the vectors", () => {
  test.each(Object.entries(JUDGES))("of %s are judged the same", async (kind, judge) => {
    expect(await differing(kind, judge)).toEqual({});
  });
});

test("a fingerprint comes out as it went in", () => {
  const told = `12.${"a".repeat(51)}q`;
  expect(fingerprintText(parseFingerprint(told.toUpperCase()))).toBe(told);
});
