// Builds the app: `npm run build`, with the folder to write it to behind it where that isn't dist/.

import { resolve } from "node:path";
import { buildApp } from "./build/app.ts";

await buildApp(resolve(import.meta.dirname, process.argv[2] ?? "dist"));
