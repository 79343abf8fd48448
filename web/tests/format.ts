// Reads the cases of tests/vectors that the format's own decoders are held to, as tests/test_vectors.py does.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { TamizdatError } from "../src/errors.ts";
import { concat, fromHex, utf8 } from "../src/format/bytes.ts";
import { list, member, members, number, text } from "./vectors.ts";

const VECTORS = join(import.meta.dirname, "..", "..", "tests", "vectors");

/** What an input is made of: JSON that was checked to be an object. */
export type Input = ReadonlyMap<string, unknown>;

/** A case: its id, its input, when it is judged, and what is expected. */
export interface Case {
  readonly id: string;
  readonly kind: string;
  readonly clock: number;
  readonly input: Input;
  readonly expect: Input;
}

export function file(path: string): Uint8Array {
  return new Uint8Array(readFileSync(join(VECTORS, path)));
}

/** A file of JSON among the vectors. */
export function json(path: string): unknown {
  return JSON.parse(readFileSync(join(VECTORS, path), "utf8"));
}

const BASES = members(json("bases.json"));

/** The cases of a kind. */
export function cases(kind: string): Case[] {
  const inputs = members(json(`${kind}.json`));
  const all = member(json("index.json"), "cases", list(members)).filter((each) => each.get("kind") === kind);
  if (all.length === 0) {
    throw new TypeError(`no case of ${kind}`);
  }
  return all.map((each) => {
    const id = text(each.get("id"));
    const clock = each.has("clock") ? number(each.get("clock")) : 0;
    return { id, kind, clock, input: members(inputs.get(id)), expect: members(each.get("expect")) };
  });
}

/** The bytes that were written down so. */
export function octets(told: unknown): Uint8Array {
  const value = members(told);
  const base = value.get("base");
  if (base !== undefined) {
    const whole = octets(BASES.get(text(base)));
    const keep = value.get("keep");
    if (keep === undefined) {
      return whole;
    }
    const [start = 0, end = 0] = list(number)(keep);
    return concat([whole.subarray(0, start), spelled(value), whole.subarray(whole.length - end)]);
  }
  const path = value.get("file");
  return path === undefined ? spelled(value) : file(text(path));
}

function spelled(value: Input): Uint8Array {
  if (value.has("text")) {
    return utf8(text(value.get("text")));
  }
  if (value.has("hex")) {
    return fromHex(text(value.get("hex")));
  }
  return concat(list(repeated)(value.get("parts")));
}

function repeated(piece: unknown): Uint8Array {
  const [told, times] = list((each) => each)(piece);
  const bytes = octets(told);
  const all = new Uint8Array(bytes.length * number(times));
  for (let at = 0; at < all.length; at += bytes.length) {
    all.set(bytes, at);
  }
  return all;
}

export type Judge = (given: Input, of: Case) => unknown;

/** Those cases of a kind on which `judge` says otherwise than expected, with what it said. */
export async function differing(kind: string, judge: Judge): Promise<Record<string, unknown>> {
  const wrong: Record<string, unknown> = {};
  for (const each of cases(kind)) {
    const found = await verdict(judge, each);
    if (!agrees(found, each)) {
      wrong[each.id] = {
        found: JSON.stringify(found).slice(0, 300),
        expected: JSON.stringify(Object.fromEntries(each.expect)).slice(0, 300),
      };
    }
  }
  return wrong;
}

type Verdict = { readonly ok: unknown } | { readonly error: string };

async function verdict(judge: Judge, of: Case): Promise<Verdict> {
  try {
    return { ok: plain(await judge(of.input, of)) };
  } catch (error) {
    if (error instanceof TamizdatError) {
      return { error: error.code };
    }
    throw error;
  }
}

function agrees(found: Verdict, { expect, input }: Case): boolean {
  if (expect.has("error")) {
    const codes = expect.get("error");
    return "error" in found && (Array.isArray(codes) ? codes : [codes]).includes(found.error);
  }
  if (!("ok" in found)) {
    return false;
  }
  const ok = expect.get("ok");
  return ok === true || same(found.ok, ok === "same" ? standing(input) : ok);
}

/** What stands in the input, as JSON. */
function standing(given: Input): unknown {
  const whole = Buffer.from(octets(given.get("line") ?? given.get("data"))).toString("utf8");
  return JSON.parse(whole.slice(whole.indexOf("{"), whole.lastIndexOf("}") + 1));
}

/** Whether a value is the one expected, which lacks members that have their default. */
function same(found: unknown, expected: unknown): boolean {
  if (Array.isArray(found) && Array.isArray(expected)) {
    return found.length === expected.length && found.every((each, at) => same(each, expected[at]));
  }
  if (typeof found !== "object" || found === null || Array.isArray(found) || Array.isArray(expected)) {
    return Object.is(found, expected);
  }
  const [here, there] = [members(found), members(expected)];
  const names = new Set([...here.keys(), ...there.keys()]);
  return [...names].every((name) =>
    there.has(name) ? same(here.get(name), there.get(name)) : DEFAULTS.includes(JSON.stringify(here.get(name))),
  );
}

const DEFAULTS = ['""', "0", "1048576", "false", "null", "[]", "{}"];

/** A value as JSON: maps are objects. */
function plain(value: unknown): unknown {
  if (value instanceof Map) {
    return plain(Object.fromEntries(value));
  }
  if (Array.isArray(value)) {
    return value.map(plain);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]));
}
