// A head over its mirror: what came in one request is not asked for again.

import { FileMissing, TooLarge } from "../errors.ts";
import { type Asking, type AskingHead, checkPath, type Transport } from "./base.ts";

const ROOT = /^metadata\/([1-9][0-9]{0,15})\.root\.json$/;

/**
 * Answers from `files` first, from `below` otherwise.
 *
 * A head holds the newest root, so that asking for one above it is answered by FileMissing at once: the walk over the
 * roots ends without a request. A mirror that hides a newer root so could as well hide it when asked.
 */
export class Overlay implements Transport {
  readonly where: string;
  readonly far: boolean;
  readonly tellsHeld: boolean;
  private readonly files: ReadonlyMap<string, Uint8Array>;
  private readonly below: Transport;
  private readonly newestRoot: number;

  constructor(files: ReadonlyMap<string, Uint8Array>, below: Transport) {
    this.where = below.where;
    this.far = below.far;
    this.tellsHeld = below.tellsHeld;
    this.files = files;
    this.below = below;
    this.newestRoot = Math.max(0, ...[...files.keys()].map(rootVersion));
  }

  async fetch(path: string, asking: Asking): Promise<Uint8Array> {
    const data = this.files.get(checkPath(path));
    if (data === undefined) {
      if (this.newestRoot > 0 && rootVersion(path) > this.newestRoot) {
        throw new FileMissing({ where: this.where, path });
      }
      return this.below.fetch(path, asking);
    }
    if (data.length > asking.maxBytes) {
      throw new TooLarge({ where: this.where, path, limit: asking.maxBytes });
    }
    return data;
  }

  fetchHead(path: string, asking: AskingHead): Promise<Uint8Array | null> {
    return this.below.fetchHead(path, asking);
  }
}

function rootVersion(path: string): number {
  return Number(ROOT.exec(path)?.[1] ?? 0);
}
