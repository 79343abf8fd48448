// Kazakh: the stems that a word may be a form of, by the layers of its endings. docs/format.md 14.4.

import { compare } from "../format/words.ts";
import { byWord, listed, othersOf, RULES } from "./rules.ts";

/** After which letters an ending stands, any where there are none; the vowels that it goes with, if it cares. */
interface Ending {
  readonly text: string;
  readonly after: string;
  readonly vowels: string;
}
type Endings = ReadonlyMap<string, readonly Ending[]>;

const TABLES = RULES.kazakh;
const FRONTED: ReadonlyMap<string, string> = new Map([
  ["а", "е"],
  ["ы", "і"],
  ["ғ", "г"],
  ["қ", "к"],
]);
const FINAL = new Map(Object.entries(TABLES.final));
const CHANGING = new Set(["ы", "і", ...FINAL.values()]);
const CLASSES = new Map(Object.entries(TABLES.classes));
const SHORTEST = 2;
const LONGEST = 7;

function variants(item: string): Ending[] {
  const [text = "", classes = ""] = item.split(":");
  const after = Array.from(classes, (name) => CLASSES.get(name) ?? "").join("");
  const fronted = replaced(text, FRONTED);
  return fronted === text
    ? [{ text, after, vowels: "" }]
    : [
        { text, after, vowels: TABLES.back },
        { text: fronted, after, vowels: TABLES.front },
      ];
}

/** By their text. */
function byText<T extends { readonly text: string }>(found: readonly T[]): Map<string, T[]> {
  const table = new Map<string, T[]>();
  for (const each of found) {
    table.set(each.text, [...(table.get(each.text) ?? []), each]);
  }
  return table;
}

const endings = (text: string): Endings => byText(listed(text).flatMap(variants));

/** The endings of nouns in some letters, each with its layer; and vowels that go with all. */
interface Script {
  readonly layers: ReadonlyMap<string, readonly (Ending & { readonly layer: string })[]>;
  readonly neutral: string;
}

function script(neutral: string, letters: ReadonlyMap<string, string>): Script {
  const found = Object.entries(TABLES.layers).flatMap(([layer, text]) =>
    listed(text)
      .flatMap(variants)
      .map((ending) => ({ ...ending, text: replaced(ending.text, letters), layer })),
  );
  return { layers: byText(found), neutral };
}

const replaced = (text: string, letters: ReadonlyMap<string, string>): string =>
  Array.from(text, (letter) => letters.get(letter) ?? letter).join("");

const WRITTEN = script(TABLES.neutral, new Map());
// An о may be an ө there; an а is hardly ever an ә at the end of a stem.
const TYPED = script(TABLES.neutral + TABLES.unclear, new Map(Object.entries(RULES.spellings.letters)));
const INSIDE = new Map<string, ReadonlySet<string>>(
  Object.entries(TABLES.inside).map(([layer, inner]) => [layer, new Set<string>(inner)]),
);
const FINITE = endings(TABLES.finite);
const PARTICIPLE = endings(TABLES.participle);
const MERGED = endings(TABLES.merged);
const NEGATION = endings(TABLES.negation);
const VOICE = endings(TABLES.voice);
const GROUPS = byWord(TABLES.groups.map(listed));

const isVowel = (letter: string | undefined): boolean => letter !== undefined && TABLES.vowels.includes(letter);
const lastOf = (word: string): string => word.slice(-1);

/** What stays of a key in every word that has it: қ at its end may be ғ there, and ы at or before it be lost. */
export function head(key: string): string {
  const stem = key.slice(1);
  if (stem.length > SHORTEST + 1 && /[ыі].$/.test(stem) && TABLES.fleeting.includes(lastOf(stem))) {
    return stem.slice(0, -2);
  }
  return stem.length > SHORTEST && CHANGING.has(lastOf(stem)) ? stem.slice(0, -1) : stem;
}

/** What other forms of the word have in common with it, and how far that is to be trusted: 1 well, 2 less. */
export function keys(word: string): ReadonlyMap<string, number> {
  const nouns = nominal(word);
  const found = new Map([word, ...nouns].map((stem) => [`s${settled(stem)}`, 1]));
  for (const stem of verbal([word, ...nouns])) {
    const key = `s${settled(stem)}`;
    found.set(key, found.get(key) ?? 2);
  }
  return found;
}

/** Whether two forms of a verb may have this key in common and no more: ал- is enough, ба- isn't. */
export function isRoot(key: string): boolean {
  return key.length > SHORTEST + 1 || (isVowel(key[1]) && !isVowel(lastOf(key)));
}

