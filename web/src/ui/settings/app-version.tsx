// The app itself: which version is kept on this device, and whether its host has another one.

import { useEffect, useState } from "preact/hooks";
import type { Trouble } from "../../engine/api.ts";
import { type AppVersion, kept, type Offer } from "../../shell/client.ts";
import { useApp } from "../context.ts";
import { troubleOf } from "../parts/asked.ts";
import { Failure } from "../parts/failure.tsx";
import { findOffer, OfferView, VersionFacts } from "./offer.tsx";
import { Part } from "./part.tsx";

/** What became of looking for another version. */
type Looked =
  | { readonly state: "not yet" | "busy" | "same" }
  | { readonly state: "other"; readonly offer: Offer }
  | { readonly state: "failed"; readonly trouble: Trouble };

export function AppVersionView() {
  const app = useApp();
  const { settings } = app.words;
  const [mine, setMine] = useState<AppVersion | null>(null);
  const [looked, setLooked] = useState<Looked>({ state: "not yet" });
  useEffect(() => {
    kept().then(setMine, () => undefined);
  }, []);
  const look = async () => {
    setLooked({ state: "busy" });
    try {
      const offer = await findOffer(app);
      setLooked(offer ? { state: "other", offer } : { state: "same" });
    } catch (error) {
      setLooked({ state: "failed", trouble: troubleOf(error) });
    }
  };
  return (
    <Part title={settings.app}>
      {mine ? <VersionFacts {...mine} /> : <p>{settings.appUnkept}</p>}
      {looked.state === "failed" && <Failure trouble={looked.trouble} />}
      {looked.state === "same" && <p role="status">{settings.appSame}</p>}
      {looked.state === "other" && <OfferView offer={looked.offer} />}
      {mine && looked.state !== "other" && (
        <button type="button" disabled={looked.state === "busy"} onClick={look}>
          {settings.appLook}
        </button>
      )}
    </Part>
  );
}
