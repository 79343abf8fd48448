// Finding a mirror that offers an acceptable state: steps 2 and 3 of a sync. docs/format.md, section 10.

import { FileMissing, FormatError, TooLarge, TrustError, Unreachable } from "../errors.ts";
import { same } from "../format/bytes.ts";
import { sha256 } from "../format/digest.ts";
import { LIMITS } from "../format/limits.ts";
import type { Fingerprint } from "../format/names.ts";
import { decodePack } from "../format/pack.ts";
import type { Accepted, Held } from "../format/state.ts";
import type { Asking, AskingHead, HeldHead, Transport } from "../transport/base.ts";
import type { Failure } from "../transport/mirrors.ts";
import { Overlay } from "../transport/overlay.ts";
import type { Race } from "../transport/race.ts";
import { accept, isHtml } from "../trust/index.ts";
import { either, throwIfStopped } from "./stopping.ts";

const TIMESTAMP = "metadata/timestamp.json";
const PORTAL = "a web page answers in its place; perhaps this network wants you to log in first";

/**
 * What a mirror offered and passed every check. `accepted` null: the mirror has nothing newer than what is held.
 *
 * `source`: the mirror, with the files that came with its head before it; `atHand`: whether a path is one of those.
 * `basis`: the timestamp that was held when it was asked, which this state may follow.
 */
export interface Offer {
  readonly mirror: Transport;
  readonly source: Transport;
  readonly accepted: Accepted | null;
  readonly head: HeldHead | null;
  readonly atHand: (path: string) => boolean;
  readonly basis: Uint8Array | null;
}

export interface ContactOptions {
  readonly held: Held | null;
  readonly fingerprint: Fingerprint | null;
  readonly firstUse: boolean;
  /** What came by hand may have expired on the way. */
  readonly carried: boolean;
  readonly now: () => number;
  /** Mirrors that know none of our conditions, and so are asked for their timestamp first. */
  readonly smallFirst: ReadonlySet<string>;
  readonly stop?: AbortSignal | undefined;
}

/**
 * Asks mirrors in turn for a state newer than, or equal to, what is held.
 *
 * `problems`: who was passed over, and why; `sentHeld`: who sent a head that was held, so knows no conditions.
 */
export class Contact {
  problems: readonly Failure[] = [];
  readonly sentHeld = new Set<string>();
  private readonly options: ContactOptions;

  constructor(options: ContactOptions) {
    this.options = options;
  }

  /**
   * The first acceptable offer; a mirror that fails, lies, lags or stays silent is told of in `problems`.
   *
   * Throws as `Mirrors.attempt`, once all have failed.
   */
  async firstGood(
    mirrors: readonly Transport[],
    path: string,
    head: HeldHead | null,
    race: Race<Offer>,
  ): Promise<Offer> {
    try {
      return await race.run(mirrors, (mirror, signal) => {
        const stop = either(signal, this.options.stop);
        return this.ask(stoppable(mirror, stop), mirror, path, head?.path === path ? head : null);
      });
    } finally {
      this.problems = race.problems;
    }
  }

  private async ask(asked: Transport, mirror: Transport, path: string, held: HeldHead | null): Promise<Offer> {
    const data = await this.fetchHead(asked, path, held);
    const basis = this.options.held?.timestamp ?? null;
    if (held && (data === null || (await sha256(data)) === held.sha256)) {
      if (data) {
        this.sentHeld.add(mirror.where);
      }
      await this.checkStillFresh();
      return { mirror, source: mirror, accepted: null, head: held, atHand: () => false, basis };
    }
    const files = await unpacked(data);
    const accepted = await this.accepted(asked, files, data);
    const head =
      data && files ? { path, sha256: await sha256(data), bytes: data.length, signed: accepted.signed } : null;
    const source = files ? new Overlay(files, mirror) : mirror;
    return { mirror, source, accepted, head, atHand: (each) => files?.has(each) ?? false, basis };
  }

