// Where a reader is in an article: a part of the whole, 0 to 1, counted in blocks, so that it means the same place in
// any size of text.

import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Place } from "../../engine/api.ts";
import { useApp } from "../context.ts";
import { step } from "../steps.ts";

/** Nearer to either end than this, nobody stopped in the middle. */
const EDGE = 0.03;
const SETTLED_MS = 500;
/** How much of the window, from its top, a reader has read past. */
const EYE = 0.2;

/** How far the eye, at `eye` pixels from the window's top, has come in `blocks`; 1 where the end can be seen. */
export function positionIn(blocks: readonly DOMRect[], eye: number, bottom: number): number {
  const last = blocks[blocks.length - 1];
  if (!last || last.bottom <= bottom) {
    return 1;
  }
  const at = blocks.findIndex((block) => block.bottom > eye);
  const block = blocks[at];
  if (!block) {
    return 1;
  }
  const within = block.height > 0 ? Math.max(0, eye - block.top) / block.height : 0;
  return (at + Math.min(within, 1)) / blocks.length;
}

/** How many pixels from the window's top the place `position` lies now. */
export function offsetOf(blocks: readonly DOMRect[], position: number): number {
  const place = position * blocks.length;
  const block = blocks[Math.min(Math.floor(place), blocks.length - 1)];
  return block ? block.top + (place - Math.floor(place)) * block.height : 0;
}

/** Whether the reader was brought back to where they had stopped; and `forget`, to keep nothing of this visit. */
export interface Position {
  readonly resumed: boolean;
  forget(): Promise<void>;
}

/**
 * Keep the place where a reader stops among the children of `text`, and bring them back to it. `from`: what was kept;
 * null while it isn't known.
 */
export function usePosition(place: Place, text: RefObject<HTMLElement | null>, from: number | null): Position {
  const { engine } = useApp();
  const [resumed, setResumed] = useState(false);
  const forgotten = useRef(false);
  const ready = from !== null;
  const { publication, edition, key } = place;

  useEffect(() => {
    // A step back has a place of its own.
    if (from !== null && from > EDGE && from < 1 - EDGE && step().y === undefined) {
      scrollBy(0, offsetOf(boxes(text), from) - innerHeight * EYE);
      setResumed(true);
    }
  }, [ready]);

  useEffect(() => {
    if (!ready) {
      return;
    }
    const marked = { publication, edition, key };
    let timer = 0;
    let told = -1;
    const tell = () => {
      clearTimeout(timer);
      timer = 0;
      const position = positionIn(boxes(text), innerHeight * EYE, innerHeight);
      if (!forgotten.current && Math.abs(position - told) > 0.001) {
        told = position;
        engine.reading.mark(marked, { read: true, position }).catch(() => undefined); // the next one may be kept
      }
    };
    const scrolled = () => {
      clearTimeout(timer);
      timer = window.setTimeout(tell, SETTLED_MS);
    };
    const leaving = () => timer && tell();
    engine.reading.mark(marked, { read: true }).catch(() => undefined);
    addEventListener("scroll", scrolled, { passive: true });
    addEventListener("pagehide", leaving);
    document.addEventListener("visibilitychange", leaving);
    return () => {
      leaving();
      removeEventListener("scroll", scrolled);
      removeEventListener("pagehide", leaving);
      document.removeEventListener("visibilitychange", leaving);
    };
  }, [engine, ready, publication, edition, key, text]);
  const forget = () => {
    forgotten.current = true;
    return engine.reading.mark({ publication, edition, key }, { read: false, position: 0 });
  };
  return { resumed, forget };
}

function boxes({ current }: RefObject<HTMLElement | null>): DOMRect[] {
  return [...(current?.children ?? [])].map((block) => block.getBoundingClientRect());
}
