// Names as they are spelled in Kazakh and in Russian, and Kazakh typed on a Russian keyboard. docs/format.md 14.5.

import * as kazakh from "./kazakh.ts";
import { byWord, listed, othersOf, RULES } from "./rules.ts";
import * as russian from "./russian.ts";

const TABLES = RULES.spellings;
const PLAIN: ReadonlyMap<string, string> = new Map(Object.entries(TABLES.letters));
const LETTERS = new RegExp(`[${[...PLAIN.keys()].join("")}]`, "g");
const FINAL: ReadonlyMap<string, string> = new Map(Object.entries(TABLES.final));
const CHANGED = new Set(FINAL.values());
const SHORTEST = 3;
const BEGINNING = 4;
const NAMES = byWord(TABLES.names.map(listed));

/** Whether it has a letter that Russian hasn't. */
export function isKazakh(word: string): boolean {
  return Array.from(word).some((letter) => letter !== "э" && PLAIN.has(letter));
}

/** The common spellings of the stems of a Kazakh word. */
export function ofKazakh(word: string): string[] {
  return named(ofKazakhKeys(kazakh.keys(word)));
}

/** The same of a Kazakh word typed on a Russian keyboard, its ending too; none if a letter says it isn't. */
export function ofTyped(word: string): string[] {
  return isKazakh(word) ? [] : named(ofStems(kazakh.typed(word)));
}

/** The common spellings of the stems of a Russian noun or name. */
export function ofRussian(word: string): string[] {
  return named(ofRussianKeys(russian.keys(word)));
}

/** The spellings by a word's keys, other names left out: who has these names, too, in one place needn't in the other. */
export function ofKazakhKeys(keys: ReadonlyMap<string, number>): string[] {
  return ofStems([...keys].filter(([, trust]) => trust === 1).map(([key]) => key.slice(1)));
}

/** The same in Russian. */
export function ofRussianKeys(keys: ReadonlyMap<string, number>): string[] {
  return long([...keys.keys()].filter((key) => !key.startsWith("v")).map((key) => key.slice(1)));
}

function ofStems(stems: readonly string[]): string[] {
  const shorter = stems.filter((stem) => TABLES.dropped.includes(stem.slice(-1))).map((stem) => stem.slice(0, -1));
  return long([...stems, ...shorter]);
}

function long(stems: readonly string[]): string[] {
  return stems.map((stem) => settled(plain(stem))).filter((spelling) => spelling.length >= SHORTEST);
}

/** These spellings, and other names of the same. */
function named(spellings: readonly string[]): string[] {
  return [...new Set(spellings.flatMap((spelling) => [spelling, ...othersOf(spelling, TABLES.names, NAMES)]))];
}

/** The text in plain letters. */
export function plain(text: string): string {
  return text.replace(LETTERS, (letter) => PLAIN.get(letter) ?? letter);
}

function settled(plain: string): string {
  return plain.slice(0, -1) + (FINAL.get(plain.slice(-1)) ?? plain.slice(-1));
}

/** The first letters that words with one of these spellings may have. */
export function heads(spellings: readonly string[]): string[] {
  return [...new Set(spellings.map(beginning))].flatMap(spelledIn);
}

/** A spelling without a last consonant that may be another there. */
function beginning(spelling: string): string {
  return (CHANGED.has(spelling.slice(-1)) ? spelling.slice(0, -1) : spelling).slice(0, BEGINNING);
}

/** Every way to write these plain letters. */
function spelledIn(plain: string): string[] {
  let found = [""];
  for (const letter of plain) {
    const others = [...PLAIN].filter(([, to]) => to === letter).map(([other]) => other);
    found = found.flatMap((start) => [letter, ...others].map((each) => start + each));
  }
  return found;
}
