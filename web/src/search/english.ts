// English: the Snowball stem, words in -ly, and irregular words. docs/format.md 14.4.

import { byWord, listed, othersOf, RULES } from "./rules.ts";

const TABLES = RULES.english;
const VOWELS = new Set("aeiouy");
const LONGEST = 7;
const SHORT = 4;
const ADVERB = /(?:ly|lies|lied)$/;
const DOUBLE = /(?:bb|dd|ff|gg|mm|nn|pp|rr|tt)$/;
const PAST: ReadonlyMap<string, string> = new Map(
  ["eedly", "eed", "ingly", "edly", "ing", "ed"].map((each) => [each, ""]),
);
const BEFORE: ReadonlyMap<string, string> = new Map([
  ["ogi", "l"],
  ["li", "cdeghkmnrt"],
  ["ion", "st"],
]);

function pairs(text: string): ReadonlyMap<string, string> {
  return new Map(
    listed(text).map((pair) => {
      const [old = "", to = ""] = pair.split(":");
      return [old, to];
    }),
  );
}

const SPECIAL = pairs(TABLES.special);
const KEPT = new Set(listed(TABLES.kept));
const BEGINNINGS = listed(TABLES.beginnings);
const SECOND = pairs(TABLES.second);
const THIRD = pairs(TABLES.third);
const FOURTH = pairs(TABLES.fourth);
const GROUPS = byWord(TABLES.groups.map(listed));

const isVowel = (letter: string | undefined): boolean => letter !== undefined && VOWELS.has(letter);

/** What stays of a key in every word that has it: an i at its end may be a y or e there, a second l may follow. */
export function head(key: string): string {
  const stemmed = key.slice(1);
  return stemmed.length > 4 ? stemmed.slice(0, -2) : stemmed.slice(0, 2);
}

/** What other forms of the word have in common with it, and how far that is to be trusted: 1 well. */
export function keys(word: string): ReadonlyMap<string, number> {
  return new Map([[`s${adverb(word) || stem(word)}`, 1]]);
}

/** What is left of a word in -ly, which is a word of its own and no form of another: directly isn't direct. */
function adverb(word: string): string {
  return word.length > SHORT && ADVERB.test(word) ? word.replace(ADVERB, "li") : "";
}

/** Other forms of an irregular word, as they stand in the tables. */
export function relatives(word: string): string[] {
  return [...new Set(othersOf(word, TABLES.groups, GROUPS))].filter((other) => other !== word);
}

/** The Snowball stem of a word without apostrophes: Porter's second algorithm, version 2 of snowballstem.org. */
export function stem(whole: string): string {
  const special = SPECIAL.get(whole);
  if (special !== undefined || whole.length < 3) {
    return special ?? whole;
  }
  let word = consonantY(whole);
  const [first, second] = regions(word);
  word = plural(word);
  if (KEPT.has(word)) {
    return word;
  }
  word = past(word, first);
  if (word.length > 2 && /[yY]$/.test(word) && !isVowel(word[word.length - 2])) {
    word = `${word.slice(0, -1)}i`;
  }
  word = replaced(word, SECOND, first);
  word = replaced(word, THIRD, word.endsWith("ative") ? second : first);
  word = replaced(word, FOURTH, second);
  return last(word, first, second).toLowerCase();
}

/** The word with each y that is a consonant written Y. */
function consonantY(word: string): string {
  let letters = "";
  for (const letter of word) {
    letters += letter === "y" && (letters === "" || isVowel(letters[letters.length - 1])) ? "Y" : letter;
  }
  return letters;
}

/** Where R1 and R2 begin. */
function regions(word: string): [number, number] {
  const begun = BEGINNINGS.find((beginning) => word.startsWith(beginning));
  const first = begun === undefined ? afterClosed(word, 0) : begun.length;
  return [first, afterClosed(word, first)];
}

/** The place after the first consonant that follows a vowel. */
function afterClosed(word: string, start: number): number {
  for (let at = start + 1; at < word.length; at += 1) {
    if (!isVowel(word[at]) && isVowel(word[at - 1])) {
      return at + 1;
    }
  }
  return word.length;
}

function hasVowel(letters: string): boolean {
  return /[aeiouy]/.test(letters);
}

/** Whether the word ends in a short syllable. */
function endsShort(word: string): boolean {
  return word.length === 2 ? /^[aeiouy][^aeiouy]$/.test(word) : /[^aeiouy][aeiouy][^aeiouywxY]$/.test(word);
}

function plural(word: string): string {
  if (word.endsWith("sses")) {
    return word.slice(0, -2);
  }
  if (/ie[ds]$/.test(word)) {
    return word.length > 4 ? word.slice(0, -2) : word.slice(0, -1);
  }
  return /[^us]s$/.test(word) && hasVowel(word.slice(0, -2)) ? word.slice(0, -1) : word;
}

/** The longest of these that the word ends in. */
function ending(word: string, endings: ReadonlyMap<string, string>): string {
  for (let size = Math.min(LONGEST, word.length); size > 0; size -= 1) {
    if (endings.has(word.slice(-size))) {
      return word.slice(-size);
    }
  }
  return "";
}

function past(word: string, first: number): string {
  const found = ending(word, PAST);
  const base = word.slice(0, word.length - found.length);
  if (found.startsWith("eed")) {
    return base.length >= first ? `${base}ee` : word;
  }
  if (found === "" || !hasVowel(base)) {
    return word;
  }
  if (/(?:at|bl|iz)$/.test(base)) {
    return `${base}e`;
  }
  if (DOUBLE.test(base)) {
    return base.slice(0, -1);
  }
  return base.length <= first && endsShort(base) ? `${base}e` : base;
}

/** The word with its longest ending of these replaced, where that lies in the region and may stand there. */
function replaced(word: string, endings: ReadonlyMap<string, string>, region: number): string {
  const found = ending(word, endings);
  const base = word.slice(0, word.length - found.length);
  const before = BEFORE.get(found);
  const allowed = before === undefined || (base !== "" && before.includes(base.slice(-1)));
  return found !== "" && base.length >= region && allowed ? base + (endings.get(found) ?? "") : word;
}

/** The word without a last e or l that says nothing. */
function last(word: string, first: number, second: number): string {
  const size = word.length - 1;
  if (word.endsWith("e") && (size >= second || (size >= first && !endsShort(word.slice(0, -1))))) {
    return word.slice(0, -1);
  }
  return word.endsWith("ll") && size >= second ? word.slice(0, -1) : word;
}
