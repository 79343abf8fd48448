"""Segments: an edition's articles cut by publication date and key, and its tombstones cut by key.

The snapshot as a whole stands at a version that may lie behind: plain deltas lead on from there, and what a segment
holds of a later version does no harm. So a publish encodes only the newest segment, and those that hold what was
retracted; the others when a *refresh* brings the snapshot up to date, which happens after a head is live. Bounds stay
where they are, but for the small pieces that were cut off the newest segment, which a refresh joins.
"""

import sqlite3
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence

from tamizdat.format.catalog import SegmentRef
from tamizdat.format.names import bundle_path
from tamizdat_server.publish import deltas
from tamizdat_server.publish.changes import Change, Place
from tamizdat_server.publish.cutting import BEGINNING, BEYOND, Cut, Kind, Range, compressed, newest_apart, pieces
from tamizdat_server.publish.work import ENCODING_COLUMNS, Work, encoding_of

Rows = Sequence[sqlite3.Row]


def snapshot_version(work: Work, edition: str) -> int:
    """The version at which the edition's snapshot stands; 0 before the first."""
    return work.one("SELECT version FROM snapshots WHERE edition = ?", edition) or 0


# -- at each publish ---------------------------------------------------------------------------------------------------


def update(work: Work, edition: str, changes: Sequence[Change], withdrawn: Rows) -> None:
    """Encode the newest segment and those that hold one of the `withdrawn` records; all, where no delta leads on."""
    rows = _rows(work, edition, "segment")
    tainted = _holding(rows, withdrawn)
    if deltas.plain_cost(work, edition, snapshot_version(work, edition)) is None:
        refresh(work, edition, tainted=tainted)
        return
    for index in tainted - {len(rows) - 1}:
        of = _range(edition, "segment", rows, index, index, rows[index]["state"])
        _replace(work, of, level=work.settings.rebuild_level, leave=work.tree.withdraw, rough=True)
    places = [place for change in changes for place in (change.before, change.after) if place]
    start = _place(rows[-1]) if rows else BEGINNING
    if len(rows) - 1 in tainted or any(place >= start for place in places):
        _replace_newest(work, edition, rows, tainted)
    _begin_at_the_beginning(work, edition, "segment")


def _replace_newest(work: Work, edition: str, rows: Rows, tainted: Collection[int]) -> None:
    of = _range(edition, "segment", rows, len(rows) - 1, len(rows) - 1, work.version)
    leave = work.tree.withdraw if len(rows) - 1 in tainted else work.tree.drop
    _replace(work, of, level=work.settings.newest_segment_level, leave=leave)


def _holding(rows: Rows, records: Rows) -> set[int]:
    """The segments in which one of these records stood when they were encoded."""
    starts = [_place(row) for row in rows]
    found: set[int] = set()
    for record in records:
        index = bisect_right(starts, (record["published"], record["key"])) - 1
        if index >= 0 and record["version"] <= rows[index]["state"] < (record["superseded"] or 1 << 62):
            found.add(index)
    return found


# -- bringing the snapshot up to date ----------------------------------------------------------------------------------


def refresh_if_due(work: Work, edition: str) -> None:
    """At a multiple of eight, refresh the snapshot for the next catalog, if the deltas after it weigh enough by now.

    If not, only do better what was compressed in haste.
    """
    step = deltas.newest_step(work, edition) or 0
    if step % work.settings.group or not step:
        return
    size = work.one("SELECT sum(bytes) FROM segments WHERE edition = ?", edition) or 0
    cost = deltas.plain_cost(work, edition, snapshot_version(work, edition))
    if cost is None or cost > size * work.settings.refresh_share:
        refresh(work, edition, later=True)
    else:
        _polish(work, edition)


def _polish(work: Work, edition: str) -> None:
    rows = _rows(work, edition, "segment")
    for index in [index for index, row in enumerate(rows) if row["rough"]]:
        of = _range(edition, "segment", rows, index, index, rows[index]["state"])
        _replace(work, of, level=work.settings.segment_level, leave=work.tree.outdate)


def refresh(work: Work, edition: str, *, tainted: Collection[int] = (), later: bool = False) -> None:
    """Bring every segment up to the edition's version. `later`: the live catalog still names the ones replaced."""
    since, now = snapshot_version(work, edition), deltas.edition_version(work, edition)
    for kind in ("segment", "tombstones"):
        rows = _rows(work, edition, kind)
        touched = _touched(rows, _changed_places(work, edition, kind, since))
        touched |= {index for index, row in enumerate(rows) if row["rough"]}
        small = work.settings.segment_raw_bytes * 3 // 4 if kind == "segment" else 0
        for first, last in _groups(rows, touched, small):
            of = _range(edition, kind, rows, first, last, now)
            gone = kind == "segment" and any(first <= index <= last for index in tainted)
            leave = work.tree.outdate if later else work.tree.withdraw if gone else work.tree.drop
            _replace(work, of, level=work.settings.segment_level, leave=leave)
        _begin_at_the_beginning(work, edition, kind)
    work.db.execute("INSERT OR REPLACE INTO snapshots VALUES (?, ?)", (edition, now))


