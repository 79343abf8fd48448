// A newsroom's trees, made by tests/app_trees.py, and mirrors that show them: honest ones, and others.
//
// `TAMIZDAT_TREES` names the folder. pytest makes it and runs these tests; without it they are passed over.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { FileMissing, Stopped, TooLarge, Unreachable } from "../src/errors.ts";
import { concat, utf8 } from "../src/format/bytes.ts";
import { sha256 } from "../src/format/digest.ts";
import { type Choice, Library } from "../src/library/index.ts";
import { MemoryStore } from "../src/library/memory.ts";
import type { Store } from "../src/library/store.ts";
import { type Means, meet, trust } from "../src/sync/index.ts";
import type { Asking, AskingHead, Meter, Transport } from "../src/transport/base.ts";
import { Inbox } from "../src/transport/inbox.ts";
import { list, member, number, table, text } from "./vectors.ts";

const { TAMIZDAT_TREES = "" } = process.env;
export const TREES = TAMIZDAT_TREES;

/** What a reader holds of an edition after a step: digests of all lines, each with its newline. */
export interface Held {
  readonly articles: number;
  readonly lines: string;
  readonly superseded: string;
}

export interface Step {
  readonly now: number;
  readonly version: number;
  readonly editions: ReadonlyMap<string, Held>;
  readonly files: Files;
}

export interface Story {
  readonly publication: string;
  readonly fingerprint: string;
  readonly last: number;
  readonly step: (at: number) => Step;
}

export type Files = ReadonlyMap<string, Uint8Array>;

/** The newsroom's life; nothing of one where there are no trees. */
export function story(): Story {
  if (!TREES) {
    return {
      publication: "",
      fingerprint: "",
      last: -1,
      step: () => ({ now: 0, version: 0, editions: new Map(), files: new Map() }),
    };
  }
  told = told ?? readStory();
  return told;
}

let told: Story | null = null;

function readStory(): Story {
  const story: unknown = JSON.parse(readFileSync(join(TREES, "story.json"), "utf8"));
  const steps = member(
    story,
    "steps",
    list((step) => ({
      now: member(step, "now", number),
      version: member(step, "version", number),
      editions: member(
        step,
        "editions",
        table((held) => ({
          articles: member(held, "articles", number),
          lines: member(held, "lines", text),
          superseded: member(held, "superseded", text),
        })),
      ),
    })),
  );
  const whole = steps.map((step, at): Step => ({ ...step, files: readTree(join(TREES, String(at))) }));
  return {
    publication: member(story, "publication", text),
    fingerprint: member(story, "fingerprint", text),
    last: whole.length - 1,
    step: (at) => {
      const step = whole[at];
      if (!step) {
        throw new RangeError(`no step ${at}`);
      }
      return step;
    },
  };
}

function readTree(folder: string): Files {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const files = paths.filter((path) => statSync(join(folder, path)).isFile());
  return new Map(files.map((path) => [path, new Uint8Array(readFileSync(join(folder, path)))]));
}

/** What a mirror answers for a path instead of what lies there. */
export type Twist = (path: string, data: Uint8Array | undefined) => Uint8Array | undefined;

/** Bytes that a line still lets through, in all. */
export interface Line {
  left: number;
}

export const ENDLESS: Line = { left: Number.POSITIVE_INFINITY };
const PIECE = 512;

/** A mirror in memory. `line`: cut off where it lets nothing more through. */
export class TreeMirror implements Transport {
  readonly far = false;
  readonly tellsHeld = true;
  readonly asked: string[] = [];
  readonly where: string;
  sent = 0;
  private readonly files: Files;
  private readonly meter: Meter;
  private readonly twist: Twist;
  private readonly line: Line;

  constructor(where: string, files: Files, meter: Meter, twist: Twist = (_, data) => data, line: Line = ENDLESS) {
    this.where = where;
    this.files = files;
    this.meter = meter;
    this.twist = twist;
    this.line = line;
  }

  async fetch(path: string, { maxBytes, partial, signal }: Asking): Promise<Uint8Array> {
    const inbox = partial ?? new Inbox(maxBytes);
    await this.deliver(path, inbox, signal);
    return inbox.bytes();
  }

