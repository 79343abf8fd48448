// Search, as a script of its own: it is fetched once there is something to find, after the first articles are shown.

import { build } from "../search/building.ts";
import { Index } from "../search/index.ts";
import { search } from "../search/searching.ts";

/** What the script is once it was loaded. */
const finding = { build, search, indexOf: (shelf: ConstructorParameters<typeof Index>[0]) => new Index(shelf) };

export type Finding = typeof finding;

declare global {
  var tamizdatFinding: Finding | undefined;
}

globalThis.tamizdatFinding = finding;
