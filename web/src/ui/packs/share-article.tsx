// An article to hand on to somebody, as a file that opens anywhere.

import { useEffect, useState } from "preact/hooks";
import type { ArticleView } from "../../engine/api.ts";
import { useApp } from "../context.ts";
import { pageFile, picturesOf, sourceOf, textFile } from "./article.ts";
import { hand } from "./hand.ts";

export function ShareArticle({ view }: { readonly view: ArticleView }) {
  const { engine, publication, words, tell, announce } = useApp();
  const [pictures, setPictures] = useState<ReadonlyMap<string, string> | null>(null);
  useEffect(() => {
    // Before the tap: a browser lets files be shared only right after one.
    picturesOf(view, engine.reading).then(setPictures, () => setPictures(new Map()));
  }, [engine, view]);
  if (!publication) {
    return null;
  }
  const source = sourceOf(view, publication, words, tell);
  const give = (file: File) => hand(file).catch(() => announce(words.packs.unshared));
  return (
    <p class="buttons">
      <button type="button" onClick={() => give(textFile(view, source))}>
        {words.packs.asText}
      </button>
      <button type="button" disabled={!pictures} onClick={() => give(pageFile(view, source, pictures ?? new Map()))}>
        {words.packs.asPage}
      </button>
    </p>
  );
}
