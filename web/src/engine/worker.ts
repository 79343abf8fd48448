// The engine's script, a classic one: Firefox and Safari of the years that we serve have no module workers.
//
// It runs twice, to read and to sync; where the browser keeps nothing, the one that reads does both.

import type { TamizdatError } from "../errors.ts";
import { Library, openStore } from "../library/index.ts";
import type { Store } from "../library/store.ts";
import type { Means } from "../sync/index.ts";
import { openMirror, openSource } from "../transport/index.ts";
import { isNative } from "../trust/index.ts";
import type { News, Trouble } from "./api.ts";
import { type Answer, answer, type Method, type Question } from "./calls.ts";
import { READING, SYNCING } from "./names.ts";
import { Reader } from "./reading.ts";
import { Scripts } from "./scripts.ts";
import { Syncer } from "./syncing.ts";

/** What of a worker's surroundings is used here; the library of types knows pages only. */
interface Scope extends Surroundings {
  onmessage: ((event: MessageEvent<Question>) => void) | null;
  postMessage(answer: Answer): void;
}

type Surroundings = ConstructorParameters<typeof Scripts>[0];

/** What the script of `finding.ts` is called, beside this one; the build puts it here. */
declare const SEARCH_SCRIPT: string;

const scope: Scope = globalThis as unknown as Scope;
const now = () => Math.floor(Date.now() / 1000);
const send = (message: Answer) => scope.postMessage(message);
let begun: Promise<Engine> | null = null;

/** A method of a room; the page's end of the call has seen to its arguments. */
type Called = (...values: never[]) => Promise<unknown>;

interface Engine {
  readonly methods: ReadonlyMap<string, Method>;
  readonly reader: Reader | null;
}

scope.onmessage = ({ data }) => {
  if (data.kind === "start") {
    begun = start(data);
  } else if (data.kind === "news") {
    heard(data.news);
  } else {
    call(data);
  }
};

async function call(question: Extract<Question, { kind: "call" }>): Promise<void> {
  const engine = await begun;
  if (engine) {
    await answer(engine.methods, question, send, troubleOf);
  }
}

async function start({ role, own }: Extract<Question, { kind: "start" }>): Promise<Engine> {
  try {
    const { store, kept } = await openStore();
    const engine = made(store, { kept, reads: role === "read", own });
    send({ kind: "ready", storage: kept ? "kept" : "memory" });
    keepIndex(engine.reader);
    return engine;
  } catch (error) {
    send({ kind: "unable", trouble: troubleOf(error) });
    throw error;
  }
}

interface Part {
  readonly kept: boolean;
  readonly reads: boolean;
  readonly own: string;
}

function made(store: Store, { kept, reads, own }: Part): Engine {
  const syncs = !(kept && reads);
  const scripts = new Scripts(scope, [own, SEARCH_SCRIPT]);
  const reader = reads ? new Reader({ ...lentToReader(scripts), library: new Library(store), kept }) : null;
  const tell = (news: News) => {
    send({ kind: "news", news });
    keepIndex(reader);
  };
  const prepare = async () => {
    if (!(await isNative())) {
      scripts.load(own);
    }
  };
  const syncer = syncs ? new Syncer({ store, now, open: opener(), prepare, tell }) : null;
  const methods = [...(reader ? methodsOf(reader, READING) : []), ...(syncer ? methodsOf(syncer, SYNCING) : [])];
  return { methods: new Map(methods), reader };
}

function lentToReader(scripts: Scripts) {
  const finding = () => {
    scripts.load(SEARCH_SCRIPT);
    if (!globalThis.tamizdatFinding) {
      throw new TypeError("the script for search isn't one");
    }
    return globalThis.tamizdatFinding;
  };
  return { now, finding, tell: (news: News) => send({ kind: "news", news }) };
}

function methodsOf<N extends string>(room: { [name in N]: Called }, names: readonly N[]): [string, Method][] {
  return names.map((name) => [name, async (...values) => Reflect.apply(room[name], room, values)]);
}

async function heard(news: News): Promise<void> {
  const engine = await begun;
  if (news.kind === "changed") {
    keepIndex(engine?.reader ?? null);
  }
}

/** Where it fails, for want of space, say, the next change or start goes on. */
function keepIndex(reader: Reader | null): void {
  reader?.keepIndex().catch(() => {});
}

function opener(): Means["open"] {
  const home = new URL(scope.location.href);
  return (place, { typed, meter }) => (typed ? openSource : openMirror)(place, { meter, home });
}

/** An error as it crosses; those of the script for search are of its own copy of the classes. */
function troubleOf(error: unknown): Trouble {
  const { message, code = "error", fields = {} }: Partial<TamizdatError> = error instanceof Error ? error : {};
  return { code: typeof code === "string" ? code : "error", message: message ?? String(error), fields };
}
