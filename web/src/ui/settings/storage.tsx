// What the library takes of the device, and whether the browser has promised to keep it.

import { useState } from "preact/hooks";
import { useApp } from "../context.ts";
import { useSurroundings } from "../trust/screen.tsx";
import { askToKeep } from "./keeping.ts";
import { Part } from "./part.tsx";

export function Storage() {
  const { words, tell, announce } = useApp();
  const { settings } = words;
  const [turn, setTurn] = useState(0);
  const [refused, setRefused] = useState(false);
  const surroundings = useSurroundings(turn);
  if (!surroundings) {
    return null;
  }
  const { storage, persisted, usage, quota } = surroundings;
  const ask = async () => {
    const promised = await askToKeep();
    setRefused(!promised);
    announce(promised ? settings.persisted : settings.refused);
    setTurn(turn + 1);
  };
  const promise = persisted ? settings.persisted : refused ? settings.refused : settings.unpersisted;
  return (
    <Part title={settings.storage}>
      {quota > 0 && <p>{settings.used(tell.bytes(usage), tell.bytes(quota))}</p>}
      <p>{storage === "memory" ? words.notices.memory : promise}</p>
      {storage === "kept" && "storage" in navigator && !persisted && !refused && (
        <p>
          <button type="button" onClick={ask}>
            {settings.persist}
          </button>
        </p>
      )}
    </Part>
  );
}
