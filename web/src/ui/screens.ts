// The screens that a reader doesn't begin with, as a script of their own: what opens the first article stays small.

import type { ComponentType } from "preact";
import { PacksScreen } from "./packs/screen.tsx";
import type { ScreenName } from "./routes.ts";
import { SavedScreen } from "./saved/screen.tsx";
import { SearchScreen } from "./search/screen.tsx";
import { SettingsScreen } from "./settings/screen.tsx";
import { SyncScreen } from "./sync/screen.tsx";
import { TrustScreen } from "./trust/screen.tsx";

export { isSupported, register } from "../shell/client.ts";
export { ShareArticle } from "./packs/share-article.tsx";

/** What a screen is given: the words of its address (`#/search/WORDS`), or "". All else it asks `useApp` for. */
export interface ScreenProps {
  readonly words: string;
}

export const screens: Readonly<Record<Exclude<ScreenName, "welcome">, ComponentType<ScreenProps>>> = {
  packs: PacksScreen,
  saved: SavedScreen,
  search: SearchScreen,
  settings: SettingsScreen,
  sync: SyncScreen,
  trust: TrustScreen,
};
