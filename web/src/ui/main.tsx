// Where the page begins: the engine is started, and the app put in its place.

import "./styles/index.css";

import { render } from "preact";
import { startEngine } from "../engine/client.ts";
import { App } from "./app.tsx";
import { applyAppearance } from "./appearance.ts";
import { NoEngine } from "./parts/no-engine.tsx";
import { engineWorker, ownUrl } from "./scripts.ts";

applyAppearance();
const place = document.getElementById("app");
if (place) {
  startEngine({ worker: engineWorker, own: ownUrl() }).then(
    (engine) => render(<App engine={engine} />, place),
    (error: unknown) => render(<NoEngine error={error} />, place),
  );
}