  private async fetchHead(mirror: Transport, path: string, held: HeldHead | null): Promise<Uint8Array | null> {
    let conditional = held;
    if (held && (!mirror.tellsHeld || this.options.smallFirst.has(mirror.where))) {
      if (await this.showsHeldTimestamp(mirror)) {
        return null;
      }
      conditional = null;
    }
    try {
      return await mirror.fetchHead(path, { maxBytes: LIMITS.head_bytes, held: conditional });
    } catch (error) {
      if (error instanceof FileMissing || error instanceof TooLarge) {
        return new Uint8Array(0); // a mirror without usable heads: format.md 9.2, go on by the plain files
      }
      throw error;
    }
  }

  private async showsHeldTimestamp(mirror: Transport): Promise<boolean> {
    const { held } = this.options;
    try {
      const data = await mirror.fetch(TIMESTAMP, { maxBytes: LIMITS.timestamp_bytes });
      return held !== null && same(data, held.timestamp);
    } catch (error) {
      if (error instanceof FileMissing || error instanceof TooLarge) {
        return false;
      }
      throw error;
    }
  }

  private async accepted(
    mirror: Transport,
    files: ReadonlyMap<string, Uint8Array> | null,
    data: Uint8Array | null,
  ): Promise<Accepted> {
    try {
      return await this.acceptBy(mirror, files);
    } catch (error) {
      if (error instanceof FormatError && data && isHtml(data)) {
        throw new Unreachable({ where: mirror.where, reason: PORTAL });
      }
      throw error;
    }
  }

  private async acceptBy(mirror: Transport, files: ReadonlyMap<string, Uint8Array> | null): Promise<Accepted> {
    if (files) {
      try {
        return await this.accept(new Overlay(files, mirror));
      } catch (error) {
        const known = this.options.held !== null || this.options.fingerprint !== null;
        if (!(known && (error instanceof TrustError || error instanceof FormatError))) {
          throw error;
        }
      }
    }
    return this.accept(mirror); // format.md 9.2: a bad head means one retry by the plain files
  }

  private accept(source: Transport): Promise<Accepted> {
    const { held, fingerprint, firstUse, carried, now } = this.options;
    const fetch = (path: string, maxBytes: number) => source.fetch(path, { maxBytes });
    return accept(held, fetch, { now: now(), fingerprint, firstUse, carried });
  }

  /** format.md 10.2: a 304 does not make anything fresh. Throws ExpiredError. */
  private async checkStillFresh(): Promise<void> {
    const { held, fingerprint, now } = this.options;
    if (held) {
      await accept(held, heldFile(held), { now: now(), fingerprint });
    }
  }
}

function heldFile(held: Held): (path: string) => Promise<Uint8Array> {
  return (path) =>
    path === TIMESTAMP
      ? Promise.resolve(held.timestamp)
      : Promise.reject(new FileMissing({ where: "the library", path }));
}

/** The files of a head; null where it isn't one, which is no reason to give up on its mirror. */
async function unpacked(data: Uint8Array | null): Promise<ReadonlyMap<string, Uint8Array> | null> {
  try {
    return data && data.length > 0 ? await decodePack(data, { path: "head" }) : null;
  } catch (error) {
    if (error instanceof FormatError) {
      return null;
    }
    throw error;
  }
}

/** The mirror, which lets go of what is asked when nobody wants it any more. */
function stoppable(mirror: Transport, signal: AbortSignal): Transport {
  const checked = <A extends Asking | AskingHead>(asking: A): A => {
    throwIfStopped(signal);
    return { ...asking, signal };
  };
  return {
    where: mirror.where,
    far: mirror.far,
    tellsHeld: mirror.tellsHeld,
    fetch: async (path, asking) => mirror.fetch(path, checked(asking)),
    fetchHead: async (path, asking) => mirror.fetchHead(path, checked(asking)),
  };
}
