// A page that asks a mirror for a file as the engine does, and tells what became of it.

import { TamizdatError } from "../../src/errors.ts";
import { utf8 } from "../../src/format/bytes.ts";
import { type HeldHead, Meter } from "../../src/transport/base.ts";
import { HttpTransport } from "../../src/transport/http.ts";
import { Inbox } from "../../src/transport/inbox.ts";
import { DEADLINES } from "../../src/transport/watch.ts";
import { isNative, verify } from "../../src/trust/ed25519.ts";

/** `arrived`: bytes that came before. `silence`: seconds. */
interface Wish {
  readonly url: string;
  readonly path: string;
  readonly maxBytes: number;
  readonly arrived?: string;
  readonly held?: HeldHead;
  readonly silence?: number;
}

/** The text of the file, "held", or an error's code; with the bytes that have arrived, and were counted. */
async function ask({ url, path, maxBytes, arrived = "", held, silence = 20 }: Wish): Promise<[string, number, number]> {
  const meter = new Meter();
  const home = new URL(location.href);
  const deadlines = { ...DEADLINES, silenceSeconds: silence };
  const mirror = new HttpTransport(url, { meter, home, typed: true, deadlines });
  const partial = new Inbox(maxBytes, utf8(arrived));
  const data = held ? mirror.fetchHead(path, { maxBytes, held }) : mirror.fetch(path, { maxBytes, partial });
  return [await data.then(told, codeOf), partial.length, meter.bytes];
}

function told(data: Uint8Array | null): string {
  return data ? new TextDecoder().decode(data) : "held";
}

function codeOf(error: unknown): string {
  return error instanceof TamizdatError ? error.code : String(error);
}

/** Whether a signature over a text is valid, as the engine sees it. */
function valid(key: string, text: string, signature: string): Promise<boolean> {
  return verify(key, utf8(text), signature);
}

Object.assign(globalThis, { ask, isNative, valid });
