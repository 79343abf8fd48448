// Asking mirrors in turn without waiting long for those that stay silent: most blocked ones do just that.

import { type TamizdatError, TooSlow } from "../errors.ts";
import type { Meter, Transport } from "./base.ts";
import { type Failure, passesOn, verdict } from "./mirrors.ts";

const PATIENCE_SECONDS = 3;
const LIVELY_BYTES_PER_SECOND = 256;
const AT_ONCE = 32;

/** One question to a mirror. `signal`: another one has answered meanwhile. */
export type Question<T> = (transport: Transport, signal: AbortSignal) => Promise<T>;

type Outcome<T> = { readonly transport: Transport } & (
  | { readonly result: T }
  | { readonly error: unknown; readonly result?: never }
);

interface Running<T> {
  readonly outcome: Promise<Outcome<T>>;
  readonly stop: AbortController;
}

/**
 * One question to each of several mirrors, until one answers with what passes.
 *
 * The next one is asked as soon as one has failed, or when for `patienceSeconds` nothing has arrived; the more are
 * silent, the sooner. So nobody is asked in vain where the first one answers, and the dead cost little time. What isn't
 * far is waited for. `problems`: who was passed over and why, in that order; silent ones may still have been about to
 * answer.
 */
export class Race<T> {
  readonly problems: Failure[] = [];
  private readonly path: string;
  private readonly meter: Meter;
  private readonly patience: number;
  private readonly running = new Map<Transport, Running<T>>();

  /** `path`: what is asked for, to tell of those who stay silent. */
  constructor(path: string, meter: Meter, patienceSeconds = PATIENCE_SECONDS) {
    this.path = path;
    this.meter = meter;
    this.patience = patienceSeconds;
  }

  /** What `question` makes of the first mirror with which it succeeds. Throws as `Mirrors.attempt`. */
  async run(transports: readonly Transport[], question: Question<T>): Promise<T> {
    try {
      return await this.answers(transports, question);
    } finally {
      for (const { stop } of this.running.values()) {
        stop.abort();
      }
    }
  }

  private async answers(transports: readonly Transport[], question: Question<T>): Promise<T> {
    const waiting = [...transports];
    while (waiting.length > 0 || this.running.size > 0) {
      const next = this.running.size < AT_ONCE ? waiting.shift() : undefined;
      if (next) {
        this.ask(next, question);
      }
      const outcome = await this.nextAnswer(waiting.length > 0);
      if (outcome === null) {
        continue;
      }
      this.running.delete(outcome.transport);
      if ("error" in outcome) {
        this.passOver(outcome.transport, outcome.error);
      } else {
        this.tellOfSilent();
        return outcome.result;
      }
    }
    throw verdict(this.problems.map((problem) => problem.error));
  }

  private ask(transport: Transport, question: Question<T>): void {
    const stop = new AbortController();
    const outcome = question(transport, stop.signal).then(
      (result): Outcome<T> => ({ transport, result }),
      (error: unknown): Outcome<T> => ({ transport, error }),
    );
    this.running.set(transport, { outcome, stop });
  }

  /** The next answer; null where nothing has arrived for so long that somebody else should be asked. */
  private async nextAnswer(somebodyElse: boolean): Promise<Outcome<T> | null> {
    const outcomes = [...this.running.values()].map((each) => each.outcome);
    if (!somebodyElse || [...this.running.keys()].some((transport) => !transport.far)) {
      return Promise.race(outcomes);
    }
    const seconds = this.patience / outcomes.length;
    for (;;) {
      const before = this.meter.bytes;
      const outcome = await within(seconds, Promise.race(outcomes));
      if (outcome !== null || this.meter.bytes - before < LIVELY_BYTES_PER_SECOND * seconds) {
        return outcome;
      }
    }
  }

  private passOver(transport: Transport, error: unknown): void {
    if (!passesOn(error)) {
      throw error;
    }
    this.problems.push({ where: transport.where, error });
  }

  private tellOfSilent(): void {
    for (const { where } of this.running.keys()) {
      const error: TamizdatError = new TooSlow({ where, path: this.path, reason: "another mirror answered first" });
      this.problems.push({ where, error });
    }
  }
}

/** What `promise` brings within so many seconds, else null. */
function within<T>(seconds: number, promise: Promise<T>): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(null), seconds * 1000);
    const done = () => clearTimeout(timer);
    promise.then(resolve, reject).then(done, done);
  });
}