/** Other forms of an irregular word, as they stand in the tables. */
export function relatives(word: string): string[] {
  return [...new Set(othersOf(word, TABLES.groups, GROUPS))].filter((other) => other !== word);
}

/** The stems of which the word may be a form as nouns, adjectives and participles have them, shorter ones later. */
export function nominal(word: string): string[] {
  return byLength(inside(word, new Set(INSIDE.keys()), WRITTEN));
}

/** The same of a word that was typed without the letters that a Russian keyboard hasn't, in its ending either. */
export function typed(word: string): string[] {
  return byLength(inside(word, new Set(INSIDE.keys()), TYPED));
}

function byLength(stems: readonly string[]): string[] {
  return [...new Set(stems)].sort((one, other) => other.length - one.length || compare(one, other));
}

/** The stem with the consonant at its end that it has where nothing follows: кітаб- is of кітап. */
export function settled(stem: string): string {
  return stem.slice(0, -1) + (FINAL.get(lastOf(stem)) ?? lastOf(stem));
}

/** Whether the ending may stand after this stem: by its last letter, and by the harmony of vowels. */
function fits(stem: string, ending: Ending, neutral: string): boolean {
  if (ending.after !== "" && !ending.after.includes(lastOf(stem))) {
    return false;
  }
  return ending.vowels === "" || isHarmonic(stem, ending.vowels, neutral);
}

function isHarmonic(stem: string, vowels: string, neutral: string): boolean {
  if (stem.endsWith(TABLES.foreign)) {
    return true; // Тоқаевтың: names with a Russian ending go with both
  }
  for (let at = stem.length - 1; at >= 0; at -= 1) {
    const letter = stem.charAt(at);
    if (neutral.includes(letter)) {
      return true;
    }
    if (TABLES.back.includes(letter) || TABLES.front.includes(letter)) {
      return vowels.includes(letter);
    }
  }
  return true;
}

/** Each of these endings that the word may have, with what stands before it. */
function cut<T extends Ending>(
  word: string,
  table: ReadonlyMap<string, readonly T[]>,
  neutral = TABLES.neutral,
): [T, string][] {
  const found: [T, string][] = [];
  for (let size = 1; size <= Math.min(LONGEST, word.length - SHORTEST); size += 1) {
    const stem = word.slice(0, -size);
    for (const ending of table.get(word.slice(-size)) ?? []) {
      if (fits(stem, ending, neutral)) {
        found.push([ending, stem]);
      }
    }
  }
  return found;
}

/** The stems inside of an ending of these layers, and of the layers that may stand inside of it. */
function inside(word: string, allowed: ReadonlySet<string>, { layers, neutral }: Script): string[] {
  return cut(word, layers, neutral)
    .filter(([ending]) => allowed.has(ending.layer))
    .flatMap(([ending, stem]) => {
      const inner = INSIDE.get(ending.layer) ?? new Set<string>();
      const own = inner.has("") ? [stem, ...restored(stem, ending)] : [];
      return stem.length > SHORTEST ? [...own, ...inside(stem, inner, { layers, neutral })] : own;
    });
}

/** The stem with the vowel that an ending in ы or і made it lose: халқ- is of халық. */
function restored(stem: string, ending: Ending): string[] {
  const vowel = ending.text.charAt(0); // и where і was typed so
  const lost = stem.length > 2 && TABLES.fleeting.includes(lastOf(stem)) && !isVowel(stem[stem.length - 2]);
  return lost && "ыіи".includes(vowel) ? [`${stem.slice(0, -1)}${vowel}${lastOf(stem)}`] : [];
}

/** The stems of which the first form may be a form as verbs have them, or the others of a participle. */
function verbal(forms: readonly string[]): string[] {
  return forms.flatMap((form, number) => {
    const tables = number === 0 ? [FINITE, PARTICIPLE] : [PARTICIPLE];
    const stems = tables.flatMap((table) => cut(form, table).map(([, stem]) => stem));
    const merged = cut(form, MERGED).flatMap(([, stem]) => [`${stem}ы`, `${stem}і`]);
    return [...stems, ...merged].flatMap(deeper);
  });
}

/** A verb's stem, and what is left of it without a negation and a voice. */
function deeper(stem: string): string[] {
  const positive = [stem, ...cut(stem, NEGATION).map(([, inner]) => inner)];
  return [...positive, ...positive.flatMap((each) => cut(each, VOICE).map(([, inner]) => inner))];
}
