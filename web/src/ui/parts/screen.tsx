// The frame of one screen: its name in the browser's title, and where a reader stands on arriving.

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { step } from "../steps.ts";

const TITLE_LENGTH = 200;
let arrived = false;

interface Props {
  /** What the browser calls the page. */
  readonly title: string;
  readonly kind: string;
  /** Whether what belongs there is there, so that it can be gone to. */
  readonly ready?: boolean;
  readonly children: ComponentChildren;
}

/**
 * A screen, with one `h1` among its children. Arriving by a link, a reader is put at its top, focus on the `h1`; going
 * back, to where they left it.
 */
export function Screen({ title, kind, ready = true, children }: Props) {
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    document.title = title.slice(0, TITLE_LENGTH);
  }, [title]);
  useEffect(() => {
    if (ready && main.current) {
      arrive(main.current);
    }
  }, [ready]);
  return (
    <main ref={main} id="text" class={kind} tabIndex={-1} aria-busy={!ready}>
      {children}
    </main>
  );
}

function arrive(main: HTMLElement): void {
  const heading = main.querySelector("h1");
  if (heading) {
    heading.tabIndex = -1;
  }
  if (arrived) {
    heading?.focus({ preventScroll: true });
  }
  arrived = true; // the page's first screen is where the browser itself put the reader
  scrollTo(0, step().y ?? 0);
}
