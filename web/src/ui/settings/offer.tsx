// Another version of the app at the host of this page: which one it is, and taking it.

import { useEffect, useState } from "preact/hooks";
import type { Trouble } from "../../engine/api.ts";
import { type AppVersion, type Offer, offered, take } from "../../shell/client.ts";
import { type App, useApp } from "../context.ts";
import { troubleOf } from "../parts/asked.ts";
import { Failure } from "../parts/failure.tsx";
import { Facts } from "../sync/report.tsx";

/** Another version than the one that is kept here, if the host has one. Rejects where the host can't say. */
export function findOffer({ engine, publication }: Pick<App, "engine" | "publication">): Promise<Offer | null> {
  return offered(async (path) => (publication ? engine.syncing.listed(publication.publication, path) : ""));
}

/** Announces another version after a sync, since it takes a network to know. Says nothing where there is none. */
export function Announced() {
  const app = useApp();
  const [offer, setOffer] = useState<Offer | null>(null);
  useEffect(() => {
    findOffer(app).then(setOffer, () => undefined);
  }, []);
  return offer && <OfferView offer={offer} />;
}

/** What is offered by version and hash, whether the newsroom signed it, and the way to take it. */
export function OfferView({ offer }: { readonly offer: Offer }) {
  const { words } = useApp();
  const { settings } = words;
  const [taken, setTaken] = useState<"no" | "busy" | "yes">("no");
  const [failed, setFailed] = useState<Trouble | null>(null);
  const takeIt = async () => {
    setTaken("busy");
    try {
      await take(offer);
      setTaken("yes");
    } catch (error) {
      setFailed(troubleOf(error));
      setTaken("no");
    }
  };
  if (taken === "yes") {
    return <p role="status">{settings.appTaken}</p>;
  }
  return (
    <div class="note">
      <h3>{settings.appNew}</h3>
      <VersionFacts {...offer} />
      <p>{offer.signed ? settings.appSigned : settings.appUnsigned}</p>
      {failed && <Failure trouble={failed} />}
      <button type="button" disabled={taken === "busy"} onClick={takeIt}>
        {settings.appTake}
      </button>
    </div>
  );
}

export function VersionFacts({ version, hash }: AppVersion) {
  const { words } = useApp();
  return (
    <Facts
      facts={[
        [words.settings.appVersion, version],
        [words.settings.appHash, <code class="breaks">{hash}</code>],
      ]}
    />
  );
}
