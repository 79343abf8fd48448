// Packs: publication paths in a plain ustar tar, under one zstd frame, with a seal. docs/format.md, section 9.

import { DamagedPack, FormatError } from "../errors.ts";
import { owned, Queue, same, utf8 } from "./bytes.ts";
import { digest } from "./digest.ts";
import { LIMITS } from "./limits.ts";
import { isPackPath } from "./names.ts";
import { Sha256 } from "./sha256.ts";
import type { File } from "./state.ts";
import {
  contentSize,
  decompress,
  decompressPieces,
  FRAME_HEADER_BYTES,
  frameHeader,
  isFrame,
  rawBlocks,
  type Source,
  skippable,
} from "./zstd.ts";

const BLOCK = 512;
const SEAL_BYTES = 8 + 32;
const ENDS = new Uint8Array(2 * BLOCK);

/** A sealed pack of these paths and contents, in this order, in pieces; nothing in it is compressed further. */
export function encodePack(files: readonly File[]): readonly Uint8Array<ArrayBuffer>[] {
  const blocks = files.flatMap(entry).flatMap((piece) => rawBlocks(piece, false));
  const pieces = [frameHeader(tarBytes(files)), ...blocks, ...rawBlocks(ENDS, true)].map(owned);
  const sum = new Sha256();
  for (const piece of pieces) {
    sum.update(piece);
  }
  return [...pieces, skippable(sum.digest())];
}

/** The files of a small pack, whole in memory, of at most `limit` bytes unpacked. Throws: DamagedPack, FormatError. */
export async function decodePack(
  data: Uint8Array,
  { limit = LIMITS.head_bytes * 8, path = "pack" }: { readonly limit?: number; readonly path?: string } = {},
): Promise<Map<string, Uint8Array>> {
  const frame = await unseal(data, path);
  return new Map(
    decodeTar(decompress(frame, contentSize(frame, limit, path), { path }), { allowed: isPackPath, path }),
  );
}

const SMALL_BYTES = 64 * 1024 * 1024;
/** So many times its own size a pack may hold, where that is much: text takes a tenth, a bomb a thirty-thousandth. */
const MOST_TIMES = 256;
const MOST_BYTES = 2 ** 31;
const PIECE_BYTES = 1024 * 1024;

/** Hands on the files of a pack that needn't fit into memory, one at a time, whose bytes are theirs only until then.
 *
 * Nothing is to be used of it before this has ended well. Throws: DamagedPack, FormatError.
 */
export async function readPack(
  pack: Blob,
  take: (path: string, data: Uint8Array) => void,
  path = "pack",
): Promise<void> {
  const read = async (start: number, end: number) => new Uint8Array(await pack.slice(start, end).arrayBuffer());
  const source = { bytes: Math.max(0, pack.size - SEAL_BYTES), read };
  const start = await read(0, FRAME_HEADER_BYTES);
  if (!isFrame(start)) {
    throw new FormatError("not a pack", path);
  }
  await checkSeal(pack.size, source, path);
  const limit = Math.min(MOST_BYTES, Math.max(SMALL_BYTES, source.bytes * MOST_TIMES));
  const rawBytes = contentSize(start, limit, path);
  const untar = new Untar({ allowed: isPackPath, path }, take);
  for await (const piece of decompressPieces(source, rawBytes, path)) {
    untar.push(piece);
  }
  untar.end();
}

async function checkSeal(size: number, { bytes, read }: Source, path: string): Promise<void> {
  const sum = new Sha256();
  for (let at = 0; at < bytes; at += PIECE_BYTES) {
    sum.update(await read(at, Math.min(bytes, at + PIECE_BYTES)));
  }
  if (!same(await read(bytes, size), skippable(sum.digest()))) {
    throw new DamagedPack(path);
  }
}

/** The sealed bytes. Throws: DamagedPack. */
async function unseal(data: Uint8Array, path = "pack"): Promise<Uint8Array> {
  const length = Math.max(0, data.length - SEAL_BYTES);
  const frame = data.subarray(0, length);
  if (!same(data.subarray(length), skippable(await digest(frame)))) {
    throw new DamagedPack(path);
  }
  return frame;
}

// -- tar --------------------------------------------------------------------------------------------------------------

function tarBytes(files: readonly File[]): number {
  return files.reduce((sum, [, data]) => sum + BLOCK + data.length + padding(data.length), ENDS.length);
}

function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

