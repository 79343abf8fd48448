// The scripts that this page starts, and no others: the one policy of Trusted Types that the page's CSP allows.

interface Policy {
  createScriptURL(path: string): string;
}

/** What of Trusted Types is used here; the library of types doesn't know them, nor do Firefox and Safari of old. */
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL: (path: string) => string }): Policy;
}

/** The service worker, relative to the publication: a worker under app/ could not answer for the page beside it. */
const SERVICE_WORKER = "sw.js";

const own = document.querySelector("script[data-engine]");
const ENGINE = own?.getAttribute("data-engine") ?? "";

function allowed(path: string): string {
  if (path !== ENGINE && path !== SERVICE_WORKER) {
    throw new TypeError(`${path} is no script of this app`);
  }
  return new URL(path, document.baseURI).href;
}

function makePolicy(): Policy {
  const types = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes;
  return types?.createPolicy("tamizdat", { createScriptURL: allowed }) ?? { createScriptURL: allowed };
}

const policy = makePolicy();

/** Start the engine's script, the same one for every name. */
export function engineWorker(name: "read" | "sync"): Worker {
  return new Worker(policy.createScriptURL(ENGINE), { name });
}

/** The address of the service worker's script, trusted. */
export function serviceWorkerUrl(): string {
  return policy.createScriptURL(SERVICE_WORKER);
}

/** Where the app's own cryptography lies, for the engine. */
export function ownUrl(): string {
  return new URL(own?.getAttribute("data-own") ?? "", document.baseURI).href;
}
