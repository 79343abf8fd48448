// The app as files: app/<name>-<hash>.<ext> with shell.json, which says what is what, and sw.js beside the folder.
//
// The same source gives the same bytes: names come from content, and nothing of the machine or the time gets in.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import manifest from "../package.json" with { type: "json" };
import { BUDGET, onTheWire, wrongInSize } from "./budget.ts";
import { bundle, bundlePage } from "./bundle.ts";
import { wrongInScript, wrongInStyle } from "./check.ts";
import { startPage } from "./start.ts";

const WEB = join(import.meta.dirname, "..");
const ICONS = ["icon.svg", "icon-180.png", "icon-192.png", "icon-512.png", "icon-maskable.png"];
/**
 * By role, what may stand there all the same. Preact can be asked to take a text for HTML: nothing of ours does, and the
 * policy would refuse it. src/trust/older.ts brings what @noble/hashes asks for.
 */
const SPARED: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  page: { innerHTML: 2 },
  own: { hasOwn: 1 },
};

/** `role`: what the file is for. shell.json says it, so that who writes a page knows what to name in it. */
interface AppFile {
  readonly role: string;
  /** Relative to the publication, as everything in shell.json. */
  readonly path: string;
  readonly data: Buffer;
}

/**
 * Build into `folder`; what was there before stands until the new one is whole. `page`: the entry of the page's script.
 * Throws where a file may not be as it came out.
 */
export async function buildApp(folder: string, page = "src/ui/main.tsx"): Promise<void> {
  const files = await appFiles(page);
  const worker = { role: "sw", path: "sw.js", data: Buffer.from((await bundle("src/shell/sw.ts")).script) };
  const aside = `${folder}.${process.pid}`;
  for (const file of [...files, worker]) {
    write(aside, file.path, file.data);
  }
  write(aside, "app/shell.json", Buffer.from(shell(files)));
  rmSync(folder, { recursive: true, force: true });
  renameSync(aside, folder);
  report([...files, worker]);
  check([...files, worker]);
}

function report(files: readonly { readonly role: string; readonly data: Buffer }[]): void {
  for (const { role, data } of files) {
    const most = BUDGET.get(role);
    if (most) {
      process.stdout.write(`${role.padEnd(8)}${String(onTheWire(data)).padStart(7)} bytes of ${most}, compressed\n`);
    }
  }
}

function check(files: readonly AppFile[]): void {
  const wrong = files.flatMap((file) => wrongIn(file).map((what) => `${file.path}: ${what}`));
  wrong.push(...files.filter(({ data }) => data.includes(WEB)).map(({ path }) => `${path}: says where it was built`));
  if (wrong.length) {
    throw new Error(`this may not be published:\n${wrong.join("\n")}`);
  }
}

function wrongIn({ role, path, data }: AppFile): string[] {
  return [...wrongInText(role, path, String(data)), ...wrongInSize(role, data)];
}

function wrongInText(role: string, path: string, text: string): string[] {
  if (path.endsWith(".js")) {
    return wrongInScript(text, SPARED[role]);
  }
  return path.endsWith(".css") ? wrongInStyle(text) : [];
}

async function appFiles(entry: string): Promise<AppFile[]> {
  const page = await bundlePage(entry);
  // The page's scripts import each other by the names that they were bundled with.
  const files: AppFile[] = page.scripts.map(({ name, file, script }) => ({
    role: name,
    path: `app/${file}`,
    data: Buffer.from(script),
  }));
  files.push(named("style", "css", page.style));
  const search = named("search", "js", (await bundle("src/engine/finding.ts")).script);
  const engine = await bundle("src/engine/worker.ts", { SEARCH_SCRIPT: basename(search.path) });
  const own = await bundle("src/trust/own.ts");
  files.push(search, named("engine", "js", engine.script), named("own", "js", own.script));
  files.push(...ICONS.map((name) => icon(name)));
  files.push(named("start", "html", startPage(new Map(files.map((file) => [file.role, file.path])))));
  return files;
}

function icon(name: string): AppFile {
  const [role = "", ending = ""] = name.split(".");
  return named(role, ending, readFileSync(join(WEB, "src/shell/icons", name)));
}

function named(role: string, ending: string, data: string | Buffer): AppFile {
  const bytes = Buffer.from(data);
  return { role, path: `app/${role}-${sha256(bytes).slice(0, 16)}.${ending}`, data: bytes };
}

function shell(files: readonly AppFile[]): string {
  const listed = files.map(({ role, path, data }) => ({ role, path, sha256: sha256(data), bytes: data.length }));
  return `${JSON.stringify({ format: "tamizdat.shell.1", version: manifest.version, files: listed }, null, 1)}\n`;
}

function write(folder: string, path: string, data: Buffer): void {
  const place = join(folder, path);
  mkdirSync(dirname(place), { recursive: true });
  writeFileSync(place, data);
}

function sha256(data: Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}
