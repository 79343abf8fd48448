// An article as lists show it: a link with what a reader chooses by.

import type { Card } from "../../engine/api.ts";
import { useApp } from "../context.ts";
import { usePicture } from "./picture.tsx";
import { short } from "./text.ts";

const SUMMARY = 400;
/** From where on an article counts as begun, and until where. */
const BEGUN = 0.03;
const ENDED = 0.97;

interface Props {
  readonly card: Card;
  /** The most important one of its page. */
  readonly lead?: boolean;
  /** What to show instead of the summary: the places that were sought. */
  readonly snippet?: preact.ComponentChildren;
  readonly level?: 2 | 3;
  /** Whether its day is said: no heading above it does. */
  readonly dated?: boolean;
}

export function CardView({ card, lead = false, snippet, level = 3, dated = true }: Props) {
  const { href, publications, words } = useApp();
  const Title = `h${level}` as const;
  const direction = directionOf(publications, card);
  return (
    <article class={`card${lead ? " lead" : ""}${card.read ? " read" : ""}`} lang={card.edition} dir={direction}>
      <CardPicture card={card} />
      {card.section && (
        <p class="kicker" dir="auto">
          {short(card.section)}
        </p>
      )}
      <Title class="headline">
        <a href={href({ name: "article", edition: card.edition, key: card.key })} dir="auto">
          {short(card.title) || words.reading.untitled}
        </a>
      </Title>
      {snippet ??
        (card.summary && (
          <p class="summary" dir="auto">
            {short(card.summary, SUMMARY)}
          </p>
        ))}
      <CardFoot card={card} dated={dated} />
    </article>
  );
}

function CardPicture({ card }: { readonly card: Card }) {
  const { publication } = useApp();
  // Where no pictures were chosen none will come, and nothing waits for them.
  const url = usePicture(publication?.choice.media === "none" ? "" : card.picture);
  if (url === null) {
    return null;
  }
  return <div class="thumb">{url && <img src={url} alt={card.alt} decoding="async" />}</div>;
}

function CardFoot({ card, dated }: { readonly card: Card; readonly dated: boolean }) {
  const { words, tell } = useApp();
  const { reading } = words;
  const marks = [
    card.corrected && reading.corrected,
    card.saved && reading.savedMark,
    card.position > BEGUN && card.position < ENDED ? reading.begun : card.read && reading.read,
  ].filter(Boolean);
  return (
    <p class="foot">
      {card.byline && <bdi class="byline">{short(card.byline)}</bdi>}
      {dated && (
        <time dateTime={card.published} lang={words.language}>
          {tell.day(card.published)}
        </time>
      )}
      {marks.map((mark) => (
        <span key={mark} class="mark" lang={words.language}>
          {mark}
        </span>
      ))}
    </p>
  );
}

function directionOf(
  publications: ReturnType<typeof useApp>["publications"],
  { publication, edition }: Card,
): "ltr" | "rtl" | "auto" {
  const editions = publications.find((each) => each.publication === publication)?.editions ?? [];
  return editions.find((each) => each.edition === edition)?.direction ?? "auto";
}
