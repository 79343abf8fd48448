// The page of an app that can't begin: its engine can't be loaded or started.

import { tellerOf } from "../language.ts";
import type { Strings } from "../strings/index.ts";
import { explain } from "../trouble.ts";
import { isTrouble } from "./asked.ts";

interface Props {
  readonly error: unknown;
  /** Null where not even they can be loaded. */
  readonly words: Strings | null;
}

export function NoEngine({ error, words }: Props) {
  // The library's own trouble, such as a newer app's, has words; all else is a program that can't be loaded.
  const named = words && isTrouble(error) && error.code !== "error" ? explain(error, words, tellerOf(words)) : null;
  return (
    <main id="text" class="plain">
      <h1>{words?.errors.title ?? "tamizdat"}</h1>
      <p>{named ? `${named.what} ${named.todo}` : words?.errors.noEngine}</p>
      <p class="fine">{error instanceof Error ? error.message : String(error)}</p>
      <button type="button" onClick={() => location.reload()}>
        {words?.errors.again ?? "↻"}
      </button>
    </main>
  );
}
