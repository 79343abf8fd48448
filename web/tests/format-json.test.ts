// JSON from outside: what JSON.parse would let pass, and what it would break on.

import { describe, expect, test } from "vitest";
import { FormatError } from "../src/errors.ts";
import { utf8 } from "../src/format/bytes.ts";
import { decode, integer, isObject, object, or, table, text } from "../src/format/check.ts";
import { parseJson } from "../src/format/json.ts";

const parse = (source: string) => parseJson(utf8(source));
const whole = (source: string) => decode(utf8(`{"n":${source}}`), object({ n: integer(-9) }), 1_000, "a file").n;

describe("an integer", () => {
  test.each([
    ["0", 0],
    ["-0", 0],
    ["-7", -7],
    ["9007199254740991", Number.MAX_SAFE_INTEGER],
  ])("is taken as %s", (source, value) => {
    expect(Object.is(whole(source), value)).toBe(true);
  });

  test.each([
    "1.0",
    "1e0",
    "1E+0",
    "10e-1",
    "-0.0",
    "0.0",
    "9007199254740992",
    "4503599627370498.0",
    "01",
    "1.",
    '"1"',
  ])("is not what is written as %s", (source) => {
    expect(() => whole(source)).toThrow(FormatError);
  });

  test("is what it is beside members that are none, and beside texts that look like fractions", () => {
    const value = decode(
      utf8('{"a":1.5,"b":[2e9,-3.25e-7],"s":"1.0e5 \\" 2.5","n":12,"d":"1e5"}'),
      object({ n: integer(), s: text(99), d: text(9) }),
      1_000,
      "a file",
    );
    expect(value).toEqual({ n: 12, s: '1.0e5 " 2.5', d: "1e5" });
  });
});

describe("nesting", () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

  test("is taken up to 128 deep", () => {
    expect(Array.isArray(parse(nested(128)))).toBe(true);
  });

  test.each([129, 1_000_000])("is refused %i deep, without exhausting the stack", (depth) => {
    expect(() => parse(nested(depth))).toThrow(FormatError);
    expect(() => parse(`${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`)).toThrow(FormatError);
  });

  test("isn't what a text holds", () => {
    expect(parse(`"\\"${"[{".repeat(500)}"`)).toBe(`"${"[{".repeat(500)}`);
  });
});

describe("text", () => {
  test.each(['"\\ud800"', '"\\udc00x"', '{"a":["\\uD83D"]}'])("with half a character is refused: %s", (source) => {
    expect(() => parse(source)).toThrow(FormatError);
  });

  test("may have whole ones as escapes", () => {
    expect(parse('"\\ud83d\\ude00"')).toBe("\u{1f600}");
  });

  test.each([
    ["a byte order mark", [0xef, 0xbb, 0xbf, 0x31]],
    ["an encoded surrogate", [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ["a cut sequence", [0x22, 0xc3, 0x22]],
    ["nothing", []],
  ])("of bytes with %s is refused", (_name, bytes) => {
    expect(() => parseJson(Uint8Array.from(bytes))).toThrow(FormatError);
  });

  test("is bounded in characters, of which one beyond the basic plane is one", () => {
    const check = text(3);
    expect(check("\u{1f600}".repeat(3), "it")).toBe("\u{1f600}".repeat(3));
    expect(() => check("\u{1f600}".repeat(4), "it")).toThrow(FormatError);
  });
});

describe("members", () => {
  test("that are named like an object's own are data, and change nothing", () => {
    const value = parse('{"__proto__":{"a":1},"constructor":2}');
    expect(isObject(value) && Object.keys(value)).toEqual(["__proto__", "constructor"]);
    const all = decode(utf8('{"__proto__":1}'), table(text(20), integer(), 9), 100, "a file");
    expect([...all]).toEqual([["__proto__", 1]]);
    expect(Object.prototype).not.toHaveProperty("a");
  });

  test("that are missing have their default, and null is not that", () => {
    const check = object({ n: or(integer(), 7) });
    expect(check({}, "it")).toEqual({ n: 7 });
    expect(() => check({ n: null }, "it")).toThrow(FormatError);
  });

  test("that stand twice are the last one", () => {
    expect(parse('{"a":1,"a":2}')).toEqual({ a: 2 });
  });
});

test("a file that is too large is refused before it is read", () => {
  expect(() => decode(utf8("[1,2,3]"), integer(), 3, "a file")).toThrow("a file: 7 bytes");
});
