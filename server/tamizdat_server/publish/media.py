"""Pictures: single files for feeds and pages, and bundles of about 1 MB for readers, by edition and size.

What a publish adds is a bundle of its own. When those at the open end are large enough together, they become one closed
bundle, whose `to` is that of the newest among them; before that, small ones become one that stays open, so that hourly
publishing doesn't cost a reader of last month a request for each hour. A retracted article's pictures leave, where no
other article shows them, and their bundles are made anew.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tamizdat.format.article import images_of
from tamizdat.format.catalog import MediaRef
from tamizdat.format.names import media_bundle_path, sha256
from tamizdat.format.pack import encode_tar
from tamizdat_server.publish.changes import Change, decode_article
from tamizdat_server.publish.work import Work


class File(NamedTuple):
    """One file of a picture, in the size that `role` names."""

    role: str
    sha256: str
    path: str


def update(work: Work, edition: str, changes: Sequence[Change], store: Path) -> None:
    """Add the pictures of what is new, from the newsroom's `store`; take those of what was retracted away."""
    gone = [file for change in changes if change.is_retraction for file in _forget_uses(work, edition, change.key)]
    new = [file for change in changes if change.after for file in _note_uses(work, edition, change)]
    _take_away(work, edition, {file for file in gone if not _is_used(work, edition, file)})
    _add_new(work, edition, [file for file in dict.fromkeys(new) if not _is_published(work, edition, file)], store)


def references(work: Work, edition: str) -> list[MediaRef]:
    """What the media list says, oldest first."""
    rows = work.rows(
        "SELECT b.*, (SELECT count(*) FROM media m WHERE m.bundle = b.id) AS files FROM media_bundles b"
        " WHERE edition = ? ORDER BY version, id",
        edition,
    )
    return [MediaRef(row["role"], row["version"], row["sha256"], row["bytes"], row["files"]) for row in rows]


def _forget_uses(work: Work, edition: str, key: str) -> list[File]:
    rows = work.rows("SELECT role, sha256, path FROM media_uses WHERE edition = ? AND key = ?", edition, key)
    work.db.execute("DELETE FROM media_uses WHERE edition = ? AND key = ?", (edition, key))
    return [File(*row) for row in rows]


def _note_uses(work: Work, edition: str, change: Change) -> list[File]:
    line = work.one(
        "SELECT line FROM records WHERE edition = ? AND key = ? AND revision = ?", edition, change.key, change.revision
    )
    if b'"variants"' not in line:
        return []
    variants = (variant for image in images_of(decode_article(line)) for variant in image.variants)
    files = [File(variant.role, variant.sha256, variant.path) for variant in variants]
    uses = ((edition, change.key, *file) for file in files)
    work.db.executemany("INSERT OR IGNORE INTO media_uses VALUES (?, ?, ?, ?, ?)", uses)
    return files


def _is_used(work: Work, edition: str, file: File) -> bool:
    return _in_table(work, "media_uses", edition, file)


def _is_published(work: Work, edition: str, file: File) -> bool:
    return _in_table(work, "media", edition, file)


def _in_table(work: Work, table: str, edition: str, file: File) -> bool:
    query = f"SELECT 1 FROM {table} WHERE edition = ? AND role = ? AND sha256 = ?"  # noqa: S608 - our own words
    return work.one(query, edition, file.role, file.sha256) is not None


# -- taking away -------------------------------------------------------------------------------------------------------


def _take_away(work: Work, edition: str, files: set[File]) -> None:
    """Make the bundles anew that hold one of these files, which no article shows any more."""
    bundles: set[int] = set()
    for file in files:
        where = (edition, file.role, file.sha256)
        bundle = work.one("SELECT bundle FROM media WHERE edition = ? AND role = ? AND sha256 = ?", *where)
        if bundle is not None:
            bundles.add(bundle)
        work.db.execute("DELETE FROM media WHERE edition = ? AND role = ? AND sha256 = ?", where)
    for bundle in bundles:
        _rebuild(work, bundle)
    for path in {file.path for file in files}:
        if work.one("SELECT 1 FROM media WHERE path = ?", path) is None:
            work.tree.withdraw(path)


