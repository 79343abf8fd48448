// Bundles, their frames and their prefixes are read as Python reads them.

import { describe, expect, test } from "vitest";
import type { Article } from "../src/format/article.ts";
import {
  comparePlaces,
  decodeBundle,
  type Encoding,
  placeOf,
  prefixName,
  prefixOf,
  unpack,
} from "../src/format/bundle.ts";
import { compare, textOf, utf8 } from "../src/format/bytes.ts";
import { sha256 } from "../src/format/digest.ts";
import { decodeRecord } from "../src/format/record.ts";
import { differing, json, octets } from "./format.ts";
import { list, member, number, text } from "./vectors.ts";

function encoding(value: unknown): Encoding {
  return {
    sha256: member(value, "sha256", text),
    bytes: member(value, "bytes", number),
    raw_sha256: member(value, "raw_sha256", text),
    raw_bytes: member(value, "raw_bytes", number),
  };
}

function article(line: string): { readonly line: Uint8Array; readonly record: Article } {
  const { line: data, record } = decodeRecord(utf8(line));
  if (record.type !== "article") {
    throw new TypeError("a retraction");
  }
  return { line: data, record };
}

describe("the vectors", () => {
  test("of bundles are judged the same", async () => {
    const found = await differing("bundle", async (given) => {
      const owner = { publication: text(given.get("publication")), edition: text(given.get("edition")) };
      const { entries } = await decodeBundle(octets(given.get("raw")), owner);
      return { keys: entries.map((entry) => entry.record.key) };
    });
    expect(found).toEqual({});
  });

  test("of frames are judged the same", async () => {
    const found = await differing("frame", async (given) => {
      const prefix = octets(given.get("prefix"));
      const raw = await unpack(octets(given.get("data")), encoding(given.get("reference")), { prefix });
      return { raw_sha256: await sha256(raw) };
    });
    expect(found).toEqual({});
  });

  test("of prefixes give the same bytes", async () => {
    const entries = member(json("prefix.json"), "articles", list(text)).map(article);
    entries.sort(
      ({ record: one }, { record: other }) => compare(other.published, one.published) || compare(one.key, other.key),
    );
    const lines = entries.map((entry) => entry.line);
    const found = await differing("prefix", async (given) => {
      const also = list(number)(given.get("also")).map((position) => lines[position] ?? utf8("none"));
      const prefix = prefixOf(lines, { newest: number(given.get("newest")), also });
      const kept = textOf(prefix).split("\n").slice(0, -1);
      return {
        keys: kept.map((line) => article(line).record.key),
        bytes: prefix.length,
        name: await prefixName(prefix),
      };
    });
    expect(found).toEqual({});
  });
});

test("places are in the order of their time, then of their key's code points", () => {
  const of = (key: string) => placeOf({ ...article(LINE).record, key });
  expect(comparePlaces(of("\u{10000}"), of("\uffff"))).toBeGreaterThan(0);
  expect(comparePlaces(["2025", "z"], of("a"))).toBeLessThan(0);
  expect(comparePlaces(of("a"), of("a"))).toBe(0);
});

const LINE =
  '{"type":"article","key":"a","edition":"en","revision":1,"title":"T","published":"2026-11-22T06:00:00Z","updated":"2026-11-22T06:00:00Z"}';
