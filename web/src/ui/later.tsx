// A screen out of the script that isn't loaded with the page.

import { useEffect, useState } from "preact/hooks";
import type { Trouble } from "../engine/api.ts";
import { useApp } from "./context.ts";
import { troubleOf } from "./parts/asked.ts";
import { Failure } from "./parts/failure.tsx";
import { Screen } from "./parts/screen.tsx";
import type { ScreenName } from "./routes.ts";

type Screens = typeof import("./screens.ts").screens;

let loaded: Screens | null = null;

interface Props {
  readonly name: Exclude<ScreenName, "welcome">;
  readonly words: string;
}

export function Later({ name, words }: Props) {
  const app = useApp();
  const [screens, setScreens] = useState(loaded);
  const [failed, setFailed] = useState<Trouble | null>(null);
  const load = async () => {
    try {
      loaded = (await import("./screens.ts")).screens;
      setScreens(loaded);
    } catch (error) {
      setFailed({ ...troubleOf(error), code: "unreachable" });
    }
  };
  useEffect(() => {
    if (!loaded) {
      load();
    }
  }, []);
  const Chosen = screens?.[name];
  return Chosen ? (
    <Chosen words={words} />
  ) : (
    <Screen title={app.words.frame.waiting} kind="plain" ready={failed !== null}>
      <h1 class="unseen">{app.words.frame.waiting}</h1>
      {failed ? <Failure trouble={failed} again={load} /> : <p class="waiting">{app.words.frame.waiting}</p>}
    </Screen>
  );
}
