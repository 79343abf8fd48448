// What the page does once there is something verified to show.

import { useEffect } from "preact/hooks";
import type { PublicationView } from "../engine/api.ts";
import { serviceWorkerUrl } from "./scripts.ts";

/**
 * From the first article on, the news that came unverified with the page are gone, and the app starts without a network,
 * in the language that it speaks. Not before: what is on its way to that article would wait for it.
 */
export function useStanding(publication: PublicationView | null, language: string): void {
  const held = publication?.editions.some((edition) => edition.held > 0) ?? false;
  useEffect(() => {
    if (held) {
      document.getElementById("news")?.remove();
      keepApp();
    }
  }, [held, language]);
}

/** Where the browser refuses, or space is short, the app works as long as there is a network; the settings say so. */
async function keepApp(): Promise<void> {
  try {
    // The further screens come along: on this page they are to be had also if the network goes.
    const { isSupported, register } = await import("./screens.ts");
    if (isSupported()) {
      await register(serviceWorkerUrl());
    }
  } catch {
    // Said where it matters.
  }
}
