"""The stock list's digest for the catalog: what any complete reader can make of its records. format.md, section 8.8.

Neither the list nor its parts lie in the tree. Only their digests are kept, so that a publish reads no more records
than stand near those that changed: a part depends on nothing beyond the nearest keys that begin one wherever they are.
"""

import sqlite3
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from tamizdat.format.bundle import Kind
from tamizdat.format.catalog import StockRef
from tamizdat.format.stock import Item, StockList, StockPart, Whole, begins_part, cut, encode_stock, stock_part
from tamizdat_server.publish import deltas
from tamizdat_server.publish.changes import Change, Place
from tamizdat_server.publish.cutting import BEGINNING, BEYOND
from tamizdat_server.publish.work import Work


def update(work: Work, edition: str, changes: Sequence[Change]) -> None:
    """Cut anew around the articles that came, moved or went; and the tombstones, where one came or went."""
    starts = [_place(row) for row in _rows(work, edition, "segment") if begins_part(row["key"])]
    places = [place for change in changes for place in (change.before, change.after) if place]
    for start, end in _around(starts, places):
        _cut(work, edition, "segment", start, end)
    if any(change.is_retraction or (change.before is None and change.revision > 1) for change in changes):
        _cut(work, edition, "tombstones", BEGINNING, BEYOND)


def reference(work: Work, edition: str) -> StockRef:
    """What the catalog says of the edition's stock."""
    if work.one("SELECT 1 FROM stocked WHERE edition = ?", edition) is None:
        for kind in ("segment", "tombstones"):
            _cut(work, edition, kind, BEGINNING, BEYOND)
        work.db.execute("INSERT INTO stocked VALUES (?)", (edition,))
    articles, retractions = (list(_parts(work, edition, kind)) for kind in ("segment", "tombstones"))
    version = deltas.edition_version(work, edition)
    return encode_stock(StockList("tamizdat.stock.1", edition, version, articles, retractions))[1]


def _around(starts: Sequence[Place], places: Sequence[Place]) -> list[tuple[Place, Place]]:
    """Ranges that hold the places, from one of the `starts` to another, merged where they touch.

    The range of a place that is a start begins at the one before it, since what stood there may have gone.
    """
    found: list[tuple[Place, Place]] = []
    for place in sorted(places):
        below, above = bisect_left(starts, place), bisect_right(starts, place)
        start = starts[below - 1] if below else BEGINNING
        end = starts[above] if above < len(starts) else BEYOND
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _cut(work: Work, edition: str, kind: Kind, start: Place, end: Place) -> None:
    work.db.execute(
        "DELETE FROM stock WHERE edition = ? AND kind = ? AND (published, key) >= (?, ?) AND (published, key) < (?, ?)",
        (edition, kind, *start, *end),
    )
    of = Whole(work.publication, edition, kind)
    for items in cut(_records(work, edition, kind, start, end)):
        part, _ = stock_part(of, items, start=items[0][0])
        work.db.execute(
            "INSERT INTO stock (edition, kind, published, key, raw_sha256, raw_bytes, records)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (edition, kind, part.published, part.key, part.raw_sha256, part.raw_bytes, part.records),
        )


def _records(work: Work, edition: str, kind: Kind, start: Place, end: Place) -> Iterator[Item]:
    what = "article" if kind == "segment" else "retraction"
    rows = work.db.execute(
        "SELECT published, key, line FROM records WHERE edition = ? AND kind = ? AND superseded IS NULL"
        " AND (published, key) >= (?, ?) AND (published, key) < (?, ?) ORDER BY published, key",
        (edition, what, *start, *end),
    )
    yield from (((published, key), line) for published, key, line in rows)


def _parts(work: Work, edition: str, kind: Kind) -> Iterator[StockPart]:
    """The first part starts at the beginning, and retractions have no place."""
    for number, row in enumerate(_rows(work, edition, kind)):
        start = _place(row) if number and kind == "segment" else BEGINNING
        yield StockPart(row["raw_sha256"], row["raw_bytes"], row["records"], *start)


def _rows(work: Work, edition: str, kind: Kind) -> list[sqlite3.Row]:
    return work.rows("SELECT * FROM stock WHERE edition = ? AND kind = ? ORDER BY published, key", edition, kind)


def _place(row: sqlite3.Row) -> Place:
    return row["published"], row["key"]
