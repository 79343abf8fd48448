"""Revisions bundles: superseded articles, for readers who want to see what an article said before.

Each publish adds a bundle of what it superseded. When those at the open end are large enough together, they become one
closed bundle, whose `to` is that of the newest among them, so that who has them all need not fetch it.
"""

import sqlite3
from collections.abc import Iterable, Sequence

from tamizdat.format.catalog import RevisionsRef
from tamizdat.format.names import bundle_path
from tamizdat_server.publish.changes import Change
from tamizdat_server.publish.work import ENCODING_COLUMNS, Work, encoding_of, pack, plain_bundle


def update(work: Work, edition: str, changes: Sequence[Change], withdrawn: Iterable[sqlite3.Row]) -> None:
    """Add what this version superseded; rebuild the bundles that held an article record in `withdrawn`."""
    for bundle in {row["bundle"] for row in withdrawn if row["bundle"] is not None}:
        _rebuild(work, edition, bundle)
    superseded = [change.superseded for change in changes if change.superseded and not change.is_retraction]
    if superseded:
        _close_open_end(work, edition)
        _add(work, edition, superseded, version=work.version, closed=False)


def references(work: Work, edition: str) -> list[RevisionsRef]:
    """What the revisions list says, oldest first."""
    rows = work.rows("SELECT * FROM revision_bundles WHERE edition = ? ORDER BY version, id", edition)
    return [_reference(row) for row in rows]


def _reference(row: sqlite3.Row) -> RevisionsRef:
    encoding = encoding_of(row)
    return RevisionsRef(
        to=row["version"],
        sha256=encoding.sha256,
        bytes=encoding.bytes,
        raw_sha256=encoding.raw_sha256,
        raw_bytes=encoding.raw_bytes,
    )


def _close_open_end(work: Work, edition: str) -> None:
    rows = work.rows(
        "SELECT id, version, sha256, bytes FROM revision_bundles WHERE edition = ? AND NOT closed", edition
    )
    if sum(row["bytes"] for row in rows) < work.settings.revisions_bytes:
        return
    records = [record for row in rows for record in _records_of(work, row["id"])]
    for row in rows:
        _delete(work, row["id"], row["sha256"], tainted=False)
    _add(work, edition, records, version=max(row["version"] for row in rows), closed=True)


def _rebuild(work: Work, edition: str, bundle: int) -> None:
    row = work.rows("SELECT version, closed, sha256 FROM revision_bundles WHERE id = ?", bundle)[0]
    work.db.execute("UPDATE records SET bundle = NULL WHERE bundle = ? AND withdrawn IS NOT NULL", (bundle,))
    records = _records_of(work, bundle)
    _delete(work, bundle, row["sha256"], tainted=True)
    if records:
        _add(work, edition, records, version=row["version"], closed=bool(row["closed"]))


def _records_of(work: Work, bundle: int) -> list[int]:
    return [row["id"] for row in work.rows("SELECT id FROM records WHERE bundle = ?", bundle)]


def _delete(work: Work, bundle: int, sha256: str, *, tainted: bool) -> None:
    work.tree.leave(bundle_path(sha256), tainted=tainted)
    work.db.execute("DELETE FROM revision_bundles WHERE id = ?", (bundle,))


def _add(work: Work, edition: str, records: Sequence[int], *, version: int, closed: bool) -> None:
    """Write one bundle of these records, or several where one would be large."""
    group: list[int] = []
    held = 0
    for record in records:
        size = work.one("SELECT length(line) FROM records WHERE id = ?", record)
        if group and held + size > work.settings.revisions_raw_bytes:
            _write(work, edition, group, version=version, closed=True)
            group, held = [], 0
        group.append(record)
        held += size
    _write(work, edition, group, version=version, closed=closed)


def _write(work: Work, edition: str, records: Sequence[int], *, version: int, closed: bool) -> None:
    rows = [work.rows("SELECT key, revision, line FROM records WHERE id = ?", record)[0] for record in records]
    lines = [line for _, _, line in sorted(tuple(row) for row in rows)]
    packed = pack(plain_bundle(work, edition, "revisions", lines), level=work.settings.revisions_level)
    work.tree.add(packed.path, packed.data, edition=edition, kind="revisions", version=work.version)
    cursor = work.db.execute(
        f"INSERT INTO revision_bundles (edition, version, closed, {ENCODING_COLUMNS})"  # noqa: S608 - our own words
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (edition, version, int(closed), *packed.row),
    )
    assigned = ((cursor.lastrowid, record) for record in records)
    work.db.executemany("UPDATE records SET bundle = ? WHERE id = ?", assigned)
