// A list of articles that grows as the reader asks for more.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Card, ListQuery, Trouble } from "../../engine/api.ts";
import { useApp } from "../context.ts";
import { troubleOf } from "../parts/asked.ts";
import { noteStep, step } from "../steps.ts";

/** How many articles a list begins with, and grows by. */
export const PART = 30;

/** `cards` undefined: not there yet. `more` null: that was all. It answers how many came. */
export interface List {
  readonly cards: readonly Card[] | undefined;
  readonly failed: Trouble | null;
  readonly more: (() => Promise<number>) | null;
  again(): void;
}

interface Got {
  readonly cards: readonly Card[];
  readonly after: string;
}

/** What is listed by a query, newest first. Going back to a list shows as much of it as there was. */
export function useList(query: Omit<ListQuery, "limit" | "after">): List {
  const { engine } = useApp();
  const [got, setGot] = useState<Got | null>(null);
  const [failed, setFailed] = useState<Trouble | null>(null);
  const count = useRef(Math.max(PART, step().shown ?? 0));
  const key = JSON.stringify(query);

  const again = useCallback(() => {
    engine.reading.list({ ...JSON.parse(key), limit: count.current }).then(
      (page) => {
        setGot(page);
        setFailed(null);
      },
      (error: unknown) => setFailed(troubleOf(error)),
    );
  }, [engine, key]);
  useEffect(() => {
    again();
    return engine.listen((news) => news.kind !== "indexed" && again());
  }, [engine, again]);

  const after = got?.after ?? "";
  const more = useCallback(async () => {
    try {
      const page = await engine.reading.list({ ...JSON.parse(key), limit: PART, after });
      const cards = [...(got?.cards ?? []), ...page.cards];
      count.current = cards.length;
      noteStep({ shown: cards.length });
      setGot({ cards, after: page.after });
      return page.cards.length;
    } catch (error) {
      setFailed(troubleOf(error));
      return 0;
    }
  }, [engine, key, after, got]);
  return { cards: got?.cards, failed, more: after ? more : null, again };
}
