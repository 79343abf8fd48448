// Russian: the Snowball stem, and what it misses: verbs, fleeting vowels, irregular words. docs/format.md 14.4.

import { byWord, listed, othersOf, RULES } from "./rules.ts";

type Endings = ReadonlyMap<string, boolean>;

const TABLES = RULES.russian;
const VOWELS = new Set(TABLES.vowels);
const LONGEST = 7;
const FULL = listed(TABLES.full);

/** Ending → whether it needs а or я before it. */
function table(endings: { readonly "after а or я": string; readonly anywhere: string }): Endings {
  const needy = listed(endings["after а or я"]).map((ending) => [ending, true] as const);
  return new Map([...listed(endings.anywhere).map((ending) => [ending, false] as const), ...needy]);
}

/** What a form of a root stands for: `~` is every ending of an adjective. */
function spelledOut(form: string): string[] {
  return form.endsWith("~") ? FULL.map((full) => form.slice(0, -1) + full) : [form];
}

function forms(endings: string, participles: string): ReadonlySet<string> {
  const full = listed(participles).flatMap((formant) => FULL.map((ending) => formant + ending));
  return new Set([...listed(endings), ...full]);
}

const GERUND = table(TABLES.gerund);
const REFLEXIVE = table(TABLES.reflexive);
const ADJECTIVE = table(TABLES.adjective);
const PARTICIPLE = table(TABLES.participle);
const VERB = table(TABLES.verb);
const NOUN = table(TABLES.noun);
const PAST = forms(TABLES.past, TABLES["past participle"]);
const PRESENT = forms(TABLES.present, TABLES["present participle"]);
const PASSIVE = forms(TABLES.passive, TABLES["passive participle"]);
const SOFTENED = new Map(Object.entries(TABLES.softened).map(([soft, hard]) => [soft, listed(hard)]));
const AFTER_A_VOWEL = new Set(listed(TABLES["after a vowel"]));
const PREFIXES = new Set(listed(TABLES.prefixes));
const GROUPS = byWord(TABLES.groups.map(listed));
const FORMS = TABLES.roots.map((root) => listed(root).flatMap(spelledOut));
const ROOTS = byWord(FORMS);
// Prefixes that take an о before some consonants: обо- is об-.
const SPELLED = new Map(
  [...PREFIXES]
    .filter((prefix) => PREFIXES.has(`${prefix}о`) && prefix !== "пр")
    .flatMap((prefix) => [prefix, `${prefix}о`].map((each) => [each, [prefix, `${prefix}о`]] as const)),
);

const isVowel = (letter: string | undefined): boolean => letter !== undefined && VOWELS.has(letter);

/** What stays of a key in every word that has it: its last consonants may be others, or a vowel between them. */
export function head(key: string): string {
  const stemmed = key.slice(1);
  if (isVowel(stemmed[stemmed.length - 1]) || stemmed.length < 3) {
    return stemmed;
  }
  if (!isVowel(stemmed[stemmed.length - 2]) || stemmed.endsWith("мен")) {
    return stemmed.length > 3 ? stemmed.slice(0, -2) : stemmed.slice(0, 2);
  }
  return key.startsWith("v") ? stemmed.slice(0, -1) : stemmed;
}

/** What other forms of the word have in common with it, and how far that is to be trusted: 1 well, 2 less. */
export function keys(word: string): ReadonlyMap<string, number> {
  const stemmed = stem(word);
  const found = new Map([[`s${stemmed}`, 1]]);
  if (!isVowel(word.slice(-1))) {
    found.set(`s${word.replace(/ь$/, "")}`, 1); // Токаев: a name, and no genitive
  }
  const roots = verb(word).filter((root) => root.length > 2 || (root.length === 2 && isVowel(root[1])));
  for (const key of [...noun(word, stemmed), ...roots.map((root) => `v${root}`)]) {
    found.set(key, found.get(key) ?? 2);
  }
  return found;
}

/** Other forms of an irregular word, as they stand in the tables. */
export function relatives(word: string): string[] {
  const found = othersOf(word, TABLES.groups, GROUPS);
  const verbal = bare(word);
  for (let at = 0; at < Math.min(LONGEST, verbal.length); at += 1) {
    const prefix = verbal.slice(0, at);
    if (at === 0 || PREFIXES.has(prefix)) {
      found.push(...formsOf(prefix, ROOTS.get(verbal.slice(at)) ?? []));
    }
  }
  return [...new Set(found)].filter((other) => other !== word);
}

/** Every form of these roots with this prefix, in any of its spellings, reflexive or not. */
function formsOf(prefix: string, roots: readonly number[]): string[] {
  const spelled = SPELLED.get(prefix) ?? [prefix];
  const known = roots.flatMap((root) => FORMS[root] ?? []);
  const full = known.flatMap((form) => spelled.map((each) => each + form));
  return full.flatMap((form) => [form, `${form}ся`, `${form}сь`]);
}

