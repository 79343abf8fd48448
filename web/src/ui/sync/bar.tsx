// The sync that runs while a reader reads: one line above every screen but its own, and what came of it.

import { useApp } from "../context.ts";
import { explain } from "../trouble.ts";
import { stepWords } from "./progress.tsx";
import { forgetRun, pauseSync, type Run, useRun } from "./runner.ts";

export function SyncBar() {
  const { location } = useApp();
  const run = useRun();
  if (location.route.name === "sync" || run.state === "none") {
    return null;
  }
  return run.state === "running" ? <Running run={run} /> : <Ended run={run} />;
}

function Running({ run }: { readonly run: Extract<Run, { readonly state: "running" }> }) {
  const { engine, words, tell, href } = useApp();
  const { progress, pausing } = run;
  const total = progress?.total ?? 0;
  return (
    <div class="bar">
      <a href={href({ name: "sync" })}>
        {[stepWords(words, progress), total > 0 && words.sync.of(tell.bytes(progress?.done ?? 0), tell.bytes(total))]
          .filter(Boolean)
          .join(" ")}
      </a>
      <button type="button" onClick={() => pauseSync(engine)} disabled={pausing}>
        {words.sync.pause}
      </button>
      <progress aria-label={words.sync.title} {...(total > 0 && { max: total, value: progress?.done ?? 0 })} />
    </div>
  );
}

/** What a sync came to, in a line that leads to its figures; nothing where there is nothing to decide. */
function Ended({ run }: { readonly run: Exclude<Run, { readonly state: "none" | "running" }> }) {
  const { words, tell, href } = useApp();
  const line =
    run.state === "failed"
      ? explain(run.trouble, words, tell).what
      : run.report.older > 0 && run.report.from === 0 && words.sync.restCosts(tell.bytes(run.report.older));
  if (!line) {
    return null;
  }
  return (
    <div class="bar" role="status">
      <a href={href({ name: "sync" })}>{line}</a>
      <button type="button" onClick={forgetRun}>
        {words.sync.close}
      </button>
    </div>
  );
}
