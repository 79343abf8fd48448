// What a reader does with an article: keep it, size its text, leave it for later, print it.

import { useState } from "preact/hooks";
import type { ArticleView, Place } from "../../engine/api.ts";
import { nextSize, setSize, size } from "../appearance.ts";
import { useApp } from "../context.ts";
import { troubleOf } from "../parts/asked.ts";
import { Icon } from "../parts/icons.tsx";

interface Props {
  readonly view: ArticleView;
  readonly place: Place;
  /** Whether the reader was brought back to where they had stopped. */
  readonly resumed: boolean;
  again(): void;
}

export function Tools({ view, place, resumed, again }: Props) {
  const { words } = useApp();
  return (
    <>
      <div class="tools">
        <SaveButton view={view} place={place} again={again} />
        <TextSize />
        <button type="button" onClick={() => window.print()}>
          <Icon sign="print" />
          <span>{words.reading.print}</span>
        </button>
      </div>
      {resumed && <Resumed />}
    </>
  );
}

function SaveButton({ view, place, again }: Omit<Props, "resumed">) {
  const { engine, words, announce } = useApp();
  const save = async () => {
    try {
      await engine.reading.save(place, !view.saved);
      announce(view.saved ? words.reading.nowUnsaved : words.reading.nowSaved);
      again();
    } catch (error) {
      announce(troubleOf(error).message);
    }
  };
  return (
    <button type="button" class={view.saved ? "on" : ""} aria-pressed={view.saved} onClick={save}>
      <Icon sign="saved" />
      <span>{view.saved ? words.reading.savedMark : words.reading.save}</span>
    </button>
  );
}

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

/** That the reader didn't begin at the beginning, and the way there. It goes when it was read. */
function Resumed() {
  const { words } = useApp();
  const [shown, setShown] = useState(true);
  if (!shown) {
    return null;
  }
  const toTop = () => {
    setShown(false);
    scrollTo(0, 0);
    document.querySelector("h1")?.focus({ preventScroll: true });
  };
  return (
    <p class="resumed" role="status">
      <span>{words.reading.resume}</span>
      <button type="button" onClick={toTop}>
        {words.reading.fromTop}
      </button>
    </p>
  );
}
