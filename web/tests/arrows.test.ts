// Which room may import which: the arrows of the house, read from the source. The same as tests/test_arrows.py.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "vitest";

const SOURCE = join(import.meta.dirname, "..", "src");
const FILES = readdirSync(SOURCE, { recursive: true, encoding: "utf8" }).filter((file) => /\.tsx?$/.test(file));
const IMPORT = /\b(?:import|export)\b[^;'"]*?\bfrom\s*["']([^"']+)["']|\bimport\s*\(?\s*["']([^"']+)["']/g;

const BASE = ["errors", "format"];
const PILLARS = ["trust", "transport", "library", "search", "render"];
const WORKFLOWS = ["sync", "pack"];
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  format: ["errors"],
  ...Object.fromEntries(PILLARS.map((room) => [room, BASE])),
  ...Object.fromEntries(WORKFLOWS.map((room) => [room, [...BASE, ...PILLARS]])),
  engine: [...BASE, ...PILLARS, ...WORKFLOWS],
  ui: [...BASE, "render", "engine", "shell"],
  shell: BASE,
};

/** Which room may use which package, its submodules included. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  trust: ["@noble/ed25519", "@noble/hashes"],
  ui: ["preact"],
};

function roomOf(file: string): string {
  return file.split("/")[0]?.replace(/\.tsx?$/, "") ?? "";
}

function imported(text: string): string[] {
  return [...text.matchAll(IMPORT)].map((found) => found[1] ?? found[2] ?? "");
}

/** The rooms that a file of `web/src` imports, its own left out; a package is named as it stands. */
function rooms(file: string, text: string): string[] {
  const named = imported(text).map((name) =>
    name.startsWith(".") ? roomOf(normalize(join(dirname(file), name))) : name,
  );
  return named.filter((room) => room !== roomOf(file));
}

describe("the arrows of web/src", () => {
  for (const file of FILES) {
    test(`${file} imports only what they allow`, () => {
      expect(Object.keys(ARROWS)).toContain(roomOf(file));
      const allowed = ARROWS[roomOf(file)] ?? [];
      const packages = PACKAGES[roomOf(file)] ?? [];
      const free = (name: string) =>
        allowed.includes(name) || packages.some((each) => name === each || name.startsWith(`${each}/`));
      expect(rooms(file, readFileSync(join(SOURCE, file), "utf8")).filter((name) => !free(name))).toEqual([]);
    });
  }

  test("an import is seen in each of its forms, and ascribed to its room", () => {
    const text = `import { a } from "../format/names.ts";\nimport type {\n  B,\n} from '../errors.ts';\nimport "./own.ts";
      export * from "../trust";\nconst lazy = () => import("../sync/plan.ts");\nimport x from "package";`;
    expect(rooms("search/query.ts", text)).toEqual(["format", "errors", "trust", "sync", "package"]);
  });
});
