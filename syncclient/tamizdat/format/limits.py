"""Every bound of format 1, in one place. docs/format.md, section 2, gives the same table."""

from typing import Final

import msgspec


class Limits(msgspec.Struct, frozen=True):
    """Upper bounds: sizes in bytes, times in seconds, counts without a unit."""

    root_bytes: int = 32 * 1024
    timestamp_bytes: int = 8 * 1024
    snapshot_metadata_bytes: int = 32 * 1024
    targets_bytes: int = 32 * 1024
    root_rotations: int = 256
    clock_ahead_seconds: int = 86_400
    fresh_seconds: int = 2 * 86_400
    stale_seconds: int = 30 * 86_400

    catalog_bytes: int = 64 * 1024
    site_bytes: int = 4 * 1024 * 1024
    list_bytes: int = 4 * 1024 * 1024
    list_raw_bytes: int = 32 * 1024 * 1024
    editions: int = 32
    deltas_inline: int = 32
    mirrors_inline: int = 8
    mirrors: int = 1000

    bundle_bytes: int = 16 * 1024 * 1024
    bundle_raw_bytes: int = 128 * 1024 * 1024
    segment_bytes: int = 1024 * 1024
    record_bytes: int = 2 * 1024 * 1024
    records: int = 1_000_000
    depth: int = 16
    nesting: int = 128
    media_bytes: int = 16 * 1024 * 1024

    head_bytes: int = 2 * 1024 * 1024
    head_delta_bytes: int = 64 * 1024
    pack_entry_bytes: int = 128 * 1024 * 1024
    pack_entries: int = 1_000_000

    newest_bytes: int = 4 * 1024 * 1024
    also: int = 64


LIMITS: Final = Limits()
