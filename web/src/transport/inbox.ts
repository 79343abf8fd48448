// What has arrived of one file. It outlives a cut connection, where whoever asks keeps it.

import { concat } from "../format/bytes.ts";

/** The bytes of one file so far, at most `limit`. `told` hears of each change how many there are now. */
export class Inbox {
  readonly limit: number;
  private readonly told: (bytes: number) => void;
  private pieces: Uint8Array[];
  private count: number;

  /** `arrived`: what arrived before; of more than `limit` bytes nothing is taken up. */
  constructor(limit: number, arrived: Uint8Array = new Uint8Array(0), told: (bytes: number) => void = () => {}) {
    this.limit = limit;
    this.told = told;
    const fits = arrived.length <= limit;
    this.pieces = fits && arrived.length > 0 ? [arrived] : [];
    this.count = fits ? arrived.length : 0;
  }

  get length(): number {
    return this.count;
  }

  /** Whether nothing more may come: what is here is the whole file, or none of it is. */
  get full(): boolean {
    return this.count === this.limit && this.limit > 0;
  }

  /** Whether `count` more bytes stay within the limit. */
  fits(count: number): boolean {
    return this.count + count <= this.limit;
  }

  /** Keep one more piece. */
  add(piece: Uint8Array): void {
    this.pieces.push(piece);
    this.count += piece.length;
    this.told(this.count);
  }

  /** Forget everything. */
  discard(): void {
    this.pieces = [];
    this.count = 0;
    this.told(0);
  }

  /** All of it, in one piece. */
  bytes(): Uint8Array {
    const [first = new Uint8Array(0), ...more] = this.pieces;
    const whole = more.length > 0 ? concat(this.pieces) : first;
    this.pieces = whole.length > 0 ? [whole] : [];
    return whole;
  }
}
