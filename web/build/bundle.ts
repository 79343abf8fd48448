// Scripts of the app from an entry, in memory. A single file each, since every further file is a further round trip;
// but for the page, whose languages and further screens are fetched only by whom they serve.

import { join } from "node:path";
import { build, type InlineConfig } from "vite";
import { compactTables } from "./tables.ts";

const ROOT = join(import.meta.dirname, "..");

/** The oldest browsers that the app runs in: what they can't read is written otherwise, or refused by the check. */
export const TARGETS = ["chrome80", "firefox78", "safari14"];

export interface Bundle {
  readonly script: string;
  /** The style sheets that the entry imports, as one; empty where it imports none. */
  readonly style: string;
}

/** A page's script with those that it imports as they are needed. */
export interface PageBundle {
  /** The entry first. `file`: the name by which the others import it; `name`: what it is. */
  readonly scripts: readonly { readonly name: string; readonly file: string; readonly script: string }[];
  readonly style: string;
}

/**
 * Bundle `entry` (relative to web/) as a classic script: workers of 2020 run no other. `words`: texts that stand for
 * names which the source leaves open.
 */
export async function bundle(entry: string, words: Readonly<Record<string, string>> = {}): Promise<Bundle> {
  const { scripts, style } = await outputOf(entry, { format: "iife", codeSplitting: false }, words);
  const [only] = scripts;
  if (!only || scripts.length > 1) {
    throw new Error(`${entry} became ${scripts.length} scripts instead of one`);
  }
  return { script: only.script, style };
}

/** Bundle `entry` (relative to web/) as an ES module, named `page`, that imports the rest of its scripts. */
export async function bundlePage(entry: string): Promise<PageBundle> {
  return outputOf(entry, {
    format: "es",
    hashCharacters: "hex",
    entryFileNames: "page-[hash:16].js",
    chunkFileNames: (chunk) => `${nameOf(chunk.facadeModuleId ?? "")}-[hash:16].js`,
  });
}

/** What a script is, by the module that it was made for: a language's words, more of the page, or what others share. */
function nameOf(module: string): string {
  const language = /\/ui\/strings\/([a-z]+)\.ts$/.exec(module)?.[1];
  return language ? `words-${language}` : module ? "more" : "common";
}

type Output = NonNullable<NonNullable<InlineConfig["build"]>["rolldownOptions"]>["output"];

async function outputOf(
  entry: string,
  output: Output,
  words: Readonly<Record<string, string>> = {},
): Promise<PageBundle> {
  // What runs this file said "development", by which Vite would write places of the source into the page.
  Object.assign(process.env, { NODE_ENV: "production" });
  const results = await build(settings(entry, output, words));
  const files = [results].flat().flatMap((result) => ("output" in result ? result.output : []));
  const scripts = files.flatMap((file) =>
    file.type === "chunk"
      ? [{ name: file.isEntry ? "page" : nameOf(file.facadeModuleId ?? ""), file: file.fileName, script: file.code }]
      : [],
  );
  const styles = files.flatMap((file) => (file.fileName.endsWith(".css") && "source" in file ? [file.source] : []));
  return { scripts, style: styles.map(String).join("") };
}

function settings(entry: string, output: Output, words: Readonly<Record<string, string>>): InlineConfig {
  return {
    configFile: false,
    envDir: false,
    root: ROOT,
    base: "./",
    mode: "production",
    logLevel: "warn",
    publicDir: false,
    plugins: [compactTables()],
    define: Object.fromEntries(Object.entries(words).map(([name, text]) => [name, JSON.stringify(text)])),
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    build: {
      write: false,
      target: TARGETS,
      cssTarget: TARGETS,
      cssCodeSplit: false,
      // A picture in a style sheet would need `data:` in the policy; there is none.
      assetsInlineLimit: 0,
      modulePreload: false,
      sourcemap: false,
      reportCompressedSize: false,
      rolldownOptions: {
        input: join(ROOT, entry),
        output: { ...output, comments: false },
      },
    },
  };
}
