// How a head that is held is named to a server, so that it need not be sent again. docs/format.md, section 10.1.
//
// All of it is computed from what is held, nothing repeats what a server said: an entity tag made for one reader would be
// as good as a cookie. Most servers make a file's tag of its size and its time, and a head's time is that of its signing.

import type { HeldHead } from "./base.ts";

/** The request headers that say which head is held. */
export function conditions(held: HeldHead): Readonly<Record<string, string>> {
  const tags = [held.sha256, ...tagsOfFiles(held)].map((tag) => `"${tag}"`);
  return { "If-None-Match": tags.join(", "), "If-Modified-Since": new Date(held.signed * 1000).toUTCString() };
}

/** What common servers would call a file of this size and time, in their default settings. */
function tagsOfFiles(held: HeldHead): string[] {
  const size = held.bytes;
  const seconds = BigInt(held.signed);
  const nanoseconds = (seconds * 1_000_000_000n).toString(36);
  return [
    `${seconds.toString(16)}-${size.toString(16)}`, // nginx
    `${size.toString(16)}-${(seconds * 1_000_000n).toString(16)}`, // Apache
    `${seconds.toString(36)}${size.toString(36)}`, // Caddy before 2.8
    `${nanoseconds}${size.toString(36)}`, // Caddy since then
    `${nanoseconds}-${size.toString(36)}`, // and lately
  ];
}
