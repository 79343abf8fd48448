// The pace of one request: no long silence, no drip, an end in sight.

import { Stopped, TooSlow, Unreachable } from "../errors.ts";

/** How long to wait for a mirror. A page isn't told when it is connected: until an answer begins it is silence. */
export interface Deadlines {
  readonly silenceSeconds: number;
  readonly dripSeconds: number;
  readonly dripBytesPerSecond: number;
  readonly overallSeconds: number;
}

export const DEADLINES: Deadlines = {
  silenceSeconds: 20,
  dripSeconds: 60,
  dripBytesPerSecond: 256,
  overallSeconds: 1800,
};

/** Ends one request, by its `signal`, when it takes too long or nobody wants it any more. */
export class Watch {
  private readonly controller = new AbortController();
  private readonly deadlines: Deadlines;
  private readonly where: string;
  private readonly path: string;
  private readonly wanted: AbortSignal | undefined;
  private readonly end: number;
  private window: { readonly start: number; readonly bytes: number } | null = null;

  /** `wanted`: the signal of whoever asks. */
  constructor(deadlines: Deadlines, where: string, path: string, wanted: AbortSignal | undefined) {
    this.deadlines = deadlines;
    this.where = where;
    this.path = path;
    this.wanted = wanted;
    this.end = performance.now() + deadlines.overallSeconds * 1000;
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Throws Stopped where nobody wants it any more. */
  begin(): void {
    if (this.wanted?.aborted) {
      throw new Stopped();
    }
  }

  /**
   * What `step`, which is the browser's own, brings, unless it takes too long.
   *
   * Throws TooSlow, Stopped; Unreachable with `reason` where it fails, since a browser doesn't tell a page why.
   */
  patiently<T>(step: Promise<T>, reason: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const { silenceSeconds, overallSeconds } = this.deadlines;
      const left = (this.end - performance.now()) / 1000;
      const late =
        left < silenceSeconds ? `not done after ${overallSeconds} seconds` : `silent for ${silenceSeconds} seconds`;
      const timer = setTimeout(() => reject(this.tooSlow(late)), Math.min(left, silenceSeconds) * 1000);
      const stop = () => reject(new Stopped());
      const done = () => {
        clearTimeout(timer);
        this.wanted?.removeEventListener("abort", stop);
      };
      this.wanted?.addEventListener("abort", stop);
      const failed = () => reject(new Unreachable({ where: this.where, path: this.path, reason }));
      step.then(resolve, failed).then(done, done);
    });
  }

  /** Note `count` bytes of the body. Throws TooSlow where they drip. */
  received(count: number): void {
    const now = performance.now();
    const { start, bytes } = this.window ?? { start: now, bytes: 0 };
    const seconds = (now - start) / 1000;
    if (seconds < this.deadlines.dripSeconds) {
      this.window = { start, bytes: bytes + count };
    } else if (bytes + count < this.deadlines.dripBytesPerSecond * seconds) {
      throw this.tooSlow(`only ${bytes + count} bytes in ${Math.round(seconds)} seconds`);
    } else {
      this.window = { start: now, bytes: 0 };
    }
  }

  /** Let go of the connection, whether or not everything came. */
  close(): void {
    this.controller.abort();
  }

  private tooSlow(reason: string): TooSlow {
    return new TooSlow({ where: this.where, path: this.path, reason });
  }
}
