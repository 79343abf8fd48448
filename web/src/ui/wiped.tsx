// What is left of the app once everything was deleted, on this page and on others that are open.

import { render } from "preact";
import { useEffect } from "preact/hooks";
import type { Strings } from "./strings/index.ts";

const WIPED = "tamizdat.wiped";

/** Have the app's other pages come to an end, so that none of them keeps anything anew. */
export function tellOthers(): void {
  try {
    // Setting it is what they hear of; it isn't to stay.
    localStorage.setItem(WIPED, "yes");
    localStorage.removeItem(WIPED);
  } catch {
    // Where nothing is kept, they have nothing to lose.
  }
}

/** Ends this page when another one has everything deleted. */
export function useEndOfAll(words: Strings): void {
  useEffect(() => {
    const heard = ({ key, newValue }: StorageEvent) => key === WIPED && newValue && showWiped(words);
    addEventListener("storage", heard);
    return () => removeEventListener("storage", heard);
  }, [words]);
}

/** The app gives way to a page that asks for nothing and keeps nothing. */
export function showWiped({ settings }: Strings): void {
  const place = document.getElementById("app");
  if (place) {
    render(null, place);
    render(<Wiped title={settings.wiped} why={settings.wipedWhy} />, place);
    document.title = settings.wiped;
    history.replaceState(null, "", location.pathname); // what was read, and how far, goes as well
    place.querySelector("h1")?.focus();
  }
}

function Wiped({ title, why }: { readonly title: string; readonly why: string }) {
  return (
    <main id="text" class="plain">
      <h1 tabIndex={-1}>{title}</h1>
      <p>{why}</p>
    </main>
  );
}
