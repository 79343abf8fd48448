// Deleting everything of the app from this browser: articles, choices, the app itself.

import type { Engine } from "../engine/client.ts";
import { forget } from "../shell/client.ts";
import { forgetTastes } from "./remembered.ts";
import { tellOthers } from "./wiped.tsx";

/**
 * Delete every database, cache, service worker and setting of the app, for every publication of this origin. Nothing of
 * it may be used afterwards. Rejects where something stays; the rest is gone then, and it can be tried again.
 */
export async function wipe(engine: Engine): Promise<void> {
  tellOthers();
  forgetTastes();
  const done = await Promise.allSettled([engine.syncing.wipe(), forget()]);
  const failed = done.find((step) => step.status === "rejected");
  if (failed) {
    throw failed.reason;
  }
}
