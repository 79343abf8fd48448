// Whatever goes wrong, a reader is told what happened and what to do, in every language.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Trouble } from "../src/engine/api.ts";
import { tellerOf } from "../src/ui/language.ts";
import { NoEngine } from "../src/ui/parts/no-engine.tsx";
import { LANGUAGES, stringsOf } from "../src/ui/strings/index.ts";
import { explain, saidOf } from "../src/ui/trouble.ts";

const FORMAT = readFileSync(join(import.meta.dirname, "..", "..", "docs", "format.md"), "utf8");
const CODES = [...FORMAT.matchAll(/^\| `\w+` \| `([a-z-]+)` \| \d+ \|/gm)].map((row) => row[1] ?? "");
const OWN = [...new Set(["stopped", ...codesOf(join("src", "errors.ts"))])];
/** Codes that may be told in the most general words. */
const GENERAL = ["error"];

function codesOf(file: string): string[] {
  const text = readFileSync(join(import.meta.dirname, "..", file), "utf8");
  return [...text.matchAll(/super\([^;]*?"([a-z]+(?:-[a-z]+)*)"[^"]*?\);/gs)].map((found) => found[1] ?? "");
}

function trouble(code: string, fields: Trouble["fields"] = {}): Trouble {
  return { code, message: `RAW ${code}`, fields };
}

test("the format's table is read whole", () => {
  expect(CODES.length).toBeGreaterThan(50);
  expect(CODES).toContain("mass-retraction");
});

const TABLES = await Promise.all(LANGUAGES.map(stringsOf));

describe.each(TABLES.map((words) => [words.name, words] as const))("in %s", (_, words) => {
  const tell = tellerOf(words);

  test.each([...CODES, ...OWN])("%s says what happened and what to do, never its raw message", (code) => {
    const { what, todo } = explain(trouble(code), words, tell);
    expect(what.length).toBeGreaterThan(10);
    expect(todo.length).toBeGreaterThan(10);
    expect(what + todo).not.toContain("RAW");
  });

  test.each([...CODES, ...OWN].filter((code) => !GENERAL.includes(code)))("%s has words that fit it", (code) => {
    expect(saidOf(code, words)).not.toBe("error");
  });

  test("a code that nobody knows has general words", () => {
    expect(saidOf("of-a-later-app", words)).toBe("error");
    expect(saidOf("constructor", words)).toBe("error");
  });

  test("figures and times stand in the text as the language writes them", () => {
    const retracted = explain(
      trouble("mass-retraction", { edition: "ru", retractions: 1200, held: 4012 }),
      words,
      tell,
    );
    expect(retracted.what).toContain(tell.number(1200));
    expect(retracted.what).toContain(tell.number(4012));
    const clock = explain(
      trouble("clock", { signed: "2026-11-22T06:00:00Z", now: "2001-01-01T00:00:00Z" }),
      words,
      tell,
    );
    expect(clock.what).toContain(tell.time("2026-11-22T06:00:00Z"));
    expect(clock.what).not.toContain("{");
  });
});

test.each(LANGUAGES)("an app that can't begin says why, where that is known (%s)", async (language) => {
  const words = await stringsOf(language);
  const shown = (error: unknown) => JSON.stringify(NoEngine({ error, words }));
  for (const code of ["newer-schema", "locked"]) {
    const { what, todo } = explain(trouble(code), words, tellerOf(words));
    expect(shown(trouble(code))).toContain(JSON.stringify(`${what} ${todo}`));
  }
  for (const error of [new Error("no script"), trouble("error")]) {
    expect(shown(error)).toContain(JSON.stringify(words.errors.noEngine));
  }
});
