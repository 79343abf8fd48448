// Packs, tars and the stock are read and made as in Python.

import { describe, expect, test } from "vitest";
import type { Entry, Place } from "../src/format/article.ts";
import type { Kind } from "../src/format/bundle.ts";
import { comparePlaces, placeOf } from "../src/format/bundle.ts";
import { textOf, utf8 } from "../src/format/bytes.ts";
import { sha256 } from "../src/format/digest.ts";
import { isPackPath } from "../src/format/names.ts";
import { decodePack, decodeTar } from "../src/format/pack.ts";
import { decodeRecord } from "../src/format/record.ts";
import { decodeStock, encodeStock, type Item, parts, type StockPart } from "../src/format/stock.ts";
import { differing, octets } from "./format.ts";
import { list, number, text } from "./vectors.ts";

async function digests(files: Iterable<readonly [string, Uint8Array]>): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [name, data] of files) {
    found[name] = await sha256(data);
  }
  return found;
}

function items(entries: readonly Entry[], type: "article" | "retraction"): Item[] {
  const placed = entries
    .filter(({ record }) => record.type === type)
    .map(({ record, line }): Item => {
      const place: Place = record.type === "article" ? placeOf(record) : ["", record.key];
      return [place, line];
    });
  return placed.sort(([one], [other]) => comparePlaces(one, other));
}

describe("the vectors", () => {
  test("of tars are judged the same", async () => {
    const found = await differing("tar", (given) =>
      digests(decodeTar(octets(given.get("data")), { allowed: isPackPath })),
    );
    expect(found).toEqual({});
  });

  test("of packs are judged the same", async () => {
    expect(await differing("pack", async (given) => digests(await decodePack(octets(given.get("data")))))).toEqual({});
  });

  test("of stocks give the same list, to the byte", async () => {
    const found = await differing("stock", async (given) => {
      const edition = text(given.get("edition"));
      const version = number(given.get("version"));
      const publication = text(given.get("publication"));
      const entries = list(text)(given.get("lines")).map((line) => decodeRecord(utf8(line)));
      const made = async (kind: Kind, type: "article" | "retraction") => {
        const all: StockPart[] = [];
        for await (const [part] of parts({ publication, edition, kind }, items(entries, type))) {
          all.push(part);
        }
        return all;
      };
      const [data, ref] = await encodeStock({
        format: "tamizdat.stock.1",
        edition,
        version,
        parts: await made("segment", "article"),
        tombstones: await made("tombstones", "retraction"),
      });
      await decodeStock(data, ref, { edition, version });
      const stock: unknown = JSON.parse(textOf(data));
      return { sha256: ref.sha256, list: stock };
    });
    expect(found).toEqual({});
  });
});
