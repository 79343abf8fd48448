// What every screen may use: the engine, the words, where the reader is, and how to go elsewhere.

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { PublicationView } from "../engine/api.ts";
import type { Engine } from "../engine/client.ts";
import type { Teller } from "./language.ts";
import type { Location, Route } from "./routes.ts";
import type { Strings } from "./strings/index.ts";

/** The app around a screen. `publication` null: none is held yet. `edition` "": none is held. */
export interface App {
  readonly engine: Engine;
  readonly location: Location;
  readonly publications: readonly PublicationView[];
  readonly publication: PublicationView | null;
  readonly edition: string;
  readonly words: Strings;
  readonly tell: Teller;
  /** The address of a route in this app, to stand in a link. */
  href(route: Route): string;
  /** Go there. `replace`: without a step to go back by. */
  go(route: Route, options?: { readonly replace?: boolean }): void;
  /** Have a line read out by a screen reader, and nothing moved. */
  announce(line: string): void;
  /** Speak another language; "" is the browser's. Rejects where its words can't be had, and keeps the one before. */
  speak(language: string): Promise<void>;
  /** Show another of the publications that are held. */
  show(publication: string): void;
  /** Ask the engine anew what is held: after a sync, a pack, a choice. */
  refresh(): Promise<void>;
}

export const AppContext = createContext<App | null>(null);

/** The app around this component. */
export function useApp(): App {
  const app = useContext(AppContext);
  if (!app) {
    throw new Error("a screen outside the app");
  }
  return app;
}
