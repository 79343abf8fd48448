// SHA-256: WebCrypto's where the browser has it, which it hasn't on pages that were fetched without https.

import { hex, owned } from "./bytes.ts";
import { Sha256 } from "./sha256.ts";

/** SHA-256 of `data`, 64 lowercase hex digits. */
export async function sha256(data: Uint8Array): Promise<string> {
  return hex(await digest(data));
}

/** SHA-256 of `data`, 32 bytes. */
export async function digest(data: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle;
  if (!subtle) {
    return new Sha256().update(data).digest();
  }
  return new Uint8Array(await subtle.digest("SHA-256", owned(data)));
}
