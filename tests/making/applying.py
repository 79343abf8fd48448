"""Applying: what a library holds after deltas, segments, tombstones and revisions, in some order."""

import re
from collections.abc import Iterable, Iterator
from itertools import permutations
from typing import Any

from making.case import FORMAT, Case, compact, digest, ok
from making.records import article

Step = dict[str, Any]
DAYS = {key: day for day, key in enumerate("abcdefgh", 1)}
NAME = re.compile(r"(\D+?)(\d+)(x|c(\d+))?(?:@(\d+))?")


def line(name: str) -> str:
    """A record's line. `b3`: article b at revision 3; `b3x`: its retraction; `b3c2`: an article with `cleared` 2;
    `b3@9`: published on the 9th.
    """
    found = NAME.fullmatch(name)
    assert found
    key, revision = found[1], int(found[2])
    if found[3] == "x":
        return compact(
            {"type": "retraction", "key": key, "edition": "en", "revision": revision, "at": _day(28), "notice": name}
        )
    members: dict[str, Any] = {"key": key, "revision": revision, "title": name}
    members["published"] = _day(int(found[5] or DAYS.get(key, 10)))
    return compact(article(**members, **({"cleared": int(found[4])} if found[4] else {})))


def _day(number: int) -> str:
    return f"2026-11-{number:02}T06:00:00Z"


def delta(names: str, *, since: str = "") -> Step:
    """Apply a delta. `since`: the edition is complete from then on only."""
    return {"apply": "delta", "records": names.split()} | ({"since": since} if since else {})


def segment(names: str, start: tuple[str, str] = ("", ""), end: tuple[str, str] | None = None) -> Step:
    """Settle a segment's range."""
    return {"apply": "segment", "records": names.split(), "start": list(start), "end": list(end) if end else None}


def tombstones(names: str) -> Step:
    """Settle the tombstones."""
    return {"apply": "tombstones", "records": names.split()}


def revisions(names: str) -> Step:
    """Add superseded records."""
    return {"apply": "revisions", "records": names.split()}


def cases() -> Iterator[Case]:
    """Every case of the kind `apply`."""
    for name, (steps, current, superseded) in STORIES.items():
        yield _case(name, steps, current, superseded)
    for name, (deltas, current, superseded) in ANY_ORDER.items():
        for number, order in enumerate(permutations(deltas), 1):
            yield _case(f"{name}-order-{number}", [delta(names) for names in order], current, superseded)
    for name, steps in REFUSED.items():
        yield Case(f"apply/no-{name}", _input(steps), FORMAT)


def _input(steps: list[Step]) -> Step:
    return {"steps": steps}


def lines(cases: Iterable[Case]) -> Step:
    """The lines of all records that these cases name."""
    names = {name for case in cases for step in case.input["steps"] for name in step["records"]}
    return {name: line(name) for name in sorted(names)}


def _case(name: str, steps: list[Step], current: str, superseded: str = "") -> Case:
    value = {
        "current": current.split(), "current_sha256": _sum(current),
        "superseded": superseded.split(), "superseded_sha256": _sum(superseded),
    }  # fmt: skip
    return Case(f"apply/{name}", _input(steps), ok(value))


def _sum(names: str) -> str:
    """SHA-256 of the lines, each with its newline, in this order."""
    return digest("".join(line(name) + "\n" for name in names.split()).encode())


