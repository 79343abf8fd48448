// Builds an index in small steps: new segments of what changed, larger ones of these.

import type { Index } from "./index.ts";
import type { SegmentNote } from "./list.ts";
import { due, merge, type Part } from "./merging.ts";
import { Gone } from "./rows.ts";
import type { Change } from "./shelf.ts";
import { Gathering, Writer } from "./writing.ts";

/** So many changes are asked for at once, and so many of their articles. */
const CHANGES = 1_000;
const ARTICLES = 8;
/** A segment is closed when its texts have so many words. */
const FULL = 120_000;
/** Milliseconds of work between pauses; bytes between commits. */
const SLICE = 8;
const WAITING = 1 << 20;

/** Waits until whatever else is to be done has been done. */
export type Pause = () => Promise<void>;

/**
 * Do a part of what there is to do, and commit it; false: there was nothing.
 *
 * `pause` is called after a few milliseconds of work. An index that can't be read is begun anew. Raises: LibraryLocked
 * where another tab builds, too; LibraryError.
 */
export async function build(index: Index, pause: Pause): Promise<boolean> {
  try {
    return await step(index, pause);
  } catch (error) {
    if (error instanceof Gone && (await index.isCurrent())) {
      await index.shelf.restart();
    } else if (!(error instanceof Gone)) {
      throw error;
    }
    return true;
  }
}

async function step(index: Index, pause: Pause): Promise<boolean> {
  await index.refresh();
  const changes = await index.shelf.changes(CHANGES);
  const breathe = breathing(pause);
  const { segments } = index.list;
  const first = due(segments, changes.length > 0);
  if (first >= 0) {
    await join(index, first, segments.length, breathe);
    return true;
  }
  if (changes.length > 0) {
    await take(index, changes, breathe);
    return true;
  }
  const stale = segments.findIndex(({ dead }) => dead.length > 0);
  if (stale >= 0) {
    await join(index, stale, stale + 1, breathe);
  }
  return stale >= 0;
}

/** Pauses where the last pause was some milliseconds ago. */
function breathing(pause: Pause): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since > SLICE) {
      await pause();
      since = performance.now();
    }
  };
}

/** Make a segment of the first of these changes; what the index had of their articles is dead from then on. */
async function take(index: Index, changes: readonly Change[], breathe: () => Promise<void>): Promise<void> {
  const gathering = new Gathering();
  const seen: Change[] = [];
  while (seen.length < changes.length && gathering.size < FULL) {
    const some = changes.slice(seen.length, seen.length + ARTICLES);
    for (const article of await index.shelf.articles(some)) {
      if (article && !gathering.has(article)) {
        gathering.add(article);
        await breathe();
      }
    }
    seen.push(...some);
  }
  const { next } = index.list;
  const segments = index.view.parts.map((part) => without(part, seen));
  const writer = new Writer(next);
  const articles = gathering.articles.keys.length;
  const puts = articles > 0 ? writer.finish(await gathering.write(writer, breathe)) : [];
  const added = articles > 0 ? [{ segment: next, articles, dead: [] }] : [];
  const left = [...segments, ...added].filter((note) => note.articles > note.dead.length);
  const gone = segments.filter((note) => !left.includes(note)).map((note) => note.segment);
  await index.commit({ gone: [next, ...gone], puts }, { next: next + 1, segments: left }, seen);
}

function without({ segment, dead }: Part, changes: readonly Change[]): SegmentNote {
  const numbers = changes.map(({ edition, key }) => segment.numberOf(edition, key));
  const all = new Set([...dead, ...numbers.filter((number): number is number => number !== undefined)]);
  return { segment: segment.number, articles: segment.articles.keys.length, dead: [...all] };
}

/** Make one segment of these, without their dead articles. */
async function join(index: Index, first: number, end: number, breathe: () => Promise<void>): Promise<void> {
  const { next, segments } = index.list;
  const parts = index.view.parts.slice(first, end);
  const writer = new Writer(next);
  let gone = [next];
  const articles = await merge(index.view.rows, parts, writer, async () => {
    const puts = writer.waiting > WAITING ? writer.take() : [];
    if (puts.length > 0) {
      await index.commit({ gone, puts });
      gone = [];
    }
    await breathe();
  });
  const joined = { segment: next, articles: articles.keys.length, dead: [] };
  const list = [...segments.slice(0, first), joined, ...segments.slice(end)].filter((note) => note.articles > 0);
  gone = [...gone, ...parts.map(({ segment }) => segment.number)];
  await index.commit({ gone, puts: writer.finish(articles) }, { next: next + 1, segments: list });
}
