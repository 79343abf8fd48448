"""Segments: an edition's articles cut by publication date and key, and its tombstones cut by key.

Bounds stay where they are; a publish encodes again only the segments in which something changed. A segment that has
grown too large is cut from its oldest end, so that only the newest one keeps changing.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Literal, NamedTuple

from tamizdat.errors import NewsroomError
from tamizdat.format.catalog import SegmentRef
from tamizdat.format.limits import LIMITS
from tamizdat.format.names import bundle_path
from tamizdat_server.publish.changes import Change, Place
from tamizdat_server.publish.work import ENCODING_COLUMNS, Packed, Work, encoding_of, pack, plain_bundle, total

Kind = Literal["segment", "tombstones"]
BEYOND: Place = ("~", "")
"""Sorts after every place."""


class Piece(NamedTuple):
    """Records of one segment: where each stands, and its line."""

    places: list[Place]
    lines: list[bytes]


def update(work: Work, edition: str, changes: Sequence[Change]) -> None:
    """Encode again what changed: `changes` are those of this version."""
    moved = [place for change in changes for place in (change.before, change.after) if place]
    taken_back = {change.before for change in changes if change.is_retraction and change.before}
    _update(work, edition, "segment", moved, taken_back)
    # A tombstone appears, or goes when its article comes back.
    buried = [change.key for change in changes if (not change.before and change.revision > 1) or not change.after]
    _update(work, edition, "tombstones", [("", key) for key in buried], set())


def references(work: Work, edition: str, kind: Kind) -> list[SegmentRef]:
    """What the snapshot list says, oldest first."""
    rows = _rows(work, edition, kind)
    return [_reference(row, bounds=kind == "segment") for row in rows]


def _reference(row: sqlite3.Row, *, bounds: bool) -> SegmentRef:
    encoding = encoding_of(row)
    return SegmentRef(
        sha256=encoding.sha256,
        bytes=encoding.bytes,
        raw_sha256=encoding.raw_sha256,
        raw_bytes=encoding.raw_bytes,
        records=row["records"],
        published=row["published"] if bounds else "",
        key=row["key"] if bounds else "",
    )


def _rows(work: Work, edition: str, kind: Kind) -> list[sqlite3.Row]:
    return work.rows("SELECT * FROM segments WHERE edition = ? AND kind = ? ORDER BY published, key", edition, kind)


def _update(work: Work, edition: str, kind: Kind, moved: Iterable[Place], taken_back: set[Place]) -> None:
    """Encode the segments anew in which a place of `moved` lies; withdraw those that held one of `taken_back`."""
    starts = [(row["published"], row["key"]) for row in _rows(work, edition, kind)] or [("", "")]
    touched: dict[int, bool] = {}
    for place in moved:
        index = max(i for i, start in enumerate(starts) if start <= place)
        touched[index] = touched.get(index, False) or place in taken_back
    for index in sorted(touched):
        end = starts[index + 1] if index + 1 < len(starts) else BEYOND
        _encode_range(work, edition, kind, starts[index], end, tainted=touched[index])
    _start_at_the_beginning(work, edition, kind)


def _encode_range(work: Work, edition: str, kind: Kind, start: Place, end: Place, *, tainted: bool) -> None:
    """Replace the one segment of a range by as many as its records now need, none at all included."""
    where = "edition = ? AND kind = ? AND published = ? AND key = ?"
    for row in work.rows(f"SELECT sha256 FROM segments WHERE {where}", edition, kind, *start):  # noqa: S608 - our own words
        work.tree.leave(bundle_path(row["sha256"]), tainted=tainted)
    work.db.execute(f"DELETE FROM segments WHERE {where}", (edition, kind, *start))  # noqa: S608
    before: tuple[Place, int, Packed] | None = None
    for first, count, packed in _packed(work, edition, kind, _pieces(work, edition, kind, start, end)):
        if before:
            _note(work, edition, kind, *before, end=first)
        before = (start if before is None else first), count, packed
    if before:
        _note(work, edition, kind, *before, end=end)


def _pieces(work: Work, edition: str, kind: Kind, start: Place, end: Place) -> Iterator[Piece]:
    """The records of a range, cut from its oldest end; what is left over stays together with the piece before."""
    size = work.settings.segment_raw_bytes if kind == "segment" else work.settings.tombstones_raw_bytes
    what, order = ("article", "published, key") if kind == "segment" else ("retraction", "key")
    rows = work.db.execute(
        "SELECT published, key, line FROM records WHERE edition = ? AND kind = ? AND superseded IS NULL"  # noqa: S608 - our own words
        f" AND (published, key) >= (?, ?) AND (published, key) < (?, ?) ORDER BY {order}",
        (edition, what, *start, *end),
    )
    piece, held = Piece([], []), 0
    for published, key, line in rows:
        if held >= size * 3 // 2:
            head, piece = _cut(piece, size)
            yield head
            held = total(piece.lines)
        piece.places.append((published, key))
        piece.lines.append(line)
        held += len(line) + 1
    if piece.lines:
        yield piece


def _cut(piece: Piece, size: int) -> tuple[Piece, Piece]:
    """The oldest records up to `size` bytes (at least one), and the rest."""
    held = 0
    for at, line in enumerate(piece.lines):
        held += len(line) + 1
        if held > size and at:
            break
    else:
        at = len(piece.lines)
    return Piece(piece.places[:at], piece.lines[:at]), Piece(piece.places[at:], piece.lines[at:])


def _packed(work: Work, edition: str, kind: Kind, pieces: Iterator[Piece]) -> Iterator[tuple[Place, int, Packed]]:
    """(first place, number of records, bundle) of each piece, all processors at work, few pieces in memory."""
    workers = os.cpu_count() or 1

    def work_on(piece: Piece) -> list[tuple[Place, int, Packed]]:
        return _pack(work, edition, kind, piece)

    with ThreadPoolExecutor(workers) as pool:
        while batch := list(islice(pieces, workers)):
            for packed in pool.map(work_on, batch):
                yield from packed


def _pack(work: Work, edition: str, kind: Kind, piece: Piece) -> list[tuple[Place, int, Packed]]:
    lines = [line for _, line in sorted(zip((key for _, key in piece.places), piece.lines, strict=True))]
    packed = pack(plain_bundle(work, edition, kind, lines), level=work.settings.segment_level)
    if packed.encoding.bytes <= LIMITS.segment_bytes:
        return [(piece.places[0], len(lines), packed)]
    if len(lines) == 1:
        raise NewsroomError(f"{piece.places[0][1]} is too large to publish: {packed.encoding.bytes} bytes compressed")
    return [part for half in _cut(piece, total(lines) // 2) for part in _pack(work, edition, kind, half)]


def _note(work: Work, edition: str, kind: Kind, start: Place, records: int, packed: Packed, *, end: Place) -> None:
    low, high = ("\n".join(place) for place in (start, end))
    work.tree.add(packed.path, packed.data, edition=edition, kind=kind, version=work.version, low=low, high=high)
    work.db.execute(
        f"INSERT INTO segments (edition, kind, published, key, records, {ENCODING_COLUMNS})"  # noqa: S608
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (edition, kind, *start, records, *packed.row),
    )


def _start_at_the_beginning(work: Work, edition: str, kind: Kind) -> None:
    """Where the oldest segment has gone, the next one's range goes back to the beginning."""
    rows = _rows(work, edition, kind)
    if rows and (rows[0]["published"], rows[0]["key"]) != ("", ""):
        work.db.execute(
            "UPDATE segments SET published = '', key = '' WHERE edition = ? AND kind = ? AND published = ? AND key = ?",
            (edition, kind, rows[0]["published"], rows[0]["key"]),
        )
