// Paths, fingerprints and addresses: the names by which a publication's files are called. docs/format.md 3 and 11.1.

import { FormatError, UsageError } from "../errors.ts";

const SHA256 = "[0-9a-f]{64}";
const LANGUAGE = "[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}";
const NUMBER = "[1-9][0-9]{0,15}";

const METADATA_PATH = whole(`metadata/(?:timestamp|${NUMBER}\\.(?:root|snapshot|targets))\\.json`);
const TARGET_PATH = whole(`targets/${SHA256}\\.(?:catalog|site)\\.json`);
export const IMMUTABLE_PATH = whole(
  `bundles/${SHA256}\\.jsonl(?:\\.zst)?|lists/${SHA256}\\.json(?:\\.zst)?|media/${SHA256}\\.(?:tar|jpg|png|webp|avif|gif)`,
);
const HEAD_PATH = whole(`head(?:-${LANGUAGE})?\\.tar\\.zst`);
const SITE_PATH = whole("(?:[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}/){0,4}[A-Za-z0-9._-]{1,128}");
const FINGERPRINT = whole(`(${NUMBER})\\.([a-z2-7]{52})`);
export const EDITION = whole(LANGUAGE);
export const DIGEST = whole(SHA256);

function whole(rule: string): RegExp {
  return new RegExp(`^(?:${rule})$`);
}

/** Whether a pack may carry this path: metadata, targets, bundles, lists and media, nothing else. */
export function isPackPath(path: string): boolean {
  return [METADATA_PATH, TARGET_PATH, IMMUTABLE_PATH].some((rule) => rule.test(path));
}

/** Whether a head, of one edition or of all, lies at this path. */
export function isHeadPath(path: string): boolean {
  return HEAD_PATH.test(path);
}

/** Whether site.json may list this path: a harmless one, and none that another signed file speaks for. */
export function isSitePath(path: string): boolean {
  return !(isPackPath(path) || isHeadPath(path) || /(?:^|\/)\.\.?$/.test(path)) && SITE_PATH.test(path);
}

/** Where the compressed bundle of this SHA-256 lies. */
export function bundlePath(digest: string): string {
  return `bundles/${digest}.jsonl.zst`;
}

/** Where a pack may carry the plain bundle of this SHA-256. */
export function rawBundlePath(digest: string): string {
  return `bundles/${digest}.jsonl`;
}

/** Where the list (history, snapshot, revisions, media, withdrawn, mirrors) of this SHA-256 lies. */
export function listPath(digest: string): string {
  return `lists/${digest}.json.zst`;
}

/** Where a pack carries the stock list of this SHA-256. */
export function stockPath(digest: string): string {
  return `lists/${digest}.json`;
}

/** Where the media bundle of this SHA-256 lies. */
export function mediaBundlePath(digest: string): string {
  return `media/${digest}.tar`;
}

/** Where the catalog of this SHA-256 lies. */
export function catalogPath(digest: string): string {
  return `targets/${digest}.catalog.json`;
}

/** Where the site.json of this SHA-256 lies. */
export function sitePath(digest: string): string {
  return `targets/${digest}.site.json`;
}

/** Where the head of one edition, or (edition "") of all, lies. */
export function headPath(edition = ""): string {
  return edition ? `head-${edition}.tar.zst` : "head.tar.zst";
}

// -- fingerprints -----------------------------------------------------------------------------------------------------

/** Names one root metadata file by its version and the SHA-256 of its exact bytes. */
export interface Fingerprint {
  readonly version: number;
  readonly sha256: string;
}

const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

/** `N.base32`, as people hand it on. */
export function fingerprintText({ version, sha256 }: Fingerprint): string {
  const bits = Array.from(sha256, (digit) => Number.parseInt(digit, 16).toString(2).padStart(4, "0")).join("");
  const letters = (bits.match(/.{1,5}/g) ?? []).map((five) => BASE32.charAt(Number.parseInt(five.padEnd(5, "0"), 2)));
  return `${version}.${letters.join("")}`;
}

/** Read `N.base32`; upper case is accepted, since people type it. Throws: FormatError. */
export function parseFingerprint(text: string): Fingerprint {
  const bare = trimmed(text);
  // Lower case of ASCII alone: the Kelvin sign would become a k.
  const [, number = "", letters = ""] =
    FINGERPRINT.exec(bare.replace(/[A-Z]/g, (letter) => letter.toLowerCase())) ?? [];
  const bits = Array.from(letters, (letter) => BASE32.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const digits = (bits.slice(0, 256).match(/.{4}/g) ?? []).map((four) => Number.parseInt(four, 2).toString(16));
  if (!(number && Number.isSafeInteger(Number(number))) || bits.slice(256) !== "0000") {
    throw new FormatError(`${JSON.stringify(text)} is not a fingerprint like 1.abc… (52 letters and digits)`);
  }
  return { version: Number(number), sha256: digits.join("") };
}

/** ASCII white space around what was typed is left out. */
function trimmed(text: string): string {
  return text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
}

// -- addresses --------------------------------------------------------------------------------------------------------

/** Where to find a publication (a URL that ends in `/`, or a name of something local) and whom to trust. */
export interface Address {
  readonly place: string;
  readonly fingerprint: Fingerprint | null;
}

export function addressText({ place, fingerprint }: Address): string {
  return fingerprint ? `${place}#${fingerprintText(fingerprint)}` : place;
}

/** Read `https://host/path/#FINGERPRINT`, the latter optional. Throws: UsageError. */
export function parseAddress(text: string): Address {
  const [, place = "", name = ""] = /^([^#]*)#?([\s\S]*)$/.exec(trimmed(text)) ?? [];
  const web = /^https?:\/\//.test(place);
  if (!place || (place.includes("://") && !web)) {
    throw new UsageError(`${JSON.stringify(text)} is not an address; one looks like https://host/path/#1.abc…`);
  }
  try {
    const fingerprint = name ? parseFingerprint(name) : null;
    return { place: web && !place.endsWith("/") ? `${place}/` : place, fingerprint };
  } catch (error) {
    throw error instanceof FormatError ? new UsageError(error.message) : error;
  }
}
