// Failover: several copies of one publication, asked in turn, the last good one first.

import {
  FileMissing,
  FirstContact,
  FormatError,
  NothingReachable,
  type TamizdatError,
  TransportError,
  TrustError,
} from "../errors.ts";
import type { Asking, Transport } from "./base.ts";

/** Who was passed over, and why. */
export interface Failure {
  readonly where: string;
  readonly error: TamizdatError;
}

/** Makes of a file's bytes what is wanted of them. Throws TrustError or FormatError for bytes that aren't right. */
export type Check<T> = (data: Uint8Array) => T | Promise<T>;

/**
 * Asks each of `transports` until one answers with what passes the check.
 *
 * As long as there is somebody else, nobody is asked again who sent what doesn't pass, who failed without ever having
 * delivered, or who failed twice in a row: a dead mirror must not cost its deadline once more with each file.
 * `problems`: who failed and how, in the order in which it happened, for the report.
 */
export class Mirrors {
  readonly problems: Failure[] = [];
  private order: readonly Transport[];
  private readonly credit = new Map<Transport, number>();

  constructor(transports: readonly Transport[]) {
    this.order = transports;
  }

  /** Whom to ask, in this order. */
  get transports(): readonly Transport[] {
    return this.order;
  }

  /**
   * What `check` makes of the file at `path`.
   *
   * What the first mirror left in `asking.partial` the next one goes on with. If that led to wrong bytes, it is emptied,
   * and the same mirror is asked afresh, once. Throws as `attempt`.
   */
  fetch<T>(path: string, asking: Asking, check: Check<T>): Promise<T> {
    return this.attempt(async (transport) => {
      const resumed = asking.partial !== undefined && asking.partial.length > 0;
      try {
        return await checked(transport, path, asking, check);
      } catch (error) {
        if (!(resumed && isWrong(error))) {
          throw error;
        }
      }
      return checked(transport, path, asking, check);
    });
  }

  /**
   * What `action` makes of the first mirror with which it succeeds; a TransportError, TrustError or FormatError passes on
   * to the next.
   *
   * Throws its failure where there is one mirror only; else the last TrustError or FormatError where somebody answered,
   * wrongly; else FileMissing where somebody said that it doesn't have the file; else NothingReachable; FirstContact at
   * once, since no other mirror can settle whom the reader trusts.
   */
  async attempt<T>(action: (transport: Transport) => Promise<T>): Promise<T> {
    const failures: TamizdatError[] = [];
    for (const transport of this.order) {
      try {
        const result = await action(transport);
        this.prefer(transport);
        return result;
      } catch (error) {
        if (!passesOn(error)) {
          throw error;
        }
        failures.push(error);
        this.note(transport, error);
      }
    }
    throw verdict(failures);
  }

  /** Ask this one, which has just delivered something, first from now on. */
  prefer(transport: Transport): void {
    this.credit.set(transport, 2);
    if (this.order.includes(transport)) {
      this.order = [transport, ...this.others(transport)];
    }
  }

  private note(transport: Transport, error: TamizdatError): void {
    this.problems.push({ where: transport.where, error });
    // A partial copy is as good as any for what it has; anyone else who failed waits at the end of the line.
    if (error instanceof FileMissing || !this.order.includes(transport) || this.order.length === 1) {
      return;
    }
    const credit = (this.credit.get(transport) ?? 1) - 1;
    this.credit.set(transport, credit);
    const again = error instanceof TransportError && credit !== 0;
    this.order = again ? [...this.others(transport), transport] : this.others(transport);
  }

  private others(transport: Transport): Transport[] {
    return this.order.filter((other) => other !== transport);
  }
}

/** Whether another mirror may do better: what went wrong lies with the one that was asked. */
export function passesOn(error: unknown): error is TamizdatError {
  return (error instanceof TransportError || isWrong(error)) && !(error instanceof FirstContact);
}

/** Which error tells best that all have failed so. */
export function verdict(failures: readonly TamizdatError[]): TamizdatError {
  const wrong = failures.filter((error) => !(error instanceof TransportError));
  const missing = failures.filter((error) => error instanceof FileMissing);
  const told = failures.length === 1 ? failures : wrong.length > 0 ? wrong : missing;
  return told[told.length - 1] ?? new NothingReachable(failures.map((error) => error.message));
}

async function checked<T>(transport: Transport, path: string, asking: Asking, check: Check<T>): Promise<T> {
  const data = await transport.fetch(path, asking);
  try {
    return await check(data);
  } catch (error) {
    if (isWrong(error)) {
      asking.partial?.discard();
    }
    throw error;
  }
}

function isWrong(error: unknown): error is TrustError | FormatError {
  return error instanceof TrustError || error instanceof FormatError;
}
