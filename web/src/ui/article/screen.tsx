// The page of an article, of an earlier revision of it, or of what became of it.

import { useRef } from "preact/hooks";
import type { ArticleView, EditionView, Place } from "../../engine/api.ts";
import { noteOrder } from "../../render/notes.ts";
import { useApp } from "../context.ts";
import { useAsked } from "../parts/asked.ts";
import { Failure } from "../parts/failure.tsx";
import { Screen } from "../parts/screen.tsx";
import type { Route } from "../routes.ts";
import { Corrections, Earlier, Notes, Revisions, Source, Translations } from "./around.tsx";
import { BlocksView, type Setting } from "./blocks.tsx";
import { FigureView } from "./figure.tsx";
import { ArticleHead } from "./head.tsx";
import { usePosition } from "./position.ts";
import { Missing, Retracted } from "./retracted.tsx";
import { Tools, Unread } from "./tools.tsx";

type ArticleRoute = Extract<Route, { readonly name: "article" }>;

export function ArticleScreen({ route }: { readonly route: ArticleRoute }) {
  const { engine, publication, words } = useApp();
  const { edition, key, revision } = route;
  const place: Place = { publication: publication?.publication ?? "", edition, key };
  const asked = useAsked(
    () => engine.reading.article(place, revision),
    JSON.stringify([place.publication, edition, key, revision]),
  );
  const { value, failed, again } = asked;
  if (value?.kind === "article") {
    return <ArticlePage view={value} place={place} again={again} />;
  }
  if (value?.kind === "retraction") {
    return <Retracted retraction={value.retraction} />;
  }
  if (value === null) {
    return <Missing />;
  }
  return (
    <Screen title={words.frame.waiting} kind="article" ready={failed !== null}>
      <h1 class="unseen">{words.frame.waiting}</h1>
      {failed ? <Failure trouble={failed} again={again} /> : <p class="waiting">{words.frame.waiting}</p>}
    </Screen>
  );
}

interface PageProps {
  readonly view: ArticleView;
  readonly place: Place;
  again(): void;
}

function ArticlePage({ view, place, again }: PageProps) {
  const { publication, words } = useApp();
  const { article } = view;
  const text = useRef<HTMLDivElement>(null);
  const earlier = article.revision !== view.current;
  const { resumed, forget } = usePosition(place, text, earlier ? null : view.position);
  const language = { lang: article.edition, dir: directionOf(publication?.editions ?? [], article.edition) };
  const setting: Setting = { notes: noteOrder(article), pictures: new Set(view.pictures) };
  return (
    <Screen title={`${article.title || words.reading.untitled} · ${publication?.title ?? ""}`} kind="article">
      <article>
        {earlier && <Earlier view={view} />}
        <ArticleHead view={view} language={language} />
        <Tools view={view} place={place} again={again} resumed={resumed} />
        <div class="body" {...language}>
          {article.image && <FigureView image={article.image} kind="leading" in={setting} />}
          <div ref={text}>
            <BlocksView of={article.body} in={setting} />
          </div>
        </div>
        <footer class="after">
          <Notes view={view} language={language} setting={setting} />
          <Corrections view={view} language={language} />
          <Translations view={view} />
          <Revisions view={view} />
          <Source view={view} />
          {!earlier && <Unread forget={forget} />}
          <OnPaper />
        </footer>
      </article>
    </Screen>
  );
}

/** Where a printed article is to be found, and by what it can be checked; nowhere but on paper. */
function OnPaper() {
  const { publication, location, href } = useApp();
  return (
    <p class="paper" dir="ltr">
      {publication?.address.split("#")[0]}
      {href(location.route)}
    </p>
  );
}

function directionOf(editions: readonly EditionView[], edition: string): "ltr" | "rtl" | "auto" {
  return editions.find((each) => each.edition === edition)?.direction ?? "auto";
}
