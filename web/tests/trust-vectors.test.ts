// The verifier agrees with Python's on every vector, whoever does the cryptography.

import { beforeAll, describe, expect, test } from "vitest";
import { TamizdatError } from "../src/errors.ts";
import { textOf, utf8 } from "../src/format/bytes.ts";
import { parseJson } from "../src/format/json.ts";
import type { Held } from "../src/format/state.ts";
import { canonical } from "../src/trust/canonical.ts";
import type { Own } from "../src/trust/ed25519.ts";
import { accept, freshness } from "../src/trust/index.ts";
import { readRoot, readSnapshot, readTargets, readTimestamp } from "../src/trust/metadata.ts";
import { checkIdle, checkSigned } from "../src/trust/trusted.ts";
import { cases, differing, type Input, octets } from "./format.ts";
import { change, hold, mirror, termsOf } from "./stories.ts";
import { list, members, number, text } from "./vectors.ts";
import "../src/trust/own.ts";

const OWN: Own | undefined = globalThis.tamizdatOwn;
const READERS = { root: readRoot, timestamp: readTimestamp, snapshot: readSnapshot, targets: readTargets };

describe("the vectors of what needs no signature", () => {
  test("canonical forms", async () => {
    const judge = (given: Input) => textOf(canonical(parseJson(utf8(text(given.get("json"))))));
    expect(await differing("canonical", judge)).toEqual({});
  });

  test("freshness", async () => {
    expect(await differing("freshness", (given, { clock }) => freshness(number(given.get("signed")), clock))).toEqual(
      {},
    );
  });
});

describe.each([
  ["the browser's cryptography", undefined],
  ["our own", OWN],
])("the vectors of trust, by %s", (_name, own) => {
  beforeAll(() => {
    globalThis.tamizdatOwn = own;
  });

  test("metadata files", async () => {
    expect(await differing("metadata", judgeMetadata)).toEqual({});
  });

  test("sequences of states", async () => {
    const all = cases("sequence");
    expect(all.length).toBeGreaterThan(80);
    for (const { id, input, expect: expected } of all) {
      expect([id, await verdicts(input)]).toEqual([id, list((each) => each)(expected.get("steps"))]);
    }
  }, 30_000);
});

async function judgeMetadata(given: Input): Promise<boolean> {
  const found = text(given.get("role"));
  const role = (["root", "timestamp", "snapshot", "targets"] as const).find((each) => each === found) ?? "root";
  const root = readRoot(octets(given.get("root")), "root").signed;
  const file = READERS[role](octets(given.get("data")), `metadata/1.${role}.json`);
  checkIdle(file, await checkSigned(file, role, root));
  return true;
}

/** What a reader says at each step, who goes on with what it had after an error. */
async function verdicts(input: Input): Promise<unknown[]> {
  const files = new Map<string, Uint8Array>();
  const found: unknown[] = [];
  let held: Held | null = null;
  for (const step of list(members)(input.get("steps"))) {
    change(files, step);
    try {
      const state = await accept(held, mirror(files), termsOf(step));
      found.push({
        ok: { version: state.catalog.version, root: Math.max(...state.roots.keys()), restart: state.restart },
      });
      held = hold(state, held);
    } catch (error) {
      if (!(error instanceof TamizdatError)) {
        throw error;
      }
      found.push({ error: error.code });
    }
  }
  return found;
}
