// What the page asks of its shell: to start without a network from now on, whether the host has another app, to take
// that, and to forget it all.

import { FileMissing, HashMismatch } from "../errors.ts";
import { cacheName, LIST, scopeOf } from "./kept.ts";
import { complete, inForce, type Listed, listedAt, take as takeShell } from "./taking.ts";

/** A version of the app. `hash`: what others can compare, the SHA-256 of its app/shell.json. */
export interface AppVersion {
  readonly version: string;
  readonly hash: string;
}

/** Another app than the one in force. `signed`: the newsroom's site.json names just these files. */
export interface Offer extends AppVersion {
  readonly signed: boolean;
  readonly shell: Listed;
}

/** Whether this browser can start the app without a network: not over plain http, nor in some private windows. */
export function isSupported(): boolean {
  return "serviceWorker" in navigator && "caches" in globalThis;
}

/**
 * Keep the app that this page was loaded from, unless one is kept already, with the language that the page speaks, and
 * have `script` answer for it. `script`: the address of sw.js, trusted.
 * Throws as `take`, and where the browser refuses a service worker.
 */
export async function register(script: string): Promise<void> {
  const scope = here();
  const cache = await caches.open(cacheName(scope));
  await keep(cache, scope);
  await navigator.serviceWorker.register(script, { scope, updateViaCache: "none" });
}

async function keep(cache: Cache, scope: string): Promise<void> {
  const mine = await inForce(cache, scope).catch(() => null);
  try {
    if (mine) {
      return await complete(cache, scope, mine);
    }
  } catch (error) {
    if (!(error instanceof FileMissing || error instanceof HashMismatch)) {
      throw error;
    }
    // The host has a file no more, such as that of another language: no reason to exchange the app that this page is.
    if (await startsByItself(cache, scope, mine)) {
      return;
    }
    // What is kept can't start: this page came from the host, as the new one will.
  }
  await takeShell(cache, scope, await listedAt(scope));
}

async function startsByItself(cache: Cache, scope: string, mine: Listed | null): Promise<boolean> {
  const start = mine?.files.find(({ role }) => role === "start");
  const registration = await navigator.serviceWorker.getRegistration(scope);
  return registration !== undefined && start !== undefined && !!(await cache.match(scope + start.path));
}

/** The app in force; null where none is kept. */
export async function kept(): Promise<AppVersion | null> {
  const scope = here();
  // To open a cache is to make one.
  if (!(isSupported() && (await caches.has(cacheName(scope))))) {
    return null;
  }
  return inForce(await caches.open(cacheName(scope)), scope).catch(() => null);
}

/**
 * Whether the host of this page has another app than the one in force; null where not, or where none is kept.
 * `signed`: the digest that the newsroom's signed site.json has for a path, "" for none.
 * Throws: Unreachable, FileMissing, FormatError.
 */
export async function offered(signed: (path: string) => Promise<string>): Promise<Offer | null> {
  const mine = await kept();
  const shell = mine && (await listedAt(here()));
  if (!shell || shell.hash === mine.hash) {
    return null;
  }
  const { version, hash } = shell;
  return { version, hash, signed: (await signed(LIST)) === hash, shell };
}

/**
 * Put an offered app in force, from the next start on. The reader agreed to just this one, by its hash.
 * Throws: Unreachable, FileMissing, HashMismatch, DiskFull, LibraryLocked; then the app stays what it was.
 */
export async function take(offer: Offer): Promise<void> {
  const scope = here();
  await takeShell(await caches.open(cacheName(scope)), scope, offer.shell);
}

/** Forget the app, for every publication of this origin: caches and service workers. */
export async function forget(): Promise<void> {
  if (!isSupported()) {
    return;
  }
  for (const name of await caches.keys()) {
    const scope = scopeOf(name);
    if (scope !== null) {
      const registration = await navigator.serviceWorker.getRegistration(scope);
      await registration?.unregister();
      await caches.delete(name);
    }
  }
}

function here(): string {
  return new URL("./", document.baseURI).href;
}
