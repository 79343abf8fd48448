// Records are decoded as Python decodes them: the same ones, to the same values, with the same plain text.

import { describe, expect, test } from "vitest";
import { decodeRecord } from "../src/format/record.ts";
import { differing, octets } from "./format.ts";

describe("the vectors", () => {
  test("of records are judged the same", async () => {
    expect(await differing("record", (given) => decodeRecord(octets(given.get("line"))).record)).toEqual({});
  });

  test("of plain text give the same text", async () => {
    expect(await differing("plain-text", (given) => decodeRecord(octets(given.get("line"))).text)).toEqual({});
  });
});
