// Searching all that is kept, as the reader types.

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Hit, HitPage, Marked, Trouble } from "../../engine/api.ts";
import { useApp } from "../context.ts";
import { troubleOf } from "../parts/asked.ts";
import { CardView } from "../parts/card.tsx";
import { Failure } from "../parts/failure.tsx";
import { Screen } from "../parts/screen.tsx";
import type { ScreenProps } from "../screens.ts";

const PART = 20;
const PAUSE_MS = 150;

/** What was found for which words. */
interface Found {
  readonly words: string;
  readonly hits: readonly Hit[];
  readonly page: HitPage;
}

export function SearchScreen({ words: asked }: ScreenProps) {
  const { words } = useApp();
  const [text, setText] = useState(asked);
  const { found, failed, more, again } = useSearch(text);
  return (
    <Screen title={words.search.title} kind="plain">
      <h1>{words.search.title}</h1>
      <search>
        <input
          type="search"
          class="wide"
          aria-label={words.search.words}
          placeholder={words.search.words}
          value={text}
          autocomplete="off"
          enterkeyhint="search"
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </search>
      {failed && <Failure trouble={failed} again={again} />}
      {found && <Results found={found} more={more} />}
      <Tips use={setText} />
    </Screen>
  );
}

/** Search when typing pauses; of several answers only that to the latest words counts. */
function useSearch(text: string) {
  const { engine, publication, href, announce, words } = useApp();
  const [found, setFound] = useState<Found | null>(null);
  const [failed, setFailed] = useState<Trouble | null>(null);
  const [turn, setTurn] = useState(0);
  const latest = useRef(text);
  latest.current = text;
  const sought = text.trim();
  const identity = publication?.publication ?? "";

  const ask = async (skip: number, before: readonly Hit[]) => {
    try {
      const page = await engine.reading.search(identity, sought, PART, skip);
      if (latest.current.trim() === sought) {
        setFailed(null);
        setFound({ words: sought, hits: [...before, ...page.hits], page });
        announce(words.search.found(page.found));
      }
    } catch (error) {
      setFailed(troubleOf(error));
    }
  };
  useEffect(() => {
    if (!sought) {
      setFound(null);
      return;
    }
    const timer = setTimeout(() => {
      // The words stay in the address, for a way back; no step of its own for each letter.
      history.replaceState(history.state, "", href({ name: "search", words: sought }));
      ask(0, []);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [sought, identity, turn]);
  // More can be found once more is in the index.
  useEffect(() => engine.listen((news) => news.kind !== "wiped" && setTurn((before) => before + 1)), [engine]);

  const more = found && found.hits.length < found.page.found ? () => ask(found.hits.length, found.hits) : null;
  return { found, failed, more, again: () => setTurn(turn + 1) };
}

function Results({ found, more }: { readonly found: Found; readonly more: (() => Promise<void>) | null }) {
  const { words, tell } = useApp();
  const { hits, page } = found;
  return (
    <section>
      <h2 class="count-line">{page.found > 0 ? words.search.found(page.found) : words.search.nothing}</h2>
      {page.indexed < page.held && (
        <p class="fine">{words.search.indexed(tell.number(page.indexed), tell.number(page.held))}</p>
      )}
      {page.found === 0 && <p>{words.search.nothingWhy}</p>}
      <ul class="cards one">
        {hits.map(({ card, snippet }) => (
          <li key={`${card.edition} ${card.key}`}>
            <CardView card={card} snippet={<Snippet pieces={snippet} />} />
          </li>
        ))}
      </ul>
      {more && (
        <p class="more">
          <button type="button" onClick={more}>
            {words.search.more}
          </button>
        </p>
      )}
    </section>
  );
}

/** A piece of the article, the words that were sought marked in it. */
function Snippet({ pieces }: { readonly pieces: Marked }) {
  const marked = pieces.map(
    (piece, nth): ComponentChildren => (nth % 2 === 1 ? <mark key={nth}>{piece}</mark> : piece),
  );
  return (
    <p class="summary" dir="auto">
      {marked}
    </p>
  );
}

/** What can be asked beyond words; each tip is an example that can be tried. */
function Tips({ use }: { readonly use: (text: string) => void }) {
  const { words } = useApp();
  const { search } = words;
  const year = new Date().getFullYear();
  const tips = [
    search.phrase,
    search.without,
    search.tag,
    search.author,
    [`after:${year}-01`, search.after],
    [`before:${year}`, search.before],
  ];
  return (
    <details class="tips">
      <summary>{search.tips}</summary>
      <ul>
        {tips.map(([example = "", meaning]) => (
          <li key={example}>
            <button type="button" onClick={() => use(example)}>
              <code>{example}</code>
            </button>{" "}
            {meaning}
          </li>
        ))}
      </ul>
    </details>
  );
}
