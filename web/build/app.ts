// The app as files: app/<name>-<hash>.<ext> with shell.json, which says what is what, and sw.js beside the folder.
//
// The same source gives the same bytes: names come from content, and nothing of the machine or the time gets in.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import manifest from "../package.json" with { type: "json" };
import { bundle } from "./bundle.ts";
import { startPage } from "./start.ts";

const WEB = join(import.meta.dirname, "..");
const ICONS = "src/shell/icons";

/** What a file of the app is for; shell.json says it, so that who writes a page knows what to name in it. */
export type Role =
  | "page"
  | "style"
  | "engine"
  | "own"
  | "start"
  | "icon"
  | "icon-180"
  | "icon-192"
  | "icon-512"
  | "icon-maskable";

interface AppFile {
  readonly role: Role;
  /** Relative to the publication, as everything in shell.json. */
  readonly path: string;
  readonly data: Buffer;
}

/** Build into `folder`; what was there before stands until the new one is whole. */
export async function buildApp(folder: string): Promise<void> {
  const files = await appFiles();
  const worker = await bundle("src/shell/sw.ts", "iife");
  const aside = `${folder}.${process.pid}`;
  for (const file of files) {
    write(aside, file.path, file.data);
  }
  write(aside, "app/shell.json", Buffer.from(shell(files)));
  write(aside, "sw.js", Buffer.from(worker.script));
  rmSync(folder, { recursive: true, force: true });
  renameSync(aside, folder);
}

async function appFiles(): Promise<AppFile[]> {
  const page = await bundle("src/ui/main.tsx", "es");
  const files = [named("page", "js", page.script), named("style", "css", page.style)];
  for (const [role, entry] of [
    ["engine", "src/engine/worker.ts"],
    ["own", "src/trust/own.ts"],
  ] as const) {
    files.push(named(role, "js", existsSync(join(WEB, entry)) ? (await bundle(entry, "iife")).script : ""));
  }
  files.push(...icons());
  files.push(named("start", "html", startPage(new Map(files.map((file) => [file.role, file.path])))));
  return files;
}

function icons(): AppFile[] {
  const kinds = [
    ["icon", "svg"],
    ["icon-180", "png"],
    ["icon-192", "png"],
    ["icon-512", "png"],
    ["icon-maskable", "png"],
  ] as const;
  return kinds
    .map(([role, ending]) => [role, ending, join(WEB, ICONS, `${role}.${ending}`)] as const)
    .filter(([, , place]) => existsSync(place))
    .map(([role, ending, place]) => named(role, ending, readFileSync(place)));
}

function named(role: Role, ending: string, data: string | Buffer): AppFile {
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
