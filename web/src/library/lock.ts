// A lock between pages and workers, held by the browser and freed by it however they end.

import { LibraryLocked } from "../errors.ts";

const NAME = "tamizdat";

/**
 * Do `work` as the only one. Raises: LibraryLocked at once. Where the browser has no locks, or refuses them as it does
 * everything that could be kept, nobody is kept away.
 */
export async function exclusive<T>(work: () => Promise<T>): Promise<T> {
  const locks: LockManager | undefined = globalThis.navigator?.locks;
  if (!locks) {
    return work();
  }
  let answered = false;
  const inTurn = (lock: Lock | null) => {
    answered = true;
    if (!lock) {
      throw new LibraryLocked({ library: NAME });
    }
    return work();
  };
  try {
    return await locks.request(NAME, { ifAvailable: true }, inTurn);
  } catch (error) {
    if (answered) {
      throw error;
    }
    return work();
  }
}
