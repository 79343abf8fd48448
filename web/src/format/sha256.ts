// SHA-256 (FIPS 180-4) of our own: in pieces, and at once, neither of which WebCrypto can do.

const K = Int32Array.of(
  0x428a2f98,
  0x71374491,
  0xb5c0fbcf,
  0xe9b5dba5,
  0x3956c25b,
  0x59f111f1,
  0x923f82a4,
  0xab1c5ed5,
  0xd807aa98,
  0x12835b01,
  0x243185be,
  0x550c7dc3,
  0x72be5d74,
  0x80deb1fe,
  0x9bdc06a7,
  0xc19bf174,
  0xe49b69c1,
  0xefbe4786,
  0x0fc19dc6,
  0x240ca1cc,
  0x2de92c6f,
  0x4a7484aa,
  0x5cb0a9dc,
  0x76f988da,
  0x983e5152,
  0xa831c66d,
  0xb00327c8,
  0xbf597fc7,
  0xc6e00bf3,
  0xd5a79147,
  0x06ca6351,
  0x14292967,
  0x27b70a85,
  0x2e1b2138,
  0x4d2c6dfc,
  0x53380d13,
  0x650a7354,
  0x766a0abb,
  0x81c2c92e,
  0x92722c85,
  0xa2bfe8a1,
  0xa81a664b,
  0xc24b8b70,
  0xc76c51a3,
  0xd192e819,
  0xd6990624,
  0xf40e3585,
  0x106aa070,
  0x19a4c116,
  0x1e376c08,
  0x2748774c,
  0x34b0bcb5,
  0x391c0cb3,
  0x4ed8aa4a,
  0x5b9cca4f,
  0x682e6ff3,
  0x748f82ee,
  0x78a5636f,
  0x84c87814,
  0x8cc70208,
  0x90befffa,
  0xa4506ceb,
  0xbef9a3f7,
  0xc67178f2,
);
const BLOCK = 64;

/** A digest in the making. */
export class Sha256 {
  private readonly state = Int32Array.of(
    0x6a09e667,
    0xbb67ae85,
    0x3c6ef372,
    0xa54ff53a,
    0x510e527f,
    0x9b05688c,
    0x1f83d9ab,
    0x5be0cd19,
  );
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
