// A copy of a publication on a web server, over fetch(). docs/format.md, section 10, lists what is asked and refused.

import { BadRedirect, FileMissing, TooLarge, Unreachable } from "../errors.ts";
import { type Asking, type AskingHead, checkPath, type Meter, type Transport } from "./base.ts";
import { conditions } from "./conditions.ts";
import { Inbox } from "./inbox.ts";
import { baseOf, policyAt } from "./policy.ts";
import { DEADLINES, type Deadlines, Watch } from "./watch.ts";

const DRAIN_BYTES = 16 * 1024;
const MISSING = [403, 404, 410];
const CLOSED = "no connection, or it doesn't let other sites' pages read it";
const CONTENT_RANGE = /^bytes (?:([0-9]{1,15})-([0-9]{1,15})|\*)\/([0-9]{1,15}|\*)$/;

/** `home`: where the app was served from. `typed`: the reader typed the address himself. */
export interface HttpOptions {
  readonly meter: Meter;
  readonly home: URL;
  readonly typed?: boolean;
  readonly deadlines?: Deadlines;
}

type Extra = Readonly<Record<string, string>>;
type Use<T> = (answer: Response, watch: Watch) => Promise<T>;

/**
 * Reads a publication below a URL. Only to the app's own origin are headers sent that name what is held: elsewhere the
 * browser would ask the mirror first whether it allows them, and most would not.
 */
export class HttpTransport implements Transport {
  readonly where: string;
  readonly far = true;
  readonly tellsHeld: boolean;
  private readonly base: URL;
  private readonly meter: Meter;
  private readonly deadlines: Deadlines;

  /** Throws ForbiddenAddress; UsageError where a typed `url` is no address. */
  constructor(url: string, { meter, home, typed = false, deadlines = DEADLINES }: HttpOptions) {
    this.base = baseOf(url, { ...policyAt(home.hostname), typed });
    this.where = this.base.href;
    this.tellsHeld = this.base.origin === home.origin;
    this.meter = meter;
    this.deadlines = deadlines;
  }

  /** As `Transport.fetch`. A full `partial` is taken for the file without asking; the caller checks it anyway. */
  async fetch(path: string, { maxBytes, partial, signal }: Asking): Promise<Uint8Array> {
    const inbox = partial ?? new Inbox(maxBytes);
    if (!inbox.full) {
      await this.download(checkPath(path), inbox, signal);
    }
    return inbox.bytes();
  }

  /** As `Transport.fetchHead`. Nothing that a server said earlier is echoed: its ETag could name the reader. */
  async fetchHead(path: string, { maxBytes, held, signal }: AskingHead): Promise<Uint8Array | null> {
    const known = this.tellsHeld ? held : null;
    return this.ask(checkPath(path), known ? conditions(known) : {}, signal, async (answer, watch) => {
      if (answer.status === 304 && known) {
        return null;
      }
      const inbox = new Inbox(maxBytes);
      await this.refuse(answer, path, watch, [200]);
      await this.receive(answer, path, watch, inbox);
      return inbox.bytes();
    });
  }

  // -- one file -------------------------------------------------------------------------------------------------------

  private async download(path: string, inbox: Inbox, signal: AbortSignal | undefined): Promise<void> {
    const start = this.tellsHeld ? inbox.length : 0;
    const headers: Extra = start > 0 ? { Range: `bytes=${start}-` } : {};
    const done = await this.ask(path, headers, signal, async (answer, watch) => {
      await this.refuse(answer, path, watch, start > 0 ? [200, 206, 416] : [200]);
      if (answer.status === 200) {
        inbox.discard();
      } else if (answer.status === 416) {
        return contentRange(answer).total === start;
      } else if (!goesOnAt(answer, start)) {
        return false;
      }
      await this.receive(answer, path, watch, inbox);
      return true;
    });
    if (!done) {
      // What had arrived is none of this file, or the server is lost in ranges: once more from the start.
      inbox.discard();
      await this.download(path, inbox, signal);
    }
  }

