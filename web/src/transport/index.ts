// How bytes arrive: over HTTP, from a pack carried by hand; and failover between mirrors.
//
// Nothing here verifies: whatever arrives is untrusted until `trust` or a signed digest has said otherwise.

import { ForbiddenAddress, type TamizdatError } from "../errors.ts";
import type { Transport } from "./base.ts";
import { type HttpOptions, HttpTransport } from "./http.ts";

/** The transport for an address that the reader typed. Throws UsageError where it is no address; ForbiddenAddress. */
export function openSource(url: string, options: HttpOptions): Transport {
  return new HttpTransport(url, { ...options, typed: true });
}

/** The transport for a mirror that a signed catalog lists. One that must not be contacted says so when it is asked. */
export function openMirror(url: string, options: HttpOptions): Transport {
  try {
    return new HttpTransport(url, { ...options, typed: false });
  } catch (error) {
    if (error instanceof ForbiddenAddress) {
      return refused(url, error);
    }
    throw error;
  }
}

function refused(where: string, error: TamizdatError): Transport {
  const refuse = () => Promise.reject(error);
  return { where, far: true, tellsHeld: false, fetch: refuse, fetchHead: refuse };
}
