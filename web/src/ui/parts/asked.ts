// What a screen asks of the engine, while it waits for it, and once it is there.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Trouble } from "../../engine/api.ts";
import { useApp } from "../context.ts";

/** `value` undefined: not there yet. `failed`: what went wrong the last time; an older value stays shown. */
export interface Asked<Value> {
  readonly value: Value | undefined;
  readonly failed: Trouble | null;
  again(): void;
}

/** Whether something that was thrown is the engine's word on what went wrong. */
export function isTrouble(thrown: unknown): thrown is Trouble {
  return typeof thrown === "object" && thrown !== null && "code" in thrown && "message" in thrown && "fields" in thrown;
}

/** What was thrown, as trouble that can be shown. */
export function troubleOf(thrown: unknown): Trouble {
  return isTrouble(thrown) ? thrown : { code: "internal", message: String(thrown), fields: {} };
}

/** Ask, and ask anew when `key` becomes another, or when what is held has changed. */
export function useAsked<Value>(ask: () => Promise<Value>, key: string): Asked<Value> {
  const { engine } = useApp();
  const [answer, setAnswer] = useState<{ key: string; value?: Value; failed?: Trouble }>({ key });
  const [turn, setTurn] = useState(0);
  const latest = useRef(ask);
  latest.current = ask;
  const again = useCallback(() => setTurn((before) => before + 1), []);

  useEffect(() => engine.listen((news) => news.kind !== "indexed" && again()), [engine, again]);
  useEffect(() => {
    let wanted = true;
    latest.current().then(
      (value) => wanted && setAnswer({ key, value }),
      (thrown: unknown) =>
        wanted && setAnswer((before) => ({ ...(before.key === key ? before : { key }), failed: troubleOf(thrown) })),
    );
    return () => {
      wanted = false;
    };
  }, [key, turn]);

  const current = answer.key === key ? answer : { key };
  return { value: current.value, failed: current.failed ?? null, again };
}
