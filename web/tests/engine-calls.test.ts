// A call finds its way to the other thread and back: what it answers, what it tells meanwhile, and what went wrong.

import { describe, expect, test } from "vitest";
import { type Answer, answer, EngineError, Line, type Method, type Question, remote } from "../src/engine/calls.ts";

interface Room {
  add(one: number, other: number): Promise<number>;
  count(to: number, told: (number: number) => void): Promise<string>;
  fail(): Promise<never>;
  hang(): Promise<never>;
}

const METHODS = new Map<string, Method>([
  ["add", async (one, other) => Number(one) + Number(other)],
  [
    "count",
    async (to, told) => {
      for (let at = 1; at <= Number(to) && typeof told === "function"; at += 1) {
        told(at);
      }
      return "counted";
    },
  ],
  ["fail", () => Promise.reject(new RangeError("too far"))],
  ["hang", () => new Promise(() => {})],
]);

/** Both ends; whatever goes between is cloned, as between threads. */
function connected(): { room: Room; line: Line } {
  const trouble = (error: unknown) => ({ code: "odd", message: String(error), fields: { far: 1 } });
  const back = (told: Answer) => line.take(structuredClone(told));
  const line: Line = new Line((question: Question) => {
    const heard = structuredClone(question);
    if (heard.kind === "call") {
      answer(METHODS, heard, back, trouble);
    }
  });
  return { room: remote<Room>(["add", "count", "fail", "hang"], (name, values) => line.call(name, values)), line };
}

describe("a call", () => {
  test("is answered, each by its own answer", async () => {
    const { room } = connected();
    expect(await Promise.all([room.add(1, 2), room.add(3, 4)])).toEqual([3, 7]);
  });

  test("tells of its progress before it is answered", async () => {
    const { room } = connected();
    const told: unknown[] = [];
    told.push(await room.count(3, (number) => told.push(number)));
    expect(told).toEqual([1, 2, 3, "counted"]);
  });

  test("rejects with code, message and fields of what went wrong", async () => {
    const failed = connected().room.fail();
    await expect(failed).rejects.toBeInstanceOf(EngineError);
    await expect(failed).rejects.toMatchObject({ code: "odd", message: "RangeError: too far", fields: { far: 1 } });
  });

  test("rejects when the worker ends", async () => {
    const { room, line } = connected();
    const waiting = room.hang();
    line.end({ code: "error", message: "gone", fields: {} });
    await expect(waiting).rejects.toMatchObject({ code: "error", message: "gone" });
  });

  test("of something that isn't there rejects", async () => {
    const { line } = connected();
    await expect(line.call("constructor", [])).rejects.toMatchObject({ code: "odd" });
  });
});
