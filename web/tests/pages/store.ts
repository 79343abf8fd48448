// A page that asks of IndexedDB what every store promises.

import { IndexedDbStore } from "../../src/library/indexeddb.ts";
import { PROMISES } from "../store-suite.ts";

/** The promises by name, each with what went wrong, or "". */
async function judge(): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [name, promised] of Object.entries(PROMISES)) {
    const store = await IndexedDbStore.open();
    found[name] = await promised(store).then(
      () => "",
      (error: unknown) => String(error),
    );
    await store.destroy();
  }
  return found;
}

Object.assign(globalThis, { judge, open: () => IndexedDbStore.open() });
