// The screens that a reader doesn't begin with, as a script of their own: what opens the first article stays small.

import type { ComponentType } from "preact";
import type { ScreenName } from "./routes.ts";
import { SyncScreen } from "./sync/screen.tsx";

/** What a screen is given: the words of its address (`#/search/WORDS`), or "". All else it asks `useApp` for. */
export interface ScreenProps {
  readonly words: string;
}

export const screens: Partial<Record<ScreenName, ComponentType<ScreenProps>>> = {
  sync: SyncScreen,
};
