// Which words of an index a word of a query stands for, in tiers. Pure; docs/format.md 14.3.

import { compare } from "../format/words.ts";
import * as english from "./english.ts";
import * as kazakh from "./kazakh.ts";
import * as russian from "./russian.ts";
import * as spellings from "./spellings.ts";

export const EXACT = 0;
export const BENT = 1;
export const LOOSE = 2;
export const SPELLED = 3;
export const BEGUN = 4;
const UNLIKE = 5;

/** The language of an edition where we have a grammar for it, else "". */
export type Language = "en" | "ru" | "kk" | "";

/** How words of a language are bent: which words it is about, their keys, what stays of a key, irregular forms. */
interface Grammar {
  readonly words: RegExp;
  readonly keys: (word: string) => ReadonlyMap<string, number>;
  readonly head: (key: string) => string;
  readonly relatives: (word: string) => string[];
}

const CYRILLIC = /^[а-яәғқңөұүһі]{2,40}$/;
const LATIN = /^[a-z]{2,40}$/;
// Scripts that don't part words: there the first letter of a run is a beginning.
const UNPARTED = /^[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]/;
const BEGINNING = 4;
// Of keys and spellings: where the last but one may be lost or another in words; roots and English stems, too.
const UNSTABLE = /[ьйыіиa-z].$|мен$|^v/;
const GRAMMARS: ReadonlyMap<string, Grammar> = new Map([
  ["en", { words: LATIN, keys: english.keys, head: english.head, relatives: english.relatives }],
  ["ru", { words: CYRILLIC, keys: russian.keys, head: russian.head, relatives: russian.relatives }],
  ["kk", { words: CYRILLIC, keys: kazakh.keys, head: kazakh.head, relatives: kazakh.relatives }],
]);

/** So many words of each grammar. */
const REMEMBERED = 5_000;
const KNOWN = new Map<Grammar, Map<string, Keys>>();

/** By whose grammar the words of an edition are bent: its language where it is one of ours, else "". */
export function languageOf(edition: string): Language {
  const language = edition.split("-")[0]?.toLowerCase();
  return language === "en" || language === "ru" || language === "kk" ? language : "";
}

/** Beginnings of all words that `word` may stand for, but for its relatives; none is the beginning of another. */
export function heads(word: string): string[] {
  const found = new Set([word]);
  for (const grammar of grammarsOf(word)) {
    for (const key of grammar.keys(word).keys()) {
      found.add(grammar.head(key));
    }
  }
  for (const head of CYRILLIC.test(word) ? spellings.heads(spellingsOf(word)) : []) {
    found.add(head);
  }
  return shortest(found);
}

/** Those of which none is the beginning of another, in order. */
function shortest(begun: Iterable<string>): string[] {
  const sorted = [...new Set(begun)].sort(compare);
  return sorted.filter((head) => !sorted.some((other) => other !== head && head.startsWith(other)));
}

/** Irregular forms of `word` in any language. */
export function relatives(word: string): string[] {
  return [...new Set(grammarsOf(word).flatMap((grammar) => grammar.relatives(word)))];
}

function grammarsOf(word: string): Grammar[] {
  return [...GRAMMARS.values()].filter((grammar) => grammar.words.test(word));
}

/**
 * What `word` stands for in articles of a language, and in which tier.
 *
 * `terms` are the index's words that begin with one of `heads(word)`, or are one of `relatives(word)`. Words that are
 * only begun by it count where there is nothing better; so do, in Russian, those that it may be as a Kazakh word
 * without a letter that shows it to be one.
 */
export function candidates(word: string, language: Language, terms: Iterable<string>): Map<string, number> {
  const tiers = tiersOf(word, language, terms);
  const sure = language === "ru" && !spellings.isKazakh(word) ? SPELLED : BEGUN;
  for (const limit of [sure, BEGUN]) {
    const found = tiers.filter(([, tier]) => tier < limit);
    if (found.length > 0) {
      return new Map(found);
    }
  }
  return new Map(tiers);
}

/** Beginnings of the words that `typed` may give; none where the candidates that were `found` are good enough. */
export function typedHeads(word: string, language: Language, found: ReadonlyMap<string, number>): string[] {
  const isUnsure = language === "kk" && [...found.values()].every((tier) => tier === LOOSE || tier === SPELLED);
  return isUnsure && CYRILLIC.test(word) ? shortest(spellings.heads(spellings.ofTyped(word))) : [];
}

/**
 * What `word` stands for in Kazakh articles if it was typed on a Russian keyboard, its ending too.
 *
 * `terms` are the index's words that begin with one of `typedHeads(word)`.
 */
