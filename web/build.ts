// Builds the app: `npm run build`, behind it the folder to write it to where that isn't dist/, and for tests the entry of
// another page.

import { resolve } from "node:path";
import { buildApp } from "./build/app.ts";

const [folder = "dist", page] = process.argv.slice(2);

await buildApp(resolve(import.meta.dirname, folder), page);
