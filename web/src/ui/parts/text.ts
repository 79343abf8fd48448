// Texts of unknown length and content, in places that are small.

import { clean } from "../../render/clean.ts";

/** At most `length` characters of a text, cleaned, cut at a word where there is one, with an ellipsis. */
export function short(text: string, length = 200): string {
  if (text.length <= length) {
    return clean(text);
  }
  const cut = clean(text.slice(0, length));
  const space = cut.lastIndexOf(" ");
  return `${(space > length / 2 ? cut.slice(0, space) : cut).replace(/[\ud800-\udbff]$/, "")}…`;
}