export function typed(word: string, terms: Iterable<string>): Map<string, number> {
  const isAlike = spelledLike(spellings.ofTyped(word), "kk");
  const alike = [...terms].filter((term) => CYRILLIC.test(term) && isAlike(term, () => kazakh.keys(term)));
  return new Map(alike.map((term) => [term, SPELLED]));
}

/** Each term that has something to do with the word, with its tier. */
function tiersOf(word: string, language: Language, terms: Iterable<string>): [string, number][] {
  const formTier = formTierOf(word, language);
  const begins = Array.from(word).length >= BEGINNING || UNPARTED.test(word);
  const found: [string, number][] = [];
  for (const term of terms) {
    const form = term === word ? EXACT : formTier(term);
    const tier = form === UNLIKE && begins && term.startsWith(word) ? BEGUN : form;
    if (tier !== UNLIKE) {
      found.push([term, tier]);
    }
  }
  return found;
}

type Keys = ReadonlyMap<string, number>;

/** A word's keys, found once: who types a word asks for its beginnings, too, and so for the same terms each time. */
function keysOf(grammar: Grammar, word: string): Keys {
  const known = KNOWN.get(grammar) ?? new Map<string, Keys>();
  const keys = known.get(word) ?? grammar.keys(word);
  KNOWN.set(grammar, known.size < REMEMBERED ? known.set(word, keys) : new Map());
  return keys;
}

/** Tells of a term whether it is another form of the word, or another spelling: BENT, LOOSE, SPELLED, or UNLIKE. */
function formTierOf(word: string, language: Language): (term: string) => number {
  const grammar = GRAMMARS.get(language);
  if (!grammar?.words.test(word)) {
    return () => UNLIKE;
  }
  const related = new Set(grammar.relatives(word));
  const bentTier = bentTierOf(word, grammar.keys(word), language);
  // In Russian texts, its own grammar has dealt with a Russian word.
  const isSpelled = spelledLike(language === "ru" ? spellings.ofKazakh(word) : spellingsOf(word), language);
  return (term) => {
    if (related.has(term) || !grammar.words.test(term)) {
      return related.has(term) ? BENT : UNLIKE;
    }
    const keys = () => keysOf(grammar, term);
    const tier = bentTier(term, keys);
    return tier === UNLIKE && isSpelled(term, keys) ? SPELLED : tier;
  };
}

/** Tells of a term, by its keys, whether it is another form of the word: BENT or LOOSE, or UNLIKE. */
function bentTierOf(word: string, own: Keys, language: Language): (term: string, keys: () => Keys) => number {
  const begun = beginnings(own.keys()).map((key) => key.slice(1));
  return (term, keys) => {
    if (!begun.some((head) => term.startsWith(head))) {
      return UNLIKE;
    }
    let tier = UNLIKE;
    for (const [key, trust] of keys()) {
      const other = own.get(key);
      tier = other ? Math.min(tier, alike(key, Math.max(trust, other), language === "kk" ? [word, term] : [])) : tier;
    }
    return tier;
  };
}

/** How far words are alike that have a key in common: less where it is a third word in Kazakh. */
function alike(key: string, trust: number, kazakhWords: readonly string[]): number {
  const tier = trust === 1 ? BENT : LOOSE;
  if (kazakhWords.length === 0 || kazakhWords.some((word) => key === `s${kazakh.settled(word)}`)) {
    return tier;
  }
  return tier === BENT || kazakh.isRoot(key) ? LOOSE : UNLIKE;
}

/** Tells of a term of a language, by its keys, whether one of its spellings is one of these, named or not. */
function spelledLike(own: readonly string[], language: Language): (term: string, keys: () => Keys) => boolean {
  if (language === "en" || own.length === 0) {
    return () => false;
  }
  const known = new Set(own);
  const of = language === "kk" ? spellings.ofKazakhKeys : spellings.ofRussianKeys;
  const begun = beginnings(own);
  const size = Math.max(...begun.map((head) => head.length));
  return (term, keys) => {
    const start = spellings.plain(term.slice(0, size));
    return begun.some((head) => start.startsWith(head)) && of(keys()).some((spelling) => known.has(spelling));
  };
}

/** What every word with one of these stems begins with: a last letter may be another, or a vowel be lost before it. */
export function beginnings(stems: Iterable<string>): string[] {
  return shortest(Array.from(stems, (stem) => stem.slice(0, UNSTABLE.test(stem) ? -2 : -1)));
}

function spellingsOf(word: string): string[] {
  const own = spellings.ofKazakh(word);
  return spellings.isKazakh(word) ? own : [...new Set([...own, ...spellings.ofRussian(word)])];
}
