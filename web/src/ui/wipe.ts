// Deleting everything of the app from this browser: articles, choices, the app itself.

import type { Engine } from "../engine/client.ts";
import { forget } from "../shell/client.ts";
import { forgetTastes } from "./remembered.ts";

/**
 * Delete every database, cache, service worker and setting of the app, for every publication of this origin. Nothing of
 * it may be used afterwards. Rejects where something stays; the rest is gone then, and it can be tried again.
 */
export async function wipe(engine: Engine): Promise<void> {
  const steps = [engine.syncing.wipe(), forget()];
  forgetTastes();
  sessionStorage.clear();
  // History entries remember how far pages were scrolled.
  history.replaceState(null, "", location.pathname);
  const done = await Promise.all(
    steps.map((step) =>
      step.then(
        () => null,
        (error: unknown) => error,
      ),
    ),
  );
  const failed = done.find((error) => error !== null);
  if (failed !== undefined) {
    throw failed;
  }
}
