"""How much of a publication a copy holds: all of it, or the news of the last days. docs/format.md, section 3."""

from collections.abc import Iterator
from itertools import zip_longest

import msgspec

from tamizdat.format.catalog import DeltaRef, SegmentRef, SnapshotList

SINCE_EVER = ""


class Selection(msgspec.Struct, frozen=True):
    """What a copy holds. `days` 0: everything. Else what came after the time `since`, when `version` was the newest.

    Lists, tombstones, the catalog's own deltas and the plain ones are held in any case: they are small, and a reader
    who begins with the newest segments needs them.
    """

    days: int = 0
    since: str = SINCE_EVER
    version: int = 0

    def takes_delta(self, delta: DeltaRef) -> bool:
        """Whether a delta of the history is held."""
        return not delta.prefix or self.takes_version(delta.to)

    def takes_version(self, to: int) -> bool:
        """Whether a bundle of superseded records or of pictures is held that was completed at version `to`."""
        return not self.days or to > self.version

    def segments(self, snapshot: SnapshotList) -> Iterator[tuple[SegmentRef, bool]]:
        """Each segment, and whether it is held: where it ends after `since`; the newest is always."""
        for segment, following in zip_longest(snapshot.segments, snapshot.segments[1:]):
            yield segment, not self.days or following is None or following.published > self.since


EVERYTHING = Selection()
