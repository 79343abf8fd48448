"""Trust's own state and the reader's choices, in the same file as the articles."""

from datetime import UTC, datetime

import msgspec

from tamizdat.errors import LibraryError
from tamizdat.format.catalog import Catalog, decode_catalog
from tamizdat.format.names import Fingerprint
from tamizdat.format.state import Accepted, Held
from tamizdat.library import changelog
from tamizdat.library.store import Row, Store
from tamizdat.library.values import Choice, Publication, Standing, Sync

_PUBLICATION = """
    SELECT identity, title, place, fingerprint, version, published, signed, p.mirrors, more_mirrors, last_good,
           head_path, head_sha256, head_bytes, c.editions, c.keep_days, c.keep_megabytes, c.media, c.revisions
    FROM publications p LEFT JOIN choices c ON c.publication = p.id
"""


class Trusting(Store):
    """What was accepted, how far it was applied, and what the reader chose."""

    def publications(self) -> list[Publication]:
        """Every publication that the library knows, in the order they were added."""
        return [_publication(row) for row in self.rows(f"{_PUBLICATION} ORDER BY p.id")]

    def publication(self, publication: str) -> Publication | None:
        """The publication of this identity, if the library knows it."""
        row = self.row(f"{_PUBLICATION} WHERE identity = ?", (publication,))
        return _publication(row) if row else None

    def held(self, publication: str) -> Held | None:
        """Everything accepted before, for trust to decide what may come next."""
        row = self.row(
            "SELECT id, timestamp, snapshot, targets, catalog FROM publications JOIN trust ON trust.publication = id"
            " WHERE identity = ?",
            (publication,),
        )
        if row is None:
            return None
        roots = dict(self.rows("SELECT version, data FROM roots WHERE publication = ? ORDER BY version", row[:1]))
        catalogs = dict(
            self.rows("SELECT version, sha256 FROM catalogs WHERE publication = ? ORDER BY version", row[:1])
        )
        _, timestamp, snapshot, targets, catalog = row
        return Held(publication, roots, timestamp, snapshot, targets, catalog, catalogs)

    def catalog(self, publication: str) -> Catalog | None:
        """The newest verified catalog."""
        row = self.row(
            "SELECT catalog FROM publications JOIN trust ON trust.publication = id WHERE identity = ?",
            (publication,),
        )
        return decode_catalog(row[0]) if row else None

    def site(self, publication: str) -> tuple[str, int] | None:
        """SHA-256 and size of the newest accepted site.json."""
        return self.row(
            "SELECT site_sha256, site_bytes FROM publications JOIN trust ON trust.publication = id WHERE identity = ?",
            (publication,),
        )

    def accept(
        self, accepted: Accepted, *, fingerprint: Fingerprint, place: str = "", head: tuple[str, str, int] | None = None
    ) -> None:
        """Commit a newer state whole.

        `place`: where the publication was first found; a later one replaces it unless empty. `head`: path, SHA-256
        and size of the head that brought it, None where it came by plain files. Raises: LibraryError.
        """
        catalog = accepted.catalog
        with self.writing() as db:
            db.execute(
                "INSERT INTO publications (identity, title, place, fingerprint, version, published, signed, mirrors,"
                " head_path, head_sha256, head_bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (identity) DO UPDATE SET"
                " title = excluded.title, place = CASE excluded.place WHEN '' THEN place ELSE excluded.place END,"
                " fingerprint = excluded.fingerprint, version = excluded.version, published = excluded.published,"
                " signed = excluded.signed, mirrors = excluded.mirrors,"
                " head_path = excluded.head_path, head_sha256 = excluded.head_sha256, head_bytes = excluded.head_bytes",
                (accepted.publication, catalog.title, place, str(fingerprint), catalog.version, catalog.published,
                 _rfc3339(accepted.signed), msgspec.json.encode(catalog.mirrors).decode(), *(head or ("", "", 0))),
            )  # fmt: skip
            ours = self._number(accepted.publication)
            if accepted.restart:
                # A new history: hashes of the old one would contradict it, and every edition settles from segments.
                db.execute("DELETE FROM catalogs WHERE publication = ?", (ours,))
                db.execute("DELETE FROM segments WHERE publication = ?", (ours,))
                db.execute("UPDATE editions SET version = 0 WHERE publication = ?", (ours,))
                changelog.forget(db, ours)
            db.executemany(
                "INSERT OR REPLACE INTO roots VALUES (?, ?, ?)",
                [(ours, version, data) for version, data in accepted.roots.items()],
            )
            db.execute(
                "INSERT OR REPLACE INTO trust VALUES (?, ?, ?, ?, ?, ?, ?)",
                (ours, accepted.timestamp, accepted.snapshot, accepted.targets, accepted.catalog_bytes, *accepted.site),
            )
            db.execute(
                "INSERT OR REPLACE INTO catalogs VALUES (?, ?, ?)", (ours, catalog.version, accepted.catalog_sha256)
            )
            changelog.note_version(db, ours, catalog.version, catalog.published)
            named = msgspec.json.encode(
                [edition.stock.sha256 for edition in catalog.editions.values() if edition.stock]
            )
            db.execute(
                "DELETE FROM stocks WHERE publication = ? AND sha256 NOT IN (SELECT value FROM json_each(?))",
                (ours, named.decode()),
            )
            db.executemany(
                "INSERT INTO editions (publication, edition, title, direction) VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET title = excluded.title, direction = excluded.direction",
                [(ours, code, edition.title, edition.direction) for code, edition in catalog.editions.items()],
            )

    # -- standing ------------------------------------------------------------------------------------------------------

    def standing(self, publication: str, edition: str) -> Standing:
        """How far this edition was applied."""
        row = self.row(
            "SELECT id, editions.version, complete_since, revisions_version, previews_version, standards_version,"
            " wants_older FROM publications JOIN editions ON publication = id WHERE identity = ? AND edition = ?",
            (publication, edition),
        )
        if row is None:
            return Standing(edition)
        ours, version, since, revisions, previews, standards, wants_older = row
        done = self.rows("SELECT raw_sha256 FROM segments WHERE publication = ? AND edition = ?", (ours, edition))
        taken = self.rows("SELECT sha256 FROM taken WHERE publication = ? AND edition = ?", (ours, edition))
        segments, bundles = (frozenset(name for (name,) in names) for names in (done, taken))
        return Standing(edition, version, since, segments, revisions, previews, standards, bundles, bool(wants_older))

    def finish_snapshot(
        self, publication: str, edition: str, *, version: int, complete_since: str, at: str = "", newest: int = 0
    ) -> None:
        """Say that every segment needed was applied: the edition stands at `version`; `at`: when, for looking back.

        `newest`: the version up to which some of them had news already, where that isn't `version`. The next sync of it
        goes by deltas. Where more is held than before, superseded records and media are asked for
        from the beginning again. Raises: LibraryError.
        """
        with self.writing() as db:
            ours = self._number(publication)
            db.execute(
                "UPDATE editions SET revisions_version = 0, previews_version = 0, standards_version = 0"
                " WHERE publication = ? AND edition = ? AND (version = 0 OR complete_since > ?)",
                (ours, edition, complete_since),
            )
            changelog.note_snapshot(db, ours, edition, to=version, at=at)
            db.execute(
                "UPDATE editions SET version = ?, complete_since = ?, wants_older = 0, settled = ?"
                " WHERE publication = ? AND edition = ?",
                (version, complete_since, max(version, newest), ours, edition),
            )
            for table in ("segments", "taken"):
                db.execute(f"DELETE FROM {table} WHERE publication = ? AND edition = ?", (ours, edition))  # noqa: S608

    def finish_widening(self, publication: str, edition: str) -> None:
        """Say that everything is held that the reader chose to keep. Raises: LibraryError."""
        with self.writing() as db:
            db.execute(
                "UPDATE editions SET wants_older = 0 WHERE publication = ? AND edition = ?",
                (self._number(publication), edition),
            )

    def finish_revisions(self, publication: str, edition: str, *, version: int) -> None:
        """Say that the superseded records up to `version` are held. Raises: LibraryError."""
        with self.writing() as db:
            ours = self._number(publication)
            db.execute(
                "UPDATE editions SET revisions_version = ? WHERE publication = ? AND edition = ?",
                (version, ours, edition),
            )
            self._forget_taken(ours, edition, "revisions")

    def _take(self, publication: int, edition: str, kind: str, bundle: str) -> None:
        if bundle:
            values = (publication, edition, kind, bundle)
            self.db.execute("INSERT OR IGNORE INTO taken VALUES (?, ?, ?, ?)", values)

    def _forget_taken(self, publication: int, edition: str, kind: str) -> None:
        values = (publication, edition, kind)
        self.db.execute("DELETE FROM taken WHERE publication = ? AND edition = ? AND kind = ?", values)

    # -- choices and figures -------------------------------------------------------------------------------------------

    def choose(self, publication: str, choice: Choice) -> None:
        """Remember what the reader wants of a publication. Raises: LibraryError."""
        editions = msgspec.json.encode(choice.editions).decode()
        known = self.publication(publication)
        with self.writing() as db:
            ours = self._number(publication)
            if known and keeps_more_megabytes(known.choice, choice):
                sql = "UPDATE editions SET wants_older = 1 WHERE publication = ? AND complete_since <> ''"
                db.execute(sql, (ours,))
            db.execute(
                "INSERT OR REPLACE INTO choices VALUES (?, ?, ?, ?, ?, ?)",
                (
                    ours,
                    editions,
                    choice.keep_days,
                    choice.keep_megabytes,
                    choice.media,
                    choice.revisions,
                ),
            )

    def remember_mirror(self, publication: str, mirror: str) -> None:
        """Remember which mirror answered last, to ask it first next time. Raises: LibraryError."""
        with self.writing() as db:
            db.execute("UPDATE publications SET last_good = ? WHERE identity = ?", (mirror, publication))

    def note_sync(self, publication: str, sync: Sync) -> None:
        """Keep the figures of a sync. Raises: LibraryError."""
        with self.writing() as db:
            db.execute(
                "INSERT INTO syncs (publication, at, mirror, from_version, to_version, articles, bytes, requests,"
                " seconds, outcome) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (self._number(publication), *msgspec.structs.astuple(sync)),
            )

    def syncs(self, publication: str, *, limit: int = 10) -> list[Sync]:
        """The figures of the newest syncs, newest first."""
        sql = (
            "SELECT at, mirror, from_version, to_version, articles, bytes, requests, seconds, outcome FROM syncs"
            " WHERE publication = (SELECT id FROM publications WHERE identity = ?) ORDER BY id DESC LIMIT ?"
        )
        return [Sync(*row) for row in self.rows(sql, (publication, limit))]

    def _number(self, publication: str) -> int:
        """The number by which this file calls a publication."""
        row = self.row("SELECT id FROM publications WHERE identity = ?", (publication,))
        if row is None:
            raise LibraryError(f"{self.path} doesn't know publication {publication[:16]}…", library=str(self.path))
        return row[0]


def keeps_more_megabytes(before: Choice, now: Choice) -> bool:
    """Whether `now` may keep older articles than `before` did. (Of days, the date itself tells.)"""
    if now.keep_megabytes is None or before == now:
        return False
    return before.keep_days is not None or now.keep_megabytes > (before.keep_megabytes or now.keep_megabytes)


def _publication(row: Row) -> Publication:
    *plain, path, digest, size, editions, days, megabytes, media, revisions = row
    publication, title, place, fingerprint, version, published, signed, mirrors, more, last_good = plain
    return Publication(
        publication=publication,
        title=title,
        place=place,
        fingerprint=Fingerprint.parse(fingerprint),
        version=version,
        published=published,
        signed=int(datetime.fromisoformat(signed).timestamp()),
        mirrors=(*_texts(mirrors), *_texts(more)),
        last_good=last_good,
        head=(path, digest, size) if path and size else None,
        choice=Choice() if editions is None else Choice(_texts(editions), days, megabytes, media, bool(revisions)),
    )


def _texts(column: str) -> tuple[str, ...]:
    return msgspec.json.decode(column, type=tuple[str, ...])


def _rfc3339(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