  private async receive(answer: Response, path: string, watch: Watch, inbox: Inbox): Promise<void> {
    const start = inbox.length;
    const reader = answer.body?.getReader();
    while (reader) {
      const { done, value } = await watch.patiently(reader.read(), "the connection was lost");
      if (done) {
        break;
      }
      this.meter.bytes += value.length;
      watch.received(value.length);
      if (!inbox.fits(value.length)) {
        inbox.discard();
        throw new TooLarge({ where: this.where, path, limit: inbox.limit });
      }
      inbox.add(value);
    }
    const arrived = inbox.length - start;
    const expected = this.length(answer) ?? arrived;
    if (arrived > expected) {
      inbox.discard();
      throw this.unreachable(path, "it sends another part of the file than it says");
    }
    if (arrived < expected) {
      throw this.unreachable(path, "the connection was lost"); // which not every browser calls an error
    }
  }

  /** How many bytes are to come, where that can be told: not of what the browser unpacks on the way. */
  private length(answer: Response): number | null {
    const { first, last } = contentRange(answer);
    if (answer.status === 206 && first !== null && last !== null) {
      return last + 1 - first;
    }
    const text = answer.headers.get("Content-Length") ?? "";
    const plain = this.tellsHeld && !answer.headers.get("Content-Encoding");
    return plain && /^[0-9]{1,15}$/.test(text) ? Number(text) : null;
  }

  /** Throws unless the status is one of `accepted`. */
  private async refuse(answer: Response, path: string, watch: Watch, accepted: readonly number[]): Promise<void> {
    // A browser may be told to follow redirects, but not which; so none are followed.
    if (answer.type === "opaqueredirect" || (answer.status >= 300 && answer.status < 400)) {
      throw new BadRedirect({ where: this.where, path, target: "elsewhere" });
    }
    if (accepted.includes(answer.status)) {
      return;
    }
    if ((this.length(answer) ?? Number.POSITIVE_INFINITY) <= DRAIN_BYTES) {
      // Read to its end, so that the connection can be kept: each walk over the roots ends with a 404.
      await this.receive(answer, path, watch, new Inbox(DRAIN_BYTES));
    }
    if (MISSING.includes(answer.status)) {
      throw new FileMissing({ where: this.where, path });
    }
    throw this.unreachable(path, `it answers ${answer.status}`);
  }

  // -- one request ----------------------------------------------------------------------------------------------------

  private async ask<T>(path: string, headers: Extra, signal: AbortSignal | undefined, use: Use<T>): Promise<T> {
    const watch = new Watch(this.deadlines, this.where, path, signal);
    try {
      watch.begin();
      this.meter.requests += 1;
      return await use(await watch.patiently(this.send(path, headers, watch), CLOSED), watch);
    } finally {
      watch.close();
    }
  }

  private send(path: string, headers: Extra, watch: Watch): Promise<Response> {
    return fetch(new URL(path, this.base).href, {
      mode: "cors",
      credentials: "omit",
      cache: "no-store",
      redirect: "manual",
      referrerPolicy: "no-referrer",
      // The reader's languages are nobody's business.
      headers: { Accept: "*/*", "Accept-Language": "*", ...headers },
      signal: watch.signal,
    });
  }

  private unreachable(path: string, reason: string): Unreachable {
    return new Unreachable({ where: this.where, path, reason });
  }
}

/** Start, end (inclusive) and total of Content-Range; null for what it doesn't say. */
function contentRange(answer: Response): { first: number | null; last: number | null; total: number | null } {
  const found = CONTENT_RANGE.exec(answer.headers.get("Content-Range") ?? "");
  const number = (text: string | undefined) => (text === undefined || text === "*" ? null : Number(text));
  return { first: number(found?.[1]), last: number(found?.[2]), total: number(found?.[3]) };
}

/** Whether the body is everything from byte `start` on. */
function goesOnAt(answer: Response, start: number): boolean {
  const { first, last, total } = contentRange(answer);
  return first === start && last !== null && last >= start && (total === null || total === last + 1);
}
