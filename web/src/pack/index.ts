// Packs made to be carried, of what a reader holds. docs/format.md, section 9.3.

import type { Library, MediaChoice } from "../library/index.ts";

/**
 * What goes into a pack: everything that is held, or of one edition; `since`: only what leads a reader who stands at that
 * version, or later, to the newest.
 */
export interface PackOptions {
  readonly edition?: string;
  readonly since?: number;
  readonly media: MediaChoice;
}

/** How an edition fared. `since` 0: who holds nothing gets all of it. `lacks`: what a reader won't get from this pack. */
export interface PackedEdition {
  readonly version: number;
  readonly since: number;
  readonly articles: number;
  readonly lacks: readonly string[];
}

/** A pack, and what is in it. */
export interface Packed {
  readonly pieces: readonly Uint8Array[];
  readonly editions: Readonly<Record<string, PackedEdition>>;
}

/** Throws UsageError where there is nothing to pack, LibraryError. */
export type Packing = (library: Library, publication: string, options: PackOptions) => Promise<Packed>;
