// Builds the stand-in page into the folder that is named: a script, its style sheet, and the page with the app's policy.

import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { build } from "vite";
import { POLICY } from "../../src/shell/policy.ts";

const WEB = join(import.meta.dirname, "..", "..");
const folder = resolve(process.argv[process.argv.length - 1] ?? "");

await build({
  configFile: false,
  root: WEB,
  base: "./",
  logLevel: "warn",
  publicDir: false,
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: folder,
    emptyOutDir: false,
    cssCodeSplit: false,
    modulePreload: false,
    rolldownOptions: {
      input: join(WEB, "tests/standin/main.tsx"),
      output: { entryFileNames: "page.js", assetFileNames: "page[extname]", chunkFileNames: "[name].js" },
    },
  },
});

writeFileSync(
  join(folder, "index.html"),
  `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<link rel="icon" href="icon.svg">
<link rel="stylesheet" href="page.css">
<title>A stand-in</title>
<div id="app"></div>
<script type="module" src="page.js"></script>
</html>
`,
);
