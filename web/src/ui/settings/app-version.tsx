// The app itself: which version is kept on this device, and whether to take another one.

import { useEffect, useState } from "preact/hooks";
import type { Trouble } from "../../engine/api.ts";
import { type AppVersion, kept, type Offer, offered, take } from "../../shell/client.ts";
import { useApp } from "../context.ts";
import { troubleOf } from "../parts/asked.ts";
import { Failure } from "../parts/failure.tsx";
import { Facts } from "../sync/report.tsx";
import { Part } from "./part.tsx";

type Looked = { readonly offer: Offer | null } | { readonly trouble: Trouble } | "busy" | "taken" | null;

export function AppVersionView() {
  const { engine, publication, words } = useApp();
  const { settings } = words;
  const [mine, setMine] = useState<AppVersion | null>(null);
  const [looked, setLooked] = useState<Looked>(null);
  useEffect(() => {
    kept().then(setMine, () => undefined);
  }, []);
  const signed = async (path: string) => (publication ? engine.syncing.listed(publication.publication, path) : "");
  const attempt = async (act: () => Promise<Looked>) => {
    setLooked("busy");
    try {
      setLooked(await act());
    } catch (error) {
      setLooked({ trouble: troubleOf(error) });
    }
  };
  const look = () => attempt(async () => ({ offer: await offered(signed) }));
  const offer = looked && typeof looked === "object" && "offer" in looked ? looked.offer : undefined;
  return (
    <Part title={settings.app}>
      {mine ? <Version {...mine} /> : <p>{settings.appUnkept}</p>}
      {looked && typeof looked === "object" && "trouble" in looked && <Failure trouble={looked.trouble} again={look} />}
      {looked === "taken" && <p role="status">{settings.appTaken}</p>}
      {offer === null && <p role="status">{settings.appSame}</p>}
      {offer ? (
        <div class="note">
          <h3>{settings.appNew}</h3>
          <Version {...offer} />
          <p>{offer.signed ? settings.appSigned : settings.appUnsigned}</p>
          <button type="button" onClick={() => attempt(() => take(offer).then(() => "taken"))}>
            {settings.appTake}
          </button>
        </div>
      ) : (
        mine && (
          <button type="button" disabled={looked === "busy"} onClick={look}>
            {settings.appLook}
          </button>
        )
      )}
    </Part>
  );
}

function Version({ version, hash }: AppVersion) {
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
