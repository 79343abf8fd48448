// Bundles: a header line and one record a line, in one zstd frame. docs/format.md, section 4.

import type { Entry } from "./article.ts";

export type Kind = "delta" | "segment" | "tombstones" | "revisions";

/** The first line of a bundle. Only a delta has `from` and `to`: the publication's versions it leads between. */
export interface Header {
  readonly format: "tamizdat.bundle.1";
  readonly publication: string;
  readonly edition: string;
  readonly kind: Kind;
  readonly records: number;
  readonly from: number;
  readonly to: number;
}

/** How a bundle travels: its compressed and its plain digest and size. Every reference to a bundle has these. */
export interface Encoding {
  readonly sha256: string;
  readonly bytes: number;
  readonly raw_sha256: string;
  readonly raw_bytes: number;
}

/** A bundle whose bytes were checked against a signed digest, decoded whole. */
export interface VerifiedBundle {
  readonly header: Header;
  readonly raw_sha256: string;
  readonly entries: readonly Entry[];
}
