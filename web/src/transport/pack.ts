// A pack carried by hand: one file that answers for the paths in it, and opens no connection.

import { FileMissing, TooLarge } from "../errors.ts";
import { sha256 } from "../format/digest.ts";
import { decodePack } from "../format/pack.ts";
import { type Asking, type AskingHead, checkPath, type Meter, type Transport } from "./base.ts";

const SMALL_BYTES = 64 * 1024 * 1024;
const MOST_BYTES = 512 * 1024 * 1024;
/** So many times its own size a pack may hold, where that is much: text takes a tenth, a bomb a thirty-thousandth. */
const MOST_TIMES = 256;

/** Reads a publication from a pack that was unpacked into memory. */
export class PackTransport implements Transport {
  readonly where: string;
  readonly far = false;
  readonly tellsHeld = true;
  private readonly files: ReadonlyMap<string, Uint8Array>;
  private readonly meter: Meter;

  private constructor(where: string, files: ReadonlyMap<string, Uint8Array>, meter: Meter) {
    this.where = where;
    this.files = files;
    this.meter = meter;
  }

  /** `where`: what the file is called. Throws DamagedPack, FormatError. */
  static async open(pack: Blob, { where, meter }: { where: string; meter: Meter }): Promise<PackTransport> {
    const data = new Uint8Array(await pack.arrayBuffer());
    const limit = Math.min(MOST_BYTES, Math.max(SMALL_BYTES, data.length * MOST_TIMES));
    return new PackTransport(where, await decodePack(data, { limit, path: where }), meter);
  }

  /** What the pack holds, in its order. */
  get paths(): readonly string[] {
    return [...this.files.keys()];
  }

  async fetch(path: string, { maxBytes }: Asking): Promise<Uint8Array> {
    this.meter.requests += 1;
    const data = this.files.get(checkPath(path));
    if (data === undefined) {
      throw new FileMissing({ where: this.where, path });
    }
    if (data.length > maxBytes) {
      throw new TooLarge({ where: this.where, path, limit: maxBytes });
    }
    this.meter.bytes += data.length;
    return data;
  }

  /** As `Transport.fetchHead`; since a pack holds no heads, it is missing. */
  async fetchHead(path: string, { maxBytes, held }: AskingHead): Promise<Uint8Array | null> {
    const data = await this.fetch(path, { maxBytes });
    return held && (await sha256(data)) === held.sha256 ? null : data;
  }
}
