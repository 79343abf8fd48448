// How a running sync goes on: in words, in bytes, and as a bar.

import type { SyncProgress } from "../../engine/api.ts";
import { useApp } from "../context.ts";
import { useArrival } from "../parts/arrival.ts";
import type { Strings } from "../strings/index.ts";
import { pauseSync, type Run } from "./runner.ts";

/** What is being done right now. */
export function stepWords({ sync }: Strings, progress: SyncProgress | null): string {
  const steps = { ...sync, pictures: sync.fetchingPictures };
  return steps[progress?.step ?? "asking"];
}

export function ProgressView({ run }: { readonly run: Extract<Run, { readonly state: "running" }> }) {
  const { engine, words, tell } = useApp();
  const { progress, pausing } = run;
  const pause = useArrival<HTMLButtonElement>();
  const total = progress?.total ?? 0;
  return (
    <div class="progress">
      <p>
        {stepWords(words, progress)}{" "}
        {total > 0 && <span class="fine">{words.sync.of(tell.bytes(progress?.done ?? 0), tell.bytes(total))}</span>}
      </p>
      <progress aria-label={words.sync.title} {...(total > 0 && { max: total, value: progress?.done ?? 0 })} />
      {progress?.mirror && <p class="fine breaks">{progress.mirror}</p>}
      <button ref={pause} type="button" onClick={() => pauseSync(engine)} disabled={pausing}>
        {pausing ? words.sync.pausing : words.sync.pause}
      </button>
    </div>
  );
}
