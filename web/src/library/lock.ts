// A lock between pages and workers, held by the browser and freed by it however they end.

import { LibraryLocked } from "../errors.ts";

const NAME = "tamizdat";

/** Do `work` as the only one. Raises: LibraryLocked at once. Where the browser has no locks, nobody is kept away. */
export function exclusive<T>(work: () => Promise<T>): Promise<T> {
  const locks: LockManager | undefined = globalThis.navigator?.locks;
  if (!locks) {
    return work();
  }
  return locks.request(NAME, { ifAvailable: true }, (lock) => {
    if (!lock) {
      throw new LibraryLocked({ library: NAME });
    }
    return work();
  });
}
