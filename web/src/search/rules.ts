// What the rule knows of languages: tables of endings and irregular words, the same file in Python and TypeScript.

import rules from "./rules.json";

export const RULES = rules;

/** The words of a list as it stands in the tables. */
export function listed(text: string): string[] {
  return text.split(" ").filter((word) => word !== "");
}

/** In which of these groups each word stands. */
export function byWord(groups: readonly (readonly string[])[]): Map<string, number[]> {
  const found = new Map<string, number[]>();
  groups.forEach((group, number) => {
    for (const word of new Set(group)) {
      found.set(word, [...(found.get(word) ?? []), number]);
    }
  });
  return found;
}

/** Other words of the groups that a word stands in. */
export function othersOf(
  word: string,
  groups: readonly string[],
  known: ReadonlyMap<string, readonly number[]>,
): string[] {
  return (known.get(word) ?? []).flatMap((group) => listed(groups[group] ?? ""));
}
