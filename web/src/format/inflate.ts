// The blocks of a Zstandard frame (RFC 8878, 3.1.1.2 and 3.1.1.3), decoded with every step bounded: nobody vouches for
// a head or a pack, and a block of a few bytes could keep a decoder busy for minutes that didn't count what it makes.

import { Backward, fseTable, highBit, readFse, readHuffman, refuse } from "./entropy.ts";

export const MOST_IN_BLOCK = 128 * 1024;
/** Room around a block's bytes, for streams that are read past their end before they are refused. */
const SLACK = 1024;

const RAW = 0;
export const RLE = 1;

/** What a kind of symbol in sequences is read by: its largest code and table, and the table where none is given. */
interface Code {
  readonly most: number;
  readonly mostLog: number;
  readonly common: Uint32Array;
}

function times(...runs: ReadonlyArray<readonly [value: number, times: number]>): number[] {
  return runs.flatMap(([value, count]) => Array.from({ length: count }, () => value));
}

// Distributions of RFC 8878, 3.1.1.3.2.2, in the order in which tables are given.
const CODES: readonly Code[] = [
  {
    most: 35,
    mostLog: 9,
    common: fseTable(times([4, 1], [3, 1], [2, 11], [1, 3], [2, 9], [3, 1], [2, 1], [1, 5], [-1, 4]), 6),
  },
  { most: 30, mostLog: 8, common: fseTable(times([1, 6], [2, 3], [1, 15], [-1, 5]), 5) },
  { most: 52, mostLog: 9, common: fseTable(times([1, 1], [4, 1], [3, 1], [2, 6], [1, 37], [-1, 7]), 6) },
];

const LITERAL_BITS = Uint8Array.from(
  times([0, 16], [1, 4], [2, 2], [3, 2], [4, 1]).concat([6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]),
);
const MATCH_BITS = Uint8Array.from(
  times([0, 32], [1, 4], [2, 2], [3, 2], [4, 2], [5, 1]).concat([7, 8, 9, 10, 11, 12, 13, 14, 15, 16]),
);
const LITERAL_BASE = baselines(LITERAL_BITS, 0);
const MATCH_BASE = baselines(MATCH_BITS, 3);

/** The first value of each code, where each has so many further bits. */
function baselines(bits: Uint8Array, first: number): Uint32Array {
  let next = first;
  return Uint32Array.from(bits, (each) => {
    const base = next;
    next += 1 << each;
    return base;
  });
}

/** Decodes blocks one after the other into `out`, from `at` on; what stands before may be referred to. */
export class Inflater {
  readonly out: Uint8Array;
  at: number;
  private readonly most: number;
  private readonly source = new Uint8Array(SLACK + MOST_IN_BLOCK + SLACK);
  private readonly view = new DataView(this.source.buffer);
  private readonly literals = new Uint8Array(MOST_IN_BLOCK);
  private first = 1;
  private second = 4;
  private third = 8;
  private huffman: Uint32Array | null = null;
  private tables: readonly Uint32Array[] = [];

  /** `most`: bytes that a block may make. */
  constructor(out: Uint8Array, at: number, most: number) {
    this.out = out;
    this.at = at;
    this.most = most;
  }

  /** Decode a block of this type: its content, or what it has for it. `size` is that of its header. */
  block(type: number, data: Uint8Array, size: number): void {
    if (type === RAW || type === RLE) {
      const end = this.end(size);
      if (type === RAW) {
        this.out.set(data, this.at);
      } else {
        this.out.fill(data[0] ?? 0, this.at, end);
      }
      this.at = end;
    } else {
      this.source.set(data, SLACK);
      this.compressed(SLACK + data.length);
    }
  }

  /** Make room for so many bytes more, where `out` is smaller than the content: only the last `window` bytes stay. */
  slide(window: number, bytes: number): void {
    if (this.at + bytes > this.out.length) {
      this.out.copyWithin(0, this.at - window, this.at);
      this.at = window;
    }
  }

