// The app over the stand-in engine, told what to show by told.json beside it.

import "../../src/ui/styles/index.css";

import { render } from "preact";
import { App } from "../../src/ui/app.tsx";
import { applyAppearance } from "../../src/ui/appearance.ts";
import { preferredLanguage, stringsOf } from "../../src/ui/strings/index.ts";
import { standIn } from "./engine.ts";

async function begin(place: HTMLElement): Promise<void> {
  const told = await (await fetch("told.json")).json();
  applyAppearance();
  render(<App engine={standIn(told)} spoken={await stringsOf(preferredLanguage())} />, place);
}

const place = document.getElementById("app");
if (place) {
  begin(place);
}
