// Reads the vectors that Python is held to as well, and checks their form: they come from outside.

import { readFileSync } from "node:fs";
import { join } from "node:path";

type Check<T> = (value: unknown) => T;

/** The cases of a file in tests/vectors/search. */
export function vectors<T>(name: string, check: Check<T>): T[] {
  const file = join(import.meta.dirname, "..", "..", "tests", "vectors", "search", `${name}.json`);
  return list(check)(JSON.parse(readFileSync(file, "utf8")));
}

export function text(value: unknown): string {
  if (typeof value !== "string") {
    throw new TypeError("not a text");
  }
  return value;
}

export function number(value: unknown): number {
  if (typeof value !== "number") {
    throw new TypeError("not a number");
  }
  return value;
}

export function truth(value: unknown): boolean {
  if (typeof value !== "boolean") {
    throw new TypeError("neither true nor false");
  }
  return value;
}

export function list<T>(check: Check<T>): Check<T[]> {
  return (value) => {
    if (!Array.isArray(value)) {
      throw new TypeError("not a list");
    }
    return value.map((each: unknown) => check(each));
  };
}

/** The members of an object, by name. */
export function members(value: unknown): ReadonlyMap<string, unknown> {
  if (typeof value !== "object" || value === null) {
    throw new TypeError("not an object");
  }
  return new Map<string, unknown>(Object.entries(value));
}

/** What a member is, once checked; a member that is missing is undefined. */
export function member<T>(value: unknown, name: string, check: Check<T>): T {
  return check(members(value).get(name));
}

export function table<T>(check: Check<T>): Check<Map<string, T>> {
  return (value) => new Map([...members(value)].map(([name, each]) => [name, check(each)]));
}

/** A text, so many times. */
export function repeated(value: unknown): string {
  const times = members(value).get("times");
  return member(value, "text", text).repeat(times === undefined ? 1 : number(times));
}

/** A text, or pieces of one, each so many times. */
export function whole(value: unknown): string {
  if (typeof value === "string") {
    return value;
  }
  return list((piece) => {
    const [part, times] = list((each) => each)(piece);
    return text(part).repeat(number(times));
  })(value).join("");
}
