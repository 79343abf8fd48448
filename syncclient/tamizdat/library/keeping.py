"""Keeping: pictures, saved articles, limits on what stays, and leaving no trace of what was retracted."""

from collections.abc import Iterable
from contextlib import suppress
from itertools import groupby
from operator import itemgetter
from pathlib import PurePosixPath
from typing import Final

from tamizdat.errors import HashMismatch, LibraryLocked, NoSuchArticle
from tamizdat.format.names import sha256
from tamizdat.library import changelog, index
from tamizdat.library.sorting import Batch
from tamizdat.library.store import named_errors
from tamizdat.library.values import Applied, Role
from tamizdat.library.writing import Writing

_MARK: Final = {"preview": "previews_version", "standard": "standards_version"}


class Keeping(Writing):
    """What the reader chose to keep, and what must go."""

    # -- saved articles ------------------------------------------------------------------------------------------------

    def save(self, key: str, *, publication: str = "", edition: str = "") -> None:
        """Keep this article whatever the limits say, until it is retracted. Raises: NoSuchArticle, LibraryError."""
        with self.writing() as db:
            changed = db.execute(
                "INSERT INTO saved SELECT a.publication, edition, key FROM articles a JOIN publications p"
                " ON p.id = a.publication WHERE key = ? AND ? IN ('', identity) AND ? IN ('', edition)"
                " ON CONFLICT DO UPDATE SET key = excluded.key",
                (key, publication, edition),
            )
            if not changed.rowcount:
                raise NoSuchArticle(key=key)

    def unsave(self, key: str, *, publication: str = "", edition: str = "") -> None:
        """Take back `save`. Raises: NoSuchArticle where it wasn't saved, LibraryError."""
        with self.writing() as db:
            changed = db.execute(
                "DELETE FROM saved WHERE key = ? AND ? IN ('', edition)"
                " AND publication IN (SELECT id FROM publications WHERE ? IN ('', identity))",
                (key, edition, publication),
            )
            if not changed.rowcount:
                raise NoSuchArticle(key=key)

    # -- pictures ------------------------------------------------------------------------------------------------------

    def add_media(
        self,
        publication: str,
        edition: str,
        files: Iterable[tuple[str, bytes]],
        *,
        role: Role,
        to: int,
        taken: str = "",
    ) -> int:
        """Keep those files of a media bundle that a held article shows, and say that bundles up to `to` are held.

        `files`: (path, bytes) as the bundle has them. `taken`: the bundle's digest, where others up to that version are
        still to come. Returns how many are new. Raises: HashMismatch, LibraryError.
        """
        added = 0
        with self.writing() as db:
            ours = self._number(publication)
            for path, data in files:
                digest = PurePosixPath(path).stem
                if sha256(data) != digest:
                    raise HashMismatch(path=path)
                added += db.execute(
                    "INSERT OR IGNORE INTO media SELECT sha256, type, ? FROM images WHERE sha256 = ? LIMIT 1",
                    (data, digest),
                ).rowcount
            db.execute(
                f"UPDATE editions SET {_MARK[role]} = ? WHERE publication = ? AND edition = ?",  # noqa: S608
                (to, ours, edition),
            )
            self._take(ours, edition, role, taken)
        return added

    def finish_media(self, publication: str, edition: str, *, role: Role, version: int) -> None:
        """Say that the pictures of this role up to `version` are held. Raises: LibraryError."""
        with self.writing() as db:
            ours = self._number(publication)
            sql = f"UPDATE editions SET {_MARK[role]} = ? WHERE publication = ? AND edition = ?"  # noqa: S608
            db.execute(sql, (version, ours, edition))
            self._forget_taken(ours, edition, role)

    def wanted_media(self, publication: str, edition: str, *, role: Role) -> set[str]:
        """SHA-256 of the files of this role that held articles show and that aren't held yet."""
        rows = self.rows(
            "SELECT DISTINCT images.sha256 FROM images JOIN articles ON article = id LEFT JOIN media USING (sha256)"
            " WHERE publication = ? AND edition = ? AND role = ? AND data IS NULL",
            (self._number(publication), edition, role),
        )
        return {digest for (digest,) in rows}

    # -- limits --------------------------------------------------------------------------------------------------------

    def trim(self, publication: str, edition: str, *, since: str = "", max_bytes: int | None = None) -> Applied:
        """Let go of articles published before `since`, then of the oldest until records and pictures fit `max_bytes`.

        Saved articles stay; those of one time stay or go together. The edition remembers since when it is complete.
        Raises: LibraryError.
        """
        with self.writing() as db:
            ours = self._number(publication)
            if max_bytes is not None:
                since = max(since, self._fitting_since(ours, edition, max_bytes))
            leaving = self.rows(
                "SELECT id FROM articles WHERE publication = ? AND edition = ? AND published < ?"
                " AND (publication, edition, key) NOT IN (SELECT publication, edition, key FROM saved)",
                (ours, edition, since),
            )
            applied = self._write(Batch(dropped=[number for (number,) in leaving]), ours)
            db.execute(
                "UPDATE editions SET complete_since = max(complete_since, ?) WHERE publication = ? AND edition = ?",
                (since, ours, edition),
            )
        return applied

    def _fitting_since(self, publication: int, edition: str, max_bytes: int) -> str:
        """The time since which everything held fits into `max_bytes`, empty where all does; the newest fits always."""
        sizes = self.rows(
            "SELECT published, length(CAST(line AS BLOB)) + (SELECT coalesce(sum(length(data)), 0) FROM images"
            " JOIN media USING (sha256) WHERE article = a.id) FROM (SELECT id, published, key FROM articles"
            " WHERE publication = ? AND edition = ? ORDER BY published DESC, key) AS a CROSS JOIN records USING (id)"
            " ORDER BY a.published DESC, a.key",
            (publication, edition),
        )
        total, since = 0, ""
        for published, group in groupby(sizes, key=itemgetter(0)):
            total += sum(size for _, size in group)
            if total > max_bytes and since:
                return since
            since = published
        return ""

    def forget(self, publication: str, edition: str) -> Applied:
        """Let go of an edition that the reader no longer wants; saved articles go, too. Raises: LibraryError."""
        with self.writing() as db:
            ours = self._number(publication)
            place = (ours, edition)
            held = self.rows("SELECT id FROM records WHERE publication = ? AND edition = ?", place)
            applied = self._write(Batch(dropped=[number for (number,) in held]), ours)
            db.execute("DELETE FROM saved WHERE publication = ? AND edition = ?", place)
            changelog.forget(db, ours, edition)
            for table in ("segments", "taken", "stocks"):
                db.execute(f"DELETE FROM {table} WHERE publication = ? AND edition = ?", place)  # noqa: S608
            db.execute(
                "UPDATE editions SET version = 0, complete_since = '', wants_older = 0"
                " WHERE publication = ? AND edition = ?",
                place,
            )
        return applied

    # -- leaving no trace ----------------------------------------------------------------------------------------------

    @property
    def needs_shrinking(self) -> bool:
        """Whether withdrawn words may still be somewhere in the file, also after a sync that was killed."""
        return self.row("SELECT 1 FROM chores WHERE name = 'shrink'") is not None

    def shrink_after_retractions(self) -> bool:
        """Leave no word of what was withdrawn in any byte of the file, its log and its index.

        Does nothing where nothing was withdrawn since the last time. Tells whether it is done: while somebody else
        reads, it can't be, and the next sync tries again. Raises: DiskFull, LibraryError.
        """
        if self.needs_shrinking:
            with suppress(LibraryLocked):
                with self.writing() as db:
                    index.optimize(db)
                with named_errors(self.path):
                    self._rebuild()
                    self._truncate_log()
                with self.writing() as db:
                    db.execute("DELETE FROM chores WHERE name = 'shrink'")
        return not self.needs_shrinking

    def _rebuild(self) -> None:
        # Every page is written anew: secure_delete overwrites what is deleted, but not the copies that SQLite leaves in
        # a page's unused middle when it moves rows between pages. The copy for that lies beside the library, not in
        # some folder for temporary files on another disk.
        folder = str(self.path.absolute().parent).replace("'", "''")
        self.db.execute("PRAGMA temp_store = FILE")
        self.db.execute(f"PRAGMA temp_store_directory = '{folder}'")
        try:
            self.db.execute("VACUUM")
        finally:
            self.db.execute("PRAGMA temp_store_directory = ''")
            self.db.execute("PRAGMA temp_store = MEMORY")

    def _truncate_log(self) -> None:
        busy = self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if busy:
            raise LibraryLocked(library=str(self.path))
