// What a reader does with an article: keep it, size its text, leave it for later, print it.

import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { ArticleView, Place } from "../../engine/api.ts";
import { useApp } from "../context.ts";
import { troubleOf } from "../parts/asked.ts";
import { Icon } from "../parts/icons.tsx";
import { TextSize } from "../parts/text-size.tsx";
import { askAfterSaving } from "../settings/keeping.ts";
import { explain } from "../trouble.ts";

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
        <Share view={view} />
      </div>
      {resumed && <Resumed />}
    </>
  );
}

function SaveButton({ view, place, again }: Omit<Props, "resumed">) {
  const { engine, words, tell, announce } = useApp();
  const [promised, setPromised] = useState<boolean | null>(null);
  const save = async () => {
    try {
      await engine.reading.save(place, !view.saved);
      announce(view.saved ? words.reading.nowUnsaved : words.reading.nowSaved);
      again();
      setPromised(view.saved ? null : await askAfterSaving());
    } catch (error) {
      announce(explain(troubleOf(error), words, tell).what);
    }
  };
  return (
    <>
      <button type="button" class={view.saved ? "on" : ""} aria-pressed={view.saved} onClick={save}>
        <Icon sign="saved" />
        <span>{view.saved ? words.reading.savedMark : words.reading.save}</span>
      </button>
      {promised !== null && (
        <p class="fine" role="status">
          {promised ? words.settings.persisted : words.settings.unpersisted}
        </p>
      )}
    </>
  );
}

/** Ways to hand the article on. They come with the screens that aren't loaded with the page. */
function Share({ view }: Pick<Props, "view">) {
  const { words, tell, announce } = useApp();
  const [Ways, setWays] = useState<ComponentType<{ view: ArticleView }> | null>(null);
  const open = async () => {
    try {
      const { ShareArticle } = await import("../screens.ts");
      setWays(() => ShareArticle);
    } catch {
      announce(explain({ code: "unreachable", message: "", fields: {} }, words, tell).what);
    }
  };
  return Ways ? (
    <Ways view={view} />
  ) : (
    <button type="button" onClick={open}>
      <Icon sign="share" />
      <span>{words.trust.share}</span>
    </button>
  );
}

/** Leave the article as if it had never been opened. */
export function Unread({ forget }: { readonly forget: () => Promise<void> }) {
  const { words, tell, edition, go, announce } = useApp();
  const leave = async () => {
    try {
      await forget();
      announce(words.reading.nowUnread);
      go({ name: "front", edition });
    } catch (error) {
      announce(explain(troubleOf(error), words, tell).what);
    }
  };
  return (
    <p>
      <button type="button" onClick={leave}>
        {words.reading.unread}
      </button>
    </p>
  );
}

/** That the reader didn't begin at the beginning, and the way there. It goes when they go on. */
function Resumed() {
  const { words } = useApp();
  const [shown, setShown] = useState(true);
  useEffect(() => {
    const from = scrollY;
    const scrolled = () => Math.abs(scrollY - from) > innerHeight / 2 && setShown(false);
    addEventListener("scroll", scrolled, { passive: true });
    return () => removeEventListener("scroll", scrolled);
  }, []);
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
