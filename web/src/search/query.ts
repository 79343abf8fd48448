// What a reader typed, as a query. Any input is one: there is no syntax error. docs/format.md 14.2.

import { beginning, words } from "../format/words.ts";

/** So many characters of a query are looked at. */
export const LONGEST = 1_000;
/** So many words and phrases, of so many words each at most. */
export const MOST = 32;

const PIECE =
  /(-?)(?:(tag|author|before|after):)?(?:"([^"]*)"?|([^"\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+))/gi;
const QUOTES = /[«»„“”‟〝〞＂]/g;
const DATE = /^[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?$/;

/** Words that stand together, one or more. `exact`: as they are, in this form. */
export interface Item {
  readonly words: readonly string[];
  readonly exact: boolean;
}

/**
 * What to find: articles with all `items`, `authors` and `tags`, and with nothing of what is `without`.
 *
 * `since` and `until` are beginnings of times in RFC 3339, `until` not included; empty: any.
 */
export interface Query {
  readonly items: readonly Item[];
  readonly authors: readonly Item[];
  readonly tags: readonly (readonly string[])[];
  readonly without: readonly Item[];
  readonly withoutAuthors: readonly Item[];
  readonly withoutTags: readonly (readonly string[])[];
  readonly since: string;
  readonly until: string;
}

/** A word or phrase as it was typed. */
interface Piece extends Item {
  readonly minus: boolean;
  readonly name: string;
  readonly text: string;
}

/** The query in what a reader typed. */
export function parse(text: string): Query {
  const typed = beginning(text, LONGEST).normalize("NFC").replace(QUOTES, '"');
  const pieces = Array.from(typed.matchAll(PIECE), pieceOf);
  const items = (name: string, minus: boolean) => itemsOf(pieces, name, minus);
  const tags = (minus: boolean) => items("tag", minus).map((item) => item.words);
  const since = pieces.filter((piece) => piece.name === (piece.minus ? "before" : "after")).map((piece) => piece.text);
  const until = pieces.filter((piece) => piece.name === (piece.minus ? "after" : "before")).map((piece) => piece.text);
  return {
    items: items("", false),
    authors: items("author", false),
    tags: tags(false),
    without: items("", true),
    withoutAuthors: items("author", true),
    withoutTags: tags(true),
    since: since.sort().pop() ?? "",
    until: until.sort()[0] ?? "",
  };
}

function pieceOf([, minus, named, phrase, word]: RegExpMatchArray): Piece {
  const typed = phrase || word || "";
  const name = (named ?? "").toLowerCase();
  const isPlain = (name === "before" || name === "after") && !DATE.test(typed);
  const text = isPlain ? `${name} ${typed}` : typed;
  return {
    minus: minus === "-",
    name: isPlain ? "" : name,
    words: words(text).slice(0, MOST),
    exact: Boolean(phrase),
    text,
  };
}

function itemsOf(pieces: readonly Piece[], name: string, minus: boolean): Item[] {
  const found = new Map<string, Item>();
  for (const { words, exact, ...piece } of pieces) {
    const identity = `${name !== "tag" && exact} ${words.join(" ")}`;
    if (piece.name === name && piece.minus === minus && words.length > 0 && !found.has(identity)) {
      found.set(identity, { words, exact });
    }
  }
  return [...found.values()].slice(0, MOST);
}