function entry([name, data]: File): Uint8Array[] {
  return [tarHeader(name, data.length), data, new Uint8Array(padding(data.length))];
}

/** Which paths a tar may hold, and what it is called where it holds others. */
export interface Tarred {
  readonly allowed: (path: string) => boolean;
  readonly path?: string;
}

/** The files of a tar such as `encodePack` writes; anything else in it refuses the whole. Throws: FormatError. */
export function decodeTar(raw: Uint8Array, of: Tarred): File[] {
  const files: File[] = [];
  const untar = new Untar(of, (path, data) => files.push([path, data]));
  untar.push(raw);
  untar.end();
  return files;
}

/** Hands on the files of a tar that arrives in pieces. Nothing is to be used of it before `end` was reached. */
class Untar {
  private readonly queue = new Queue();
  private readonly seen = new Set<string>();
  private readonly of: Tarred;
  private readonly take: (path: string, data: Uint8Array) => void;
  private next: { readonly name: string; readonly size: number } | null = null;
  private ended = false;

  constructor(of: Tarred, take: (path: string, data: Uint8Array) => void) {
    this.of = of;
    this.take = take;
  }

  /** Throws: FormatError as soon as something is off. */
  push(piece: Uint8Array): void {
    this.queue.push(piece);
    while (!this.ended && (this.next ? this.content(this.next) : this.header())) {
      // Until what has arrived is used up.
    }
    if (this.ended && this.queue.length > BLOCK) {
      this.refuse("something behind its end");
    }
  }

  /** Throws: FormatError where the tar lacks its end. */
  end(): void {
    if (!this.ended || this.queue.length !== BLOCK || !isZero(this.queue.take(BLOCK))) {
      this.refuse("without its end");
    }
  }

  private header(): boolean {
    if (this.queue.length < BLOCK) {
      return false;
    }
    const header = this.queue.take(BLOCK);
    this.ended = isZero(header);
    if (!this.ended) {
      const { name, size } = readHeader(header) ?? this.refuse("an entry that isn't a plain regular file");
      if (!this.of.allowed(name) || this.seen.has(name) || this.seen.size >= LIMITS.pack_entries) {
        this.refuse(`holds ${name}, which it may not hold, or not twice`);
      }
      this.seen.add(name);
      this.next = { name, size };
    }
    return true;
  }

  private content({ name, size }: { readonly name: string; readonly size: number }): boolean {
    if (this.queue.length < size + padding(size)) {
      return false;
    }
    this.take(name, this.queue.take(size));
    if (!isZero(this.queue.take(padding(size)))) {
      this.refuse("padding that isn't zero");
    }
    this.next = null;
    return true;
  }

  private refuse(what: string): never {
    throw new FormatError(what, this.of.path ?? "pack");
  }
}

function isZero(data: Uint8Array): boolean {
  return data.every((byte) => byte === 0);
}

/** The 512 bytes ahead of a file. Every field but name, size and checksum is fixed. */
function tarHeader(name: string, size: number): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(BLOCK);
  const put = (at: number, text: string) => header.set(utf8(text), at);
  if (name.length > 100 || size > LIMITS.pack_entry_bytes) {
    throw new FormatError(`a path of ${name.length} characters, or a file of ${size} bytes`);
  }
  put(0, name);
  put(100, "0000644");
  put(108, "0000000");
  put(116, "0000000");
  put(124, octal(size, 11));
  put(136, "00000000000");
  put(148, " ".repeat(8));
  put(156, "0");
  put(257, "ustar\x0000");
  put(329, "0000000");
  put(337, "0000000");
  put(
    148,
    `${octal(
      header.reduce((sum, byte) => sum + byte, 0),
      6,
    )}\0 `,
  );
  return header;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, "0");
}

/** Name and size of a file, or null where it isn't one that `tarHeader` writes. */
function readHeader(header: Uint8Array): { readonly name: string; readonly size: number } | null {
  const text = String.fromCharCode(...header);
  const name = text.slice(0, 100).replace(/\0+$/, "");
  const digits = text.slice(124, 135);
  const size = /^[0-7]{11}$/.test(digits) ? Number.parseInt(digits, 8) : -1;
  // Writing it again is the check of every other byte.
  const sound = size >= 0 && size <= LIMITS.pack_entry_bytes && /^[!-~]*$/.test(name);
  return sound && same(tarHeader(name, size), header) ? { name, size } : null;
}
