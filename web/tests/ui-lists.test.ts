// What lists and the place in an article are reckoned by.

import { describe, expect, test } from "vitest";
import type { Card } from "../src/engine/api.ts";
import { offsetOf, positionIn } from "../src/ui/article/position.ts";
import { daysBetween, daysOf } from "../src/ui/front/days.ts";
import { short } from "../src/ui/parts/text.ts";

function card(key: string, published: Date): Card {
  return {
    ...{ publication: "", edition: "en", key, revision: 1, title: key, byline: "", section: "", tags: [], summary: "" },
    ...{ published: published.toISOString(), updated: "", corrected: false, picture: "", alt: "" },
    ...{ saved: false, read: false, position: 0 },
  };
}

describe("a list under its days", () => {
  test("keeps its order and parts where the reader's own day does", () => {
    const cards = [
      card("d", new Date(2026, 10, 22, 0, 1)),
      card("c", new Date(2026, 10, 21, 23, 59)),
      card("b", new Date(2026, 10, 21, 0, 0)),
      card("a", new Date(2025, 10, 21)),
    ];
    expect(daysOf(cards).map((day) => day.cards.map((each) => each.key))).toEqual([["d"], ["c", "b"], ["a"]]);
    expect(daysOf([])).toEqual([]);
  });

  test("counts midnights, also over the days that have no 24 hours", () => {
    expect(daysBetween(new Date(2026, 2, 28, 12), new Date(2026, 2, 30, 1))).toBe(2);
    expect(daysBetween(new Date(2026, 9, 26), new Date(2026, 9, 24, 23))).toBe(2);
  });
});

describe("the place in an article", () => {
  const rows = (heights: readonly number[], from: number) => {
    let top = from;
    return heights.map((height) => {
      const box = { top, bottom: top + height, height } as DOMRect;
      top += height;
      return box;
    });
  };

  test("is the same in any size of text", () => {
    const small = rows([100, 300, 200, 400], -250);
    const large = rows([300, 900, 600, 1200], -750);
    const place = positionIn(small, 0, 500);
    expect(place).toBeCloseTo((1 + 150 / 300) / 4);
    expect(offsetOf(small, place)).toBeCloseTo(0);
    expect(offsetOf(large, place)).toBeCloseTo(0);
  });

  test("is at the end once the end is seen, and at the beginning above the text", () => {
    expect(positionIn(rows([100, 100], -50), 0, 500)).toBe(1);
    expect(positionIn(rows([100, 2000], 80), 50, 500)).toBe(0);
    expect(positionIn([], 0, 500)).toBe(1);
    expect(offsetOf([], 0.5)).toBe(0);
  });
});

test("a text for a small place is cut at a word, never within a character, and steers nothing", () => {
  expect(short("short", 10)).toBe("short");
  expect(short("some words that are long", 12)).toBe("some words…");
  expect(short("a".repeat(20), 10)).toBe(`${"a".repeat(10)}…`);
  expect(short(`${"a".repeat(9)}😀 more`, 10)).toBe(`${"a".repeat(9)}…`);
  expect(short("\u202egnorw\u2069")).toBe("gnorw");
});