  async fetchHead(path: string, { maxBytes, held, signal }: AskingHead): Promise<Uint8Array | null> {
    const inbox = new Inbox(maxBytes);
    const data = this.twist(path, this.files.get(path));
    if (held && data && (await sha256(data)) === held.sha256) {
      this.asked.push(path);
      this.meter.requests += 1;
      return null;
    }
    await this.deliver(path, inbox, signal);
    return inbox.bytes();
  }

  private async deliver(path: string, inbox: Inbox, signal: AbortSignal | undefined): Promise<void> {
    this.asked.push(path);
    this.meter.requests += 1;
    const data = this.twist(path, this.files.get(path));
    if (!data) {
      throw new FileMissing({ where: this.where, path });
    }
    for (let at = inbox.length; at < data.length; at += PIECE) {
      await Promise.resolve();
      if (signal?.aborted) {
        throw new Stopped();
      }
      const piece = data.slice(at, at + Math.min(PIECE, this.line.left));
      this.line.left -= piece.length;
      this.meter.bytes += piece.length;
      this.sent += piece.length;
      if (!inbox.fits(piece.length)) {
        inbox.discard();
        throw new TooLarge({ where: this.where, path, limit: inbox.limit });
      }
      inbox.add(piece);
      if (piece.length < Math.min(PIECE, data.length - at)) {
        throw new Unreachable({ where: this.where, path, reason: "the connection was lost" });
      }
    }
  }
}

export const PLACE = "https://news.example/";
export const EN: Choice = { editions: ["en"], media: "none", keep: {}, revisions: false, maxBytes: 0 };

export interface ReaderOptions {
  readonly firstRawBytes?: number;
  readonly store?: Store;
}

/** A reader's library, and the mirrors that answer to addresses. */
export class Reader {
  readonly library: Library;
  readonly opened: TreeMirror[] = [];
  readonly means: Means;
  now: number;
  /** The step that was shown last. */
  shown: Step;
  /** What lies at each address. */
  readonly web = new Map<string, (meter: Meter) => TreeMirror>();

  constructor(step: Step, options: ReaderOptions = {}) {
    this.library = new Library(options.store ?? new MemoryStore());
    this.now = step.now;
    this.shown = step;
    this.means = {
      library: this.library,
      now: () => this.now,
      open: (place, { meter }) => {
        const mirror =
          this.web.get(place)?.(meter) ?? new TreeMirror(place, this.shown.files, meter, undefined, { left: 0 });
        this.opened.push(mirror);
        return mirror;
      },
      ...(options.firstRawBytes === undefined ? {} : { firstRawBytes: options.firstRawBytes }),
    };
    this.show(step);
  }

  /** From now on the publication stands as after this step, at one address. */
  show(step: Step, { twist, line, place = PLACE }: { twist?: Twist; line?: Line; place?: string } = {}): void {
    this.now = step.now;
    this.shown = step;
    this.web.set(place, (meter) => new TreeMirror(place, step.files, meter, twist, line));
  }

  /** Bytes that were sent, in all. */
  get bytes(): number {
    return this.opened.reduce((sum, mirror) => sum + mirror.sent, 0);
  }

  /** Everything that was asked for, in order. */
  get asked(): string[] {
    return this.opened.flatMap((mirror) => mirror.asked);
  }
}

/** A reader who trusts the publication as it stands after a step, and has read nothing yet. */
export async function begun(step: Step, choice: Choice, options: ReaderOptions = {}): Promise<Reader> {
  const reader = new Reader(step, options);
  const met = await meet(reader.means, `${PLACE}#${story().fingerprint}`);
  await trust(reader.means, met, choice);
  return reader;
}

/** By edition: whether the library holds what a reader holds after this step; and its superseded records, if it has any. */
export async function holds(
  { library }: Reader,
  step: Step,
  editions: readonly string[],
): Promise<Record<string, boolean>> {
  const { publication } = story();
  const found: Record<string, boolean> = {};
  for (const code of editions) {
    const { lines, superseded } = step.editions.get(code) ?? { lines: "", superseded: "" };
    const same = (await digestOf(library.records(publication, code))) === lines;
    const { choice } = (await library.publication(publication)) ?? { choice: EN };
    const older = !choice.revisions || (await digestOf(library.superseded(publication, code))) === superseded;
    found[code] = same && older;
  }
  return found;
}

/** Digest of the lines that a library gives, each with its newline. */
export async function digestOf(lines: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const line of lines) {
    pieces.push(line, utf8("\n"));
  }
  return sha256(concat(pieces));
}
