"""Which bundles bring an edition up to date: pure decisions. docs/format.md, section 10.4."""

import heapq
from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from tamizdat.format.catalog import DeltaRef, SegmentRef, SnapshotList
from tamizdat.format.names import bundle_path, raw_bundle_path

REQUEST_COST: Final = 4096
"""Bytes that one more request is worth, when two ways lead to the same version."""

_AFTER_ALL: Final = "\U0010ffff"
"""No key stands behind this one."""

Bound = tuple[str, str]
Available = Callable[[str], bool]


class SegmentStep(msgspec.Struct, frozen=True):
    """A segment to fetch, and where the next one starts (None: it is the newest)."""

    ref: SegmentRef
    end: Bound | None


def shortest_path(
    deltas: Iterable[DeltaRef], *, start: int, goal: int, prefixes: bool, available: Available
) -> list[DeltaRef] | None:
    """The cheapest chain of deltas from version `start` to `goal`, ascending; None where there is none.

    A plain delta serves from any version in [from, to), one with a prefix only a reader who stands exactly at `from`
    and holds that prefix: none does where `prefixes` is false.
    """
    edges = [d for d in deltas if start < d.to <= goal and available(bundle_path(d.sha256))]
    best: dict[int, int] = {start: 0}
    came: dict[int, tuple[int, DeltaRef]] = {}
    queue = [(0, start)]
    while queue:
        cost, at = heapq.heappop(queue)
        if at == goal:
            return _walk_back(came, start, goal)
        for delta in edges:
            total = cost + delta.bytes + REQUEST_COST
            if _serves(delta, at, prefixes=prefixes) and total < best.get(delta.to, total + 1):
                best[delta.to], came[delta.to] = total, (at, delta)
                heapq.heappush(queue, (total, delta.to))
    return None


def _serves(delta: DeltaRef, at: int, *, prefixes: bool) -> bool:
    if delta.prefix:
        return delta.from_ == at and prefixes
    return delta.from_ <= at < delta.to


def _walk_back(came: dict[int, tuple[int, DeltaRef]], start: int, goal: int) -> list[DeltaRef]:
    path: list[DeltaRef] = []
    while goal != start:
        goal, delta = came[goal]
        path.append(delta)
    return path[::-1]


def segments_newest_first(snapshot: SnapshotList) -> list[SegmentStep]:
    """Every segment with its end, newest first; none where every article was retracted."""
    ends: list[Bound | None] = [*(segment.start for segment in snapshot.segments[1:]), None]
    return [SegmentStep(ref, end) for ref, end in zip(snapshot.segments, ends, strict=False)][::-1]


class Reach(msgspec.Struct, frozen=True):
    """How far back to read: articles published from `since` on (empty: all), at most `max_raw_bytes` of text."""

    since: str = ""
    max_raw_bytes: int | None = None


def wanted_segments(
    steps: Iterable[SegmentStep], *, reach: Reach, done: frozenset[str], below: Bound | None = None
) -> tuple[list[SegmentStep], str]:
    """The segments within reach that are not done yet, newest first, and what will be complete since (empty: all).

    With `below`, only segments that start below it: what lies above is held already.
    """
    chosen: list[SegmentStep] = []
    complete_since, size = "", 0
    for step in steps:
        size += step.ref.raw_bytes
        beyond = step.end is not None and (step.end[0] < reach.since or size > (reach.max_raw_bytes or size))
        if beyond:
            return chosen, complete_since
        complete_since = step.ref.published
        if step.ref.raw_sha256 not in done and (below is None or step.ref.start < below):
            chosen.append(step)
    return chosen, complete_since


def lacked_below(snapshot: SnapshotList, since: str) -> Bound:
    """Below which place segments have to start for who is complete since a time to lack them.

    Where several start at that time, it isn't known which of them are held: all of them are read.
    """
    several = sum(segment.published == since for segment in snapshot.segments) > 1
    return since, _AFTER_ALL if several else ""


def carried(ref: SegmentRef, available: Available) -> str | None:
    """The path by which a segment can be had: compressed, else plain (from a reader's pack), else None."""
    paths = (bundle_path(ref.sha256), raw_bundle_path(ref.raw_sha256))
    return next((path for path in paths if available(path)), None)
