// Packs: publication paths in a plain ustar tar, under one zstd frame, with a seal. docs/format.md, section 9.

import { DamagedPack, FormatError } from "../errors.ts";
import { concat, same, utf8 } from "./bytes.ts";
import { digest } from "./digest.ts";
import { LIMITS } from "./limits.ts";
import { isPackPath } from "./names.ts";
import type { File } from "./state.ts";
import { contentSize, decompress, skippable, stored } from "./zstd.ts";

const BLOCK = 512;
export const SEAL_BYTES = 8 + 32;
const ENDS = new Uint8Array(2 * BLOCK);

/** A sealed pack of these paths and contents, in this order; nothing in it is compressed further. */
export async function encodePack(files: readonly File[]): Promise<Uint8Array<ArrayBuffer>> {
  return await seal(stored(concat([...files.flatMap(entry), ENDS])));
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

/** `frame` and behind it a skippable frame with its SHA-256, so that any damage is seen at once. */
export async function seal(frame: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return concat([frame, skippable(await digest(frame))]);
}

/** The sealed bytes. Throws: DamagedPack. */
export async function unseal(data: Uint8Array, path = "pack"): Promise<Uint8Array> {
  const length = Math.max(0, data.length - SEAL_BYTES);
  const frame = data.subarray(0, length);
  if (!same(data.subarray(length), skippable(await digest(frame)))) {
    throw new DamagedPack(path);
  }
  return frame;
}

// -- tar --------------------------------------------------------------------------------------------------------------

/** The size of a tar of files of these sizes. */
export function tarBytes(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum + BLOCK + size + padding(size), ENDS.length);
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
export function decodeTar(raw: Uint8Array, { allowed, path = "pack" }: Tarred): File[] {
  const files: File[] = [];
  const seen = new Set<string>();
  let at = 0;
  while (!isZero(raw.subarray(at, at + BLOCK), BLOCK)) {
    const { name, size } = readHeader(raw.subarray(at, at + BLOCK), path);
    const start = at + BLOCK;
    if (!allowed(name) || seen.has(name) || seen.size >= LIMITS.pack_entries) {
      throw new FormatError(`holds ${name}, which a pack may not hold, or not twice`, path);
    }
    at = start + size + padding(size);
    if (!isZero(raw.subarray(start + size, at), padding(size))) {
      throw new FormatError("cut short, or with padding that isn't zero", path);
    }
    seen.add(name);
    files.push([name, raw.subarray(start, start + size)]);
  }
  if (!isZero(raw.subarray(at), ENDS.length)) {
    throw new FormatError("without its end, or with something behind it", path);
  }
  return files;
}

/** Whether these are so many bytes, all zero. */
function isZero(data: Uint8Array, length: number): boolean {
  return data.length === length && data.every((byte) => byte === 0);
}

/** The 512 bytes ahead of a file. Every field but name, size and checksum is fixed. */
export function tarHeader(name: string, size: number): Uint8Array<ArrayBuffer> {
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

function readHeader(header: Uint8Array, path: string): { readonly name: string; readonly size: number } {
  const text = String.fromCharCode(...header);
  const name = text.slice(0, 100).replace(/\0+$/, "");
  const digits = text.slice(124, 135);
  const size = /^[0-7]{11}$/.test(digits) ? Number.parseInt(digits, 8) : -1;
  // Writing it again is the check of every other byte.
  if (size < 0 || size > LIMITS.pack_entry_bytes || !/^[!-~]*$/.test(name) || !same(tarHeader(name, size), header)) {
    throw new FormatError("a tar entry that isn't a plain regular file", path);
  }
  return { name, size };
}
