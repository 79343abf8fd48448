// Builds the app: `npm run build`, behind it the folder to write it to where that isn't dist/, and for tests the entry of
// another page.

import { resolve } from "node:path";
import { buildApp } from "./build/app.ts";

// Run by `node -e`, so that no script stands before what was given.
const [folder = "dist", page] = process.argv.slice(1);

await buildApp(resolve(import.meta.dirname, folder), page);