  /** Where `size` more bytes end. */
  private end(size: number): number {
    return size <= this.most && this.at + size <= this.out.length ? this.at + size : refuse();
  }

  private compressed(end: number): void {
    const [start, literals] = this.readLiterals(SLACK, end);
    const head = this.view.getUint8(start);
    const [count, from] =
      head < 128
        ? [head, start + 1]
        : head < 255
          ? [((head - 128) << 8) + this.view.getUint8(start + 1), start + 2]
          : [this.view.getUint16(start + 1, true) + 0x7f00, start + 3];
    if (from > end || (count === 0 && from !== end)) {
      refuse();
    }
    const limit = Math.min(this.out.length, this.at + this.most);
    const used = count > 0 ? this.sequences(count, this.readTables(from, end), end, literals, limit) : 0;
    const rest = literals - used;
    if (this.at + rest > limit) {
      refuse();
    }
    this.out.set(this.literals.subarray(used, literals), this.at);
    this.at += rest;
  }

  // -- literals -------------------------------------------------------------------------------------------------------

  /** Where the literals' section ends, and how many there are. */
  private readLiterals(start: number, end: number): readonly [number, number] {
    const { view } = this;
    const type = view.getUint8(start) & 3;
    const format = (view.getUint8(start) >> 2) & 3;
    return type < 2 ? this.plainLiterals(type, format, start, end) : this.huffmanLiterals(type, format, start, end);
  }

  private plainLiterals(type: number, format: number, start: number, end: number): readonly [number, number] {
    const width = format === 1 ? 2 : format === 3 ? 3 : 1;
    const size = (this.view.getUint32(start, true) & ((1 << (8 * width)) - 1)) >> (width === 1 ? 3 : 4);
    const from = start + width;
    const to = from + (type === RLE ? 1 : size);
    if (to > end || size > MOST_IN_BLOCK) {
      refuse();
    }
    if (type === RLE) {
      this.literals.fill(this.view.getUint8(from), 0, size);
    } else {
      this.literals.set(this.source.subarray(from, to));
    }
    return [to, size];
  }

  private huffmanLiterals(type: number, format: number, start: number, end: number): readonly [number, number] {
    const width = Math.max(10, 4 * format + 6);
    const bytes = Math.max(3, format + 2);
    // Both sizes take up to 36 bits behind the first four.
    const low = this.view.getUint32(start, true) >>> 4;
    const size = low & ((1 << width) - 1);
    const packed = ((low >>> width) | (this.view.getUint8(start + 4) << (28 - width))) & ((1 << width) - 1);
    const from = start + bytes;
    const to = from + packed;
    if (to > end || size > MOST_IN_BLOCK) {
      refuse();
    }
    const read = type === 2 ? readHuffman(this.view, from) : { table: this.huffman ?? refuse(), end: from };
    this.huffman = read.table;
    if (format === 0) {
      this.stream(read.table, read.end, to, 0, size);
    } else {
      this.streams(read.table, read.end, to, size);
    }
    return [to, size];
  }

  /** Four streams, whose sizes stand ahead of them. */
  private streams(table: Uint32Array, start: number, end: number, size: number): void {
    const quarter = (size + 3) >> 2;
    let from = start + 6;
    for (let number = 0; number < 4; number += 1) {
      const to = number < 3 ? from + this.view.getUint16(start + 2 * number, true) : end;
      this.stream(table, from, to <= end ? to : refuse(), number * quarter, number < 3 ? (number + 1) * quarter : size);
      from = to;
    }
  }

  private stream(table: Uint32Array, start: number, end: number, first: number, last: number): void {
    const { literals } = this;
    const bits = new Backward(this.view, start, end);
    const log = highBit(table.length);
    if (first > last) {
      refuse();
    }
    for (let at = first; at < last && bits.left > 0; at += 1) {
      const entry = table[bits.take(log)] ?? 0;
      literals[at] = entry & 255;
      // What the code didn't need is still to come.
      bits.left += log - (entry >> 8);
      if (at === last - 1 && bits.left === 0) {
        return;
      }
    }
    refuse();
  }

