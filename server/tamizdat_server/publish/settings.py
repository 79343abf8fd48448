"""Every size, level and rhythm of publishing that was measured or chosen. None of it is part of the format."""

from typing import Final

import msgspec


class Settings(msgspec.Struct, frozen=True):
    """Sizes in bytes, times in seconds, spans in steps of an edition.

    `durable`: wait until the disk has each file, so that a power cut loses nothing; only tests do without.
    """

    durable: bool = True

    delta_level: int = 19
    segment_level: int = 19
    newest_segment_level: int = 19
    # A segment that a retraction makes anew before the head is live; the next refresh does it better.
    rebuild_level: int = 12
    revisions_level: int = 19

    # How much of the newest articles a single's prefix holds, and that of a merged span, which nobody waits for.
    single_newest_bytes: int = 1_048_576
    merged_newest_bytes: int = 2_097_152

    # Plain bytes of a segment: about 512 KB on the wire. One grows to half as much again before it is cut.
    segment_raw_bytes: int = 2_228_224
    # The newest one is encoded at each publish: about 256 KB on the wire, then all but its last quarter is cut off.
    newest_raw_bytes: int = 1_114_112
    # The snapshot is brought up to date when the deltas that lead on from it weigh more than this share of it.
    refresh_share: float = 0.05
    tombstones_raw_bytes: int = 1_048_576
    # The open end of revision and media bundles is merged into one closed bundle at this size.
    revisions_bytes: int = 256 * 1024
    revisions_raw_bytes: int = 4 * 1024 * 1024
    media_bytes: int = 1_000_000

    # Deltas in the catalog cover a day, whatever the rhythm of publishing. But who publishes about once a day is never
    # on the second: a step this old is left out if it would be the second one, since it would double everyone's update.
    day_seconds: int = 86_400
    almost_a_day_seconds: int = 22 * 3600
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
