import { useEffect, useRef } from "preact/hooks";

/** Hands focus to what took the place of the thing that had it; never takes it from elsewhere. */
export function useArrival<Target extends HTMLElement>() {
  const target = useRef<Target>(null);
  useEffect(() => {
    if (document.activeElement === document.body) {
      target.current?.focus({ preventScroll: true });
    }
  }, []);
  return target;
}
