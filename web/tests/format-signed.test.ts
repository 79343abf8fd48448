// The catalog, the lists and site.json are read as Python reads them.

import { describe, expect, test } from "vitest";
import { decodeCatalog, decodeSite, type Lists } from "../src/format/catalog.ts";
import { oneOf } from "../src/format/check.ts";
import { decodeList } from "../src/format/lists.ts";
import { differing, octets } from "./format.ts";
import { member, number, text } from "./vectors.ts";

const KIND = oneOf<keyof Lists>("history", "snapshot", "revisions", "media", "withdrawn", "mirrors");

describe("the vectors", () => {
  test("of catalogs are judged the same", async () => {
    expect(await differing("catalog", (given) => decodeCatalog(octets(given.get("data"))))).toEqual({});
  });

  test("of site lists are judged the same", async () => {
    expect(await differing("site", (given) => decodeSite(octets(given.get("data"))))).toEqual({});
  });

  test("of lists are judged the same", async () => {
    const found = await differing("list", (given) => {
      const told = given.get("reference");
      const ref = { sha256: member(told, "sha256", text), bytes: member(told, "bytes", number) };
      const kind = KIND(given.get("list"), "list");
      return decodeList(octets(given.get("data")), ref, kind, { edition: text(given.get("edition")) });
    });
    expect(found).toEqual({});
  });
});
