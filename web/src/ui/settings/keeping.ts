// Whether the browser promises to keep the library. Asked once, after the first article was saved; or at a tap.

import { remember, remembered } from "../remembered.ts";

/** Ask the browser not to clear the library by itself. Answers whether it promised. */
export async function askToKeep(): Promise<boolean> {
  remember("asked", "yes");
  try {
    return await navigator.storage.persist();
  } catch {
    return false; // an insecure context, or a browser that knows no such promise
  }
}

/** As `askToKeep`, the first time that something is saved; null from then on. */
export async function askAfterSaving(): Promise<boolean | null> {
  return remembered("asked") ? null : askToKeep();
}