def _changed_places(work: Work, edition: str, kind: Kind, since: int) -> Iterator[tuple[Place, int]]:
    """(place, version) of each record that came or went after version `since`."""
    what = "article" if kind == "segment" else "retraction"
    for column in ("version", "superseded"):
        query = f"SELECT published, key, {column} FROM records WHERE edition = ? AND kind = ? AND {column} > ?"  # noqa: S608
        yield from (((row[0], row[1]), row[2]) for row in work.rows(query, edition, what, since))


def _touched(rows: Rows, changed: Iterator[tuple[Place, int]]) -> set[int]:
    if not rows:
        return {0} if any(True for _ in changed) else set()
    starts = [_place(row) for row in rows]
    indexes = ((bisect_right(starts, place) - 1, version) for place, version in changed)
    return {index for index, version in indexes if version > rows[index]["state"]}


def _groups(rows: Rows, touched: set[int], small: int) -> Iterator[tuple[int, int]]:
    """(first, last) of the segments to encode anew: those that were touched, and small neighbours joined."""
    joined: set[int] = set()
    run: list[int] = []
    for index, row in enumerate(rows[:-1]):
        run = [*run, index] if row["raw_bytes"] < small else []
        if len(run) > 1 and sum(rows[i]["raw_bytes"] for i in run) >= small:
            yield run[0], index
            joined |= set(run)
            run = []
    yield from ((index, index) for index in sorted(touched - joined))


# -- both --------------------------------------------------------------------------------------------------------------


def _replace(work: Work, of: Range, *, level: int, leave: Callable[[str], None], rough: bool = False) -> None:
    """Put as many segments as the records of a range now need, none at all included, in the place of those there."""
    rows = work.rows(
        "SELECT published, key, sha256 FROM segments WHERE edition = ? AND kind = ?"
        " AND (published, key) >= (?, ?) AND (published, key) < (?, ?)",
        of.edition, of.kind, *of.start, *of.end,
    )  # fmt: skip
    cut_pieces = pieces(work, of)
    if of.kind == "segment" and of.end == BEYOND:
        cut_pieces = newest_apart(work, cut_pieces)
    cuts = list(compressed(work, of, cut_pieces, level=level))
    for row in rows:
        work.db.execute(
            "DELETE FROM segments WHERE edition = ? AND kind = ? AND published = ? AND key = ?",
            (of.edition, of.kind, row["published"], row["key"]),
        )
    for index, piece in enumerate(cuts):
        start = piece.start if index else of.start
        end = cuts[index + 1].start if index + 1 < len(cuts) else of.end
        _note(work, of._replace(start=start, end=end), piece, rough=rough)
    for path in {bundle_path(row["sha256"]) for row in rows} - {piece.packed.path for piece in cuts}:
        leave(path)


def _note(work: Work, of: Range, piece: Cut, *, rough: bool) -> None:
    low, high, packed = "\n".join(of.start), "\n".join(of.end), piece.packed
    work.tree.add(packed.path, packed.data, edition=of.edition, kind=of.kind, version=of.state, low=low, high=high)
    work.db.execute(
        f"INSERT INTO segments (edition, kind, published, key, records, state, rough, {ENCODING_COLUMNS})"  # noqa: S608
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (of.edition, of.kind, *of.start, piece.records, of.state, int(rough), *packed.row),
    )


def _begin_at_the_beginning(work: Work, edition: str, kind: Kind) -> None:
    """Where the oldest segment has gone, the next one's range goes back to the beginning."""
    rows = _rows(work, edition, kind)
    if rows and _place(rows[0]) != BEGINNING:
        work.db.execute(
            "UPDATE segments SET published = '', key = '' WHERE edition = ? AND kind = ? AND published = ? AND key = ?",
            (edition, kind, *_place(rows[0])),
        )


def _range(edition: str, kind: Kind, rows: Rows, first: int, last: int, state: int) -> Range:
    """What the segments `first` to `last` of `rows` hold at `state`; everything, where there are none."""
    start = _place(rows[first]) if rows else BEGINNING
    return Range(edition, kind, start, _place(rows[last + 1]) if last + 1 < len(rows) else BEYOND, state)


def _place(row: sqlite3.Row) -> Place:
    return row["published"], row["key"]


def _rows(work: Work, edition: str, kind: Kind) -> list[sqlite3.Row]:
    return work.rows("SELECT * FROM segments WHERE edition = ? AND kind = ? ORDER BY published, key", edition, kind)


# -- naming ------------------------------------------------------------------------------------------------------------


def references(work: Work, edition: str, kind: Kind) -> list[SegmentRef]:
    """What the snapshot list says, oldest first."""
    return [_reference(row, bounds=kind == "segment") for row in _rows(work, edition, kind)]


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
