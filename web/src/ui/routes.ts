// The app's addresses: `#[FINGERPRINT][/route]`, both parts optional. Pure: strings in, values out.

/** Screens that are one of a kind, by the word that names them in an address. An edition's code is never so long. */
export const SCREENS = ["welcome", "sync", "search", "saved", "settings", "trust", "packs"] as const;

export type ScreenName = (typeof SCREENS)[number];

/** Where a reader is. `edition` "": the one that was read last. `words`: what is searched for. */
export type Route =
  | { readonly name: "front"; readonly edition: string }
  | { readonly name: "section"; readonly edition: string; readonly section: string }
  | { readonly name: "tag"; readonly edition: string; readonly tag: string }
  | { readonly name: "article"; readonly edition: string; readonly key: string; readonly revision?: number }
  | { readonly name: ScreenName; readonly words?: string };

/** An address within the app. `fingerprint` "": of whichever publication is there. */
export interface Location {
  readonly fingerprint: string;
  readonly route: Route;
}

const FRONT: Route = { name: "front", edition: "" };
const FINGERPRINT = /^[1-9][0-9]{0,9}\.[a-z2-7]{52}$/;
const EDITION = /^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$/;

/** Read a location's hash, with or without its `#`. What is no address of the app leads to the front page. */
export function readHash(hash: string): Location {
  const [first = "", ...rest] = hash.replace(/^#/, "").split("/");
  const fingerprint = FINGERPRINT.test(first) ? first : "";
  return { fingerprint, route: readRoute(rest.map(decoded)) };
}

/** The hash of an address, with its `#`. `readHash` reads it back. */
export function writeHash({ fingerprint, route }: Location): string {
  const parts = partsOf(route).map(encodeURIComponent);
  return `#${fingerprint}${parts.length > 0 || !fingerprint ? `/${parts.join("/")}` : ""}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function readRoute(parts: readonly string[]): Route {
  const [first = "", kind, name, revision] = parts;
  const screen = SCREENS.find((each) => each === first);
  if (screen) {
    return kind ? { name: screen, words: kind } : { name: screen };
  }
  if (!EDITION.test(first)) {
    return FRONT;
  }
  return readEdition(first, kind, name, revision);
}

function readEdition(edition: string, kind = "", name = "", revision = ""): Route {
  switch (name && kind) {
    case "a": {
      const article: Route = { name: "article", edition, key: name };
      return /^[1-9][0-9]{0,9}$/.test(revision) ? { ...article, revision: Number(revision) } : article;
    }
    case "section":
      return { name: "section", edition, section: name };
    case "tag":
      return { name: "tag", edition, tag: name };
    default:
      return { name: "front", edition };
  }
}

function partsOf(route: Route): string[] {
  switch (route.name) {
    case "front":
      return route.edition ? [route.edition] : [];
    case "section":
      return [route.edition, "section", route.section];
    case "tag":
      return [route.edition, "tag", route.tag];
    case "article":
      return [route.edition, "a", route.key, ...(route.revision ? [String(route.revision)] : [])];
    default:
      return [route.name, ...(route.words ? [route.words] : [])];
  }
}
