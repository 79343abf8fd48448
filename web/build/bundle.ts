// One script of the app from one entry, in memory: a single file each, since every further file is a further round trip.

import { join } from "node:path";
import { build, type InlineConfig } from "vite";

const ROOT = join(import.meta.dirname, "..");

/** The oldest browsers that the app runs in: what they can't read is written otherwise, or refused by the check. */
export const TARGETS = ["chrome80", "firefox78", "safari14"];

export interface Bundle {
  readonly script: string;
  /** The style sheets that the entry imports, as one; empty where it imports none. */
  readonly style: string;
}

/** Bundle `entry` (relative to web/) as an ES module, or as a classic script: workers of 2020 run no other. */
export async function bundle(entry: string, format: "es" | "iife"): Promise<Bundle> {
  const results = await build(settings(entry, format));
  const output = [results].flat().flatMap((result) => ("output" in result ? result.output : []));
  const scripts = output.filter((file) => file.type === "chunk");
  const [script] = scripts;
  if (!script || scripts.length > 1) {
    throw new Error(`${entry} became ${scripts.length} scripts instead of one`);
  }
  const styles = output.flatMap((file) => (file.fileName.endsWith(".css") && "source" in file ? [file.source] : []));
  return { script: script.code, style: styles.map(String).join("") };
}

function settings(entry: string, format: "es" | "iife"): InlineConfig {
  return {
    configFile: false,
    envDir: false,
    root: ROOT,
    base: "./",
    mode: "production",
    logLevel: "warn",
    publicDir: false,
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
        output: { format, codeSplitting: false, comments: false },
      },
    },
  };
}
