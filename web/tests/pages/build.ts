// Writes scripts that tests put on pages of their own: node … build.ts FOLDER NAME=ENTRY …

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundle } from "../../build/bundle.ts";

const [folder = ".", ...wanted] = process.argv.slice(1);
mkdirSync(folder, { recursive: true });
for (const each of wanted) {
  const [name = "", entry = ""] = each.split("=");
  writeFileSync(join(folder, name), (await bundle(entry, { SEARCH_SCRIPT: "search.js" })).script);
}
