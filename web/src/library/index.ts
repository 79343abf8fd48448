// The library: what a reader holds of one or more publications. docs/format.md, sections 6 and 10.

import { Mirrors } from "./mirrors.ts";
import { Shelf } from "./shelf.ts";

export { openStore } from "./open.ts";
export type * from "./values.ts";

/**
 * A library over a store.
 *
 * Every method may raise LibraryError: LibraryLocked, DiskFull, DamagedLibrary. What raises has changed nothing.
 */
export class Library extends Mirrors {
  /** Where the index of a publication's articles lies, and the queue of what it hasn't seen. */
  shelf(publication: string): Shelf {
    return new Shelf(this.store, publication);
  }

  /** Delete everything, and the store itself. Raises: LibraryError. */
  wipe(): Promise<void> {
    return this.store.destroy();
  }

  /** Let the store go. */
  close(): void {
    this.store.close();
  }
}
