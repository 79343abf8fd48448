// The stock list: everything that an edition holds, in parts that any complete reader can make. docs/format.md, 8.8.

/** A part of the stock: its plain bundle, and where it starts. The first starts at ("", ""). */
export interface StockPart {
  readonly raw_sha256: string;
  readonly raw_bytes: number;
  readonly records: number;
  readonly published: string;
  readonly key: string;
}

/** The parts of an edition at `version`, articles by place, oldest first, and retractions by key. */
export interface StockList {
  readonly format: "tamizdat.stock.1";
  readonly edition: string;
  readonly version: number;
  readonly parts: readonly StockPart[];
  readonly tombstones: readonly StockPart[];
}
