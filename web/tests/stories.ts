// The sequences of the vectors, in which a reader asks a mirror at each step, and goes on with what it had after an error.

import { FileMissing, TooLarge } from "../src/errors.ts";
import { parseFingerprint } from "../src/format/names.ts";
import type { Accepted, Held } from "../src/format/state.ts";
import type { Fetch, Terms } from "../src/trust/index.ts";
import { type Input, json, octets } from "./format.ts";
import { list, member, members, number, text, truth } from "./vectors.ts";

const FILES = members(member(json("sequence.json"), "files", (value) => value));

/** The mirror's files as they are from this step on. */
export function change(files: Map<string, Uint8Array>, step: Input): void {
  for (const name of list(text)(step.get("new") ?? [])) {
    files.set(member(FILES.get(name), "path", text), octets(FILES.get(name)));
  }
  for (const [path, name] of members(step.get("under") ?? {})) {
    files.set(path, octets(FILES.get(text(name))));
  }
  for (const path of list(text)(step.get("gone") ?? [])) {
    files.delete(path);
  }
}

/** How the reader asks at this step. */
export function termsOf(step: Input): Terms {
  const fingerprint = step.get("fingerprint");
  return {
    now: number(step.get("clock")),
    fingerprint: fingerprint === undefined ? null : parseFingerprint(text(fingerprint)),
    firstUse: truth(step.get("first_use") ?? false),
    carried: truth(step.get("carried") ?? false),
  };
}

/** A mirror with these files. */
export function mirror(files: ReadonlyMap<string, Uint8Array>): Fetch {
  return async (path, maxBytes) => {
    const data = files.get(path);
    if (data === undefined) {
      throw new FileMissing({ where: "mirror", path });
    }
    if (data.length > maxBytes) {
      throw new TooLarge({ where: "mirror", path, limit: maxBytes });
    }
    return data;
  };
}

/** What a library holds after it kept the state. */
export function hold(state: Accepted, before: Held | null): Held {
  const { publication, roots, timestamp, snapshot, targets, catalog, catalogBytes, catalogSha256 } = state;
  const known = state.restart ? [] : [...(before?.catalogs ?? [])];
  const catalogs = new Map([...known, [catalog.version, catalogSha256]]);
  return { publication, roots, timestamp, snapshot, targets, catalog: catalogBytes, catalogs };
}
