// SHA-256 (FIPS 180-4) of our own: in pieces, and at once, neither of which WebCrypto can do.

// The first 32 bits behind the point of the roots of the first primes. None of these is nearer to another value than a
// thousand times what an engine's arithmetic may be off by.
const K = Int32Array.from(primes(64), (prime) => (Math.cbrt(prime) % 1) * 2 ** 32);
const START = primes(8).map((prime) => (Math.sqrt(prime) % 1) * 2 ** 32);
const BLOCK = 64;

/** A digest in the making. */
export class Sha256 {
  private readonly state = Int32Array.from(START);
  private readonly words = new Int32Array(BLOCK);
  private readonly block = new Uint8Array(BLOCK);
  private length = 0;

  /** Take the next bytes. */
  update(data: Uint8Array): this {
    const view = new DataView(data.buffer, data.byteOffset, data.length);
    let at = 0;
    while (at < data.length) {
      const filled = this.length % BLOCK;
      const taken = Math.min(BLOCK - filled, data.length - at);
      if (taken === BLOCK) {
        this.compress(view, at);
      } else {
        this.block.set(data.subarray(at, at + taken), filled);
        if (filled + taken === BLOCK) {
          this.compress(new DataView(this.block.buffer), 0);
        }
      }
      at += taken;
      this.length += taken;
    }
    return this;
  }

  /** The digest, 32 bytes. Nothing can be taken afterwards. */
  digest(): Uint8Array<ArrayBuffer> {
    const bytes = this.length;
    const end = new Uint8Array(((bytes + 8) | 63) + 1 - bytes);
    end[0] = 0x80;
    const view = new DataView(end.buffer);
    view.setUint32(end.length - 8, Math.floor(bytes / 0x20000000));
    view.setUint32(end.length - 4, (bytes << 3) >>> 0);
    this.update(end);
    const out = new DataView(new ArrayBuffer(32));
    this.state.forEach((word, at) => {
      out.setInt32(4 * at, word);
    });
    return new Uint8Array(out.buffer);
  }

  private compress(view: DataView, start: number): void {
    const { words, state } = this;
    for (let i = 0; i < 16; i += 1) {
      words[i] = view.getInt32(start + 4 * i);
    }
    for (let i = 16; i < 64; i += 1) {
      const one = words[i - 15] ?? 0;
      const two = words[i - 2] ?? 0;
      const s0 = turn(one, 7) ^ turn(one, 18) ^ (one >>> 3);
      const s1 = turn(two, 17) ^ turn(two, 19) ^ (two >>> 10);
      words[i] = (words[i - 16] ?? 0) + s0 + (words[i - 7] ?? 0) + s1;
    }
    let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
    for (let i = 0; i < 64; i += 1) {
      const first =
        (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + (K[i] ?? 0) + (words[i] ?? 0)) | 0;
      const second = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + first) | 0;
      d = c;
      c = b;
      b = a;
      a = (first + second) | 0;
    }
    [a, b, c, d, e, f, g, h].forEach((word, at) => {
      state[at] = (state[at] ?? 0) + word;
    });
  }
}

function turn(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

function primes(count: number): number[] {
  const found: number[] = [];
  for (let number = 2; found.length < count; number += 1) {
    if (found.every((prime) => number % prime !== 0)) {
      found.push(number);
    }
  }
  return found;
}
