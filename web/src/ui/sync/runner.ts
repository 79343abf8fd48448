// The one sync that may run, known to every screen: it goes on while a reader turns pages.

import { useEffect, useState } from "preact/hooks";
import type { SyncProgress, SyncReport, SyncWish, Trouble } from "../../engine/api.ts";
import type { Engine } from "../../engine/client.ts";
import { troubleOf } from "../parts/asked.ts";

/** What became of the latest sync of this page. `wish`: what was asked of it, to go on with. */
export type Run =
  | { readonly state: "none" }
  | {
      readonly state: "running";
      readonly wish: SyncWish;
      readonly progress: SyncProgress | null;
      readonly pausing: boolean;
    }
  | { readonly state: "done"; readonly wish: SyncWish; readonly report: SyncReport }
  | { readonly state: "failed"; readonly wish: SyncWish; readonly trouble: Trouble };

const watchers = new Set<(run: Run) => void>();
let current: Run = { state: "none" };

function become(run: Run): void {
  current = run;
  for (const watcher of watchers) {
    watcher(run);
  }
}

/** The latest sync, kept up to date. */
export function useRun(): Run {
  const [run, setRun] = useState(current);
  useEffect(() => {
    setRun(current);
    watchers.add(setRun);
    return () => {
      watchers.delete(setRun);
    };
  }, []);
  return run;
}

/** Sync, unless one runs already. Resolves when it has ended, well or not: what became of it is the run's. */
export async function startSync(engine: Engine, wish: SyncWish): Promise<void> {
  if (current.state === "running") {
    return;
  }
  become({ state: "running", wish, progress: null, pausing: false });
  const told = (progress: SyncProgress) => {
    if (current.state === "running") {
      become({ ...current, progress });
    }
  };
  try {
    become({ state: "done", wish, report: await engine.syncing.sync(wish, told) });
  } catch (error) {
    become({ state: "failed", wish, trouble: troubleOf(error) });
  }
}

/** Have the running sync stop after what is in hand. */
export async function pauseSync(engine: Engine): Promise<void> {
  if (current.state === "running") {
    become({ ...current, pausing: true });
    await engine.syncing.pause();
  }
}

/** Show no more of a sync that has ended. */
export function forgetRun(): void {
  if (current.state !== "running") {
    become({ state: "none" });
  }
}
