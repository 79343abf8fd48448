"""Cutting an edition's records into segments, by size, and compressing the pieces."""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Literal, NamedTuple

from tamizdat.errors import NewsroomError
from tamizdat.format.limits import LIMITS
from tamizdat_server.publish.changes import Place
from tamizdat_server.publish.work import Packed, Work, pack, plain_bundle, total

Kind = Literal["segment", "tombstones"]
BEGINNING: Place = ("", "")
BEYOND: Place = ("~", "")
"""Sorts after every place."""


class Piece(NamedTuple):
    """Records of one segment: where each stands, and its line."""

    places: list[Place]
    lines: list[bytes]


class Cut(NamedTuple):
    """A piece, compressed: where it begins, and how many records it has."""

    start: Place
    records: int
    packed: Packed


class Range(NamedTuple):
    """Which records a segment holds: those that stood between two places at version `state` and weren't withdrawn."""

    edition: str
    kind: Kind
    start: Place
    end: Place
    state: int


def pieces(work: Work, of: Range) -> Iterator[Piece]:
    """The records of a range, cut from its oldest end; the last piece may be half as large again as the others."""
    size = work.settings.segment_raw_bytes if of.kind == "segment" else work.settings.tombstones_raw_bytes
    piece, held = Piece([], []), 0
    for place, line in _records(work, of):
        if held >= size * 3 // 2:
            oldest, piece = cut(piece, size)
            yield oldest
            held = total(piece.lines)
        piece.places.append(place)
        piece.lines.append(line)
        held += len(line) + 1
    if piece.lines:
        yield piece


def newest_apart(work: Work, cut_pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The same pieces; of a newest one that is too large to be encoded at each publish, only the last part remains."""
    last: Piece | None = None
    for piece in cut_pieces:
        if last:
            yield last
        last = piece
    size = total(last.lines) if last else 0
    if last and size > work.settings.newest_raw_bytes:
        older, last = cut(last, size - work.settings.newest_raw_bytes // 4)
        yield older
    if last and last.lines:
        yield last


def cut(piece: Piece, size: int) -> tuple[Piece, Piece]:
    """The oldest records up to `size` bytes (at least one), and the rest."""
    held, at = 0, 0
    for line in piece.lines:
        held += len(line) + 1
        if held > size and at:
            break
        at += 1
    return Piece(piece.places[:at], piece.lines[:at]), Piece(piece.places[at:], piece.lines[at:])


def compressed(work: Work, of: Range, cut_pieces: Iterator[Piece], *, level: int) -> Iterator[Cut]:
    """Each piece compressed, in order, all processors at work, few pieces in memory."""
    workers = os.cpu_count() or 1

    def work_on(piece: Piece) -> list[Cut]:
        return _compress(work, of, piece, level)

    with ThreadPoolExecutor(workers) as pool:
        while batch := list(islice(cut_pieces, workers)):
            for cuts in pool.map(work_on, batch):
                yield from cuts


def _compress(work: Work, of: Range, piece: Piece, level: int) -> list[Cut]:
    lines = [line for _, line in sorted(zip((key for _, key in piece.places), piece.lines, strict=True))]
    packed = pack(plain_bundle(work, of.edition, of.kind, lines), level=level)
    if packed.encoding.bytes <= LIMITS.segment_bytes:
        return [Cut(piece.places[0], len(lines), packed)]
    if len(lines) == 1:
        raise NewsroomError(f"{piece.places[0][1]} is too large to publish: {packed.encoding.bytes} bytes compressed")
    return [part for half in cut(piece, total(lines) // 2) for part in _compress(work, of, half, level)]


def _records(work: Work, of: Range) -> Iterator[tuple[Place, bytes]]:
    what = "article" if of.kind == "segment" else "retraction"
    rows = work.db.execute(
        "SELECT published, key, line FROM records WHERE edition = ? AND kind = ? AND version <= ?"
        " AND (superseded IS NULL OR superseded > ?) AND withdrawn IS NULL"
        " AND (published, key) >= (?, ?) AND (published, key) < (?, ?) ORDER BY published, key",
        (of.edition, what, of.state, of.state, *of.start, *of.end),
    )
    yield from (((published, key), line) for published, key, line in rows)
