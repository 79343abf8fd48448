// What each file of the app may take on the wire, compressed as our own server does it.

import { gzipSync } from "node:zlib";

const KB = 1024;

/** In bytes, by role; what isn't named here is small. */
export const BUDGET: ReadonlyMap<string, number> = new Map([
  ["page", 26 * KB],
  ["more", 14 * KB],
  ["words-en", 8 * KB],
  ["words-kk", 8 * KB],
  ["words-ru", 8 * KB],
  ["engine", 49 * KB],
  ["search", 23 * KB],
  ["style", 5 * KB],
  ["own", 9 * KB],
  ["start", 1 * KB],
  ["sw", 1 * KB],
]);

/** What is wrong with the size of a file; nothing is as it should be. */
export function wrongInSize(role: string, data: Buffer): string[] {
  const most = BUDGET.get(role) ?? Number.POSITIVE_INFINITY;
  const bytes = onTheWire(data);
  return bytes > most ? [`${bytes} bytes on the wire, ${most} at most`] : [];
}

export function onTheWire(data: Buffer): number {
  return gzipSync(data, { level: 9 }).length;
}
