// Steps of the browser's history: where each leads, and what its page was like when it was left.
//
// Pages fill up after they are opened, so the browser can't bring a reader back to where they were by itself. What is
// needed for it stands in the step's own state, which lasts as long as the step does, also over a reload.

import { useEffect, useState } from "preact/hooks";
import { type Location, readHash } from "./routes.ts";

/** `y`: pixels scrolled. `shown`: how many articles a list had opened up. */
export interface Step {
  readonly y?: number;
  readonly shown?: number;
}

const SETTLED_MS = 200;
let waiting = 0;

/** What is known of the step that the reader is at; nothing on a new one. */
export function step(): Step {
  const state: unknown = history.state;
  return typeof state === "object" && state !== null ? state : {};
}

/** Note something of the step that the reader is at. */
export function noteStep(part: Step): void {
  history.replaceState({ ...step(), ...part }, "");
}

/** Where the reader is, kept up to date. Notes how far each page is scrolled, for a way back. */
export function useLocation(): Location {
  const [location, setLocation] = useState(() => readHash(window.location.hash));
  useEffect(() => {
    history.scrollRestoration = "manual";
    const moved = () => {
      clearTimeout(waiting); // what was scrolled belongs to the step that was left
      waiting = 0;
      setLocation(readHash(window.location.hash));
    };
    // Safari takes no more than a hundred notes in half a minute: one when the page rests, and one when a link is taken.
    const note = () => {
      clearTimeout(waiting);
      waiting = 0;
      noteStep({ y: Math.round(scrollY) });
    };
    const scrolled = () => {
      clearTimeout(waiting);
      waiting = window.setTimeout(note, SETTLED_MS);
    };
    const clicked = () => waiting && note();
    addEventListener("hashchange", moved);
    addEventListener("popstate", moved);
    addEventListener("scroll", scrolled, { passive: true });
    addEventListener("click", clicked, true);
    return () => {
      removeEventListener("hashchange", moved);
      removeEventListener("popstate", moved);
      removeEventListener("scroll", scrolled);
      removeEventListener("click", clicked, true);
    };
  }, []);
  return location;
}
