// What a reader wants of a publication: editions, pictures, how much, and how much at once. Each with its bytes.

import { useRef, useState } from "preact/hooks";
import type { Choice, EditionView, Keep, MediaChoice, PublicationView, Trouble } from "../../engine/api.ts";
import { useApp } from "../context.ts";
import { troubleOf } from "../parts/asked.ts";
import { Failure } from "../parts/failure.tsx";

const MEGABYTE = 1_000_000;
const DAYS = [7, 30, 90, 365];
const MEGABYTES = [5, 20, 100];
const CAPS = [0, 1, 5, 20, 100];
const MEDIA: readonly MediaChoice[] = ["none", "previews", "standard"];

interface Props {
  readonly publication: PublicationView;
  /** Whether a sync runs, which goes by what was chosen before. */
  readonly busy: boolean;
}

export function Choices({ publication, busy }: Props) {
  const { engine, words, announce, refresh } = useApp();
  const [failed, setFailed] = useState<Trouble | null>(null);
  const [wanted, setWanted] = useState<Choice | null>(null);
  const before = useRef(Promise.resolve());
  const choice = wanted ?? publication.choice;
  const keep = async (chosen: Choice) => {
    try {
      await engine.syncing.choose(publication.publication, chosen);
      setFailed(null);
      announce(words.sync.chosen);
    } catch (error) {
      setFailed(troubleOf(error));
    }
    await refresh();
    setWanted((latest) => (latest === chosen ? null : latest));
  };
  const choose = (part: Partial<Choice>) => {
    const chosen = { ...choice, ...part };
    setWanted(chosen); // what was tapped shows at once; the engine takes one after the other
    before.current = before.current.then(() => keep(chosen));
  };
  return (
    <section>
      <h2>{words.sync.choices}</h2>
      <p class="fine">{words.sync.chosen}</p>
      {failed && <Failure trouble={failed} />}
      <form onSubmit={(event) => event.preventDefault()}>
        <fieldset disabled={busy}>
          <legend>{words.sync.editions}</legend>
          {publication.editions.map((edition) => (
            <Edition key={edition.edition} edition={edition} choice={choice} choose={choose} />
          ))}
        </fieldset>
        <fieldset disabled={busy}>
          <legend>{words.sync.media}</legend>
          {MEDIA.map((media) => (
            <label key={media} class="choice">
              <input type="radio" name="media" checked={choice.media === media} onChange={() => choose({ media })} />
              <span>{words.sync[media]}</span>
            </label>
          ))}
        </fieldset>
        <fieldset disabled={busy}>
          <legend>{words.sync.keep}</legend>
          <KeepSelect keep={choice.keep} choose={(keep) => choose({ keep })} />
          <CapSelect cap={choice.maxBytes} choose={(maxBytes) => choose({ maxBytes })} />
          <label class="choice">
            <input
              type="checkbox"
              checked={choice.revisions}
              onChange={(event) => choose({ revisions: event.currentTarget.checked })}
            />
            <span>{words.sync.revisions}</span>
          </label>
        </fieldset>
      </form>
    </section>
  );
}

interface EditionProps {
  readonly edition: EditionView;
  readonly choice: Choice;
  readonly choose: (part: Partial<Choice>) => void;
}

function Edition({ edition: { edition, title, direction, articles, held }, choice, choose }: EditionProps) {
  const { words, tell } = useApp();
  const chosen = choice.editions.includes(edition);
  const sizes = [words.reading.articles(articles), held > 0 && words.sync.held(tell.bytes(held))];
  const change = () =>
    choose({ editions: chosen ? choice.editions.filter((each) => each !== edition) : [...choice.editions, edition] });
  return (
    <label class="choice">
      {/* The last one stays: without any, everything would be chosen. */}
      <input type="checkbox" checked={chosen} disabled={chosen && choice.editions.length === 1} onChange={change} />
      <span>
        <span lang={edition} dir={direction}>
          {title || edition}
        </span>{" "}
        <span class="fine">{sizes.filter(Boolean).join(", ")}</span>
      </span>
    </label>
  );
}

/** Choices as the value of an option: "", "d30" (days), "m20" (megabytes). */
function keepValue({ days, megabytes }: Keep): string {
  return days !== undefined ? `d${days}` : megabytes !== undefined ? `m${megabytes}` : "";
}

function keepOf(value: string): Keep {
  const amount = Number(value.slice(1));
  return value === "" ? {} : value.startsWith("d") ? { days: amount } : { megabytes: amount };
}

function KeepSelect({ keep, choose }: { readonly keep: Keep; readonly choose: (keep: Keep) => void }) {
  const { words, tell } = useApp();
  const told = ({ days, megabytes }: Keep) =>
    days !== undefined
      ? words.sync.days(days)
      : megabytes !== undefined
        ? words.sync.megabytes(tell.bytes(megabytes * MEGABYTE))
        : words.sync.all;
  const offered: readonly Keep[] = [
    {},
    ...DAYS.map((days) => ({ days })),
    ...MEGABYTES.map((megabytes) => ({ megabytes })),
  ];
  const values = [...new Set([...offered.map(keepValue), keepValue(keep)])];
  return (
    <select
      aria-label={words.sync.keep}
      value={keepValue(keep)}
      onChange={(event) => choose(keepOf(event.currentTarget.value))}
    >
      {values.map((value) => (
        <option key={value} value={value}>
          {told(keepOf(value))}
        </option>
      ))}
    </select>
  );
}

function CapSelect({ cap, choose }: { readonly cap: number; readonly choose: (cap: number) => void }) {
  const { words, tell } = useApp();
  const caps = [...new Set([...CAPS.map((megabytes) => megabytes * MEGABYTE), cap])];
  return (
    <label class="stacked">
      <span>{words.sync.cap}</span>
      <select value={String(cap)} onChange={(event) => choose(Number(event.currentTarget.value))}>
        {caps.map((bytes) => (
          <option key={bytes} value={String(bytes)}>
            {bytes > 0 ? tell.bytes(bytes) : words.sync.noCap}
          </option>
        ))}
      </select>
    </label>
  );
}
