// Writes the tables of search so that they compress better: numbers as differences, Cyrillic letters as ASCII.

import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

interface Letters {
  readonly dropped: string;
  readonly replaced: Readonly<Record<string, string>>;
  readonly word: readonly number[];
  readonly marks: string;
  readonly lower: readonly (readonly number[])[];
  readonly bare: Readonly<Record<string, string>>;
}

/** Digits of numbers: the first half of them ends a number, the others say that more follow. */
const DIGITS = Array.from({ length: 92 }, (_, at) => String.fromCharCode(35 + at)).filter((digit) => digit !== "\\");
const BASE = Math.floor(DIGITS.length / 2);

/** Reads what `packed` wrote: whole numbers, negative ones odd. */
const UNPACK = `
const digits = ${JSON.stringify(DIGITS.join(""))};
const unpack = (text) => {
  const numbers = [];
  let sum = 0;
  for (const letter of text) {
    const digit = digits.indexOf(letter);
    sum = sum * ${BASE} + digit % ${BASE};
    if (digit < ${BASE}) {
      numbers.push(sum % 2 ? -(sum + 1) / 2 : sum / 2);
      sum = 0;
    }
  }
  return numbers;
};`;

function packed(numbers: readonly number[]): string {
  return JSON.stringify(numbers.map((each) => digitsOf(each < 0 ? -2 * each - 1 : 2 * each, 0)).join(""));
}

function digitsOf(number: number, more: number): string {
  const rest = Math.floor(number / BASE);
  return (rest > 0 ? digitsOf(rest, BASE) : "") + (DIGITS[(number % BASE) + more] ?? "");
}

function changesOf(numbers: readonly number[]): number[] {
  return numbers.map((each, at) => each - (numbers[at - 1] ?? 0));
}

function packedText(text: string): string {
  return packed(changesOf(Array.from(text, (letter) => letter.codePointAt(0) ?? 0)));
}

/** In the bundle instead of each table: a module that gives the same value. */
export function compactTables(): Plugin {
  return {
    name: "compact-tables",
    enforce: "pre",
    load(id) {
      if (id.endsWith("/format/letters.json")) {
        return { code: lettersModule(JSON.parse(readFileSync(id, "utf8"))), moduleType: "js" };
      }
      return id.endsWith("/search/rules.json")
        ? { code: rulesModule(readFileSync(id, "utf8")), moduleType: "js" }
        : null;
    },
  };
}

/** The source of a module whose default is these letters. */
export function lettersModule({ dropped, replaced, word, marks, lower, bare }: Letters): string {
  const runs = lower.flatMap(([first = 0, last = 0, step = 0, more = 0], at) => [
    first - (lower[at - 1]?.[0] ?? 0),
    last - first,
    step,
    more,
  ]);
  return `${UNPACK}
const sums = (text) => { let sum = 0; return unpack(text).map((each) => (sum += each)); };
const letters = (text) => String.fromCodePoint(...sums(text));
const lower = [];
let first = 0;
unpack(${packed(runs)}).forEach((each, at, all) => {
  if (at % 4 === 0) {
    first += each;
    lower.push([first, first + all[at + 1], all[at + 2], all[at + 3]]);
  }
});
const bare = {};
for (const [letter, dressed] of [${Object.entries(bare).map(([letter, dressed]) => `[${JSON.stringify(letter)}, ${packedText(dressed)}]`)}]) {
  bare[letter] = letters(dressed);
}
export default {
  dropped: ${JSON.stringify(dropped)},
  replaced: ${JSON.stringify(replaced)},
  word: sums(${packed(changesOf(word))}),
  marks: letters(${packedText(marks)}),
  lower,
  bare,
};
`;
}

/** The same of the rules, whose texts have letters of other scripts. */
export function rulesModule(text: string): string {
  const plain = JSON.stringify(JSON.parse(text));
  const others = [...new Set(plain.replace(/[\0-\x7f]/g, ""))].sort();
  const free = Array.from({ length: 94 }, (_, at) => String.fromCharCode(33 + at))
    .reverse()
    .filter((letter) => !(plain.includes(letter) || /[`\\]/.test(letter)));
  if (free.length < others.length) {
    throw new Error("the rules have too many letters to be written in ASCII");
  }
  const short = plain.replace(/[^\0-\x7f]/g, (letter) => free[others.indexOf(letter)] ?? "");
  const used = free.slice(0, others.length).join("");
  return `const used = ${JSON.stringify(used)};
const others = ${JSON.stringify(others.join(""))};
export default JSON.parse(Array.from(${JSON.stringify(short)}, (letter) => {
  const at = used.indexOf(letter);
  return at < 0 ? letter : others[at];
}).join(""));
`;
}
