// The entropy coding of Zstandard (RFC 8878, 4): streams of bits, and the tables that they are read by.
//
// Bytes are read through views that have room on both sides of what is read, so that a stream that was forged reads
// past its end for a moment, and is refused then. Entries of tables are numbers: symbol | bits << 8 | base << 16.

import { FormatError } from "../errors.ts";

export function refuse(): never {
  throw new FormatError("not zstd");
}

/** The place of the highest bit that is set. */
export function highBit(value: number): number {
  return 31 - Math.clz32(value);
}

/** Bits that were written forwards and are read from their end: `left` of them are still to come, if not negative. */
export class Backward {
  left: number;
  private readonly view: DataView;
  private readonly start: number;

  /** The bits of the bytes from `start` up to `end`; the highest one that is set is a mark and no part of them. */
  constructor(view: DataView, start: number, end: number) {
    const last = end > start ? view.getUint8(end - 1) : refuse();
    this.view = view;
    this.start = start;
    this.left = last > 0 ? 8 * (end - start - 1) + highBit(last) : refuse();
  }

  /** The next bits as a number: at most 24. */
  take(bits: number): number {
    this.left -= bits;
    return (this.view.getUint32(this.start + (this.left >> 3), true) >>> (this.left & 7)) & ((1 << bits) - 1);
  }
}

/** A table, and where what it was read from ends. */
export interface Read {
  readonly table: Uint32Array;
  readonly end: number;
}

// -- finite state entropy ---------------------------------------------------------------------------------------------

/** The table of a distribution: how often each symbol stands in it, -1 for less than once. Its size is 2^log. */
export function fseTable(counts: readonly number[], log: number): Uint32Array {
  const size = 1 << log;
  const symbols = spread(counts, size);
  const next = counts.map(Math.abs);
  return Uint32Array.from(symbols, (symbol) => {
    const state = next[symbol] ?? 1;
    next[symbol] = state + 1;
    const bits = log - highBit(state);
    return symbol | (bits << 8) | (((state << bits) - size) << 16);
  });
}

function spread(counts: readonly number[], size: number): Uint8Array {
  const symbols = new Uint8Array(size);
  let high = size;
  counts.forEach((count, symbol) => {
    if (count < 0) {
      high -= 1;
      symbols[high] = symbol;
    }
  });
  let at = 0;
  counts.forEach((count, symbol) => {
    for (let times = 0; times < count; times += 1) {
      symbols[at] = symbol;
      do {
        at = (at + (size >> 1) + (size >> 3) + 3) & (size - 1);
      } while (at >= high);
    }
  });
  return symbols;
}

/** The table that is described from byte `start` on, for symbols up to `most`. */
export function readFse(view: DataView, start: number, mostLog: number, most: number): Read {
  let at = 8 * start;
  const take = (bits: number) => {
    const value = (view.getUint32(at >> 3, true) >>> (at & 7)) & ((1 << bits) - 1);
    at += bits;
    return value;
  };
  const log = take(4) + 5;
  const counts: number[] = [];
  let left = 1 << log;
  if (log > mostLog) {
    refuse();
  }
  while (left > 0 && counts.length <= most) {
    const bits = highBit(left + 1);
    const short = (2 << bits) - 2 - left;
    let value = take(bits);
    // Small values take one bit less.
    if (value >= short) {
      value += take(1) << bits;
      value -= value >> bits ? short : 0;
    }
    counts.push(value - 1);
    left -= Math.abs(value - 1);
    for (let more = value === 1 ? 3 : 0; more === 3; ) {
      more = take(2);
      counts.push(...[0, 0, 0].slice(0, more));
    }
  }
  if (left !== 0 || counts.length > most + 1) {
    refuse();
  }
  return { table: fseTable(counts, log), end: (at + 7) >> 3 };
}

// -- Huffman ----------------------------------------------------------------------------------------------------------

const MOST_HUFFMAN_BITS = 11;

/** The table that is described from byte `start` on. Entries have no base; its size is 2^(the longest code's bits). */
export function readHuffman(view: DataView, start: number): Read {
  const head = view.getUint8(start);
  if (head < 128) {
    const end = start + 1 + head;
    return { table: huffmanTable(packedWeights(view, start + 1, end)), end };
  }
  const weights = Array.from({ length: head - 127 }, (_, at) => {
    const byte = view.getUint8(start + 1 + (at >> 1));
    return at & 1 ? byte & 15 : byte >> 4;
  });
  return { table: huffmanTable(weights), end: start + 1 + ((head - 126) >> 1) };
}

/** Weights under two states that take turns, until the bits end. */
function packedWeights(view: DataView, start: number, end: number): number[] {
  const { table, end: from } = readFse(view, start, 6, 255);
  const log = highBit(table.length);
  const bits = new Backward(view, from, end);
  const weights: number[] = [];
  let [now, then] = [bits.take(log), bits.take(log)];
  while (bits.left >= 0 && weights.length < 255) {
    const entry = table[now] ?? 0;
    weights.push(entry & 255);
    [now, then] = [then, (entry >>> 16) + bits.take((entry >> 8) & 255)];
  }
  weights.push((table[now] ?? 0) & 255);
  return weights.length < 256 ? weights : refuse();
}

/** The table of these weights and of a last one that makes their sum a power of two. */
function huffmanTable(given: readonly number[]): Uint32Array {
  if (given.some((weight) => weight > MOST_HUFFMAN_BITS)) {
    refuse();
  }
  const sum = given.reduce((all, weight) => all + ((1 << weight) >> 1), 0);
  const log = highBit(sum) + 1;
  const rest = (1 << log) - sum;
  if (sum === 0 || log > MOST_HUFFMAN_BITS || rest !== 1 << highBit(rest)) {
    refuse();
  }
  const weights = [...given, highBit(rest) + 1];
  const table = new Uint32Array(1 << log);
  let at = 0;
  for (let weight = 1; weight <= log; weight += 1) {
    weights.forEach((each, symbol) => {
      if (each === weight) {
        const next = at + ((1 << weight) >> 1);
        table.fill(symbol | ((log + 1 - weight) << 8), at, next);
        at = next;
      }
    });
  }
  return at === table.length ? table : refuse();
}
