// What is chosen for a reader, and what files that leave the app are called.

import { describe, expect, test } from "vitest";
import type { EditionView } from "../src/engine/api.ts";
import { placeOf } from "../src/ui/packs/article.ts";
import { fileName } from "../src/ui/packs/hand.ts";
import { firstChoice, firstEdition } from "../src/ui/welcome/editions.ts";

function edition(code: string): EditionView {
  return { edition: code, title: code, direction: "ltr", articles: 1, held: 0, version: 1, completeSince: "" };
}

describe("the first edition", () => {
  const editions = ["en", "ru", "kk", "zh-Hant"].map(edition);

  test.each([
    [["kk", "ru"], "kk"],
    [["", "ru-RU", "en"], "ru"],
    [["de", "en-GB"], "en"],
    [["zh-TW"], "zh-Hant"],
    [["fr"], "en"],
    [[], "en"],
  ])("for %j is %s", (wanted, code) => {
    expect(firstEdition(editions, wanted)).toBe(code);
  });

  test("is chosen alone, text only, and all of it kept", () => {
    const choice = { editions: ["ru"], media: "none", keep: {}, revisions: false, maxBytes: 0 };
    expect(firstChoice(editions, ["ru"])).toEqual(choice);
  });

  test("of none is none", () => {
    expect(firstChoice([], ["ru"]).editions).toEqual([]);
  });
});

test.each([
  ["A day on bus number 2", "A-day-on-bus-number-2.txt"],
  ["Жаңа кітапхана!", "Жаңа-кітапхана.txt"],
  ["../../etc/passwd\u0000", "etc-passwd.txt"],
  ["\u202egnp.exe", "gnp-exe.txt"],
  ["???", "tamizdat.txt"],
  ["x".repeat(500), `${"x".repeat(60)}.txt`],
])("a file of %j is called %s", (title, name) => {
  expect(fileName(title, "txt")).toBe(name);
});

describe("where others find a publication", () => {
  test.each([
    ["https://example.org/paper/#1.abc", ["https://mirror.example/"], "https://example.org/paper/"],
    ["#1.abc", ["https://mirror.example/"], "https://mirror.example/"],
    ["#1.abc", [], ""],
  ])("with the address %j and the mirrors %j is %j", (address, mirrors, place) => {
    expect(placeOf({ address, mirrors })).toBe(place);
  });
});
