// Naming a publication by its address: typed, pasted, or read from a code by the camera.

import { useState } from "preact/hooks";
import { useApp } from "../context.ts";
import { Screen } from "../parts/screen.tsx";
import { canScan, Scanner } from "./scanner.tsx";
import { typedAddress } from "./typed.ts";

interface Props {
  taken(address: string): void;
}

export function AddressForm({ taken }: Props) {
  const { words } = useApp();
  const { welcome } = words;
  const [text, setText] = useState("");
  const [wrong, setWrong] = useState(false);
  const [scanning, setScanning] = useState(false);
  const take = (event: Event) => {
    event.preventDefault();
    const found = typedAddress(text);
    setWrong(!found);
    if (found) {
      taken(found.address);
    }
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Enter" && !event.isComposing) {
      take(event);
    }
  };
  return (
    <Screen title={welcome.title} kind="plain">
      <h1>{welcome.title}</h1>
      <p>{welcome.why}</p>
      <form onSubmit={take}>
        <label class="stacked">
          <span>{welcome.address}</span>
          <textarea
            rows={4}
            dir="ltr"
            value={text}
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            aria-invalid={wrong}
            aria-describedby={wrong ? "wrong" : undefined}
            onInput={(event) => setText(event.currentTarget.value)}
            onKeyDown={onKey}
          />
        </label>
        {wrong && (
          <p id="wrong" class="wrong" role="alert">
            {welcome.noAddress}
          </p>
        )}
        <p class="buttons">
          <button type="submit" class="primary">
            {welcome.goOn}
          </button>
          {canScan() && !scanning && (
            <button type="button" onClick={() => setScanning(true)}>
              {welcome.scan}
            </button>
          )}
          <a class="button" href="#/packs">
            {welcome.openPack}
          </a>
        </p>
      </form>
      {scanning && <Scanner found={taken} stop={() => setScanning(false)} />}
    </Screen>
  );
}
