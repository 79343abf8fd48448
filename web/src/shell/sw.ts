// The service worker: hands out the shell that the page has taken, and touches no other request.
//
// It fetches and keeps nothing by itself, so that this file need never change with the app: what the shell is, and when
// it is exchanged, is decided in `taking.ts`, by a page whose reader agreed.

import { cacheName, LIST, PATH, readShell } from "./kept.ts";

interface FetchEvent extends Event {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

/** What of a service worker's global scope is used here; the library of types has it only instead of a page's. */
interface ServiceWorkerScope {
  readonly registration: { readonly scope: string };
  addEventListener(kind: "fetch", heard: (event: FetchEvent) => void): void;
}

declare const self: ServiceWorkerScope;

const scope = self.registration.scope;

self.addEventListener("fetch", (event) => {
  const path = pathOf(event.request);
  if (path !== null) {
    event.respondWith(answer(event.request, path));
  }
});

/** What of the shell a request is for: "" is the page that it starts with. Null: not ours, as archive, feeds, bundles. */
function pathOf(request: Request): string | null {
  const url = request.url.replace(/[?#].*$/, "");
  if (request.method !== "GET" || !url.startsWith(scope)) {
    return null;
  }
  const path = url.slice(scope.length);
  if (request.mode === "navigate") {
    return path === "" || path === "index.html" ? "" : null;
  }
  return PATH.test(path) ? path : null;
}

async function answer(request: Request, path: string): Promise<Response> {
  return (await kept(path)) ?? fetch(request);
}

/** What is kept under a path, if anything; a cache that can't be read is as good as none. */
async function kept(path: string): Promise<Response | undefined> {
  try {
    if (path) {
      return await found(path);
    }
    const list = await found(LIST);
    const start = list && readShell(await list.text())?.files.find((file) => file.role === "start");
    return start && (await found(start.path));
  } catch {
    return undefined;
  }
}

/** Opening a cache would make it: after everything was deleted, its name would be back. */
function found(path: string): Promise<Response | undefined> {
  return caches.match(scope + path, { cacheName: cacheName(scope) });
}
