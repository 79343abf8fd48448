"""Plans: the cheapest chain of deltas, how far back segments are read, and how a state's age is called."""

from collections.abc import Iterator
from typing import Any

from making.case import Case, ok

PREFIX = "0123456789abcdef"
Delta = dict[str, Any]


def cases() -> Iterator[Case]:
    """Every case of the kinds `plan`, `reach` and `freshness`."""
    for name, (deltas, asked, path) in PLANS.items():
        given = {"start": 1, "goal": 1, "prefixes": True, "missing": []} | asked
        yield Case(f"plan/{name}", {"deltas": deltas, **given}, ok(path))
    for name, (asked, chosen, since) in REACHES.items():
        given = {"segments": SEGMENTS, "since": "", "max_raw_bytes": None, "done": [], "below": None} | asked
        yield Case(f"reach/{name}", given, ok({"segments": chosen, "complete_since": since}))
    for name, (age, called) in AGES.items():
        yield Case(f"freshness/{name}", {"signed": SIGNED}, ok(called), clock=SIGNED + age)


def plain(start: int, end: int, size: int = 1000) -> Delta:
    """A delta without prefix."""
    return {"from": start, "to": end, "bytes": size, "prefix": ""}


def against(start: int, end: int, size: int = 700) -> Delta:
    """A delta with one."""
    return {"from": start, "to": end, "bytes": size, "prefix": PREFIX}


SPAN = {"start": 1, "goal": 5}
# What is there, what is asked, and the positions of the deltas that are taken; None: no way leads there.
PLANS: dict[str, tuple[list[Delta], dict[str, Any], list[int] | None]] = {
    "already-there": ([plain(1, 2)], {"start": 2, "goal": 2}, []),
    "one-step": ([plain(1, 2)], {"goal": 2}, [0]),
    "no-way": ([plain(3, 5)], SPAN, None),
    "gap": ([plain(1, 3), plain(4, 5)], SPAN, None),
    "prefix-is-cheaper": ([plain(1, 5), against(1, 5)], SPAN, [1]),
    "prefix-not-held": ([plain(1, 5), against(1, 5)], SPAN | {"prefixes": False}, [0]),
    "prefix-serves-at-its-start-only": ([against(0, 5)], SPAN, None),
    "plain-serves-from-within": ([plain(0, 5)], SPAN, [0]),
    "plain-serves-not-at-its-end": ([plain(0, 1)], SPAN, None),
    "overlapping": ([plain(0, 3), plain(2, 5)], SPAN, [0, 1]),
    "through-the-starts-of-prefixes": ([against(1, 4), against(4, 5), against(3, 5, 1)], SPAN, [0, 1]),
    "one-request-is-worth-4096-bytes": ([plain(1, 3), plain(3, 5), plain(1, 5, 2000 + 4095)], SPAN, [2]),
    "but-not-4098": ([plain(1, 3), plain(3, 5), plain(1, 5, 2000 + 4097)], SPAN, [0, 1]),
    "many-small-or-one-large": (
        [*(against(v, v + 1, 100) for v in range(1, 5)), against(1, 5, 20_000)], SPAN, [0, 1, 2, 3],
    ),
    "larger-span-than-needed": ([plain(0, 5, 9000), plain(1, 2), plain(2, 5)], SPAN, [1, 2]),
    "beyond-the-goal-is-left-alone": ([plain(1, 6, 10), plain(1, 5)], SPAN, [1]),
    "missing-file": ([plain(1, 5), plain(1, 3), plain(3, 5)], SPAN | {"missing": [0]}, [1, 2]),
    "never-backwards": ([plain(1, 2), plain(0, 5)], {"start": 3, "goal": 5}, [1]),
    "from-nothing": ([plain(0, 5)], {"start": 0, "goal": 5}, [0]),
}  # fmt: skip


def _day(month: int) -> str:
    return f"2026-{month:02}-01T00:00:00Z"


SEGMENTS = [
    {"published": "", "key": "", "raw_bytes": 100},
    {"published": _day(2), "key": "a", "raw_bytes": 100},
    {"published": _day(3), "key": "a", "raw_bytes": 100},
    {"published": _day(4), "key": "a", "raw_bytes": 100},
]
# What is asked, the positions of the segments that are fetched, in that order, and since when all is held then.
REACHES: dict[str, tuple[dict[str, Any], list[int], str]] = {
    "all": ({}, [3, 2, 1, 0], ""),
    "since-within-a-segment": ({"since": "2026-03-15T00:00:00Z"}, [3, 2], _day(3)),
    "since-a-segment-s-start": ({"since": _day(3)}, [3, 2, 1], _day(2)),
    "since-the-future": ({"since": "2027-01-01T00:00:00Z"}, [3], _day(4)),
    "since-before-all": ({"since": "2025-01-01T00:00:00Z"}, [3, 2, 1, 0], ""),
    "newest-whatever-its-size": ({"max_raw_bytes": 10}, [3], _day(4)),
    "two-segments-worth": ({"max_raw_bytes": 200}, [3, 2], _day(3)),
    "two-and-a-half": ({"max_raw_bytes": 250}, [3, 2], _day(3)),
    "finished-ones-are-not-fetched-again": ({"done": [3, 1]}, [2, 0], ""),
    "finished-ones-count-for-the-size": ({"done": [3], "max_raw_bytes": 200}, [2], _day(3)),
    "widening": ({"below": [_day(3), ""]}, [1, 0], ""),
    "widening-within-reach": ({"below": [_day(3), ""], "since": "2026-02-15T00:00:00Z"}, [1], _day(2)),
}
SIGNED = 1_795_327_200
AGES = {
    "now": (0, "fresh"),
    "from-the-future": (-3600, "fresh"),
    "two-days": (172_800, "fresh"),
    "over-two-days": (172_801, "stale"),
    "thirty-days": (2_592_000, "stale"),
    "over-thirty-days": (2_592_001, "very old"),
}
