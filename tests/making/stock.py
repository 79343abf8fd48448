"""Stock lists: what an edition holds, cut by a rule that every holder follows alike."""

import hashlib
from collections.abc import Iterator
from itertools import count
from typing import Any

from making.bundles import PUBLICATION, keyed, plain, tombstones
from making.case import Case, compact, digest, ok

Line = dict[str, Any]
BEGINNERS = sorted(f"n{n}" for n in range(1500) if hashlib.sha256(f"n{n}".encode()).digest()[0] == 0)
ONE, TWO, THREE = BEGINNERS[:3]
ODD = next(key for key in (f'"{number}"\u2028ё' for number in count()) if hashlib.sha256(key.encode()).digest()[0] == 0)
LATER = {"published": "2026-11-23T06:00:00Z"}


def cases() -> Iterator[Case]:
    """Every case of the kind `stock`: each list of articles stands in the parts into which they belong."""
    for name, (parts, retractions) in STOCKS.items():
        lines = [line for part in (*parts, *retractions) for line in part]
        given = {"publication": PUBLICATION, "edition": "en", "version": 4, "lines": [compact(line) for line in lines]}
        listed = {"parts": [_part(part, "segment", number) for number, part in enumerate(parts)]}
        if retractions:
            listed["tombstones"] = [_part(part, "tombstones", 0) for part in retractions]
        stock = {"format": "tamizdat.stock.1", "edition": "en", "version": 4, **listed}
        yield Case(f"stock/{name}", given, ok({"sha256": digest(compact(stock).encode()), "list": stock}))


def _part(lines: list[Line], kind: str, number: int) -> Line:
    raw = plain(sorted(lines, key=lambda line: line["key"].encode()), kind=kind)
    start = {"published": lines[0]["published"], "key": lines[0]["key"]} if number else {}
    return {"raw_sha256": digest(raw), "raw_bytes": len(raw), "records": len(lines), **start}


STOCKS: dict[str, tuple[list[list[Line]], list[list[Line]]]] = {
    "nothing": ([], []),
    "one-part": ([keyed("a", "b")], []),
    "one-begins": ([keyed("a"), keyed(ONE, "z")], []),
    "the-first-begins": ([keyed(ONE, "z"), keyed(TWO, **LATER)], []),
    "every-one-begins": ([keyed(ONE), keyed(TWO), keyed(THREE)], []),
    "by-place-then-by-key": ([[*keyed("z"), *keyed("a", **LATER)], keyed(ONE, **LATER)], []),
    "quotes-and-separators": ([keyed("!"), keyed(ODD)], []),
    "retractions": ([keyed("a")], [tombstones("b", "c")]),
    "retractions-alone": ([], [tombstones("a"), tombstones(ONE, "z")]),
}
