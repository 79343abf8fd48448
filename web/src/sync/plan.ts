// Which bundles bring an edition up to date: pure decisions. docs/format.md, section 10.4.

import { compare } from "../format/bytes.ts";
import { type DeltaRef, type SegmentRef, type SnapshotList, startOf } from "../format/catalog.ts";
import { bundlePath, rawBundlePath } from "../format/names.ts";
import type { Bound } from "../library/values.ts";

/** Bytes that one more request is worth, when two ways lead to the same version. */
const REQUEST_COST = 4096;

/** No key stands behind this one. */
const AFTER_ALL = "\u{10ffff}";

export type Available = (path: string) => boolean;

/** How far back to read: articles published from `since` on (empty: all), at most `maxRawBytes` of text. */
export interface Reach {
  readonly since: string;
  readonly maxRawBytes?: number | undefined;
}

/** A segment to fetch, and where the next one starts (null: it is the newest). */
export interface SegmentStep {
  readonly ref: SegmentRef;
  readonly end: Bound | null;
}

/** The cheapest way to a version, and the last delta of it. */
interface Way {
  readonly version: number;
  readonly cost: number;
  readonly before: Way | null;
  readonly delta: DeltaRef | null;
}

/**
 * The cheapest chain of deltas from version `start` to `goal`, ascending; null where there is none.
 *
 * A plain delta serves from any version in [from, to), one with a prefix only a reader who stands exactly at `from`
 * and holds that prefix: none does where `prefixes` is false.
 */
export function shortestPath(
  deltas: Iterable<DeltaRef>,
  wish: { start: number; goal: number; prefixes: boolean; available: Available },
): readonly DeltaRef[] | null {
  const { start, goal } = wish;
  const edges = [...deltas]
    .filter((delta) => start < delta.to && delta.to <= goal && wish.available(bundlePath(delta.sha256)))
    .sort((one, other) => one.to - other.to);
  // No delta leads back, so what leads to a version is known before any that leads on from it.
  const ways: Way[] = [{ version: start, cost: 0, before: null, delta: null }];
  for (const delta of edges) {
    const before = cheapest(ways, delta, wish.prefixes);
    const cost = before ? before.cost + delta.bytes + REQUEST_COST : Number.POSITIVE_INFINITY;
    const last = ways[ways.length - 1];
    const known = last?.version === delta.to ? last : null;
    if (before && cost < (known?.cost ?? Number.POSITIVE_INFINITY)) {
      ways.splice(ways.length - (known ? 1 : 0), 1, { version: delta.to, cost, before, delta });
    }
  }
  return chainOf(ways.find((way) => way.version === goal));
}

/** The cheapest way to a version from which the delta serves. */
function cheapest(ways: readonly Way[], delta: DeltaRef, prefixes: boolean): Way | null {
  let best: Way | null = null;
  for (let at = ways.length - 1; at >= 0; at -= 1) {
    const way = ways[at];
    if (!way || way.version < delta.from) {
      break;
    }
    if (serves(delta, way.version, prefixes) && way.cost < (best?.cost ?? Number.POSITIVE_INFINITY)) {
      best = way;
    }
  }
  return best;
}

function serves(delta: DeltaRef, at: number, prefixes: boolean): boolean {
  return delta.prefix ? delta.from === at && prefixes : delta.from <= at && at < delta.to;
}

function chainOf(goal: Way | undefined): DeltaRef[] | null {
  const chain: DeltaRef[] = [];
  for (let way = goal; way?.delta; way = way.before ?? undefined) {
    chain.push(way.delta);
  }
  return goal ? chain.reverse() : null;
}

/** Every segment with its end, newest first; none where every article was retracted. */
export function segmentsNewestFirst(snapshot: Pick<SnapshotList, "segments">): SegmentStep[] {
  const { segments } = snapshot;
  return segments
    .map((ref, index) => {
      const next = segments[index + 1];
      return { ref, end: next ? startOf(next) : null };
    })
    .reverse();
}

/**
 * The segments within reach that are not done yet, newest first, and what will be complete since (empty: all).
 *
 * With `below`, only segments published before that time: what lies above is held already.
 */
export function wantedSegments(
  steps: Iterable<SegmentStep>,
  wish: { reach: Reach; done: ReadonlySet<string>; below?: Bound | undefined },
): { chosen: SegmentStep[]; completeSince: string } {
  const chosen: SegmentStep[] = [];
  let completeSince = "";
  let size = 0;
  for (const step of steps) {
    size += step.ref.raw_bytes;
    if (step.end && isBeyond(step.end, size, wish.reach)) {
      break;
    }
    completeSince = step.ref.published;
    if (!wish.done.has(step.ref.raw_sha256) && (!wish.below || isBefore(startOf(step.ref), wish.below))) {
      chosen.push(step);
    }
  }
  return { chosen, completeSince };
}

/**
 * Below which place segments have to start for who is complete since a time to lack them.
 *
 * Where several start at that time, it isn't known which of them are held: all of them are read.
 */
export function lackedBelow(snapshot: Pick<SnapshotList, "segments">, since: string): Bound {
  const several = snapshot.segments.filter((ref) => ref.published === since).length > 1;
  return [since, several ? AFTER_ALL : ""];
}

function isBeyond(end: Bound, size: number, reach: Reach): boolean {
  return end[0] < reach.since || size > (reach.maxRawBytes || size);
}

export function isBefore(a: Bound, b: Bound): boolean {
  return a[0] === b[0] ? compare(a[1], b[1]) < 0 : a[0] < b[0];
}

/** The path by which a segment can be had: compressed, else plain (from a reader's pack), else null. */
export function carried(ref: SegmentRef, available: Available): string | null {
  const paths = [bundlePath(ref.sha256), rawBundlePath(ref.raw_sha256)];
  return paths.find(available) ?? null;
}
