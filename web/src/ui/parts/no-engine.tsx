// The page of an app that can't begin: its engine can't be loaded or started.

import { preferredStrings } from "../strings/index.ts";

export function NoEngine({ error }: { readonly error: unknown }) {
  const words = preferredStrings();
  return (
    <main id="text" class="plain">
      <h1>{words.errors.title}</h1>
      <p>{words.errors.noEngine}</p>
      <p class="fine">{error instanceof Error ? error.message : String(error)}</p>
      <button type="button" onClick={() => location.reload()}>
        {words.errors.again}
      </button>
    </main>
  );
}
