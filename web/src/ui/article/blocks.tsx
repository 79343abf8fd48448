// Blocks and inlines as nodes. Texts become text nodes and nothing else; the only addresses are those that `isLink` allows.

import type { Block, Blocks, Inline, Inlines, Table } from "../../format/article.ts";
import { clean, isLink } from "../../render/clean.ts";
import { useApp } from "../context.ts";
import { FigureView } from "./figure.tsx";

/** What the blocks of one article share: the numbers of its footnotes, and the pictures that are held. */
export interface Setting {
  readonly notes: readonly string[];
  readonly pictures: ReadonlySet<string>;
}

interface Of<Value> {
  readonly of: Value;
  readonly in: Setting;
}

export function BlocksView({ of, in: setting }: Of<Blocks>) {
  return (
    <>
      {of.map((block, place) => (
        <BlockView key={place} of={block} in={setting} />
      ))}
    </>
  );
}

function BlockView({ of: block, in: setting }: Of<Block>) {
  const inlines = (text: Inlines) => <InlinesView of={text} in={setting} />;
  switch (block.type) {
    case "paragraph":
      return <p>{inlines(block.text)}</p>;
    case "heading": {
      const Heading = block.level === 2 ? "h2" : block.level === 3 ? "h3" : "h4";
      return <Heading>{inlines(block.text)}</Heading>;
    }
    case "quote":
      return (
        <blockquote>
          <BlocksView of={block.blocks} in={setting} />
        </blockquote>
      );
    case "list": {
      const List = block.ordered ? "ol" : "ul";
      return (
        <List>
          {block.items.map((item, place) => (
            <li key={place}>
              <BlocksView of={item} in={setting} />
            </li>
          ))}
        </List>
      );
    }
    case "figure":
      return <FigureView image={block.image} caption={inlines(block.caption)} credit={block.credit} in={setting} />;
    case "table":
      return <TableView of={block} in={setting} />;
    case "pre":
      return <Listing text={block.text} />;
    case "rule":
      return <hr />;
    case "embed":
      return <EmbedView service={block.service} url={block.url} title={block.title} />;
  }
}

export function InlinesView({ of, in: setting }: Of<Inlines>) {
  return (
    <>
      {of.map((inline, place) => (
        <InlineView key={place} of={inline} in={setting} />
      ))}
    </>
  );
}

function InlineView({ of: inline, in: setting }: Of<Inline>) {
  if (typeof inline === "string") {
    return <>{clean(inline)}</>;
  }
  switch (inline.type) {
    case "strong":
      return (
        <strong>
          <InlinesView of={inline.text} in={setting} />
        </strong>
      );
    case "emphasis":
      return (
        <em>
          <InlinesView of={inline.text} in={setting} />
        </em>
      );
    case "code":
      return <code dir="auto">{clean(inline.text)}</code>;
    case "link":
      return (
        <Outward href={inline.href}>
          <InlinesView of={inline.text} in={setting} />
        </Outward>
      );
    case "break":
      return <br />;
    case "note":
      return <NoteRef number={setting.notes.indexOf(inline.id) + 1} />;
  }
}

/** A link that leaves the app, and says so: nothing of it is fetched until the reader taps it. */
export function Outward({ href, children }: { readonly href: string; readonly children: preact.ComponentChildren }) {
  const { words } = useApp();
  if (!isLink(href)) {
    return <>{children}</>;
  }
  const mail = /^mailto:/i.test(href);
  return (
    <a class="out" href={href} target="_blank" rel="noopener noreferrer">
      {children}
      <span class="unseen" lang={words.language}>
        {" "}
        ({mail ? words.reading.mail : words.reading.leaves})
      </span>
    </a>
  );
}

/** Where a footnote is referred to. Its own address is the article's: the fragment belongs to the app. */
function NoteRef({ number }: { readonly number: number }) {
  const { words, tell } = useApp();
  if (number < 1) {
    return null;
  }
  return (
    <sup class="ref">
      <a
        id={`ref-${number}`}
        href={window.location.hash}
        role="doc-noteref"
        aria-label={words.reading.note(tell.number(number))}
        onClick={(event) => goTo(event, `note-${number}`)}
      >
        {tell.number(number)}
      </a>
    </sup>
  );
}

/** Go to a place in the page, by a link whose address isn't that place's. */
export function goTo(event: Event, id: string): void {
  event.preventDefault();
  const place = document.getElementById(id);
  place?.scrollIntoView({ block: "center" });
  place?.focus({ preventScroll: true });
}

/** A wide one scrolls by itself, also by keys, and the page doesn't. */
function TableView({ of: { header, rows }, in: setting }: Of<Table>) {
  const { words } = useApp();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
    // biome-ignore lint/a11y/useSemanticElements: no element is a region that scrolls
    <div class="wide" role="region" tabIndex={0} aria-label={words.reading.table}>
      <table>
        {header.length > 0 && (
          <thead>
            <tr>
              {header.map((cell, place) => (
                <th key={place} scope="col">
                  <InlinesView of={cell} in={setting} />
                </th>
              ))}
            </tr>
          </thead>
        )}
        <tbody>
          {rows.map((row, place) => (
            <tr key={place}>
              {row.map((cell, column) => (
                <td key={column}>
                  <InlinesView of={cell} in={setting} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Listing({ text }: { readonly text: string }) {
  const { words } = useApp();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
    // biome-ignore lint/a11y/useSemanticElements: no element is a region that scrolls
    <div class="wide" role="region" tabIndex={0} aria-label={words.reading.code}>
      <pre dir="ltr">
        <code>{clean(text)}</code>
      </pre>
    </div>
  );
}

interface EmbedProps {
  readonly service: string;
  readonly url: string;
  readonly title: string;
}

/** What lives elsewhere: a labelled link, never a frame. */
function EmbedView({ service, url, title }: EmbedProps) {
  const { words } = useApp();
  return (
    <p class="embed">
      {service && (
        <span class="kicker" lang={words.language} dir={words.direction}>
          {words.reading.embed(clean(service))}
        </span>
      )}
      <Outward href={url}>
        <bdi>{clean(title || url)}</bdi>
      </Outward>
    </p>
  );
}
