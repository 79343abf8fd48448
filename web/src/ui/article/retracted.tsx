// In an article's place: that it was withdrawn, or that it isn't here.

import type { Retraction } from "../../format/article.ts";
import { clean } from "../../render/clean.ts";
import { useApp } from "../context.ts";
import { Screen } from "../parts/screen.tsx";
import { useRun } from "../sync/runner.ts";

export function Retracted({ retraction }: { readonly retraction: Retraction }) {
  const { words, tell } = useApp();
  const { reading } = words;
  return (
    <Screen title={reading.retracted} kind="plain">
      <h1>{reading.retracted}</h1>
      <p class="about">
        <time dateTime={retraction.at}>{reading.retractedOn(tell.day(retraction.at))}</time>
      </p>
      <p>{reading.retractedWhy}</p>
      {retraction.notice && (
        <section class="note">
          <h2>{reading.notice}</h2>
          <p lang={retraction.edition} dir="auto">
            {clean(retraction.notice)}
          </p>
        </section>
      )}
      <Onward />
    </Screen>
  );
}

/** That an article isn't held, and why that may be; while something is fetched, that it may be on its way. */
export function Missing() {
  const { words } = useApp();
  if (useRun().state === "running") {
    return (
      <Screen title={words.welcome.first} kind="plain">
        <h1>{words.welcome.first}</h1>
        <p>{words.reading.awaited}</p>
      </Screen>
    );
  }
  return (
    <Screen title={words.reading.missing} kind="plain">
      <h1>{words.reading.missing}</h1>
      <p>{words.reading.missingWhy}</p>
      <Onward />
    </Screen>
  );
}

function Onward() {
  const { words, href } = useApp();
  return (
    <p class="onward">
      <a class="button" href={href({ name: "front", edition: "" })}>
        {words.reading.toFront}
      </a>
      <a class="button" href={href({ name: "sync" })}>
        {words.reading.toSync}
      </a>
    </p>
  );
}
