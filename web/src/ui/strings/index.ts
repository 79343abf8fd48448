// The languages of the app: one file of this folder is one language, and adding a file adds it.

import { remember, remembered } from "../remembered.ts";
import en, { type Strings } from "./en.ts";

export type { Strings } from "./en.ts";

const tables = Object.values(import.meta.glob<Strings>(["./*.ts", "!./index.ts"], { eager: true, import: "default" }));

/** Every language's table, in the order of their codes. */
export const LANGUAGES: readonly Strings[] = tables.sort((a, b) => (a.language < b.language ? -1 : 1));

/** The table of the first of `wanted` (BCP 47, the best first) that there is one for; English where there is none. */
export function stringsFor(wanted: readonly string[]): Strings {
  for (const tag of wanted) {
    const found = LANGUAGES.find((table) => table.language === tag.split("-")[0]?.toLowerCase());
    if (found) {
      return found;
    }
  }
  return en;
}

/** The language that the reader chose here, else the first of the browser's that the app speaks. */
export function preferredStrings(): Strings {
  return stringsFor([remembered("language"), ...navigator.languages]);
}

/** Keep a choice of language; "" gives it back to the browser's. */
export function rememberLanguage(language: string): void {
  remember("language", language);
}