  // -- sequences ------------------------------------------------------------------------------------------------------

  /** Reads the tables of lengths and offsets; where the stream of sequences starts. */
  private readTables(start: number, end: number): number {
    const modes = this.view.getUint8(start);
    let at = start + 1;
    this.tables = CODES.map((code, number) => {
      const mode = (modes >> (6 - 2 * number)) & 3;
      if (mode === 2) {
        const read = readFse(this.view, at, code.mostLog, code.most);
        at = read.end;
        return read.table;
      }
      if (mode === 1) {
        const symbol = this.view.getUint8(at);
        at += 1;
        return Uint32Array.of(symbol <= code.most ? symbol : refuse());
      }
      return mode === 0 ? code.common : (this.tables[number] ?? refuse());
    });
    return at < end && (modes & 3) === 0 ? at : refuse();
  }

  /** Copies literals and matches; how many literals were used. */
  private sequences(count: number, start: number, end: number, literals: number, limit: number): number {
    const bits = new Backward(this.view, start, end);
    const [lengths = CODES[0]?.common ?? refuse(), offsets = lengths, matches = lengths] = this.tables;
    let length = bits.take(highBit(lengths.length));
    let offset = bits.take(highBit(offsets.length));
    let match = bits.take(highBit(matches.length));
    let used = 0;
    for (let left = count; left > 0; left -= 1) {
      const lengthEntry = lengths[length] ?? 0;
      const offsetEntry = offsets[offset] ?? 0;
      const matchEntry = matches[match] ?? 0;
      const distance = wide(bits, offsetEntry & 255);
      const matched = (MATCH_BASE[matchEntry & 255] ?? 0) + bits.take(MATCH_BITS[matchEntry & 255] ?? 0);
      const taken = (LITERAL_BASE[lengthEntry & 255] ?? 0) + bits.take(LITERAL_BITS[lengthEntry & 255] ?? 0);
      const back = this.recall(distance, taken);
      used += taken;
      if (bits.left < 0 || used > literals || this.at + taken + matched > limit || back > this.at + taken) {
        refuse();
      }
      this.copyLiterals(used - taken, taken);
      this.copyMatch(back, matched);
      if (left > 1) {
        length = (lengthEntry >>> 16) + bits.take((lengthEntry >> 8) & 255);
        match = (matchEntry >>> 16) + bits.take((matchEntry >> 8) & 255);
        offset = (offsetEntry >>> 16) + bits.take((offsetEntry >> 8) & 255);
      }
    }
    return bits.left === 0 ? used : refuse();
  }

  /** How far back a match lies: a new distance, or one of the last three. */
  private recall(value: number, literals: number): number {
    // Without literals the last distance itself would continue the match before: it is none of the choices then.
    const which = value > 3 ? 3 : value - (literals > 0 ? 1 : 0);
    if (which > 0) {
      const chosen = [this.first, this.second, this.third, value > 3 ? value - 3 : this.first - 1][which];
      this.third = which === 1 ? this.third : this.second;
      this.second = this.first;
      this.first = chosen || refuse();
    }
    return this.first;
  }

  private copyLiterals(from: number, size: number): void {
    const { out, literals } = this;
    if (size > 32) {
      out.set(literals.subarray(from, from + size), this.at);
    } else {
      for (let at = 0; at < size; at += 1) {
        out[this.at + at] = literals[from + at] ?? 0;
      }
    }
    this.at += size;
  }

  private copyMatch(back: number, size: number): void {
    const { out } = this;
    const end = this.at + size;
    if (size > 32 && back >= size) {
      out.copyWithin(this.at, this.at - back, end - back);
    } else {
      for (let at = this.at; at < end; at += 1) {
        out[at] = out[at - back] ?? 0;
      }
    }
    this.at = end;
  }
}

/** The number of an offset's code, which may have more bits than are read at once. */
function wide(bits: Backward, code: number): number {
  const high = code > 16 ? bits.take(code - 16) << 16 : 0;
  return ((1 << code) | high | bits.take(Math.min(code, 16))) >>> 0;
}
