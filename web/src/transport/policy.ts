// Which addresses may be contacted: decided purely, before anything is asked. docs/format.md, section 10.3.
//
// A mirror list is signed, but whoever signs it must not be able to send readers' machines into their own networks. What a
// name resolves to is not shown to a page; browsers guard that themselves (docs/adr/0019).

import { ForbiddenAddress, type TamizdatError, UsageError } from "../errors.ts";

const LOCAL_NAMES = [".localhost", ".local", ".internal", ".home.arpa", ".lan"];
const UNPRINTABLE = /[\0-\x20\x7f\\]/;

/**
 * What may be contacted. `typed`: the reader typed the address, and so may mean the own network or plain http.
 * `near`: the app itself was served from inside a private network, so others in there are no secret to reach.
 * `onion`: it was served from an .onion address, so this browser goes through Tor.
 */
export interface AddressPolicy {
  readonly typed: boolean;
  readonly near: boolean;
  readonly onion: boolean;
}

/** The policy for mirrors that a catalog lists, for an app that was served from `host`. */
export function policyAt(host: string): AddressPolicy {
  return { typed: false, near: isLocalName(host), onion: isOnion(host) };
}

/**
 * The URL of a publication, ending in a slash.
 *
 * Throws UsageError where the reader typed something that is no address; ForbiddenAddress.
 */
export function baseOf(text: string, policy: AddressPolicy): URL {
  const url = parse(text, policy.typed);
  if (!policy.typed) {
    checkSigned(url, policy);
  }
  if (!url.pathname.endsWith("/")) {
    url.pathname += "/";
  }
  return url;
}

/** Whether a URL's host is in a private network by its spelling alone. `host` as `URL` gives it: 127.1 is 127.0.0.1 there. */
export function isLocalName(host: string): boolean {
  const name = host.replace(/\.$/, "").toLowerCase();
  if (name.startsWith("[")) {
    return !isPublicV6(name.slice(1, -1));
  }
  if (/^[0-9.]+$/.test(name)) {
    return !isPublicV4(name.split(".").map(Number));
  }
  return !name.includes(".") || LOCAL_NAMES.some((end) => name.endsWith(end));
}

function isOnion(host: string): boolean {
  return /\.onion\.?$/i.test(host);
}

function parse(text: string, typed: boolean): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw malformed(text, "not an address", typed);
  }
  if (
    UNPRINTABLE.test(text) ||
    !/^https?:\/\/[^/]/i.test(text) ||
    !url.hostname ||
    url.hostname.length > 253 ||
    url.port === "0"
  ) {
    throw malformed(text, "not an https address", typed);
  }
  if (url.username || url.password || text.split("/")[2]?.includes("@")) {
    throw malformed(text, "an address may not hold a user name or password", typed);
  }
  if (/[?#]/.test(text)) {
    throw malformed(text, "an address may not hold '?' or '#'", typed);
  }
  return url;
}

function checkSigned(url: URL, policy: AddressPolicy): void {
  if (isOnion(url.hostname)) {
    if (!policy.onion) {
      throw new ForbiddenAddress({ where: url.href, reason: "an .onion address is reached in Tor Browser only" });
    }
    return;
  }
  const local = isLocalName(url.hostname);
  if (local && !policy.near) {
    throw new ForbiddenAddress({ where: url.href, reason: "it is inside a private network" });
  }
  if (url.protocol !== "https:" && !local) {
    throw new ForbiddenAddress({ where: url.href, reason: "only https and .onion addresses are" });
  }
}

function malformed(text: string, reason: string, typed: boolean): TamizdatError {
  const shown = text.replace(/\/\/[^/]*@/, "//…@");
  return typed ? new UsageError(`${shown}: ${reason}`) : new ForbiddenAddress({ where: shown, reason });
}

/** Whether four numbers are an address on the open internet (IANA's registry of special ones). */
function isPublicV4([a = 0, b = 0, c = 0]: readonly number[]): boolean {
  const special =
    a === 0 ||
    a === 10 ||
    (a === 100 && b >= 64 && b < 128) ||
    a === 127 ||
    (a === 169 && b === 254) ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 0 && (c === 0 || c === 2)) ||
    (a === 192 && b === 168) ||
    (a === 198 && (b === 18 || b === 19)) ||
    (a === 198 && b === 51 && c === 100) ||
    (a === 203 && b === 0 && c === 113) ||
    a >= 224;
  return !special;
}

/** Whether an IPv6 address is on the open internet; one that wraps an IPv4 address doesn't count as such. */
function isPublicV6(address: string): boolean {
  const [first = 0, second = 0] = address.split(":", 2).map((group) => Number.parseInt(group || "0", 16));
  const special = (first === 0x2001 && (second < 0x200 || second === 0xdb8)) || first === 0x2002;
  return first >= 0x2000 && first < 0x3fff && !special;
}
