// The methods of the engine, as both ends of a call name them.

import type { Reading, Syncing } from "./api.ts";

export const READING = [
  "surroundings",
  "publications",
  "list",
  "sections",
  "tags",
  "article",
  "picture",
  "mark",
  "save",
  "search",
  "pack",
] as const satisfies readonly (keyof Reading)[];

export const SYNCING = [
  "meet",
  "trust",
  "choose",
  "plan",
  "sync",
  "pause",
  "listed",
  "open",
  "forget",
  "wipe",
] as const satisfies readonly (keyof Syncing)[];
