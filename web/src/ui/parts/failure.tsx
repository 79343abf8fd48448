// What went wrong where something should have been shown: in words, and closer for those who can use it.

import type { ComponentChildren } from "preact";
import type { Trouble } from "../../engine/api.ts";
import { useApp } from "../context.ts";
import { explain } from "../trouble.ts";
import { useArrival } from "./arrival.ts";

interface Props {
  readonly trouble: Trouble;
  again?: () => void;
  /** Buttons that answer it. */
  readonly children?: ComponentChildren;
}

export function Failure({ trouble, again, children }: Props) {
  const { words, tell } = useApp();
  const { what, todo } = explain(trouble, words, tell);
  const arrived = useArrival<HTMLDivElement>();
  return (
    <div ref={arrived} class="note bad" role="alert" tabIndex={-1}>
      <p>
        <strong>{what}</strong>
      </p>
      <p>{todo}</p>
      <p class="buttons">
        {again && (
          <button type="button" onClick={again}>
            {words.errors.again}
          </button>
        )}
        {children}
      </p>
      <details class="fine">
        <summary>{words.errors.closer}</summary>
        <p class="breaks" dir="auto">
          <code>{trouble.code}</code>: {trouble.message}
        </p>
      </details>
    </div>
  );
}
