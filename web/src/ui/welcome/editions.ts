// What is chosen for a reader who was not asked yet: one edition, text only.

import type { Choice, EditionView } from "../../engine/api.ts";

/** The edition whose language stands first in `wanted` (BCP 47, the best first); else the first one. */
export function firstEdition(editions: readonly EditionView[], wanted: readonly string[]): string {
  const codes = editions.map(({ edition }) => edition);
  for (const tag of wanted) {
    const language = tag.split("-")[0]?.toLowerCase() ?? "";
    const found = codes.find((code) => code === tag) ?? codes.find((code) => code.split("-")[0] === language);
    if (found !== undefined) {
      return found;
    }
  }
  return codes[0] ?? "";
}

export function firstChoice(editions: readonly EditionView[], wanted: readonly string[]): Choice {
  const edition = firstEdition(editions, wanted);
  return { editions: edition ? [edition] : [], media: "none", keep: {}, revisions: false, maxBytes: 0 };
}
