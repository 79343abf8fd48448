// Deleting everything, behind one confirmation.

import { render } from "preact";
import { useState } from "preact/hooks";
import { useApp } from "../context.ts";
import type { Strings } from "../strings/index.ts";
import { wipe } from "../wipe.ts";
import { Part } from "./part.tsx";

export function Wipe() {
  const { engine, words } = useApp();
  const { settings } = words;
  const [step, setStep] = useState<"none" | "sure" | "busy" | "failed">("none");
  const all = async () => {
    setStep("busy");
    try {
      await wipe(engine);
      end(words);
    } catch {
      setStep("failed");
    }
  };
  return (
    <Part title={settings.wipe}>
      <p>{settings.wipeWhy}</p>
      {step === "failed" && (
        <p class="wrong" role="alert">
          {settings.unwiped}
        </p>
      )}
      {step === "none" ? (
        <button type="button" onClick={() => setStep("sure")}>
          {settings.wipe}
        </button>
      ) : (
        <p class="buttons">
          <button type="button" class="primary" disabled={step === "busy"} onClick={all}>
            {settings.wipeSure}
          </button>
          <button type="button" onClick={() => setStep("none")}>
            {settings.cancel}
          </button>
        </p>
      )}
    </Part>
  );
}

/** The app gives way to a page that asks for nothing and keeps nothing. */
function end({ settings }: Strings): void {
  const place = document.getElementById("app");
  if (place) {
    render(null, place);
    render(<Wiped title={settings.wiped} why={settings.wipedWhy} />, place);
    document.title = settings.wiped;
    place.querySelector("h1")?.focus();
  }
}

function Wiped({ title, why }: { readonly title: string; readonly why: string }) {
  return (
    <main id="text" class="plain">
      <h1 tabIndex={-1}>{title}</h1>
      <p>{why}</p>
    </main>
  );
}
