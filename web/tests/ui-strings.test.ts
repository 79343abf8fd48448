// The words of the app: each language says all of it, in its own words and with its own plurals.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { tellerOf } from "../src/ui/language.ts";
import { plurals } from "../src/ui/plurals.ts";
import en from "../src/ui/strings/en.ts";
import { LANGUAGES, languageFor, stringsOf } from "../src/ui/strings/index.ts";
import kk from "../src/ui/strings/kk.ts";
import ru from "../src/ui/strings/ru.ts";

const TABLES = await Promise.all(LANGUAGES.map(stringsOf));
const CYRILLIC = ["kk", "ru"];

/** Every text of a table by its path; a text with parts to put in is given numbered ones. */
function texts(value: unknown, path = ""): [string, string][] {
  if (typeof value === "string") {
    return [[path, value]];
  }
  if (typeof value === "function") {
    return [[path, String(Reflect.apply(value, null, path.endsWith(".day") ? [new Date(0)] : [7, 8, 9]))]];
  }
  return value && typeof value === "object"
    ? Object.entries(value).flatMap(([name, each]) => texts(each, `${path}.${name}`))
    : [];
}

describe.each(TABLES.map((table) => [table.language, table] as const))("the table of %s", (language, table) => {
  test("says everything, and leaves no form unfilled", () => {
    for (const [path, text] of texts(table)) {
      expect(text.trim(), path).not.toBe("");
      expect(text, path).not.toMatch(/undefined|NaN/);
    }
    expect(
      texts(table)
        .map(([path]) => path)
        .filter((path) => !path.startsWith(".locales")),
    ).toEqual(
      texts(en)
        .map(([path]) => path)
        .filter((path) => !path.startsWith(".locales")),
    );
  });

  test("is in its own script", () => {
    const foreign = texts(table)
      .filter(([path, text]) => CYRILLIC.includes(language) && path !== ".language" && !/[а-яёәғқңөұүһі]/i.test(text))
      .map(([path, text]) => `${path}: ${text}`)
      .filter((told) => !/^\.(direction|locales)|Wi-Fi|ltr|^\S+: [\d\s·.,:#A-Z-]*$/.test(told));
    expect(foreign).toEqual([]);
  });

  test("uses its own quotation marks and dashes, and no others", () => {
    // What is typed into a search is typed with those of a keyboard.
    for (const [path, text] of texts(table).filter(([each]) => !each.startsWith(".search."))) {
      expect(text, path).not.toMatch(/"|\w'|\.\.\.| [-–] /);
      expect(text, path).not.toMatch(CYRILLIC.includes(language) ? /[“”]/ : /[«»]/);
    }
  });
});

test("a file among the words is a language, named by its code", () => {
  const files = readdirSync(join(import.meta.dirname, "..", "src", "ui", "strings"));
  const codes = files.map((file) => file.replace(/\.ts$/, "")).filter((name) => name !== "index");
  expect(LANGUAGES).toEqual(codes.sort());
  expect(TABLES.map((table) => table.language)).toEqual(LANGUAGES);
});

test("counted words follow the rules of their language", () => {
  const { articles } = ru.reading;
  expect([0, 1, 2, 5, 11, 21, 22, 25, 111].map(articles)).toEqual([
    "0 статей",
    "1 статья",
    "2 статьи",
    "5 статей",
    "11 статей",
    "21 статья",
    "22 статьи",
    "25 статей",
    "111 статей",
  ]);
  expect([0, 1, 2].map(en.reading.articles)).toEqual(["0 articles", "1 article", "2 articles"]);
  expect([1, 5].map(kk.reading.articles)).toEqual(["1 мақала", "5 мақала"]);
});

test("a language whose plural has more forms than the table gives falls back to its general one", () => {
  expect(plurals("ar")({ other: "# مقالات" })(3)).toContain("مقالات");
});

test("the first of a reader's languages that there are words for is spoken, else English", () => {
  expect(languageFor(["", "de-DE", "kk-KZ", "ru"])).toBe("kk");
  expect(languageFor(["RU"])).toBe("ru");
  expect(languageFor(["", "tlh", "constructor"])).toBe("en");
});

test("days, times and amounts are written as the language writes them", () => {
  const at = new Date(2026, 10, 22, 4, 5).toISOString();
  expect([en, ru, kk].map((table) => tellerOf(table).day(at))).toEqual([
    "22 November 2026",
    "22 ноября 2026",
    "2026 ж. 22 қараша",
  ]);
  expect(tellerOf(kk).time(at)).toBe("2026 ж. 22 қараша, 04:05");
  expect(tellerOf(en).day("")).toBe("");
  expect([0, 1, 999, 1000, 1234, 45_678, 999_499, 999_500, 1_250_000, 12_600_000].map(tellerOf(en).bytes)).toEqual([
    "0 bytes",
    "1 byte",
    "999 bytes",
    "1\u00a0KB",
    "1.2\u00a0KB",
    "46\u00a0KB",
    "999\u00a0KB",
    "1\u00a0MB",
    "1.3\u00a0MB",
    "13\u00a0MB",
  ]);
  expect(tellerOf(ru).bytes(1_250_000)).toBe("1,3\u00a0МБ");
});
