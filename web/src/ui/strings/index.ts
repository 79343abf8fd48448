// The languages of the app: one file of this folder is one language, and adding a file adds it.
//
// Each is a script of its own in the built app: a reader needs one of them, and it weighs as much as all the screens.

import { remember, remembered } from "../remembered.ts";
import type { Strings } from "./en.ts";

export type { Strings } from "./en.ts";

const tables = import.meta.glob<Strings>(["./*.ts", "!./index.ts"], { import: "default" });
const FALLBACK = "en";

/** The codes of all languages, in their order. */
export const LANGUAGES: readonly string[] = Object.keys(tables)
  .map((file) => file.slice("./".length, -".ts".length))
  .sort();

/** The first of `wanted` (BCP 47, the best first) that there is a table for; English where there is none. */
export function languageFor(wanted: readonly string[]): string {
  const languages = wanted.map((tag) => tag.split("-")[0]?.toLowerCase() ?? "");
  return languages.find((language) => LANGUAGES.includes(language)) ?? FALLBACK;
}

/** The language that the reader chose here, else the first of the browser's that the app speaks. */
export function preferredLanguage(): string {
  return languageFor([remembered("language"), ...navigator.languages]);
}

/** The table of a language. Rejects where its script can't be had: it was never kept, and nothing is reachable. */
export async function stringsOf(language: string): Promise<Strings> {
  const load = tables[`./${language}.ts`];
  if (!load) {
    throw new Error(`no words for ${language}`);
  }
  return load();
}

/** Keep a choice of language; "" gives it back to the browser's. */
export function rememberLanguage(language: string): void {
  remember("language", language);
}
