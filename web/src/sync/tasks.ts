// What an edition still needs: files to fetch and apply, as plain values. docs/format.md, section 10.4.

import type { DeltaRef, Edition, ListRef, SegmentRef } from "../format/catalog.ts";
import { bundlePath, listPath } from "../format/names.ts";
import type { Bound, Standing } from "../library/values.ts";
import type { ReadBack } from "./choices.ts";

/** A file to fetch: its path, exact size in bytes, and SHA-256. */
export interface Wanted {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

export function wantedList(ref: ListRef): Wanted {
  return { path: listPath(ref.sha256), bytes: ref.bytes, sha256: ref.sha256 };
}

/** Fetch and apply one delta. */
export interface DeltaTask {
  readonly kind: "delta";
  readonly edition: string;
  readonly ref: DeltaRef;
  readonly wanted: Wanted;
}

/** Fetch and apply one segment, or a part of the tombstones; `end` is where the next one starts. */
export interface SegmentTask {
  readonly kind: "segment" | "tombstones";
  readonly edition: string;
  readonly ref: SegmentRef;
  readonly end: Bound | null;
  /** It travels plain, in a pack that a reader made. */
  readonly plain: boolean;
  readonly wanted: Wanted;
}

/**
 * Apply news that another reader put into a pack, which bring the edition to version `to`.
 *
 * `since`: where it isn't held whole, from when on that is proven; what is older goes.
 */
export interface NewsTask {
  readonly kind: "news";
  readonly edition: string;
  readonly wanted: Wanted;
  readonly to: number;
  readonly since: string;
}

export type Task = DeltaTask | SegmentTask | NewsTask;

export function deltaTask(edition: string, ref: DeltaRef): DeltaTask {
  return {
    kind: "delta",
    edition,
    ref,
    wanted: { path: bundlePath(ref.sha256), bytes: ref.bytes, sha256: ref.sha256 },
  };
}

export function segmentTask(
  edition: string,
  ref: SegmentRef,
  at: { path: string; end: Bound | null; tombstones: boolean },
): SegmentTask {
  const plain = at.path.endsWith(".jsonl");
  const [bytes, sha256] = plain ? [ref.raw_bytes, ref.raw_sha256] : [ref.bytes, ref.sha256];
  const kind = at.tombstones ? "tombstones" : "segment";
  return { kind, edition, ref, end: at.end, plain, wanted: { path: at.path, bytes, sha256 } };
}

/**
 * What one edition still needs, in the order in which it is applied. `missing` can't be had here.
 *
 * Where segments are read, `version` is where they lead, `completeSince` how far back (null: none are read), and
 * `noTombstones` says that the snapshot has none. `later`: what will be asked for once the tasks are done.
 */
export interface EditionPlan extends ReadBack {
  readonly code: string;
  readonly edition: Edition;
  standing: Standing;
  tasks: Task[];
  later: Task[];
  missing: string[];
  version: number;
  completeSince: string | null;
  noTombstones: boolean;
}

export function emptyPlan(code: string, edition: Edition, standing: Standing, how: ReadBack): EditionPlan {
  const { reach, older, leaves } = how;
  const nothing = { tasks: [], later: [], missing: [], version: 0, completeSince: null, noTombstones: false };
  return { code, edition, reach, older, leaves, standing, ...nothing };
}

/** Whether the edition stands below the catalog's version. */
export function isBehind(plan: EditionPlan): boolean {
  return plan.standing.version < plan.edition.version;
}

/** Whether a snapshot is still to be finished; what leads on from it waits until then. */
export function isSettling(plan: EditionPlan): boolean {
  return plan.completeSince !== null;
}

/** Whether every part of the snapshot was applied. */
export function isSettled(plan: EditionPlan): boolean {
  const parts = plan.tasks.some((task) => task.kind === "segment" || task.kind === "tombstones");
  return isSettling(plan) && plan.missing.length === 0 && !parts;
}

/** Nothing left: the edition stands at the catalog's version, as far back as was asked for. */
export function isDone(plan: EditionPlan): boolean {
  return plan.tasks.length === 0 && plan.missing.length === 0 && !isSettling(plan);
}

export function sizeOf(files: Iterable<{ readonly wanted: Wanted }>): number {
  let size = 0;
  for (const { wanted } of files) {
    size += wanted.bytes;
  }
  return size;
}

/** The SHA-256 of every file that is planned, and of every list that its catalog names. */
export function namedDigests(plans: Iterable<EditionPlan>): Set<string> {
  const named = new Set<string>();
  for (const { tasks, later, edition } of plans) {
    const lists = [edition.history, edition.snapshot, edition.revisions, edition.media];
    for (const file of [...tasks.map((task) => task.wanted), ...later.map((task) => task.wanted), ...lists]) {
      if (file) {
        named.add(file.sha256);
      }
    }
  }
  return named;
}
