// What stands below an article: its footnotes, corrections, revisions, translations, and where it comes from.

import type { ArticleView, RevisionView } from "../../engine/api.ts";
import { clean, isLink } from "../../render/clean.ts";
import { useApp } from "../context.ts";
import { short } from "../parts/text.ts";
import { BlocksView, goTo, Outward, type Setting } from "./blocks.tsx";
import type { Language } from "./head.tsx";

interface Props {
  readonly view: ArticleView;
}

/** That what is shown was superseded, and the way to what superseded it. */
export function Earlier({ view }: Props) {
  const { words, tell, href } = useApp();
  const { edition, key, revision, updated } = view.article;
  return (
    <div class="note">
      <p>{words.reading.earlier(tell.number(revision), tell.day(updated))}</p>
      <p>
        <a class="button" href={href({ name: "article", edition, key })}>
          {words.reading.toCurrent}
        </a>
      </p>
    </div>
  );
}

export function Notes({ view, language, setting }: Props & { readonly language: Language; readonly setting: Setting }) {
  const { words, tell } = useApp();
  if (setting.notes.length === 0) {
    return null;
  }
  return (
    <section class="notes" aria-labelledby="notes">
      <h2 id="notes">{words.reading.notes}</h2>
      <ol>
        {setting.notes.map((id, place) => (
          <li key={id} id={`note-${place + 1}`} tabIndex={-1}>
            <div {...language}>
              <BlocksView of={view.article.footnotes.get(id) ?? []} in={setting} />
            </div>
            <a
              class="back"
              href={window.location.hash}
              role="doc-backlink"
              aria-label={words.reading.back(tell.number(place + 1))}
              onClick={(event) => goTo(event, `ref-${place + 1}`)}
            >
              ↩
            </a>
          </li>
        ))}
      </ol>
    </section>
  );
}

export function Corrections({ view, language }: Props & { readonly language: Language }) {
  const { words, tell } = useApp();
  const { corrections } = view.article;
  if (corrections.length === 0) {
    return null;
  }
  return (
    <section class="corrections" aria-labelledby="corrections">
      <h2 id="corrections" tabIndex={-1}>
        {words.reading.corrections}
      </h2>
      <ul>
        {corrections.map(({ revision, at, note }) => (
          <li key={`${revision} ${at} ${note}`}>
            <time dateTime={at}>{tell.day(at)}</time>
            <p {...language}>{clean(note)}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Translations({ view }: Props) {
  const { words, href, publication } = useApp();
  if (view.translations.length === 0) {
    return null;
  }
  return (
    <section class="translations" aria-labelledby="translations">
      <h2 id="translations">{words.reading.translations}</h2>
      <ul>
        {view.translations.map(({ edition, key, title }) => (
          <li key={`${edition} ${key}`}>
            <span class="kicker">
              {short(publication?.editions.find((each) => each.edition === edition)?.title ?? "") || edition}
            </span>
            <a href={href({ name: "article", edition, key })} lang={edition} dir="auto">
              {short(title) || words.reading.untitled}
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Revisions({ view }: Props) {
  const { words } = useApp();
  if (view.revisions.length < 2) {
    return null;
  }
  return (
    <details class="revisions">
      <summary>{words.reading.revisions}</summary>
      <ol reversed>
        {[...view.revisions]
          .sort((a, b) => b.revision - a.revision)
          .map((revision) => (
            <li key={revision.revision}>
              <Revision revision={revision} view={view} />
            </li>
          ))}
      </ol>
    </details>
  );
}

function Revision({ revision: { revision, updated, held }, view }: Props & { readonly revision: RevisionView }) {
  const { words, tell, href } = useApp();
  const { reading } = words;
  const { edition, key } = view.article;
  const shown = revision === view.article.revision;
  const current = revision === view.current;
  const name = reading.revision(tell.number(revision));
  const to = href({ name: "article", edition, key, ...(current ? {} : { revision }) });
  return (
    <>
      {held && !shown ? <a href={to}>{name}</a> : <span>{name}</span>}
      <time dateTime={updated}>{tell.time(updated)}</time>
      {current && <span class="mark">{reading.current}</span>}
      {shown && <span class="mark">{reading.shownRevision}</span>}
      {!held && <span class="mark">{reading.notHeld}</span>}
    </>
  );
}

export function Source({ view }: Props) {
  const { words, href } = useApp();
  const { source_url: source, tags, edition } = view.article;
  return (
    <>
      {tags.length > 0 && (
        <nav class="tags" aria-label={words.reading.tags}>
          <ul>
            {tags.map((tag) => (
              <li key={tag}>
                <a href={href({ name: "tag", edition, tag })}>
                  <bdi lang={edition}>{short(tag)}</bdi>
                </a>
              </li>
            ))}
          </ul>
        </nav>
      )}
      {isLink(source) && (
        <p class="source">
          <Outward href={source}>{words.reading.source}</Outward>
        </p>
      )}
    </>
  );
}
