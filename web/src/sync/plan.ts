// Which bundles bring an edition up to date: pure decisions. docs/format.md, section 10.4.

import { compare } from "../format/bytes.ts";
import { type DeltaRef, type SegmentRef, type SnapshotList, startOf } from "../format/catalog.ts";
import { bundlePath, rawBundlePath } from "../format/names.ts";
import type { Bound } from "../library/values.ts";

/** Bytes that one more request is worth, when two ways lead to the same version. */
const REQUEST_COST = 4096;

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

interface Way {
  readonly cost: number;
  readonly path: readonly DeltaRef[];
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
  const edges = [...deltas].filter(
    (delta) => start < delta.to && delta.to <= goal && wish.available(bundlePath(delta.sha256)),
  );
  const best = new Map<number, Way>([[start, { cost: 0, path: [] }]]);
  const open = new Set([start]);
  while (open.size > 0) {
    const at = cheapest(open, best);
    open.delete(at);
    const way = best.get(at);
    if (at === goal || !way) {
      return way?.path ?? null;
    }
    for (const delta of edges.filter((each) => serves(each, at, wish.prefixes))) {
      const cost = way.cost + delta.bytes + REQUEST_COST;
      if (cost < (best.get(delta.to)?.cost ?? Number.POSITIVE_INFINITY)) {
        best.set(delta.to, { cost, path: [...way.path, delta] });
        open.add(delta.to);
      }
    }
  }
  return null;
}

function cheapest(open: ReadonlySet<number>, best: ReadonlyMap<number, Way>): number {
  const cost = (version: number) => best.get(version)?.cost ?? 0;
  return [...open].reduce((a, b) => (cost(b) < cost(a) || (cost(b) === cost(a) && b < a) ? b : a));
}

function serves(delta: DeltaRef, at: number, prefixes: boolean): boolean {
  return delta.prefix ? delta.from === at && prefixes : delta.from <= at && at < delta.to;
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
