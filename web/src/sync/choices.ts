// What the reader wants of a publication, from what was chosen and what this sync is asked: pure decisions.

import type { Catalog } from "../format/catalog.ts";
import { headPath } from "../format/names.ts";
import type { Choice, MirrorNote, Standing } from "../library/values.ts";
import type { Reach } from "./plan.ts";

const MEGABYTE = 1_000_000;
const DAY_SECONDS = 86_400;

/** So much text a first sync reads by itself; what the rest costs is told before it is fetched. */
const FIRST_RAW_BYTES = 5 * MEGABYTE;

/** Whom to ask, each once: those who failed last time after the others, and what only Tor reaches after all. */
export function inOrder(places: Iterable<string>, notes: ReadonlyMap<string, MirrorNote>): string[] {
  const rank = (place: string) => (isOnion(place) ? 2 : 0) + (notes.get(place)?.problem ? 1 : 0);
  const each = [...new Set(places)].filter((place) => place !== "");
  return each
    .map((place) => ({ place, rank: rank(place) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ place }) => place);
}

function isOnion(place: string): boolean {
  return /^https?:\/\/[^/]*\.onion(:\d+)?\//.test(place);
}

/** Those editions of the catalog that the reader wants: all, where none were chosen. */
export function chosenEditions(choice: Choice, catalog: Catalog): string[] {
  const all = [...catalog.editions.keys()];
  return choice.editions.length === 0 ? all : all.filter((code) => choice.editions.includes(code));
}

/** How far back the reader wants to keep. `now`: Unix seconds. */
export function reachOf(choice: Choice, now: number): Reach {
  const { days, megabytes } = choice.keep;
  if (days !== undefined && days * DAY_SECONDS < now) {
    return { since: daysAgo(days, now) };
  }
  return { since: "", maxRawBytes: megabytes === undefined ? undefined : megabytes * MEGABYTE };
}

/** RFC 3339 with Z of a moment so many days before `now`, Unix seconds. */
export function daysAgo(days: number, now: number): string {
  return utc(now - days * DAY_SECONDS);
}

/** RFC 3339 with Z of Unix seconds. */
export function utc(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}

/**
 * How far back a sync reads of an edition. `older`: also what is older than all that is held. `leaves`: some of what is to
 * be kept is left for later, and only the library can remember that.
 */
export interface ReadBack {
  readonly reach: Reach;
  readonly older: boolean;
  readonly leaves: boolean;
}

/**
 * How far back this sync reads of an edition.
 *
 * All that the reader wants to keep is read only where this was asked for (`older`): an archive can be a thousand times
 * what is read on the first day. Else it is as far back as the edition is held, and for a beginner some megabytes.
 */
export function readBack(wish: Reach, standing: Standing, older: boolean, first = FIRST_RAW_BYTES): ReadBack {
  if (older) {
    return { reach: wish, older, leaves: false };
  }
  if (standing.version > 0 || standing.completeSince) {
    const since = standing.completeSince > wish.since ? standing.completeSince : wish.since;
    return { reach: { ...wish, since }, older, leaves: standing.wantsOlder };
  }
  const { maxRawBytes = first } = wish;
  return { reach: { ...wish, maxRawBytes: Math.min(maxRawBytes, first) }, older, leaves: maxRawBytes > first };
}

/** The path of the head to ask for: that of one edition, if only one is wanted and it isn't the only one. */
export function headOf(choice: Choice | undefined, catalog: Catalog | null): string {
  const [only, ...others] = choice?.editions ?? [];
  const alone = only !== undefined && others.length === 0;
  return headPath(alone && (!catalog || catalog.editions.size > 1) ? only : undefined);
}
