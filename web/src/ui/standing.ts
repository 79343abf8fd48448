// What the page does once there is something verified to show.

import { useEffect } from "preact/hooks";
import { isSupported, register } from "../shell/client.ts";
import { serviceWorkerUrl } from "./scripts.ts";

/**
 * From the first time that `held` is true on, the news that came unverified with the page are gone, and the app starts
 * without a network. Not before: what is on its way to the first article would wait for it.
 */
export function useStanding(held: boolean): void {
  useEffect(() => {
    if (held) {
      document.getElementById("news")?.remove();
      keepApp();
    }
  }, [held]);
}

/** Where the browser refuses, or space is short, the app works as long as there is a network; the settings say so. */
async function keepApp(): Promise<void> {
  if (isSupported()) {
    await register(serviceWorkerUrl()).catch(() => undefined);
  }
}
