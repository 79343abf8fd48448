// How large all text of the app is.

import { useState } from "preact/hooks";
import { nextSize, setSize, size } from "../appearance.ts";
import { useApp } from "../context.ts";

/** Two steps up and two down, for all text of the app. */
export function TextSize() {
  const { words } = useApp();
  const [now, setNow] = useState(size);
  const step = (by: 1 | -1, label: string) => {
    const next = nextSize(now, by);
    const take = () => {
      if (next !== null) {
        setSize(next);
        setNow(next);
      }
    };
    return (
      <button
        type="button"
        class={by > 0 ? "larger" : "smaller"}
        aria-label={label}
        disabled={next === null}
        onClick={take}
      >
        <span aria-hidden="true">{words.settings.letter}</span>
      </button>
    );
  };
  return (
    <span class="sizes">
      {step(-1, words.reading.smaller)}
      {step(1, words.reading.larger)}
    </span>
  );
}
