// What every transport promises: whole files by their path, bounded, with typed failures; and how bytes are counted.

import { FormatError } from "../errors.ts";
import { isHeadPath, isPackPath, isSitePath } from "../format/names.ts";
import type { Inbox } from "./inbox.ts";

/** Counts what was asked for and what arrived (bodies, in bytes), over any number of transports. */
export class Meter {
  requests = 0;
  bytes = 0;
}

/** The head that was taken last: its path, SHA-256 and size, and when its timestamp was signed (Unix seconds). */
export interface HeldHead {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly signed: number;
}

/**
 * How a file is asked for. `maxBytes`: the most it may have. `partial`: what arrived of it before, and where what arrives
 * is put; it outlives a cut connection, and a transport that can goes on from there. `signal`: stops it.
 */
export interface Asking {
  readonly maxBytes: number;
  readonly partial?: Inbox;
  readonly signal?: AbortSignal;
}

/** How a head is asked for: never resumed. */
export interface AskingHead {
  readonly maxBytes: number;
  readonly held: HeldHead | null;
  readonly signal?: AbortSignal;
}

/**
 * One copy of a publication. `where` is how messages name it. `far`: it may stay silent, so that others are asked
 * meanwhile. `tellsHeld`: a held head can be named to it, so that it need not be sent again; else it is asked for its
 * timestamp first.
 */
export interface Transport {
  readonly where: string;
  readonly far: boolean;
  readonly tellsHeld: boolean;

  /**
   * The whole file at `path` (relative to the publication), at most `maxBytes` long. Nothing in it has been verified.
   *
   * Throws FileMissing; TooLarge as soon as the limit is passed; other TransportErrors; Stopped after `signal`;
   * FormatError where `path` is none of a publication.
   */
  fetch(path: string, asking: Asking): Promise<Uint8Array>;

  /** The head at `path`, or null where the mirror says that it is still the one held. Throws as `fetch`. */
  fetchHead(path: string, asking: AskingHead): Promise<Uint8Array | null>;
}

/** `path` itself, if a publication can have a file of that name. Throws FormatError. */
export function checkPath(path: string): string {
  if (isPackPath(path) || isHeadPath(path) || isSitePath(path)) {
    return path;
  }
  throw new FormatError(`${JSON.stringify(path.slice(0, 120))} is no path of a publication`);
}