NOV = _day
STORIES: dict[str, tuple[list[Step], str, str]] = {
    "nothing": ([], "", ""),
    "first-articles": ([delta("a1 b1")], "a1 b1", ""),
    "same-delta-twice": ([delta("a1 b1"), delta("a1 b1")], "a1 b1", ""),
    "newer-revision": ([delta("a1 b1"), delta("a2")], "a2 b1", "a1"),
    "older-revision-is-left-out": ([delta("a2"), delta("a1")], "a2", ""),
    "skipped-revision": ([delta("a1"), delta("a4")], "a4", "a1"),
    "retraction": ([delta("a1 b1"), delta("a2"), delta("a3x")], "a3x b1", ""),
    "retraction-of-what-was-never-held": ([delta("a3x")], "a3x", ""),
    "article-older-than-its-tombstone": ([delta("a3x"), delta("a2")], "a3x", ""),
    "second-retraction": ([delta("a1"), delta("a2x"), delta("a4x")], "a4x", ""),
    "revived": ([delta("a1"), delta("a2x"), delta("a3c2")], "a3c2", ""),
    "revived-where-the-retraction-was-missed": ([delta("a1"), delta("a2"), delta("a4c3")], "a4c3", ""),
    "revived-then-revised": ([delta("a1"), delta("a3c2"), delta("a4c2")], "a4c2", "a3c2"),
    "cleared-keeps-later-revisions": ([delta("a1"), delta("a3c2"), delta("a4c2"), delta("a5c2")], "a5c2", "a3c2 a4c2"),
    "cleared-below-the-held-revision": ([delta("a3c2"), delta("a5c2")], "a5c2", "a3c2"),
    "cleared-clears-what-came-besides": (
        [delta("a5c3"), revisions("a1 a2 a4c3"), delta("b1"), delta("a7c6")], "a7c6 b1", "",
    ),
    "cleared-again": ([delta("a1"), delta("a3c2"), delta("a4x"), delta("a5c4"), delta("a6c4")], "a6c4", "a5c4"),
    "keys-in-order-of-code-points": (
        [delta("\uff411 \U0001f6001 Z1 a1 a/b1 ж1")], "Z1 a1 a/b1 ж1 \uff411 \U0001f6001", "",
    ),
    "overlapping-deltas": ([delta("a1 b1"), delta("a2 b1 c1"), delta("b2 c1")], "a2 b2 c1", "a1 b1"),
    "delta-with-a-later-retraction": ([delta("a1 b3x"), delta("b2")], "a1 b3x", ""),
    "incomplete-reader-leaves-old-articles-out": (
        [segment("c1 d1", (NOV(3), ""), None), delta("a2 c2 e1", since=NOV(3))], "c2 d1 e1", "c1",
    ),
    "incomplete-reader-revises-what-is-held": (
        [delta("a1 c1"), delta("a2 b1", since=NOV(3))], "a2 c1", "a1",
    ),
    "incomplete-reader-keeps-every-tombstone": ([delta("c1"), delta("a2x", since=NOV(3))], "a2x c1", ""),
    "segment": ([segment("a1 b1 c1")], "a1 b1 c1", ""),
    "segments-newest-first": (
        [segment("c1 d1", (NOV(3), "c"), None), segment("a1 b1", ("", ""), (NOV(3), "c"))], "a1 b1 c1 d1", "",
    ),
    "segment-takes-what-it-lacks": ([delta("a1 b1 c1"), segment("a1 c1")], "a1 c1", ""),
    "segment-takes-only-in-its-range": (
        [delta("a1 b1 c1 d1"), segment("b2", (NOV(2), "b"), (NOV(3), "c"))], "a1 b2 c1 d1", "b1",
    ),
    "segment-of-nothing": ([delta("a1 b1 c1"), segment("", (NOV(2), "b"), (NOV(3), "c"))], "a1 c1", ""),
    "segment-starts-within-a-day": (
        [delta("c1 x1@3 y1@3"), segment("x1@3", (NOV(3), "x"), (NOV(3), "y"))], "c1 x1@3 y1@3", "",
    ),
    "segment-replaces-a-later-revision": ([delta("a1"), delta("a5"), segment("a3")], "a3", "a1"),
    "segment-replaces-an-equal-revision": ([delta("a3"), segment("a3@1")], "a3@1", ""),
    "segment-supersedes-an-earlier-revision": ([delta("a1"), segment("a3")], "a3", "a1"),
    "segment-with-a-revived-article": ([delta("a1"), delta("a2"), segment("a4c3")], "a4c3", ""),
    "segment-takes-the-place-of-a-tombstone": ([delta("a5x"), segment("a3")], "a3", ""),
    "segment-leaves-tombstones": ([delta("b2x"), segment("a1")], "a1 b2x", ""),
    "delta-after-segments-heals": ([segment("a1 b1"), tombstones("c2x"), delta("b2 c2x d1")], "a1 b2 c2x d1", "b1"),
    "article-that-moved": (
        [delta("a1 c1"), segment("a2@9 c1", (NOV(3), ""), None), segment("", ("", ""), (NOV(3), ""))], "a2@9 c1", "a1",
    ),
    "tombstones": ([delta("a1 b1"), tombstones("a2x c2x")], "a2x b1 c2x", ""),
    "tombstones-whatever-the-revision": ([delta("a5"), tombstones("a2x")], "a2x", ""),
    "tombstones-are-all-there-are": ([delta("a2x b2x"), tombstones("a2x")], "a2x", ""),
    "revisions": ([delta("a3 b1"), revisions("a1 a2")], "a3 b1", "a1 a2"),
    "revisions-of-what-is-not-held": ([delta("a3"), revisions("a1 b1")], "a3", "a1"),
    "revisions-of-what-was-retracted": ([delta("a3x"), revisions("a1 a2")], "a3x", ""),
    "revisions-that-were-cleared": ([delta("a5c3"), revisions("a1 a2 a3 a4")], "a5c3", "a4"),
    "revisions-not-below-the-current-one": ([delta("a2"), revisions("a1 a2 a3")], "a2", "a1"),
    "revisions-beside-received-ones": ([delta("a1"), delta("a3"), revisions("a1 a2")], "a3", "a1 a2"),
    "retraction-after-revisions": ([delta("a3"), revisions("a1 a2"), delta("a4x")], "a4x", ""),
}  # fmt: skip
# Whatever order these deltas come in, the current records are the same. So are the superseded ones, where each
# delta brings a key's revisions only once.
ANY_ORDER: dict[str, tuple[list[str], str, str]] = {
    "touched-keys": (["a1 b1", "c1", "d2x"], "a1 b1 c1 d2x", ""),
    "retracted-between": (["a1", "a2x b1", "b2x"], "a2x b2x", ""),
    "retracted-and-revived": (["a1", "a2x", "a3c2"], "a3c2", ""),
}
REFUSED = {
    "segment-with-an-article-ahead-of-its-range": [segment("a1", (NOV(2), ""), None)],
    "segment-with-an-article-at-its-end": [segment("b1", ("", ""), (NOV(2), "b"))],
}
