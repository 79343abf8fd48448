// The library applies bundles, and puts prefixes together, as Python's does.

import { describe, expect, test } from "vitest";
import type { Kind } from "../src/format/bundle.ts";
import { prefixName } from "../src/format/bundle.ts";
import { compare, concat, textOf, utf8 } from "../src/format/bytes.ts";
import { sha256 } from "../src/format/digest.ts";
import { decodeRecord } from "../src/format/record.ts";
import type { Bound, Library } from "../src/library/index.ts";
import { differing, json } from "./format.ts";
import { all, bundle, library, PUBLICATION } from "./library.ts";
import { list, member, members, number, table, text } from "./vectors.ts";

const LINES = member(json("apply.json"), "lines", table(text));
const NAMES = new Map([...LINES].map(([name, line]) => [line, name]));

function kind(value: unknown): Kind {
  const kinds: readonly Kind[] = ["delta", "segment", "tombstones", "revisions"];
  const found = kinds.find((each) => each === value);
  if (!found) {
    throw new TypeError("no kind of bundle");
  }
  return found;
}

function bound(value: unknown): Bound {
  const [published = "", key = ""] = list(text)(value);
  return [published, key];
}

async function apply(held: Library, step: unknown): Promise<void> {
  const lines = member(step, "records", list(text)).map((name) => utf8(LINES.get(name) ?? ""));
  const what = member(step, "apply", kind);
  const made = await bundle(what, lines);
  if (what === "delta") {
    await held.applyDelta(made, { to: 1, since: text(members(step).get("since") ?? "") });
  } else if (what === "segment") {
    const end = members(step).get("end");
    await held.applySegment(made, { start: member(step, "start", bound), end: end === null ? null : bound(end) });
  } else if (what === "tombstones") {
    await held.applyTombstones(PUBLICATION, "en", [made]);
  } else {
    await held.applyRevisions(made, { to: 1 });
  }
}

async function told(lines: readonly Uint8Array[]): Promise<readonly [string[], string]> {
  const names = lines.map((line) => NAMES.get(textOf(line)) ?? "");
  return [names, await sha256(concat(lines.flatMap((line) => [line, utf8("\n")])))];
}

describe("the vectors", () => {
  test("of applying end with the same records", async () => {
    const found = await differing("apply", async (given) => {
      const held = await library();
      for (const step of list((each) => each)(given.get("steps"))) {
        await apply(held, step);
      }
      const [current, current_sha256] = await told(await all(held.records(PUBLICATION, "en")));
      const [superseded, superseded_sha256] = await told(await all(held.superseded(PUBLICATION, "en")));
      return { current, superseded, current_sha256, superseded_sha256 };
    });
    expect(found).toEqual({});
  });

  test("of prefixes come out of what is held", async () => {
    const held = await library();
    const lines = member(json("prefix.json"), "articles", list(text)).map(utf8);
    await held.applyDelta(await bundle("delta", lines), { to: 1 });
    const found = await differing("prefix", async (given) => {
      const also = list(number)(given.get("also"));
      const prefix = await held.prefix(PUBLICATION, "en", { newest: number(given.get("newest")), also });
      const kept = textOf(prefix).split("\n").slice(0, -1);
      const keys = kept.map((line) => decodeRecord(utf8(line)).record.key);
      return { keys, bytes: prefix.length, name: await prefixName(prefix) };
    });
    expect(found).toEqual({});
  });

  test("hold keys that need the order of code points", () => {
    const keys = member(json("prefix.json"), "articles", list(text)).map((line) => decodeRecord(utf8(line)).record.key);
    expect([...keys].sort()).not.toEqual([...keys].sort(compare));
  });
});
