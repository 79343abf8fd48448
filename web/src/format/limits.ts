// Every bound of format 1, in one place: sizes in bytes, times in seconds, counts without a unit. docs/format.md 2.

const KIB = 1024;
const MIB = 1024 * KIB;

export const LIMITS = {
  root_bytes: 32 * KIB,
  timestamp_bytes: 8 * KIB,
  snapshot_metadata_bytes: 32 * KIB,
  targets_bytes: 32 * KIB,
  root_rotations: 256,
  clock_ahead_seconds: 86_400,
  fresh_seconds: 2 * 86_400,
  stale_seconds: 30 * 86_400,

  catalog_bytes: 64 * KIB,
  site_bytes: 4 * MIB,
  list_bytes: 4 * MIB,
  list_raw_bytes: 32 * MIB,
  editions: 32,
  deltas_inline: 32,
  mirrors_inline: 8,
  mirrors: 1000,

  bundle_bytes: 16 * MIB,
  bundle_raw_bytes: 128 * MIB,
  segment_bytes: MIB,
  record_bytes: 2 * MIB,
  records: 1_000_000,
  depth: 16,
  nesting: 128,
  media_bytes: 16 * MIB,

  head_bytes: 2 * MIB,
  head_delta_bytes: 64 * KIB,
  pack_entry_bytes: 128 * MIB,
  pack_entries: 1_000_000,

  newest_bytes: 4 * MIB,
  also: 64,
} as const;
