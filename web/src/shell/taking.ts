// Taking a shell: every file of its list is fetched and checked by its digest before the one step that puts it in force.

import { DiskFull, FileMissing, FormatError, HashMismatch, LibraryLocked, Unreachable } from "../errors.ts";
import { concat, hex } from "../format/bytes.ts";
import { cacheName, LIST, readShell, type Shell, type ShellFile } from "./kept.ts";
import { NO_FRAMES, POLICY } from "./policy.ts";

/** More than any list of a shell has. */
const LIST_BYTES = 64 * 1024;

/** A shell with the text of its list; `hash` is the SHA-256 of that, which names every other file by its own. */
export interface Listed extends Shell {
  readonly text: string;
  readonly hash: string;
}

/** The shell that the host of this page has now. Throws: Unreachable, FileMissing, FormatError. */
export async function listedAt(scope: string): Promise<Listed> {
  const data = await bytesOf(scope, LIST, { cache: "no-store", most: LIST_BYTES });
  return read(data.length > LIST_BYTES ? "" : new TextDecoder().decode(data));
}

/** The shell in force, or null where none is. Throws: FormatError. */
export async function inForce(cache: Cache, scope: string): Promise<Listed | null> {
  const found = await cache.match(scope + LIST);
  return found ? read(await found.text()) : null;
}

/**
 * Put a shell in force. The files of the one before stay for pages that are open, those of older ones go.
 * Throws: Unreachable, FileMissing, HashMismatch, DiskFull; then the one before is still in force, and whole.
 * LibraryLocked where another page does the same now: each would take the other's files for litter.
 */
export async function take(cache: Cache, scope: string, shell: Listed): Promise<void> {
  const locks: LockManager | undefined = navigator.locks;
  if (!locks) {
    return exchange(cache, scope, shell);
  }
  return locks.request(cacheName(scope), { ifAvailable: true }, (lock) => {
    if (!lock) {
      throw new LibraryLocked({ library: "shell" });
    }
    return exchange(cache, scope, shell);
  });
}

async function exchange(cache: Cache, scope: string, shell: Listed): Promise<void> {
  const before = await inForce(cache, scope).catch(() => null);
  try {
    await complete(cache, scope, shell);
    await put(cache, scope, LIST, shell.text);
  } catch (error) {
    await clear(cache, scope, before ? [before] : []);
    throw error;
  }
  await clear(cache, scope, before ? [before, shell] : [shell]);
}

/** Keep every file of a shell that is needed here and isn't kept yet. Throws: as `take`. */
export async function complete(cache: Cache, scope: string, shell: Shell): Promise<void> {
  for (const file of await needed(shell)) {
    if (!(await cache.match(scope + file.path))) {
      await put(cache, scope, file.path, await checked(scope, file));
    }
  }
}

/**
 * Pictures of the icon are the system's to keep; of the languages, the one that the page speaks will do; and cryptography
 * of the app's own is for browsers that lack it.
 */
async function needed(shell: Shell): Promise<readonly ShellFile[]> {
  const unneeded = (await knowsEd25519()) ? "own" : "";
  const words = `words-${document.documentElement.lang}`;
  return shell.files.filter(
    ({ role }) => role !== unneeded && !role.startsWith("icon-") && (role === words || !role.startsWith("words-")),
  );
}

async function knowsEd25519(): Promise<boolean> {
  try {
    await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
    return true;
  } catch {
    return false;
  }
}

async function read(text: string): Promise<Listed> {
  const shell = readShell(text);
  if (!shell) {
    throw new FormatError("not the list of a shell", LIST);
  }
  return { ...shell, text, hash: await sha256(new TextEncoder().encode(text)) };
}

/** A file's bytes, from the browser's own cache where they lie there undamaged. */
async function checked(scope: string, file: ShellFile): Promise<Uint8Array<ArrayBuffer>> {
  for (const from of ["default", "reload"] as const) {
    const data = await bytesOf(scope, file.path, { cache: from, most: file.bytes });
    if (data.length === file.bytes && (await sha256(data)) === file.sha256) {
      return data;
    }
  }
  throw new HashMismatch({ path: file.path });
}

/** What the host has under a path; of more than `most` bytes just enough to tell. */
async function bytesOf(
  scope: string,
  path: string,
  { cache, most }: { readonly cache: RequestCache; readonly most: number },
): Promise<Uint8Array<ArrayBuffer>> {
  let response: Response;
  try {
    response = await fetch(scope + path, {
      cache,
      credentials: "omit",
      redirect: "error",
      referrerPolicy: "no-referrer",
    });
    if (response.ok) {
      return await received(response, most);
    }
  } catch (error) {
    throw new Unreachable({ where: scope, path, reason: String(error) });
  }
  throw new FileMissing({ where: scope, path });
}

async function received(response: Response, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const reader = response.body?.getReader();
  const pieces: Uint8Array[] = [];
  for (let left = most; reader && left >= 0; ) {
    const { done, value } = await reader.read();
    if (done) {
      return concat(pieces);
    }
    pieces.push(value);
    left -= value.length;
  }
  await reader?.cancel();
  return concat(pieces);
}

async function put(cache: Cache, scope: string, path: string, data: BufferSource | string): Promise<void> {
  try {
    await cache.put(scope + path, new Response(data, { headers: headersOf(path) }));
  } catch {
    // The only reason that browsers have to refuse an answer like this.
    throw new DiskFull({ library: "shell" });
  }
}

/** As our own server sends them; what the host said of a file doesn't matter any more. */
function headersOf(path: string): Record<string, string> {
  const types: Readonly<Record<string, string>> = { css: "text/css", html: "text/html", js: "text/javascript" };
  const type = types[path.slice(path.lastIndexOf(".") + 1)] ?? "application/json";
  return {
    "Content-Type": `${type}; charset=utf-8`,
    "Content-Security-Policy": `${POLICY}; ${NO_FRAMES}`,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
  };
}

/** Delete what neither these shells name nor the one in force, which another page may have taken meanwhile. */
async function clear(cache: Cache, scope: string, shells: readonly Shell[]): Promise<void> {
  const now = await inForce(cache, scope).catch(() => null);
  const named = new Set(
    [...shells, ...(now ? [now] : [])].flatMap((shell) => [LIST, ...shell.files.map((file) => file.path)]),
  );
  for (const request of await cache.keys()) {
    if (!named.has(request.url.slice(scope.length))) {
      await cache.delete(request);
    }
  }
}

async function sha256(data: BufferSource): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", data)));
}
