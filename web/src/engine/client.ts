// What pages import: the engine's workers, started as they are needed, as two typed interfaces.

import type { News, Reading, Syncing } from "./api.ts";
import { type Answer, EngineError, Line, type Question, type Role, remote } from "./calls.ts";
import { READING, SYNCING } from "./names.ts";

export { EngineError } from "./calls.ts";

/** How a page has workers made. `own`: where the app's own cryptography lies, for browsers that lack it. */
export interface Makers {
  readonly worker: (name: Role) => Worker;
  readonly own: string;
}

/** The engine as the pages see it. `storage`: "memory" where the browser keeps nothing. `listen` answers how to stop. */
export interface Engine {
  readonly reading: Reading;
  readonly syncing: Syncing;
  readonly storage: "kept" | "memory";
  listen(told: (news: News) => void): () => void;
}

/**
 * Start the engine: the worker that reads, at once; the one that syncs, when it is first asked for something. Where
 * nothing can be kept, one worker does both. Rejects where the worker's script can't be had; with
 * EngineError where the library can't be opened (`newer-schema`, `locked`).
 */
export async function startEngine(makers: Makers): Promise<Engine> {
  const listeners = new Set<(news: News) => void>();
  const tell = (news: News) => {
    for (const listener of listeners) {
      listener(news);
    }
  };
  const read = await start(makers, "read", tell);
  const others = otherPages((news) => {
    read.send({ kind: "news", news });
    tell(news);
  });
  // What a sync brings is read, and put into the index, by the other worker; and other pages want to show it.
  const pass = (news: News) => {
    read.send({ kind: "news", news });
    others?.postMessage(news);
    tell(news);
  };
  let syncing: Promise<Running> | null = read.storage === "memory" ? Promise.resolve(read) : null;
  const begin = () => {
    syncing ??= start(makers, "sync", pass).catch((error: unknown) => {
      syncing = null;
      throw error;
    });
    return syncing;
  };
  return {
    reading: remote(READING, (name, values) => read.line.call(name, values)),
    syncing: remote(SYNCING, async (name, values) => (await begin()).line.call(name, values)),
    storage: read.storage,
    listen: (told) => {
      listeners.add(told);
      return () => listeners.delete(told);
    },
  };
}

/** The other pages of the app, where the browser has them talk to each other. `told`: what their syncs bring. */
function otherPages(told: (news: News) => void): BroadcastChannel | null {
  if (typeof BroadcastChannel === "undefined") {
    return null;
  }
  const channel = new BroadcastChannel("tamizdat");
  channel.onmessage = ({ data }: MessageEvent<News>) => told(data);
  return channel;
}

/** A worker that said that it is ready. */
interface Running {
  readonly line: Line;
  readonly storage: "kept" | "memory";
  readonly send: (question: Question) => void;
}

function start(makers: Makers, role: Role, tell: (news: News) => void): Promise<Running> {
  return new Promise((ready, failed) => {
    const worker = makers.worker(role);
    const send = (question: Question) => worker.postMessage(question);
    const line = new Line(send);
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      if (data.kind === "ready") {
        ready({ line, storage: data.storage, send });
      } else if (data.kind === "unable") {
        worker.terminate();
        failed(new EngineError(data.trouble));
      } else if (data.kind === "news") {
        tell(data.news);
      } else {
        line.take(data);
      }
    };
    worker.onerror = (event) => {
      const message = event.message || "the app's engine can't be loaded";
      line.end({ code: "error", message, fields: {} });
      failed(new Error(message));
    };
    send({ kind: "start", role, own: makers.own });
  });
}
