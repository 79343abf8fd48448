// Where the words of a query stand in a text, cut at the bounds of words. docs/format.md 14.7.

import { beginning, type Span, spans } from "../format/words.ts";

export const WORDS = 24;
export const BEFORE = 4;
/** No snippet is longer, but for its marks; only a word that is would be cut. */
export const CHARACTERS = 400;
/** So many characters of a text are looked at. */
export const LONGEST = 100_000;

/** Words in a row, and the number of the query's item that they stand for. */
export interface Sought {
  readonly row: readonly string[];
  readonly item: number;
}

interface Found {
  readonly at: number;
  readonly end: number;
  readonly item: number;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are as white as blanks
const SPACE = /[\x00- \x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/g;

/**
 * Some words around what is sought, in the first of these texts that has it; else the beginning of the first.
 *
 * `marks` go before and after each place; characters that no text has let a page make elements of them.
 */
export function snippet(texts: readonly string[], sought: readonly Sought[], marks: readonly [string, string]): string {
  let first = "";
  for (const text of texts.map((whole) => beginning(whole, LONGEST))) {
    const words = spans(text);
    const found = find(words, sought);
    if (found.length > 0) {
      return cut(text, words, found, marks);
    }
    first = first || cut(text, words, [], marks);
  }
  return first;
}

/** Where the sought words stand, none within another. */
function find(words: readonly Span[], sought: readonly Sought[]): Found[] {
  const byFirst = new Map<string, Sought[]>();
  for (const each of [...sought].sort((one, other) => other.row.length - one.row.length)) {
    const [first = ""] = each.row;
    byFirst.set(first, [...(byFirst.get(first) ?? []), each]);
  }
  const found: Found[] = [];
  let at = 0;
  while (at < words.length) {
    const start = at;
    const here = (byFirst.get(words[at]?.word ?? "") ?? []).find(({ row }) =>
      row.every((word, number) => words[start + number]?.word === word),
    );
    const end = at + (here?.row.length ?? 1);
    if (here) {
      found.push({ at, end, item: here.item });
    }
    at = end;
  }
  return found;
}

function cut(text: string, words: readonly Span[], found: readonly Found[], marks: readonly [string, string]): string {
  const [start, end] = boundsOf(text, words, found);
  const first = start > 0 ? (words[start]?.start ?? 0) : 0;
  const whole = end < words.length ? (words[end - 1]?.end ?? 0) : text.length;
  const last = first + beginning(text.slice(first, whole), CHARACTERS).length;
  let shown = "";
  let at = first;
  for (const each of found.filter((one) => start <= one.at && one.end <= end)) {
    const [begin, stop] = [words[each.at]?.start ?? 0, Math.min(words[each.end - 1]?.end ?? 0, last)];
    shown += text.slice(at, begin) + marks[0] + text.slice(begin, stop) + marks[1];
    at = stop;
  }
  const tidy = (shown + text.slice(at, last)).replace(SPACE, " ").replace(/^ | $/g, "");
  return `${start > 0 ? "…" : ""}${tidy}${last < text.length ? "…" : ""}`;
}

/** The first word that is shown, and the one after the last: fewer where words are very long. */
function boundsOf(text: string, words: readonly Span[], found: readonly Found[]): [number, number] {
  const tooLong = () => {
    const shown = text.slice(words[start]?.start ?? 0, words[end - 1]?.end ?? 0);
    return shown !== beginning(shown, CHARACTERS);
  };
  let start = startOf(found);
  let end = Math.min(start + WORDS, words.length);
  const sought = found.find((each) => each.at >= start)?.at ?? 0;
  while (end - start > 1 && tooLong()) {
    [start, end] = start < sought ? [start + 1, end] : [start, end - 1];
  }
  return [start, end];
}

/** The word to begin with: where the most of the items are seen, of such places the first. */
function startOf(found: readonly Found[]): number {
  let [best, start] = [0, 0];
  found.forEach((each, number) => {
    const begin = Math.max(0, each.at - BEFORE);
    const near = found.slice(number, number + WORDS).filter((other) => other.end <= begin + WORDS);
    const seen = new Set(near.map((other) => other.item)).size;
    if (seen > best) {
      [best, start] = [seen, begin];
    }
  });
  return start;
}
