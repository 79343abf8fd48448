// Deleting everything, behind one confirmation.

import { useState } from "preact/hooks";
import { useApp } from "../context.ts";
import { wipe } from "../wipe.ts";
import { showWiped } from "../wiped.tsx";
import { Part } from "./part.tsx";

export function Wipe() {
  const { engine, words } = useApp();
  const { settings } = words;
  const [step, setStep] = useState<"none" | "sure" | "busy" | "failed">("none");
  const all = async () => {
    setStep("busy");
    try {
      await wipe(engine);
      showWiped(words);
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
