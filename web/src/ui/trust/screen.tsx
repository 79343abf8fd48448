// Why what is read here can be believed, how fresh it is, and what the app can't promise.

import { useEffect, useState } from "preact/hooks";
import type { PublicationView, Surroundings } from "../../engine/api.ts";
import { useApp } from "../context.ts";
import { placeOf } from "../packs/article.ts";
import { freshnessWord } from "../parts/frame.tsx";
import { Screen } from "../parts/screen.tsx";
import { Facts } from "../sync/report.tsx";
import { Fingerprint } from "./fingerprint.tsx";

export function TrustScreen() {
  const { words, publication } = useApp();
  return (
    <Screen title={words.trust.title} kind="plain">
      <h1>{words.trust.title}</h1>
      {publication && <Trust publication={publication} />}
      <section>
        <h2>{words.trust.limits}</h2>
        <p>{words.trust.limitsWhy}</p>
        <p>{words.trust.device}</p>
      </section>
    </Screen>
  );
}

interface Of {
  readonly publication: PublicationView;
}

function Trust({ publication }: Of) {
  const { words, tell } = useApp();
  const { trust } = words;
  const { freshness } = publication;
  const meaning = { fresh: trust.fresh, stale: trust.stale, "very old": trust.veryOld }[freshness];
  return (
    <>
      <p>
        <span class={`state ${freshness.replace(" ", "-")}`}>{freshnessWord(words, freshness)}</span> {meaning}
      </p>
      <section>
        <p>{trust.verified}</p>
        <Fingerprint of={publication.fingerprint} />
        <h2>{trust.compare}</h2>
        <p>{trust.compareWhy}</p>
      </section>
      <HandOn publication={publication} />
      <Facts
        facts={[
          [trust.version, tell.number(publication.version)],
          [trust.published, <time dateTime={publication.published}>{tell.time(publication.published)}</time>],
          [trust.signed, <time dateTime={publication.signed}>{tell.time(publication.signed)}</time>],
          [trust.identity, <code class="breaks">{publication.publication}</code>],
          [trust.checked, <Checker />],
        ]}
      />
      <Mirrors publication={publication} />
    </>
  );
}

/** The address with its fingerprint, to copy or to send. */
function HandOn({ publication }: Of) {
  const { words, announce } = useApp();
  const { trust } = words;
  const address = `${placeOf(publication)}#${publication.fingerprint}`;
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(address);
    setCopied(true);
    announce(trust.copied);
  };
  // Both are missing on a page that came over plain http; whoever cancels sharing needs no word on it.
  const share = () => navigator.share({ title: publication.title, url: address }).catch(() => undefined);
  return (
    <section>
      <h2>{trust.handOn}</h2>
      <p class="breaks" dir="ltr">
        <code>{address}</code>
      </p>
      <p class="buttons">
        {"clipboard" in navigator && (
          <button type="button" onClick={copy}>
            {copied ? trust.copied : trust.copy}
          </button>
        )}
        {"share" in navigator && (
          <button type="button" onClick={share}>
            {trust.share}
          </button>
        )}
      </p>
    </section>
  );
}

function Mirrors({ publication }: Of) {
  const { words } = useApp();
  const { trust } = words;
  const { address, mirrors, lastGood } = publication;
  const all = new Set([address.split("#")[0] ?? "", ...mirrors, lastGood].filter(Boolean));
  return (
    <section>
      <h2>{trust.mirrors}</h2>
      <p>{trust.mirrorsWhy}</p>
      <ul>
        {[...all].map((mirror) => (
          <li key={mirror}>
            <span class="breaks" dir="ltr">
              {mirror}
            </span>{" "}
            {mirror === lastGood && <span class="fine">({trust.answered})</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Checker() {
  const { words } = useApp();
  const surroundings = useSurroundings();
  return surroundings && <>{words.trust[surroundings.crypto]}</>;
}

/** What the browser lets the app do; null until the engine has answered. */
export function useSurroundings(turn = 0): Surroundings | null {
  const { engine } = useApp();
  const [surroundings, setSurroundings] = useState<Surroundings | null>(null);
  useEffect(() => {
    engine.reading.surroundings().then(setSurroundings, () => undefined);
  }, [engine, turn]);
  return surroundings;
}
