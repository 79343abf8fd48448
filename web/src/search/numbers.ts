// Whole numbers in bytes: seven bits in each, the lowest first, the eighth set where more follow.

const MORE = 0x80;

/** Bytes that grow. */
export class Bytes {
  private data = new Uint8Array(1 << 10);
  length = 0;

  /** A number below 2^31. */
  number(value: number): void {
    this.reserve(5);
    let left = value;
    while (left >= MORE) {
      this.data[this.length++] = left | MORE;
      left >>>= 7;
    }
    this.data[this.length++] = left;
  }

  append(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.data.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Take so many bytes off the beginning. */
  shift(size: number): Uint8Array {
    const taken = this.data.slice(0, size);
    this.data.copyWithin(0, size, this.length);
    this.length -= size;
    return taken;
  }

  private reserve(more: number): void {
    if (this.length + more > this.data.length) {
      const wider = new Uint8Array(2 * (this.length + more));
      wider.set(this.data);
      this.data = wider;
    }
  }
}

/** Reads numbers off bytes, one after the other. */
export class Cursor {
  readonly bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  number(): number {
    let value = 0;
    let shift = 0;
    for (;;) {
      const byte = this.bytes[this.at++] ?? 0;
      value |= (byte & (MORE - 1)) << shift;
      if (byte < MORE) {
        return value;
      }
      shift += 7;
    }
  }

  /** Pass over so many numbers. */
  skip(numbers: number): void {
    for (let left = numbers; left > 0; left -= (this.bytes[this.at++] ?? 0) < MORE ? 1 : 0) {}
  }
}
