// How a sync is paused: nothing new is begun, and what has arrived stays.

import { Stopped } from "../errors.ts";

/** Throws Stopped once the reader has paused. */
export function throwIfStopped(stop: AbortSignal | undefined): void {
  if (stop?.aborted) {
    throw new Stopped();
  }
}

/** Aborted as soon as one of them is. */
export function either(one: AbortSignal, other: AbortSignal | undefined): AbortSignal {
  if (!other) {
    return one;
  }
  const both = new AbortController();
  for (const signal of [one, other]) {
    signal.addEventListener("abort", () => both.abort());
    if (signal.aborted) {
      both.abort();
    }
  }
  return both.signal;
}
