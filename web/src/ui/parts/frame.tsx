// What stands around every screen: the newspaper's head, the ways through the app, and a line that is read out.

import type { ComponentChildren } from "preact";
import type { Freshness, PublicationView } from "../../engine/api.ts";
import { useApp } from "../context.ts";
import { Notices } from "../notices.tsx";
import type { Route } from "../routes.ts";
import type { Strings } from "../strings/index.ts";
import { SyncBar } from "../sync/bar.tsx";
import { Icon, type Sign } from "./icons.tsx";
import { short } from "./text.ts";

interface Props {
  /** What a screen reader is to say next. */
  readonly line: string;
  readonly children: ComponentChildren;
}

export function Frame({ line, children }: Props) {
  const { words, publication, location } = useApp();
  return (
    <>
      <header class={`masthead ${location.route.name}`}>
        {/* biome-ignore lint/a11y/useValidAnchor: it does lead to that place; the app only sees to it by itself */}
        <a class="skip" href="#text" onClick={toText}>
          {words.frame.skip}
        </a>
        {publication ? <Head publication={publication} /> : <p class="nameplate">tamizdat</p>}
        {publication && <Editions publication={publication} />}
        <Pages />
      </header>
      <Notices />
      <SyncBar />
      {children}
      <p class="unseen" role="status">
        {line}
      </p>
    </>
  );
}

/** The fragment is the app's address, so a place in the page is gone to by hand. */
function toText(event: Event): void {
  event.preventDefault();
  document.getElementById("text")?.focus();
}

function Head({ publication }: { readonly publication: PublicationView }) {
  const { words, tell, href } = useApp();
  const { frame } = words;
  return (
    <>
      <p class="nameplate">
        <a href={href({ name: "front", edition: "" })} dir="auto">
          {short(publication.title)}
        </a>
      </p>
      <p class="folio">
        <a href={href({ name: "trust" })}>
          <span class={`state ${publication.freshness.replace(" ", "-")}`}>
            {freshnessWord(words, publication.freshness)}
          </span>
          <span>
            {frame.asOf(tell.day(publication.signed))} · {frame.version(tell.number(publication.version))}
          </span>
        </a>
      </p>
    </>
  );
}

/** A state of freshness in the app's words. */
export function freshnessWord({ frame }: Strings, freshness: Freshness): string {
  return { fresh: frame.fresh, stale: frame.stale, "very old": frame.veryOld }[freshness];
}

function Editions({ publication }: { readonly publication: PublicationView }) {
  const { words, edition, href } = useApp();
  const held = publication.editions.filter((each) => publication.choice.editions.includes(each.edition));
  if (held.length < 2) {
    return null;
  }
  return (
    <nav class="editions" aria-label={words.frame.editions}>
      <ul>
        {held.map((each) => (
          <li key={each.edition}>
            <a
              href={href({ name: "front", edition: each.edition })}
              lang={each.edition}
              dir={each.direction}
              aria-current={each.edition === edition ? "true" : undefined}
            >
              {short(each.title) || each.edition}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Pages() {
  const { words, publication } = useApp();
  const { frame } = words;
  return (
    <nav class="pages" aria-label={frame.pages}>
      <ul>
        {publication && (
          <>
            <Page sign="front" to={{ name: "front", edition: "" }} label={frame.front} />
            <Page sign="search" to={{ name: "search" }} label={frame.search} />
            <Page sign="saved" to={{ name: "saved" }} label={frame.saved} />
            <Page sign="sync" to={{ name: "sync" }} label={frame.sync} />
          </>
        )}
        <Page sign="settings" to={{ name: "settings" }} label={frame.settings} />
      </ul>
    </nav>
  );
}

function Page({ sign, to, label }: { readonly sign: Sign; readonly to: Route; readonly label: string }) {
  const { location, href } = useApp();
  return (
    <li>
      <a href={href(to)} aria-current={location.route.name === to.name ? "page" : undefined}>
        <Icon sign={sign} />
        <span>{label}</span>
      </a>
    </li>
  );
}
