// Fetching many files at once: four at a time, verified on arrival, resumed where they were cut off, under a byte cap.

import { HashMismatch, LibraryError } from "../errors.ts";
import { sha256 } from "../format/digest.ts";
import type { Library } from "../library/index.ts";
import { Inbox } from "../transport/inbox.ts";
import type { Mirrors } from "../transport/mirrors.ts";
import { throwIfStopped } from "./stopping.ts";
import type { Wanted } from "./tasks.ts";

const PARALLEL = 4;

/** So much of a file is kept in one piece, so that little is lost where the page is killed. */
const PIECE_BYTES = 1024 * 1024;

/** The next file, of `size` bytes, would pass the reader's byte cap. */
export class CapReached extends Error {
  readonly size: number;

  constructor(size: number) {
    super(`${size} bytes more than the cap allows`);
    this.size = size;
  }
}

/** `data` itself, if it is the file wanted. Throws HashMismatch. */
export async function check(data: Uint8Array, wanted: Wanted): Promise<Uint8Array> {
  if (data.length !== wanted.bytes || (await sha256(data)) !== wanted.sha256) {
    throw new HashMismatch({ path: wanted.path });
  }
  return data;
}

export interface FetcherOptions {
  readonly library: Library;
  readonly publication: string;
  readonly source: Mirrors;
  /** Bytes that may be fetched in all. */
  readonly maxBytes?: number | undefined;
  /** Whether a path came with the head, so that it costs nothing. */
  readonly atHand?: (path: string) => boolean;
  readonly stop?: AbortSignal | undefined;
  /** Hears how many bytes have arrived of what was asked for so far. */
  readonly told?: (done: number) => void;
}

/**
 * Fetches files into memory. What arrived of a file that was cut off is kept in the library until it was applied.
 *
 * A file that would pass the cap is not begun.
 */
export class Fetcher {
  readonly source: Mirrors;
  private readonly options: FetcherOptions;
  private readonly arrived = new Map<string, number>();
  private readonly stored = new Set<string>();
  private left: number;

  constructor(options: FetcherOptions) {
    this.options = options;
    this.source = options.source;
    this.left = options.maxBytes ?? Number.POSITIVE_INFINITY;
  }

  /** The whole file, from the library where it had arrived before. Throws CapReached, TransportError, TrustError. */
  async one(wanted: Wanted, stop: AbortSignal | undefined = this.options.stop): Promise<Uint8Array> {
    const before = await this.before(wanted);
    if (before.length === wanted.bytes) {
      try {
        return await check(before, wanted);
      } catch {
        await this.applied(wanted.sha256); // not what it should be
      }
    }
    const begun = before.length < wanted.bytes ? before : new Uint8Array(0);
    this.count(this.options.atHand?.(wanted.path) ? 0 : wanted.bytes - begun.length);
    return this.fetch(wanted, begun, stop);
  }

  /** How many bytes of a file are yet to be fetched. */
  async stillToCome(wanted: Wanted): Promise<number> {
    if (this.options.atHand?.(wanted.path)) {
      return 0;
    }
    return wanted.bytes - Math.min(wanted.bytes, await this.library.partialBytes(this.publication, wanted.sha256));
  }

  /**
   * The files in the order asked for, up to four on their way at once. Throws as `one`.
   *
   * Whatever has arrived whole when it ends is kept for the next time; with `keeps`, also what was handed out.
   */
  async *each<T>(jobs: Iterable<readonly [Wanted, T]>, keeps = false): AsyncGenerator<readonly [T, Uint8Array]> {
    const halt = new AbortController();
    const stop = this.options.stop;
    const pass = () => halt.abort();
    stop?.addEventListener("abort", pass);
    const running: { readonly wanted: Wanted; readonly tag: T; readonly data: Promise<Uint8Array> }[] = [];
    const waiting = jobs[Symbol.iterator]();
    try {
      for (let next = waiting.next(); !next.done || running.length > 0; ) {
        if (!next.done && running.length < PARALLEL) {
          throwIfStopped(stop);
          const [wanted, tag] = next.value;
          const data = this.one(wanted, halt.signal);
          data.catch(() => {}); // told where it is waited for
          running.push({ wanted, tag, data });
          next = waiting.next();
        } else if (running[0]) {
          const { wanted, tag, data } = running[0];
          const whole = await data;
          if (keeps) {
            await this.keep(wanted, 0, whole);
          }
          yield [tag, whole];
          running.shift(); // who takes it may fail: then it is kept, too
        }
      }
    } finally {
      stop?.removeEventListener("abort", pass);
      halt.abort();
      for (const { wanted, data } of running) {
        await data.then((whole) => this.keep(wanted, 0, whole)).catch(() => {});
      }
    }
  }

  /** Forget what arrived of a file that is in the library now. */
  async applied(digest: string): Promise<void> {
    if (this.stored.delete(digest)) {
      await quietly(this.library.dropPartial(this.publication, digest));
    }
  }

  /** Forget what arrived of other files: what a newer catalog doesn't name may hold what was retracted. */
  async keepOnly(digests: ReadonlySet<string>): Promise<void> {
    await quietly(this.library.keepOnlyPartials(this.publication, digests));
  }

  private get library(): Library {
    return this.options.library;
  }

  private get publication(): string {
    return this.options.publication;
  }

  private async before(wanted: Wanted): Promise<Uint8Array> {
    const data = await this.library.partial(this.publication, wanted.sha256);
    if (data.length > 0) {
      this.stored.add(wanted.sha256);
    }
    this.note(wanted, data.length);
    return data;
  }

  private count(size: number): void {
    if (size > this.left) {
      throw new CapReached(size);
    }
    this.left -= size;
  }

  private async fetch(wanted: Wanted, begun: Uint8Array, stop: AbortSignal | undefined): Promise<Uint8Array> {
    let kept = begun.length;
    let work: Promise<void> = Promise.resolve();
    const keepTo = (end: number) => {
      const from = kept;
      kept = end;
      const piece = end > from ? inbox.bytes().slice(from, end) : null;
      work = work.then(() => (piece ? this.keep(wanted, from, piece) : this.applied(wanted.sha256)));
    };
    const inbox: Inbox = new Inbox(wanted.bytes, begun, (bytes) => {
      this.note(wanted, bytes);
      if (bytes === 0) {
        keepTo(0);
      } else if (bytes - kept >= PIECE_BYTES && bytes < wanted.bytes) {
        keepTo(bytes);
      }
    });
    try {
      const asking = { maxBytes: wanted.bytes, partial: inbox, ...(stop && { signal: stop }) };
      return await this.source.fetch(wanted.path, asking, (data) => check(data, wanted));
    } catch (error) {
      if (inbox.length > kept) {
        keepTo(inbox.length);
      }
      throw error;
    } finally {
      await work;
    }
  }

  private async keep(wanted: Wanted, from: number, data: Uint8Array): Promise<void> {
    this.stored.add(wanted.sha256);
    await quietly(this.library.keepPartial(this.publication, wanted.sha256, from, data));
  }

  private note(wanted: Wanted, bytes: number): void {
    this.arrived.set(wanted.sha256, bytes);
    let done = 0;
    for (const size of this.arrived.values()) {
      done += size;
    }
    this.options.told?.(done);
  }
}

/** What arrived is kept for convenience: where it can't be, it is fetched again. */
async function quietly(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof LibraryError)) {
      throw error;
    }
  }
}
