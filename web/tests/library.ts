// Bundles and states for the library's tests: what sync would hand it, made here.

import { decodeBundle, encodeBundle, type Kind, type VerifiedBundle } from "../src/format/bundle.ts";
import { compare, utf8 } from "../src/format/bytes.ts";
import type { Catalog } from "../src/format/catalog.ts";
import { decodeRecord } from "../src/format/record.ts";
import type { Accepted } from "../src/format/state.ts";
import { Library } from "../src/library/index.ts";
import { MemoryStore } from "../src/library/memory.ts";
import type { Store } from "../src/library/store.ts";

export const PUBLICATION = "ab".repeat(32);

/** A bundle of these lines, in the order that its kind asks for. */
export function bundle(kind: Kind, lines: readonly Uint8Array[], publication = PUBLICATION): Promise<VerifiedBundle> {
  const entries = lines.map(decodeRecord);
  entries.sort((a, b) => compare(a.record.key, b.record.key) || a.record.revision - b.record.revision);
  const sorted = entries.map(({ line }) => line);
  const header = { format: "tamizdat.bundle.1", publication, edition: "en", kind } as const;
  const raw = encodeBundle({ ...header, records: sorted.length, from: 0, to: kind === "delta" ? 1 : 0 }, sorted);
  return decodeBundle(raw, { publication, edition: "en" });
}

/** An article's line. */
export function article(key: string, more: Record<string, unknown> = {}): Uint8Array {
  const times = { published: "2026-11-20T06:00:00Z", updated: "2026-11-20T06:00:00Z" };
  return utf8(JSON.stringify({ type: "article", key, edition: "en", revision: 1, title: key, ...times, ...more }));
}

/** A retraction's line. */
export function retraction(key: string, revision: number): Uint8Array {
  return utf8(JSON.stringify({ type: "retraction", key, edition: "en", revision, at: "2026-11-21T06:00:00Z" }));
}

/** A picture as an article has it, of one file. */
export function image(sha256: string, role: "preview" | "standard" = "preview"): object {
  return { width: 2, height: 1, variants: [{ role, sha256, type: "image/webp", width: 2, height: 1, bytes: 3 }] };
}

/** A state of this version, as trust would have accepted it. */
export function accepted(version: number, more: Partial<Accepted> = {}): Accepted {
  const ref = { sha256: "cd".repeat(32), bytes: 1 };
  const edition = { title: "English", direction: "ltr", articles: 0, version, deltas: [], snapshot: ref } as const;
  const catalog: Catalog = {
    format: "tamizdat.catalog.1",
    publication: PUBLICATION,
    root: 1,
    title: "The Paper",
    version,
    published: "2026-11-20T06:00:00Z",
    previous: "",
    editions: new Map([["en", { ...edition, history: null, revisions: null, media: null, stock: null }]]),
    mirrors: [],
    more_mirrors: null,
    withdrawn: null,
  };
  return {
    publication: PUBLICATION,
    roots: new Map([[1, utf8("root")]]),
    timestamp: utf8(`timestamp ${version}`),
    snapshot: utf8("snapshot"),
    targets: utf8("targets"),
    catalogBytes: utf8(JSON.stringify({ ...catalog, editions: { en: edition }, more_mirrors: undefined })),
    catalogSha256: `${version}`.padStart(64, "0"),
    catalog,
    signed: 1_700_000_000 + version,
    site: ref,
    restart: false,
    ...more,
  };
}

/** A library that knows the publication. */
export async function library(store: Store = new MemoryStore()): Promise<Library> {
  const made = new Library(store);
  await made.accept(accepted(1), { fingerprint: `1.${"a".repeat(52)}`, place: "https://paper.example/" });
  return made;
}

/** All that a generator gives. */
export async function all<T>(given: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const each of given) {
    found.push(each);
  }
  return found;
}
