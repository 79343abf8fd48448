// The front page of an edition, or of one of its sections or subjects: the newest first.

import { useRef, useState } from "preact/hooks";
import type { Card, Count, PublicationView } from "../../engine/api.ts";
import { useApp } from "../context.ts";
import { useAsked } from "../parts/asked.ts";
import { CardView } from "../parts/card.tsx";
import { Failure } from "../parts/failure.tsx";
import { Screen } from "../parts/screen.tsx";
import { short } from "../parts/text.ts";
import type { Route } from "../routes.ts";
import { useRun } from "../sync/runner.ts";
import { type Day, daysBetween, daysOf } from "./days.ts";
import { type List, useList } from "./list.ts";

type FrontRoute = Extract<Route, { readonly name: "front" | "section" | "tag" }>;

const MOST_TAGS = 24;

export function FrontScreen({ route }: { readonly route: FrontRoute }) {
  const { publication, edition, words } = useApp();
  const { reading } = words;
  const narrowed = route.name === "section" ? route.section : route.name === "tag" ? route.tag : "";
  const list = useList({
    publication: publication?.publication ?? "",
    edition,
    ...(route.name === "section" && { section: route.section }),
    ...(route.name === "tag" && { tag: route.tag }),
  });
  const kicker = { front: "", section: reading.section, tag: reading.tag }[route.name];
  const title = short(narrowed) || reading.front;
  return (
    <Screen
      title={[narrowed, publication?.title].filter(Boolean).join(" · ")}
      kind="front"
      ready={list.cards !== undefined || list.failed !== null}
    >
      {kicker && <p class="kicker">{kicker}</p>}
      <h1 class={narrowed ? "" : "unseen"} dir="auto">
        {title}
      </h1>
      {publication && <Sections publication={publication} section={route.name === "section" ? route.section : ""} />}
      <Listed list={list} withLead={!narrowed} />
      {publication && <Tags publication={publication} />}
    </Screen>
  );
}

/** The articles of a list under their days. `withLead`: the newest one stands out. */
function Listed({ list, withLead }: { readonly list: List; readonly withLead: boolean }) {
  const { words } = useApp();
  const { cards } = list;
  if (!cards) {
    return list.failed ? (
      <Failure trouble={list.failed} again={list.again} />
    ) : (
      <p class="waiting">{words.frame.waiting}</p>
    );
  }
  if (cards.length === 0) {
    return <Nothing />;
  }
  const lead = withLead ? cards[0] : undefined;
  return (
    <>
      {lead && <CardView card={lead} lead level={2} />}
      {daysOf(lead ? cards.slice(1) : cards).map((day) => (
        <DayView key={day.date.toDateString()} day={day} />
      ))}
      {list.failed && <Failure trouble={list.failed} />}
      {list.more && <More more={list.more} />}
    </>
  );
}

function DayView({ day }: { readonly day: Day }) {
  const { words, tell } = useApp();
  const ago = daysBetween(new Date(), day.date);
  const name = day.date > new Date() || ago > 1 ? "" : ago === 1 ? words.reading.yesterday : words.reading.today;
  return (
    <section class="day">
      <h2>
        {name && <span>{name}</span>} <time dateTime={day.date.toISOString()}>{tell.day(day.date.toISOString())}</time>
      </h2>
      <ul class="cards">
        {day.cards.map((card: Card) => (
          <li key={`${card.edition} ${card.key}`}>
            <CardView card={card} dated={false} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** More of a list when asked for; the first of what came is where a reader goes on. */
function More({ more }: { readonly more: () => Promise<number> }) {
  const { words, announce } = useApp();
  const [busy, setBusy] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const grow = async () => {
    setBusy(true);
    const links = () => document.querySelectorAll<HTMLElement>("main .headline a");
    const before = links().length;
    const came = await more();
    setBusy(false);
    announce(words.reading.shown(came));
    requestAnimationFrame(() => links()[before]?.focus());
  };
  return (
    <p class="more">
      <button ref={button} type="button" onClick={grow} disabled={busy}>
        {words.reading.more}
      </button>
    </p>
  );
}

function Nothing() {
  const { words, href } = useApp();
  const run = useRun();
  if (run.state === "running") {
    return (
      <div class="note">
        <p>
          <strong>{words.welcome.first}</strong>
        </p>
        <p>{words.welcome.firstWhy}</p>
      </div>
    );
  }
  return (
    <div class="note">
      <p>
        <strong>{words.reading.noArticles}</strong>
      </p>
      <p>{words.reading.noArticlesWhy}</p>
      <p>
        <a class="button" href={href({ name: "sync" })}>
          {words.reading.toSync}
        </a>
      </p>
    </div>
  );
}

interface Within {
  readonly publication: PublicationView;
}

function Sections({ publication, section }: Within & { readonly section: string }) {
  const { engine, edition, words, href } = useApp();
  const { value = [] } = useAsked(
    () => engine.reading.sections(publication.publication, edition),
    `${publication.publication} ${edition}`,
  );
  if (value.length === 0) {
    return null;
  }
  return (
    <nav class="sections" aria-label={words.reading.sections}>
      <ul>
        <li>
          <a href={href({ name: "front", edition })} aria-current={section ? undefined : "page"}>
            {words.reading.all}
          </a>
        </li>
        {value.map(({ name }) => (
          <li key={name}>
            <a
              href={href({ name: "section", edition, section: name })}
              aria-current={section === name ? "page" : undefined}
              lang={edition}
              dir="auto"
            >
              {short(name)}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Tags({ publication }: Within) {
  const { engine, edition, words } = useApp();
  const { value = [] } = useAsked(
    () => engine.reading.tags(publication.publication, edition),
    `${publication.publication} ${edition}`,
  );
  if (value.length === 0) {
    return null;
  }
  return (
    <nav class="tags" aria-label={words.reading.tags}>
      <h2>{words.reading.tags}</h2>
      <ul>
        {value.slice(0, MOST_TAGS).map((tag) => (
          <Tag key={tag.name} tag={tag} />
        ))}
      </ul>
    </nav>
  );
}

function Tag({ tag }: { readonly tag: Count }) {
  const { edition, words, tell, href } = useApp();
  return (
    <li>
      <a href={href({ name: "tag", edition, tag: tag.name })}>
        <bdi lang={edition}>{short(tag.name)}</bdi>{" "}
        <span class="count" aria-hidden="true">
          {tell.number(tag.articles)}
        </span>
        <span class="unseen">{words.reading.articles(tag.articles)}</span>
      </a>
    </li>
  );
}
