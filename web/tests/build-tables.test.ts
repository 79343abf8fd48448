// Tables that are bundled in a shorter form are the same tables.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lettersModule, rulesModule } from "../build/tables.ts";

const SOURCE = join(import.meta.dirname, "..", "src");

/** What a module's source gives. */
async function given(source: string): Promise<unknown> {
  const found: { default: unknown } = await import(
    /* @vite-ignore */ `data:text/javascript;base64,${Buffer.from(source).toString("base64")}`
  );
  return found.default;
}

test("letters are the same in their shorter form", async () => {
  const text = readFileSync(join(SOURCE, "format", "letters.json"), "utf8");
  expect(JSON.stringify(await given(lettersModule(JSON.parse(text))))).toBe(JSON.stringify(JSON.parse(text)));
});

test("rules are the same in their shorter form", async () => {
  const text = readFileSync(join(SOURCE, "search", "rules.json"), "utf8");
  expect(JSON.stringify(await given(rulesModule(text)))).toBe(JSON.stringify(JSON.parse(text)));
});
