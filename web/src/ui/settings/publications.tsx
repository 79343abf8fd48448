// The publications that are held: which one is shown, one more, one less.

import { useState } from "preact/hooks";
import type { PublicationView, Trouble } from "../../engine/api.ts";
import { useApp } from "../context.ts";
import { troubleOf } from "../parts/asked.ts";
import { Failure } from "../parts/failure.tsx";
import { writeHash } from "../routes.ts";
import { Part } from "./part.tsx";

export function Publications() {
  const { words, publications } = useApp();
  return (
    <Part title={words.settings.publications}>
      <ul class="rows">
        {publications.map((each) => (
          <Row key={each.publication} held={each} />
        ))}
      </ul>
      <p>
        <a class="button" href="#/welcome">
          {words.settings.another}
        </a>
      </p>
    </Part>
  );
}

function Row({ held }: { readonly held: PublicationView }) {
  const { engine, words, publication, show, refresh } = useApp();
  const { settings } = words;
  const [sure, setSure] = useState(false);
  const [failed, setFailed] = useState<Trouble | null>(null);
  const forget = async () => {
    try {
      await engine.syncing.forget(held.publication);
      await refresh();
    } catch (error) {
      setFailed(troubleOf(error));
    }
  };
  return (
    <li>
      <p>
        <strong dir="auto">{held.title}</strong>
      </p>
      {failed && <Failure trouble={failed} />}
      {sure ? (
        <div role="alert">
          <p>{settings.forgetSure(held.title)}</p>
          <button type="button" class="primary" onClick={forget}>
            {settings.forget}
          </button>
          <button type="button" onClick={() => setSure(false)}>
            {settings.cancel}
          </button>
        </div>
      ) : (
        <p class="buttons">
          {held.publication !== publication?.publication && (
            <a
              class="button"
              href={writeHash({ fingerprint: held.fingerprint, route: { name: "front", edition: "" } })}
              onClick={() => show(held.publication)}
            >
              {settings.show}
            </a>
          )}
          <button type="button" aria-label={`${settings.forget}: ${held.title}`} onClick={() => setSure(true)}>
            {settings.forget}
          </button>
        </p>
      )}
    </li>
  );
}
