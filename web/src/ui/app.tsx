// The app: what is held, which screen is open, and the frame around it.

import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import type { PublicationView } from "../engine/api.ts";
import type { Engine } from "../engine/client.ts";
import { ArticleScreen } from "./article/screen.tsx";
import { AppContext, type App as Around, useApp } from "./context.ts";
import { FrontScreen } from "./front/screen.tsx";
import { tellerOf } from "./language.ts";
import { Later } from "./later.tsx";
import { troubleOf } from "./parts/asked.ts";
import { Failure } from "./parts/failure.tsx";
import { Frame } from "./parts/frame.tsx";
import { Screen } from "./parts/screen.tsx";
import { remember, remembered } from "./remembered.ts";
import { type Location, type Route, writeHash } from "./routes.ts";
import { useStanding } from "./standing.ts";
import { useLocation } from "./steps.ts";
import { preferredLanguage, rememberLanguage, type Strings, stringsOf } from "./strings/index.ts";
import { WelcomeScreen } from "./welcome/screen.tsx";
import { useEndOfAll } from "./wiped.tsx";

/** What is held; `known` false until the engine has answered for the first time. */
interface Held {
  readonly known: boolean;
  readonly publications: readonly PublicationView[];
  readonly failed: unknown;
}

interface Props {
  readonly engine: Engine;
  /** The language that the app begins in. */
  readonly spoken: Strings;
}

export function App({ engine, spoken }: Props) {
  const location = useLocation();
  const [words, speak] = useWords(spoken);
  const [held, refresh] = useHeld(engine);
  const [chosen, show] = useState(() => remembered("publication"));
  const [line, announce] = useState("");
  const publication = useMemo(() => shown(held.publications, location, chosen), [held, location, chosen]);
  const edition = editionOf(publication, location.route, words);
  const fingerprint = publication?.fingerprint ?? location.fingerprint;

  const around = useMemo((): Around => {
    const href = (route: Route) => writeHash({ fingerprint, route });
    return {
      engine,
      location,
      publications: held.publications,
      publication,
      edition,
      words,
      tell: tellerOf(words),
      href,
      go: (route, options) => (options?.replace ? replaceHash(href(route)) : window.location.assign(href(route))),
      announce,
      speak,
      show: (wanted) => {
        remember("publication", wanted);
        show(wanted);
      },
      refresh,
    };
  }, [engine, location, held, publication, edition, words, fingerprint, speak, refresh]);

  useStanding(publication, words.language);
  useEndOfAll(words);
  useEffect(() => {
    if (edition) {
      remember("edition", edition);
    }
  }, [edition]);
  return (
    <AppContext.Provider value={around}>
      <Frame line={line}>
        {held.known ? <Current key={writeHash(location)} /> : <Opening failed={held.failed} again={refresh} />}
      </Frame>
    </AppContext.Provider>
  );
}

/** The screen of the current route; where nothing is held that it could show, the way to something. */
function Current() {
  const { location, publication } = useApp();
  const { route } = location;
  if (route.name === "welcome" || (!publication && route.name !== "settings" && route.name !== "packs")) {
    return <WelcomeScreen />;
  }
  switch (route.name) {
    case "front":
    case "section":
    case "tag":
      return <FrontScreen route={route} />;
    case "article":
      return <ArticleScreen route={route} />;
    default:
      return <Later name={route.name} words={route.words ?? ""} />;
  }
}

function Opening({ failed, again }: { readonly failed: unknown; readonly again: () => Promise<void> }) {
  const { words } = useApp();
  return (
    <Screen title={words.frame.starting} kind="plain" ready={failed !== null}>
      <h1 class="unseen">{words.frame.starting}</h1>
      {failed === null ? (
        <p class="waiting">{words.frame.starting}</p>
      ) : (
        <Failure trouble={troubleOf(failed)} again={again} />
      )}
    </Screen>
  );
}

function useWords(spoken: Strings): [Strings, (language: string) => Promise<void>] {
  const [words, setWords] = useState(spoken);
  const speak = useCallback(async (language: string) => {
    const before = remembered("language");
    rememberLanguage(language);
    try {
      setWords(await stringsOf(preferredLanguage()));
    } catch (error) {
      rememberLanguage(before);
      throw error;
    }
  }, []);
  useEffect(() => {
    document.documentElement.lang = words.language;
    document.documentElement.dir = words.direction;
  }, [words]);
  return [words, speak];
}

function useHeld(engine: Engine): [Held, () => Promise<void>] {
  const [held, setHeld] = useState<Held>({ known: false, publications: [], failed: null });
  const refresh = useCallback(async () => {
    try {
      setHeld({ known: true, publications: await engine.reading.publications(), failed: null });
    } catch (error) {
      setHeld((before) => ({ ...before, failed: error }));
    }
  }, [engine]);
  useEffect(() => {
    refresh();
    return engine.listen((news) => news.kind !== "indexed" && refresh());
  }, [engine, refresh]);
  return [held, refresh];
}

/** The publication to show: the one that the address names, else the one that was chosen last, else the first. */
function shown(held: readonly PublicationView[], location: Location, chosen: string): PublicationView | null {
  if (location.fingerprint) {
    return held.find((each) => each.fingerprint === location.fingerprint) ?? null;
  }
  return held.find((each) => each.publication === chosen) ?? held[0] ?? null;
}

/** The edition to show: the route's, else the one that was read last, else the first chosen in a language known. */
function editionOf(publication: PublicationView | null, route: Route, words: Strings): string {
  if ("edition" in route && route.edition) {
    return route.edition;
  }
  const chosen = publication?.choice.editions ?? [];
  const wanted = [remembered("edition"), words.language];
  return wanted.find((edition) => chosen.includes(edition)) ?? chosen[0] ?? "";
}

function replaceHash(hash: string): void {
  window.location.replace(hash);
}
