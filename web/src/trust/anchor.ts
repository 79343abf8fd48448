// Where trust begins: a root that is held, that a fingerprint names, or that is taken at its word once.

import { FirstContact, FormatError, WrongRoot } from "../errors.ts";
import { sha256 } from "../format/digest.ts";
import { LIMITS } from "../format/limits.ts";
import { type Fingerprint, fingerprintText } from "../format/names.ts";
import type { Held } from "../format/state.ts";
import { readRoot } from "./metadata.ts";
import { metadataPath } from "./trusted.ts";
import type { Fetch, Terms } from "./updater.ts";

/** What may come first in a web page: a byte order mark's bytes, and white space. */
const BLANK = [0xef, 0xbb, 0xbf, 0x20, 0x09, 0x0d, 0x0a];

/** The root from which the others are walked. */
export interface Anchor {
  readonly path: string;
  readonly data: Uint8Array;
}

/** The root from which the newer ones are walked. Throws FirstContact, WrongRoot, FormatError, TransportError. */
export async function findAnchor(held: Held | null, fetch: Fetch, terms: Terms): Promise<Anchor> {
  const { fingerprint, firstUse } = terms;
  if (fingerprint) {
    const named = await namedRoot(held, fetch, fingerprint);
    if (!held?.roots.has(fingerprint.version)) {
      return named;
    }
  }
  if (held) {
    const version = Math.max(...held.roots.keys());
    return { path: metadataPath("root", { version }), data: held.roots.get(version) ?? new Uint8Array(0) };
  }
  const first = await fetched(fetch, 1);
  if (!firstUse) {
    throw new FirstContact({ fingerprint: await fingerprintOf(1, first.data) });
  }
  return first;
}

/** The fingerprint of the exact bytes of `<version>.root.json`. */
export async function fingerprintOf(version: number, root: Uint8Array): Promise<string> {
  return fingerprintText({ version, sha256: await sha256(root) });
}

/** Whether these bytes are a web page: what a captive portal, or a host without 404s, answers to everything. */
export function isHtml(data: Uint8Array): boolean {
  return data.find((byte) => !BLANK.includes(byte)) === 0x3c;
}

/** The root that the fingerprint names, held or fetched. Throws WrongRoot. */
async function namedRoot(held: Held | null, fetch: Fetch, fingerprint: Fingerprint): Promise<Anchor> {
  const { version } = fingerprint;
  const data = held?.roots.get(version);
  const root = data ? { path: metadataPath("root", { version }), data } : await fetched(fetch, version);
  const expected = fingerprintText(fingerprint);
  const offered = await fingerprintOf(version, root.data);
  if (offered !== expected) {
    throw new WrongRoot({ expected, offered });
  }
  return root;
}

async function fetched(fetch: Fetch, version: number): Promise<Anchor> {
  const path = metadataPath("root", { version });
  const data = await fetch(path, LIMITS.root_bytes);
  if (isHtml(data)) {
    throw new FormatError("a web page came instead; does this network ask you to log in first?", path);
  }
  readRoot(data, path);
  return { path, data };
}
