// Calls between a page and its workers: what travels, and both ends of it.

import type { News, Trouble } from "./api.ts";

/** What a worker is for. The one that reads does both, where the browser keeps nothing. */
export type Role = "read" | "sync";

/** What a page sends. `told`: the last argument is a function, which stays there and is told of progress. */
export type Question =
  | { readonly kind: "start"; readonly role: Role; readonly own: string }
  | {
      readonly kind: "call";
      readonly id: number;
      readonly name: string;
      readonly values: unknown[];
      readonly told: boolean;
    }
  | { readonly kind: "news"; readonly news: News };

/** What a worker sends. */
export type Answer =
  | { readonly kind: "ready"; readonly storage: "kept" | "memory" }
  | { readonly kind: "unable"; readonly trouble: Trouble }
  | { readonly kind: "done"; readonly id: number; readonly value: unknown }
  | { readonly kind: "failed"; readonly id: number; readonly trouble: Trouble }
  | { readonly kind: "progress"; readonly id: number; readonly value: unknown }
  | { readonly kind: "news"; readonly news: News };

/** Any method of the engine, as calls see it. */
export type Method = (...values: unknown[]) => Promise<unknown>;

/** What a call rejects with: the error of another thread, with its code and fields. */
export class EngineError extends Error implements Trouble {
  readonly code: string;
  readonly fields: Trouble["fields"];

  constructor(trouble: Trouble) {
    super(trouble.message);
    this.code = trouble.code;
    this.fields = trouble.fields;
  }
}

/** What is awaited of one worker. */
interface Waiting {
  readonly done: (value: unknown) => void;
  readonly failed: (error: Error) => void;
  readonly told: ((value: unknown) => unknown) | null;
}

/** The page's end of one worker. */
export class Line {
  private readonly waiting = new Map<number, Waiting>();
  private last = 0;
  private readonly send: (question: Question) => void;

  constructor(send: (question: Question) => void) {
    this.send = send;
  }

  /** Call the method of this name. Rejects with EngineError. */
  call(name: string, values: readonly unknown[]): Promise<unknown> {
    this.last += 1;
    const id = this.last;
    const end: unknown = values[values.length - 1];
    const told = typeof end === "function" ? (value: unknown) => Reflect.apply(end, null, [value]) : null;
    return new Promise((done, failed) => {
      this.waiting.set(id, { done, failed, told });
      this.send({ kind: "call", id, name, values: told ? values.slice(0, -1) : [...values], told: told !== null });
    });
  }

  /** Take what the worker sent, if it belongs to a call. */
  take(answer: Answer): void {
    if (answer.kind === "ready" || answer.kind === "unable" || answer.kind === "news") {
      return;
    }
    const waiting = this.waiting.get(answer.id);
    if (answer.kind === "progress") {
      waiting?.told?.(answer.value);
      return;
    }
    this.waiting.delete(answer.id);
    if (answer.kind === "done") {
      waiting?.done(answer.value);
    } else {
      waiting?.failed(new EngineError(answer.trouble));
    }
  }

  /** Fail everything that is awaited: the worker ended. */
  end(trouble: Trouble): void {
    const all = [...this.waiting.values()];
    this.waiting.clear();
    for (const { failed } of all) {
      failed(new EngineError(trouble));
    }
  }
}

/** An interface whose every method is called over there, by `line`. */
export function remote<T extends object>(
  names: readonly (keyof T & string)[],
  line: (name: string, values: unknown[]) => Promise<unknown>,
): T {
  const methods = names.map((name) => [name, (...values: unknown[]) => line(name, values)]);
  // The other end implements the same interface, in the same build.
  return Object.fromEntries(methods) as T;
}

/** The worker's end: answers a call by the method of that name. `trouble`: how an error crosses. */
export async function answer(
  methods: ReadonlyMap<string, Method>,
  question: Extract<Question, { kind: "call" }>,
  send: (answer: Answer) => void,
  trouble: (error: unknown) => Trouble,
): Promise<void> {
  const { id, name, values } = question;
  const told = question.told ? [(value: unknown) => send({ kind: "progress", id, value })] : [];
  try {
    const method = methods.get(name);
    if (!method) {
      throw new TypeError(`the engine has no ${name}`);
    }
    send({ kind: "done", id, value: await method(...values, ...told) });
  } catch (error) {
    send({ kind: "failed", id, trouble: trouble(error) });
  }
}
