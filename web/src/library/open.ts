// Opening the library: where it stays, if the browser lets it, else in memory.

import { LibraryError, LibraryLocked, NewerSchema } from "../errors.ts";
import { IndexedDbStore } from "./indexeddb.ts";
import { MemoryStore } from "./memory.ts";
import type { Store } from "./store.ts";

/** `kept` false: the browser keeps nothing (a private window, storage denied), so all of it goes with the page. */
export interface Opened {
  readonly store: Store;
  readonly kept: boolean;
}

/** Raises: NewerSchema, LibraryLocked: what is there can't be used now, and mustn't be passed over. */
export async function openStore(): Promise<Opened> {
  try {
    return { store: await IndexedDbStore.open(), kept: true };
  } catch (error) {
    if (error instanceof NewerSchema || error instanceof LibraryLocked || !(error instanceof LibraryError)) {
      throw error;
    }
    // What can't be opened may be there all the same, and goes with the rest.
    return { store: new MemoryStore(IndexedDbStore.erase), kept: false };
  }
}
