// No vector is passed over: what a new one says of the format binds the reader app from the day it is written.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { json, octets } from "./format.ts";
import { list, member, text } from "./vectors.ts";

const VECTORS = join(import.meta.dirname, "..", "..", "tests", "vectors");
const FILES = readdirSync(VECTORS, { recursive: true, encoding: "utf8" }).filter((path) => path.includes("."));
const TESTS = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith(".test.ts"))
  .map((name) => readFileSync(join(import.meta.dirname, name), "utf8"))
  .join("\n");

/** What all cases are read through, and what says of records only what their cases do. */
const READ_ANYWAY = ["index.json", "bases.json", "records.schema.json"];

/** Whether a test reads these cases: all of them do it by one of three functions, with the name as it stands. */
function isRead(kind: string, by: string): boolean {
  return new RegExp(`\\b(?:${by})\\(\\s*"${kind}"`).test(TESTS);
}

describe("every file of vectors is read by a test", () => {
  const ofCases = FILES.filter((path) => /^[^/]+\.json$/.test(path) && !READ_ANYWAY.includes(path));
  test.each(ofCases)("%s", (path) => {
    expect(isRead(path.replace(".json", ""), "differing|cases")).toBe(true);
  });

  test.each(FILES.filter((path) => path.startsWith("search/")))("%s", (path) => {
    expect(isRead(path.replace(/^search\/|\.json$/g, ""), "vectors")).toBe(true);
  });

  test("each one of bytes alone by a case that names it", () => {
    const named = ofCases.map((path) => JSON.stringify(json(path))).join("\n");
    const alone = FILES.filter((path) => !path.endsWith(".json"));
    expect(alone.length).toBeGreaterThan(0);
    expect(alone.filter((path) => !named.includes(JSON.stringify({ file: path })))).toEqual([]);
  });

  test("each kind of the index by a file of its own", () => {
    const kinds = member(
      json("index.json"),
      "cases",
      list((each) => member(each, "kind", text)),
    );
    expect([...new Set(kinds)].map((kind) => `${kind}.json`).sort()).toEqual([...ofCases].sort());
  });
});

test("bytes that were written down in each form are read as such", () => {
  const told = {
    parts: [
      [{ text: "ab" }, 2],
      [{ hex: "00ff" }, 1],
    ],
  };
  expect([...octets(told)]).toEqual([0x61, 0x62, 0x61, 0x62, 0x00, 0xff]);
});
