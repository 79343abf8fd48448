// Words of a text, folded: the one rule for what an index holds and for what is looked up. docs/format.md 14.1.
//
// The tables are of our own, in letters.json: what an engine knows of Unicode differs from version to version, and an
// index must not.

import letters from "./letters.json";

/** A word as it is folded, and where it stands in a text, in UTF-16 code units. */
export interface Span {
  readonly word: string;
  readonly start: number;
  readonly end: number;
}

// In this order: what is dropped may stand between the two characters of a letter.
const REPLACED: ReadonlyArray<readonly [string, string]> = [
  ...[...letters.dropped].map((character) => [character, ""] as const),
  ...Object.entries(letters.replaced),
];
const FOLDED = folded();
const PIECE = new RegExp(`[${ranges(letters.word)}${letters.dropped}]+`, "gu");
// Most words of most texts: folding leaves them as they are.
const PLAIN = /^[a-z0-9а-яәғқңөұүһі]*$/;
// Of two characters the last is enough to look further.
const REPLACEABLE = new RegExp(`[${REPLACED.map(([old]) => old.slice(-1)).join("")}]`);

function ranges(ends: readonly number[]): string {
  return ends.map((point, at) => `\\u{${point.toString(16)}}${at % 2 ? "" : "-"}`).join("");
}

function folded(): Map<string, string> {
  const table = new Map([...letters.marks].map((mark) => [mark, ""]));
  for (const [first = 0, last = 0, step = 1, more = 0] of letters.lower) {
    for (let point = first; point <= last; point += step) {
      table.set(String.fromCodePoint(point), String.fromCodePoint(point + more));
    }
  }
  for (const [bare, dressed] of Object.entries(letters.bare)) {
    for (const letter of dressed) {
      table.set(letter, bare);
    }
  }
  return table;
}

/** The text in the letters that words are compared by. */
export function fold(text: string): string {
  if (PLAIN.test(text)) {
    return text;
  }
  let replaced = text;
  for (const [old, to] of REPLACEABLE.test(text) ? REPLACED : []) {
    replaced = replaced.split(old).join(to);
  }
  return Array.from(replaced, (letter) => FOLDED.get(letter) ?? letter).join("");
}

/** The folded words of a text, in order. */
export function words(text: string): string[] {
  return spans(text).map((span) => span.word);
}

/** The folded words of a text, and where they stand in it. */
export function spans(text: string): Span[] {
  const found = Array.from(text.matchAll(PIECE), ({ 0: piece, index: start = 0 }) => ({
    word: fold(piece),
    start,
    end: start + piece.length,
  }));
  return found.filter((span) => span.word !== "");
}

/** So many characters of a text, from its beginning; one outside the basic plane counts once. */
export function beginning(text: string, characters: number): string {
  return text.length <= characters
    ? text
    : Array.from(text.slice(0, 2 * characters))
        .slice(0, characters)
        .join("");
}

/** The order of two texts by their code points, as that of their bytes in UTF-8 is. */
export function compare(one: string, other: string): number {
  const [left, right] = [Array.from(one), Array.from(other)];
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    const difference = (left[at]?.codePointAt(0) ?? 0) - (right[at]?.codePointAt(0) ?? 0);
    if (difference !== 0) {
      return difference;
    }
  }
  return left.length - right.length;
}
