// What stands over an article: where it belongs, its title, what it is about, who wrote it, where and when.

import type { ArticleView } from "../../engine/api.ts";
import { clean } from "../../render/clean.ts";
import { useApp } from "../context.ts";
import { short } from "../parts/text.ts";
import { goTo } from "./blocks.tsx";

/** What the format allows a line. */
const LONGEST = 1000;

/** The language that a text is written in, as attributes. */
export interface Language {
  readonly lang: string;
  readonly dir: "ltr" | "rtl" | "auto";
}

interface Props {
  readonly view: ArticleView;
  readonly language: Language;
}

export function ArticleHead({ view, language }: Props) {
  const { words, href } = useApp();
  const { edition, section, title, summary } = view.article;
  return (
    <header class="head">
      {section && (
        <p class="kicker" {...language}>
          <a href={href({ name: "section", edition, section })}>{short(section)}</a>
        </p>
      )}
      <h1 {...language}>{short(title, LONGEST) || words.reading.untitled}</h1>
      {summary && (
        <p class="standfirst" {...language}>
          {clean(summary)}
        </p>
      )}
      <About view={view} language={language} />
    </header>
  );
}

function About({ view, language }: Props) {
  const { words, tell } = useApp();
  const { byline, place, published, updated, corrections } = view.article;
  return (
    <p class="about">
      {byline && (
        <span class="byline">
          <bdi lang={language.lang}>{short(byline, LONGEST)}</bdi>
        </span>
      )}
      {place && (
        <span>
          <bdi lang={language.lang}>{short(place, LONGEST)}</bdi>
        </span>
      )}
      <time dateTime={published}>{tell.time(published)}</time>
      {updated > published && (
        <span>
          {words.reading.updated}: <time dateTime={updated}>{tell.time(updated)}</time>
        </span>
      )}
      {corrections.length > 0 && (
        <a class="mark" href={window.location.hash} onClick={(event) => goTo(event, "corrections")}>
          {words.reading.corrected}
        </a>
      )}
    </p>
  );
}