/** The Snowball stem, as the Russian algorithm of snowballstem.org has it. */
export function stem(whole: string): string {
  const [limit, second] = regions(whole);
  let word = inflected(whole, limit);
  if (word.slice(limit).endsWith("и")) {
    word = word.slice(0, -1);
  }
  const derived = ["ость", "ост"].find((ending) => word.slice(second).endsWith(ending));
  word = derived === undefined ? word : word.slice(0, -derived.length);
  const superlative = ["ейше", "ейш"].find((ending) => word.slice(limit).endsWith(ending));
  if (superlative !== undefined) {
    word = word.slice(0, -superlative.length);
    return word.slice(limit).endsWith("нн") ? word.slice(0, -1) : word;
  }
  return /(?:нн|ь)$/.test(word.slice(limit)) ? word.slice(0, -1) : word;
}

/** Where RV and R2 begin. */
function regions(word: string): [number, number] {
  const first = Array.from(word).findIndex(isVowel);
  return [first < 0 ? word.length : first + 1, afterClosed(word, afterClosed(word, 0))];
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

/** The word without its endings. */
function inflected(whole: string, limit: number): string {
  const gerund = cut(whole, GERUND, limit);
  if (gerund !== undefined) {
    return gerund;
  }
  const word = cut(whole, REFLEXIVE, limit) ?? whole;
  const adjective = cut(word, ADJECTIVE, limit);
  if (adjective !== undefined) {
    return cut(adjective, PARTICIPLE, limit) ?? adjective;
  }
  return cut(word, VERB, limit) ?? cut(word, NOUN, limit) ?? word;
}

/** The word without its longest ending of these; undefined where it has none, or а or я is missing before it. */
function cut(word: string, endings: Endings, limit: number): string | undefined {
  for (let size = Math.min(LONGEST, word.length - limit); size > 0; size -= 1) {
    const needs = endings.get(word.slice(-size));
    if (needs !== undefined) {
      const before = word.slice(limit, word.length - size);
      return needs && !/[ая]$/.test(before) ? undefined : word.slice(0, -size);
    }
  }
  return undefined;
}

/** A verb without its reflexive ending. */
function bare(word: string): string {
  return word.length > 4 && (word.endsWith("ся") || word.endsWith("сь")) ? word.slice(0, -2) : word;
}

/** Other stems of a noun: Казахстан and Казахстана, конец and конца, время and времени, музей and музея. */
function noun(word: string, stemmed: string): string[] {
  const found: string[] = [];
  const declined = cut(word, NOUN, regions(word)[0]);
  if (declined) {
    found.push(`s${declined}`);
  }
  if (
    word.replace(/ь$/, "") === stemmed &&
    stemmed.length > 2 &&
    /[ео].$/.test(stemmed) &&
    !isVowel(stemmed.slice(-1))
  ) {
    const start = stemmed.slice(0, -2);
    found.push(
      ...[isVowel(start.slice(-1)) ? "й" : "", "ь"].map((between) => `s${start}${between}${stemmed.slice(-1)}`),
    );
  }
  if (word.length > 3 && word.endsWith("мя")) {
    found.push(`s${word.slice(0, -1)}ен`);
  }
  const base = bases(word, AFTER_A_VOWEL)[0]?.[1] ?? "";
  if (base.length > 2 && isVowel(base.slice(-1))) {
    found.push(`j${base}`);
  }
  return found;
}

/** What may be the root of a verb, without the vowel that ends it before the infinitive's ending. */
function verb(whole: string): string[] {
  const word = bare(whole);
  const past = bases(word, PAST).filter(([, base]) => isVowel(base.slice(-1)));
  return [
    ...past.map(([, base]) => ofPast(base)),
    ...bases(word, PRESENT).flatMap(([ending, base]) => ofPresent(base, ending)),
    ...bases(word, PASSIVE).flatMap(([, base]) => hardened(base)),
  ];
}

/** Each of these endings that the word has, the longest first, and what stands before it. */
function bases(word: string, endings: ReadonlySet<string>): [string, string][] {
  const found: [string, string][] = [];
  for (let size = Math.min(LONGEST, word.length - 2); size > 0; size -= 1) {
    if (endings.has(word.slice(-size))) {
      found.push([word.slice(-size), word.slice(0, -size)]);
    }
  }
  return found;
}

function ofPast(base: string): string {
  if (base.length > 4 && /[ое]ва$/.test(base)) {
    return base.slice(0, -3);
  }
  if (base.length > 4 && base.endsWith("ну")) {
    return base.slice(0, -2);
  }
  return base.length > 3 ? base.slice(0, -1) : base;
}

function ofPresent(base: string, ending: string): string[] {
  if (isVowel(base.slice(-1))) {
    return [base.length > 3 ? base.slice(0, -1) : base];
  }
  if (base.length > 4 && base.endsWith("н")) {
    return [base.slice(0, -1)];
  }
  return ending === "у" || ending === "ю" || /[жчшщ]$/.test(base) ? hardened(base) : [base];
}

/** The base, and what it may have been before its last consonants were softened. */
function hardened(base: string): string[] {
  for (const size of [2, 1]) {
    const hard = SOFTENED.get(base.slice(-size));
    if (hard !== undefined) {
      return [base, ...hard.map((consonants) => base.slice(0, -size) + consonants)];
    }
  }
  return [base];
}