def _rebuild(work: Work, bundle: int) -> None:
    row = work.rows("SELECT * FROM media_bundles WHERE id = ?", bundle)[0]
    files = _files_of(work, bundle)
    _delete(work, row, tainted=True)
    if files:
        _write(work, row["edition"], files, version=row["version"], closed=bool(row["closed"]))


# -- adding ------------------------------------------------------------------------------------------------------------


def _add_new(work: Work, edition: str, files: Sequence[File], store: Path) -> None:
    for role in ("preview", "standard"):
        there = [file for file in files if file.role == role and _publish_file(work, file, store)]
        if there:
            _merge_open_end(work, edition, role)
            _add(work, edition, there, version=work.version)


def _publish_file(work: Work, file: File, store: Path) -> bool:
    """Copy a picture into the tree. One that is missing or damaged is told, and the article goes without it."""
    try:
        data = (store / Path(file.path).name).read_bytes()
    except OSError:
        data = b""
    if sha256(data) != file.sha256:
        work.warnings.append(f"{file.path} is missing in the newsroom's media folder, or damaged; published without it")
        return False
    work.tree.add(file.path, data, kind="media", version=work.version)
    return True


def _merge_open_end(work: Work, edition: str, role: str) -> None:
    """Make one closed bundle of what is large enough together; and one of many small ones, which stays open."""
    rows = work.rows(
        "SELECT * FROM media_bundles WHERE edition = ? AND role = ? AND NOT closed ORDER BY id", edition, role
    )
    full, group = work.settings.media_bytes, work.settings.group
    small = [row for row in rows if row["bytes"] < full // group]
    if sum(row["bytes"] for row in rows) >= full:
        _merge(work, rows)
    elif len(small) >= group:
        _merge(work, small)


def _merge(work: Work, rows: Sequence[sqlite3.Row]) -> None:
    files = [file for row in rows for file in _files_of(work, row["id"])]
    for row in rows:
        _delete(work, row, tainted=False)
    _add(work, rows[0]["edition"], files, version=max(row["version"] for row in rows))


def _add(work: Work, edition: str, files: Sequence[File], *, version: int) -> None:
    """Bundles of these files, each closed once it is large enough."""
    group: list[File] = []
    held = 0
    for file in files:
        group.append(file)
        held += (work.tree.public / file.path).stat().st_size
        if held >= work.settings.media_bytes:
            _write(work, edition, group, version=version, closed=True)
            group, held = [], 0
    if group:
        _write(work, edition, group, version=version, closed=False)


def _write(work: Work, edition: str, files: Sequence[File], *, version: int, closed: bool) -> None:
    data = encode_tar(_contents(work, files))
    digest = sha256(data)
    work.tree.add(media_bundle_path(digest), data, edition=edition, kind="media-bundle", version=work.version)
    cursor = work.db.execute(
        "INSERT INTO media_bundles (edition, role, version, closed, sha256, bytes) VALUES (?, ?, ?, ?, ?, ?)",
        (edition, files[0].role, version, int(closed), digest, len(data)),
    )
    rows = ((edition, file.role, file.sha256, file.path, cursor.lastrowid) for file in files)
    work.db.executemany("INSERT OR REPLACE INTO media VALUES (?, ?, ?, ?, ?)", rows)


def _contents(work: Work, files: Iterable[File]) -> Iterator[tuple[str, bytes]]:
    for file in files:
        yield file.path, (work.tree.public / file.path).read_bytes()


def _files_of(work: Work, bundle: int) -> list[File]:
    return [
        File(*row) for row in work.rows("SELECT role, sha256, path FROM media WHERE bundle = ? ORDER BY sha256", bundle)
    ]


def _delete(work: Work, row: sqlite3.Row, *, tainted: bool) -> None:
    work.db.execute("DELETE FROM media_bundles WHERE id = ?", (row["id"],))
    # Editions that show the same pictures have the same file, since nothing in it tells whose it is.
    if work.one("SELECT 1 FROM media_bundles WHERE sha256 = ?", row["sha256"]) is None:
        work.tree.leave(media_bundle_path(row["sha256"]), tainted=tainted)
