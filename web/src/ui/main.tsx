// Where the page begins: the engine is started, and the app put in its place.

import "./styles/index.css";

import { render } from "preact";
import { startEngine } from "../engine/client.ts";
import { App } from "./app.tsx";
import { applyAppearance } from "./appearance.ts";
import { NoEngine } from "./parts/no-engine.tsx";
import { engineWorker, ownUrl } from "./scripts.ts";
import { preferredLanguage, stringsOf } from "./strings/index.ts";

applyAppearance();
const place = document.getElementById("app");
if (place) {
  const spoken = stringsOf(preferredLanguage());
  Promise.all([startEngine({ worker: engineWorker, own: ownUrl() }), spoken]).then(
    ([engine, words]) => render(<App engine={engine} spoken={words} />, place),
    async (error: unknown) => render(<NoEngine error={error} words={await spoken.catch(() => null)} />, place),
  );
}
