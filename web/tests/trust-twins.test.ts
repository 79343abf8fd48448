// Random states, made by tests/straying.py: what Python's verifier accepts is accepted here, and nothing else.
//
// `TAMIZDAT_STORIES` names the file. pytest makes it and runs this test; without it it is passed over.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { TamizdatError } from "../src/errors.ts";
import { fromHex } from "../src/format/bytes.ts";
import type { Held } from "../src/format/state.ts";
import { accept } from "../src/trust/index.ts";
import { hold, mirror, termsOf } from "./stories.ts";
import { list, member, members, table, text } from "./vectors.ts";

const { TAMIZDAT_STORIES = "" } = process.env;
type Step = ReadonlyMap<string, unknown>;

describe.skipIf(!TAMIZDAT_STORIES)("random states", () => {
  test("are accepted and refused by both verifiers alike", async () => {
    const stories = list(list(members))(JSON.parse(readFileSync(TAMIZDAT_STORIES, "utf8")));
    expect(stories.length).toBeGreaterThan(50);
    for (const [number, story] of stories.entries()) {
      expect([number, await verdicts(story)]).toEqual([number, story.map(expected)]);
    }
  }, 300_000);
});

async function verdicts(story: readonly Step[]): Promise<unknown[]> {
  const found: unknown[] = [];
  let held: Held | null = null;
  for (const step of story) {
    const files = table((value) => fromHex(text(value)))(step.get("files"));
    try {
      const state = await accept(held, mirror(files), termsOf(step));
      const roots = [...state.roots.keys()].sort((one, other) => one - other);
      found.push({ version: state.catalog.version, roots, restart: state.restart });
      held = hold(state, held);
    } catch (error) {
      // Where several things are wrong, either may say any of them.
      found.push(error instanceof TamizdatError ? "refused" : error);
    }
  }
  return found;
}

function expected(step: Step): unknown {
  return member(step.get("verdict"), "ok", (value) => value) ?? "refused";
}
