"""Every size, level and rhythm of publishing that was measured or chosen. None of it is part of the format."""

from typing import Final

import msgspec


class Settings(msgspec.Struct, frozen=True):
    """Sizes in bytes, times in seconds, spans in steps of an edition."""

    delta_level: int = 19
    segment_level: int = 19
    revisions_level: int = 19

    # Plain bytes of a segment: about 1 MB on the wire. One grows to half as much again before it is cut.
    segment_raw_bytes: int = 2_621_440
    tombstones_raw_bytes: int = 1_048_576
    # The open end of revision and media bundles is merged into one closed bundle at this size.
    revisions_bytes: int = 256 * 1024
    revisions_raw_bytes: int = 4 * 1024 * 1024
    media_bytes: int = 1_000_000

    # Deltas in the catalog cover a day and a little, whatever the rhythm of publishing.
    day_seconds: int = 26 * 3600
    inline_singles: int = 4
    inline_deltas: int = 6
    group: int = 8
    singles_kept: int = 16
    ramp_steps: int = 32
    blocks_kept: int = 4
    # A delta above this and above a quarter of its snapshot is not made: the segments serve as well.
    delta_raw_bytes: int = 1_048_576

    kept_seconds: int = 14 * 86_400
    withdrawn_seconds: int = 30 * 86_400
    feed_entries: int = 30


SETTINGS: Final = Settings()
