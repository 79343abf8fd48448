// The page of an app that can't begin: its engine can't be loaded or started.

import type { Strings } from "../strings/index.ts";

interface Props {
  readonly error: unknown;
  /** Null where not even they can be loaded. */
  readonly words: Strings | null;
}

export function NoEngine({ error, words }: Props) {
  return (
    <main id="text" class="plain">
      <h1>{words?.errors.title ?? "tamizdat"}</h1>
      <p>{words?.errors.noEngine}</p>
      <p class="fine">{error instanceof Error ? error.message : String(error)}</p>
      <button type="button" onClick={() => location.reload()}>
        {words?.errors.again ?? "↻"}
      </button>
    </main>
  );
}
