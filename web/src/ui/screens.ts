// Which component shows which screen: one line each. (Reading's own are in app.tsx.)

import type { ComponentType } from "preact";
import type { ScreenName } from "./routes.ts";
import { SyncScreen } from "./sync/screen.tsx";
import { WelcomeScreen } from "./welcome/screen.tsx";

/** What a screen is given: the words of its address (`#/search/WORDS`), or "". All else it asks `useApp` for. */
export interface ScreenProps {
  readonly words: string;
}

export const screens: Partial<Record<ScreenName, ComponentType<ScreenProps>>> = {
  welcome: WelcomeScreen,
  sync: SyncScreen,
};
