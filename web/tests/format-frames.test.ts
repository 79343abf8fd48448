// Frames of Zstandard: those of the real compressor, those that were forged, and packs on their way to Python.
//
// `TAMIZDAT_FRAMES` names a folder of the real compressor's frames. pytest makes it, runs these tests, and reads the pack
// that they leave there; without it they are passed over (tests/test_app_format.py).

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { DamagedPack, FormatError } from "../src/errors.ts";
import { concat, same, utf8 } from "../src/format/bytes.ts";
import { sha256 } from "../src/format/digest.ts";
import { encodePack, readPack } from "../src/format/pack.ts";
import { decompress, decompressPieces, frameHeader, rawBlocks, skippable } from "../src/format/zstd.ts";
import { list, member, number, text } from "./vectors.ts";

const { TAMIZDAT_FRAMES = "" } = process.env;

function read(name: string): Uint8Array {
  return new Uint8Array(readFileSync(join(TAMIZDAT_FRAMES, name)));
}

/** A frame with one block of this type, of which the header says so many bytes. */
function frame(type: number, size: number, content: Uint8Array, rawBytes: number): Uint8Array {
  const header = (size << 3) | (type << 1) | 1;
  return concat([frameHeader(rawBytes), Uint8Array.of(header & 255, (header >> 8) & 255, header >> 16), content]);
}

/** A pack's files, as they are handed on. */
async function filesOf(pack: Blob): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  await readPack(pack, (path, data) => files.set(path, data.slice()));
  return files;
}

/** The content of a frame, decoded in pieces. */
async function inPieces(data: Uint8Array, rawBytes: number): Promise<Uint8Array> {
  const source = { bytes: data.length, read: async (start: number, end: number) => data.slice(start, end) };
  const pieces: Uint8Array[] = [];
  for await (const piece of decompressPieces(source, rawBytes)) {
    pieces.push(piece);
  }
  return concat(pieces);
}

const PICTURES = Array.from({ length: 40 }, (_, at) => {
  const path = `media/${String(at).padStart(64, "0")}.png`;
  return [path, new Uint8Array(150_001).map((_each, place) => (place * at) % 251)] as const;
});

describe("a frame that was forged", () => {
  test("to make gigabytes of one block is refused before it makes them", () => {
    // 65,000 sequences without literals, each a match of 131,074 bytes: all codes the same, 16 bits for each length.
    const sequences = 65_000;
    const count = sequences - 0x7f00;
    const head = Uint8Array.of(0x20, 1, 2, 3, 4, 255, count & 255, count >> 8, 0x54, 0, 0, 52);
    const content = concat([head, new Uint8Array(2 * sequences).fill(255), Uint8Array.of(1)]);
    expect(() => decompress(frame(2, content.length, content, 100_000), 100_000)).toThrow(FormatError);
  });

  test("to make a block larger than a block may be is refused", () => {
    expect(() => decompress(frame(1, 200_000, Uint8Array.of(7), 200_000), 200_000)).toThrow(FormatError);
  });

  test.each([
    ["empty", []],
    ["of literals alone that aren't there", [0xfc, 0xff]],
    ["of a tree that refers to none before", [0x03, 0, 0, 0]],
    ["of tables that refer to none before", [0x00, 1, 0xfc, 1]],
    ["that goes back before its beginning", [0x08, 65, 1, 0x54, 0, 10, 0, 0xff, 0x0f]],
  ])("with a block %s is refused", (_name, bytes) => {
    const content = Uint8Array.from(bytes);
    expect(() => decompress(frame(2, content.length, content, 1_000), 1_000)).toThrow(FormatError);
  });
});

describe("a pack of this app", () => {
  test("comes out as it went in, and tells damage anywhere", async () => {
    const pack = concat(encodePack(PICTURES));
    const files = await filesOf(new Blob([pack]));
    expect([...files.keys()]).toEqual(PICTURES.map(([path]) => path));
    expect(PICTURES.every(([path, data]) => same(files.get(path) ?? utf8(""), data))).toBe(true);
    for (const at of [9, 700, pack.length >> 1, pack.length - 1]) {
      const damaged = pack.slice();
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      await expect(filesOf(new Blob([damaged]))).rejects.toThrow(DamagedPack);
    }
    await expect(filesOf(new Blob([pack.subarray(0, -1)]))).rejects.toThrow(DamagedPack);
    for (const other of ["", "<!doctype html>", "PK"]) {
      await expect(filesOf(new Blob([other]))).rejects.toThrow("not a pack");
    }
  });

  test("of nothing is one", async () => {
    expect(await filesOf(new Blob([...encodePack([])]))).toEqual(new Map());
  });

  test("may be padded", async () => {
    const content = utf8("x".repeat(300_000));
    const padded = concat([frameHeader(content.length), ...rawBlocks(content, true), skippable(new Uint8Array(99))]);
    expect(same(await inPieces(padded, content.length), content)).toBe(true);
  });

  test.each([1_000_000, 5_000_000])(
    "is left at the first block beyond the %i bytes that were announced",
    async (size) => {
      // Blocks that repeat one byte: four bytes make 128 KiB, so that a few megabytes would make terabytes.
      const block = Uint8Array.of(0x02, 0x00, 0x10, 7);
      const endless = concat([frameHeader(size), ...Array.from({ length: 10_000 }, () => block)]);
      await expect(inPieces(endless, size)).rejects.toThrow(FormatError);
    },
  );
});

describe.skipIf(TAMIZDAT_FRAMES === "")("with the real compressor", () => {
  const told = () => JSON.parse(readFileSync(join(TAMIZDAT_FRAMES, "frames.json"), "utf8"));
  const frames = (name: string) =>
    list((value) => ({
      data: member(value, "data", text),
      prefix: member(value, "prefix", text),
      rawBytes: member(value, "raw_bytes", number),
      sha256: member(value, "sha256", text),
    }))(told()[name]);

  async function outcome({ data, prefix, rawBytes }: ReturnType<typeof frames>[number]): Promise<string> {
    try {
      return await sha256(decompress(read(data), rawBytes, { prefix: read(prefix) }));
    } catch (error) {
      expect(error).toBeInstanceOf(FormatError);
      return "";
    }
  }

  test("every frame of it decodes to what went in", async () => {
    expect(frames("sound").length).toBeGreaterThan(50);
    for (const each of frames("sound")) {
      expect([each.data, await outcome(each)]).toEqual([each.data, each.sha256]);
    }
  });

  test("no changed frame that it refuses is taken, and none decodes to other bytes", async () => {
    expect(frames("changed").length).toBeGreaterThan(500);
    for (const each of frames("changed")) {
      expect(["", each.sha256]).toContain(await outcome(each));
    }
  });

  test("a pack of more than its window is read in pieces", async () => {
    const files = await filesOf(new Blob([read("python.pack").slice()]));
    expect([...files.keys()]).toEqual(PICTURES.map(([path]) => path));
    expect(await sha256(concat([...files.values()]))).toBe(member(told(), "packed", text));
  });

  test("our packs are left for Python", () => {
    writeFileSync(join(TAMIZDAT_FRAMES, "app.pack"), concat(encodePack(PICTURES)));
    expect(read("app.pack").length).toBeGreaterThan(6_000_000);
  });
});
