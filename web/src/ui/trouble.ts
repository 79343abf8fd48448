// What went wrong, in words that a reader understands, and what to do: for every code of docs/format.md, section 12.

import type { Trouble } from "../engine/api.ts";
import type { Teller } from "./language.ts";
import type { Strings } from "./strings/index.ts";

/** Codes that have words of their own. All others share the words of one of these. */
export type Said = keyof Strings["errors"]["said"];

const SHARED: ReadonlyMap<string, Said> = new Map([
  ["transport", "unreachable"],
  ["not-a-library", "library"],
  ["damaged-library", "library"],
  ["pack-exists", "pack"],
  ["pack-too-large", "pack"],
  ["pack-full", "disk-full"],
]);
// What a command of a newsroom or a mirror says on the machine that it runs on.
const ELSEWHERE =
  /^(?:newsroom|mirror)|^(?:cannot-listen|not-a-newsroom|not-a-mirror|key|version-reused|already-exists|unreadable-source|source-broke-off|no-such-(?:key|token|import))$/;
const TIME = /^\d{4}-\d\d-\d\dT[\d:]+Z$/;

/** What happened, and what to do. */
export interface Explanation {
  readonly what: string;
  readonly todo: string;
}

/** Which words a code has. Those of a code that isn't known are general ones. */
export function saidOf(code: string, words: Strings): Said {
  if (ELSEWHERE.test(code)) {
    return "newsroom";
  }
  return isSaid(code, words) ? code : (SHARED.get(code) ?? "error");
}

function isSaid(code: string, words: Strings): code is Said {
  return Object.keys(words.errors.said).includes(code);
}

/** A trouble in the reader's language, its own figures and times put in. */
export function explain(trouble: Trouble, words: Strings, tell: Teller): Explanation {
  const [what = "", todo = ""] = words.errors.said[saidOf(trouble.code, words)];
  const filled = (text: string) =>
    text.replace(/\{(\w+)\}/g, (_, name: string) => toldField(trouble.fields[name] ?? "…", tell));
  return { what: filled(what), todo: filled(todo) };
}

function toldField(value: string | number, tell: Teller): string {
  if (typeof value === "number") {
    return tell.number(value);
  }
  return TIME.test(value) ? tell.time(value) : value;
}
