// From plain JSON to checked values: small checks, put together as the tables of docs/format.md are.

import { FormatError } from "../errors.ts";
import { parseJson } from "./json.ts";

/** Gives back what `value` stands for, if it is what it should be. `name` says in the error what is wrong.
 *
 * A member that is missing is undefined. Throws: FormatError.
 */
export type Check<T> = (value: unknown, name: string) => T;

export function refuse(name: string, what: string): never {
  throw new FormatError(`${name}: ${what}`);
}

/** A JSON object, of which nothing else is known. */
export interface Plain {
  readonly type?: unknown;
  readonly [name: string]: unknown;
}

export function isObject(value: unknown): value is Plain {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An integer within these bounds. */
export function integer(least = 0, most = Number.MAX_SAFE_INTEGER): Check<number> {
  return (value, name) =>
    typeof value === "number" && Number.isSafeInteger(value) && value >= least && value <= most
      ? value + 0 // -0 is 0
      : refuse(name, `no integer of ${least} to ${most}`);
}

/** A text of at most so many characters that has this form. */
export function text(most: number, form?: RegExp): Check<string> {
  return (value, name) => {
    if (typeof value !== "string") {
      return refuse(name, "no text");
    }
    if (longer(value, most) || (form && !form.test(value))) {
      return refuse(name, "not of its form, or too long");
    }
    return value;
  };
}

/** Whether a text has more characters than that; one outside the basic plane counts once. */
function longer(value: string, most: number): boolean {
  return value.length > most && (value.length > 2 * most || Array.from(value).length > most);
}

/** One of these, and nothing else. */
export function oneOf<T extends string>(...values: readonly T[]): Check<T> {
  return (value, name) => values.find((each) => each === value) ?? refuse(name, `none of ${values.join(", ")}`);
}

export function truth(value: unknown, name: string): boolean {
  return typeof value === "boolean" ? value : refuse(name, "neither true nor false");
}

/** A list of so many. */
export function list<T>(check: Check<T>, most: number, least = 0): Check<readonly T[]> {
  return (value, name) => items(value, name, most, least).map((item) => check(item, name));
}

/** What stands in a list of so many. */
export function items(value: unknown, name: string, most: number, least = 0): readonly unknown[] {
  const found: readonly unknown[] = Array.isArray(value) ? value : refuse(name, "no list");
  return found.length >= least && found.length <= most ? found : refuse(name, `not ${least} to ${most} of them`);
}

/** An object of at most so many members, whose names are data. */
export function table<T>(key: Check<string>, check: Check<T>, most: number): Check<ReadonlyMap<string, T>> {
  return (value, name) => {
    const entries = isObject(value) ? Object.entries(value) : refuse(name, "no object");
    if (entries.length > most) {
      refuse(name, `more than ${most} of them`);
    }
    return new Map(entries.map(([each, held]) => [key(each, name), check(held, each)]));
  };
}

/** `check`, or the default where the member is missing. */
export function or<T>(check: Check<T>, missing: T): Check<T> {
  return (value, name) => (value === undefined ? missing : check(value, name));
}

/** `check`, or null where the member is missing or null. */
export function orNone<T>(check: Check<T>): Check<T | null> {
  return (value, name) => (value === undefined || value === null ? null : check(value, name));
}

/** A check for each member; members that are not named here are left out. */
export type Members<T> = { readonly [Name in keyof T]-?: Check<T[Name]> };

export function object<T>(members: Members<T>): Check<T> {
  const checks: [string, Check<unknown>][] = Object.entries(members);
  return (value, name) => {
    if (!isObject(value)) {
      return refuse(name, "no object");
    }
    const made: Record<string, unknown> = {};
    for (const [member, check] of checks) {
      made[member] = check(value[member], member);
    }
    // Every member of T was checked by the check of its type: TypeScript can't follow that through a loop.
    return made as T;
  };
}

/** Decode bytes that were verified, or will be refused. Throws: FormatError. */
export function decode<T>(data: Uint8Array, check: Check<T>, limit: number, path: string): T {
  if (data.length > limit) {
    throw new FormatError(`${data.length} bytes, where at most ${limit} may be`, path);
  }
  const value = parseJson(data, path);
  try {
    return check(value, "the whole");
  } catch (error) {
    throw error instanceof FormatError ? new FormatError(error.message, path) : error;
  }
}
