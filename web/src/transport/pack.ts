// A pack carried by hand: one file that answers for the paths in it, and opens no connection.

import { FileMissing, TooLarge } from "../errors.ts";
import { owned } from "../format/bytes.ts";
import { sha256 } from "../format/digest.ts";
import { readPack } from "../format/pack.ts";
import { type Asking, type AskingHead, checkPath, type Meter, type Transport } from "./base.ts";

/** Reads a publication from a pack that was unpacked into blobs, which a browser needn't keep in memory. */
export class PackTransport implements Transport {
  readonly where: string;
  readonly far = false;
  readonly tellsHeld = true;
  private readonly files: ReadonlyMap<string, Blob>;
  private readonly meter: Meter;

  private constructor(where: string, files: ReadonlyMap<string, Blob>, meter: Meter) {
    this.where = where;
    this.files = files;
    this.meter = meter;
  }

  /** `where`: what the file is called. Throws DamagedPack, FormatError. */
  static async open(pack: Blob, { where, meter }: { where: string; meter: Meter }): Promise<PackTransport> {
    const files = new Map<string, Blob>();
    await readPack(pack, (path, data) => files.set(path, new Blob([owned(data)])), where);
    return new PackTransport(where, files, meter);
  }

  /** What the pack holds, in its order. */
  get paths(): readonly string[] {
    return [...this.files.keys()];
  }

  async fetch(path: string, { maxBytes }: Asking): Promise<Uint8Array> {
    this.meter.requests += 1;
    const file = this.files.get(checkPath(path));
    if (file === undefined) {
      throw new FileMissing({ where: this.where, path });
    }
    if (file.size > maxBytes) {
      throw new TooLarge({ where: this.where, path, limit: maxBytes });
    }
    this.meter.bytes += file.size;
    return new Uint8Array(await file.arrayBuffer());
  }

  /** As `Transport.fetchHead`; since a pack holds no heads, it is missing. */
  async fetchHead(path: string, { maxBytes, held }: AskingHead): Promise<Uint8Array | null> {
    const data = await this.fetch(path, { maxBytes });
    return held && (await sha256(data)) === held.sha256 ? null : data;
  }
}
