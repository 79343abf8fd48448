"""The newsroom's folder: tamizdat.toml, keys/, media/, newsroom.db and the public tree made of them.

newsroom.db is the source of truth. Editors and importers say what should stand; `publish` turns what differs from the
published records into the next ones. What was never published never leaks: only the last state before a publish becomes
a record, under the next revision.
"""

import os
import sqlite3
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Literal

import msgspec
import sqlite_utils

from tamizdat.errors import AlreadyExists, NewsroomError, NoSuchKey, NotANewsroom
from tamizdat.format.article import Correction, Retraction, encode_record
from tamizdat.format.names import Fingerprint
from tamizdat_server.config import CONFIG_NAME, Config, new_config, read_config
from tamizdat_server.draft import Draft, Told
from tamizdat_server.drafting import (
    Note,
    article_of,
    clean,
    clean_text,
    corrected,
    decode_draft,
    digest_of,
    encode_draft,
)
from tamizdat_server.keys import create_keys
from tamizdat_server.lock import newsroom_lock
from tamizdat_server.schema import newsroom_schema
from tamizdat_server.wrapping import newsroom_errors

DATABASE_NAME: Final = "newsroom.db"
Outcome = Literal["added", "revised", "unchanged"]


class Newsroom:
    """One newsroom's folder, open. Use as a context manager.

    Changes are made inside `editing()`; a single call makes its own. Raises in general: NewsroomError.
    """

    def __init__(self, folder: Path, db: sqlite3.Connection) -> None:
        self.folder, self.db = folder, db
        self._locks = 0
        self._edits = 0

    # -- the folder ----------------------------------------------------------------------------------------------------

    @classmethod
    def init(cls, folder: Path, *, title: str, editions: Sequence[str], passphrase: str | None, now: int) -> "Newsroom":
        """Make a new newsroom with new keys. Raises: AlreadyExists, NewsroomError."""
        config = new_config(title, editions)
        with newsroom_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            if any((folder / name).exists() for name in (CONFIG_NAME, DATABASE_NAME, "keys", "public")):
                raise AlreadyExists(folder=str(folder))
            (folder / "media").mkdir(exist_ok=True)
            (folder / "public" / "metadata").mkdir(parents=True)
            _, root = create_keys(folder / "keys", passphrase=passphrase, now=now)
            (folder / "public" / "metadata" / "1.root.json").write_bytes(root)
            db = _connect(folder, create=True)
            # Last, since a folder counts as a newsroom from then on.
            (folder / CONFIG_NAME).write_text(config, encoding="utf-8")
        return cls(folder, db)

    @classmethod
    def open(cls, folder: Path) -> "Newsroom":
        """Raises: NotANewsroom, NewsroomError."""
        read_config(folder)
        if not (folder / DATABASE_NAME).is_file():
            raise NotANewsroom(folder=str(folder))
        with newsroom_errors(folder):
            return cls(folder, _connect(folder, create=False))

    def close(self) -> None:
        self.db.close()

    def __enter__(self) -> "Newsroom":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def public(self) -> Path:
        """The publication tree."""
        return self.folder / "public"

    @property
    def keys(self) -> Path:
        return self.folder / "keys"

    @property
    def media(self) -> Path:
        """Every picture file that a draft may name, as <sha256>.<ext>."""
        return self.folder / "media"

    @property
    def config(self) -> Config:
        return read_config(self.folder)

    @property
    def fingerprint(self) -> Fingerprint:
        """Of the first root, by which the publication is known."""
        with newsroom_errors(self.folder):
            return Fingerprint.of(1, (self.public / "metadata" / "1.root.json").read_bytes())

    @property
    def publication(self) -> str:
        """The publication's identity: SHA-256 of its 1.root.json."""
        return self.fingerprint.sha256

    @property
    def version(self) -> int:
        """The version published last; 0 before the first."""
        found = self.db.execute("SELECT max(version) FROM catalogs").fetchone()[0]
        return int(found or 0)

    # -- one at a time -------------------------------------------------------------------------------------------------

    @contextmanager
    def lock(self) -> Generator[None]:
        """Keep every other process from changing this newsroom; re-entrant. Raises: NewsroomLocked."""
        if self._locks:
            yield
            return
        with newsroom_lock(self.folder):
            self._locks += 1
            try:
                yield
            finally:
                self._locks -= 1

    @contextmanager
    def editing(self) -> Generator[None]:
        """All changes inside happen together or not at all; re-entrant."""
        if self._edits:
            yield
            return
        with self.lock():
            self._edits += 1
            try:
                with transaction(self.db):
                    yield
            finally:
                self._edits -= 1

    # -- what editors and importers do ---------------------------------------------------------------------------------

    def put(self, draft: Draft, *, source: str, at: str, told: Told | None = None) -> Outcome:
        """Let `draft` stand under its key from the next publish on. `at`: when it changed, RFC 3339 with Z.

        A draft without a date is dated `at`. A retracted article comes back with it, unless an editor holds it
        back. What its source told of beside is kept; its corrections are added once. Raises: FormatError where the
        article would be out of bounds; NewsroomError.
        """
        draft, told = clean(draft), told or Told()
        if not self.config_allows(draft.edition):
            raise NewsroomError(f"{draft.key} is in {draft.edition!r}, which is no edition in {CONFIG_NAME}")
        with self.editing(), savepoint(self.db):
            row = self._row("edition = ? AND key = ?", draft.edition, draft.key)
            if self._row("key = ? AND held", draft.key):
                return "unchanged"
            self._leave_other_editions(draft, at)
            if row is None:
                return self._add(draft, source, at, told)
            return (
                "unchanged" if self._is_same_version(row, source, told) else self._revise(row, draft, source, at, told)
            )

    def correct(self, key: str, note: str, *, at: str) -> bool:
        """Add a public note to an article; its next revision carries it. False where it has this note already.

        Raises: NoSuchKey, FormatError.
        """
        note = clean_text(note)
        with self.editing():
            row = self._standing(key)
            notes = msgspec.json.decode(row["notes"], type=list[Note])
            earlier = msgspec.json.decode(row["corrections"], type=list[Correction])
            if note in [one.note for one in (*earlier, *notes)]:
                return False
            notes.append(Note(at=at, note=note))
            corrections = corrected(earlier, notes, revision=1)
            article_of(
                decode_draft(row["draft"]), revision=1, published=row["published"], updated=at, corrections=corrections
            )
            self._set(row, notes=msgspec.json.encode(notes), updated=at)
            self._log(at, "correct", key, note)
            return True

    def retract(self, key: str, notice: str = "", *, at: str, hold: bool = False) -> bool:
        """Withdraw an article from the next publish on; False where that was so already.

        `hold`: an editor's word, which no later import undoes, only `restore`. Raises: NoSuchKey, FormatError.
        """
        notice = clean_text(notice)
        with self.editing():
            rows = self._rows("key = ?", key)
            if not rows:
                raise NoSuchKey(key=key)
            row = next((row for row in rows if row["retracted"] is None), rows[0])
            if row["retracted"] is not None and (not hold or (row["held"] and row["notice"] == notice)):
                return False
            encode_record(Retraction(key=key, edition=row["edition"], revision=1, at=at, notice=notice))
            self._set(row, retracted=row["retracted"] or at, notice=notice, held=int(hold), notes=b"[]")
            self._log(at, "retract", key, notice)
            return True

    def restore(self, key: str, *, at: str) -> None:
        """Undo a retraction: the article stands again as it was. Raises: NoSuchKey; NewsroomError where it does."""
        with self.editing():
            row = self._row("key = ? AND retracted IS NOT NULL ORDER BY retracted DESC", key)
            if self._row("key = ? AND retracted IS NULL", key):
                raise NewsroomError(f"{key} isn't retracted, so there is nothing to undo")
            if row is None:
                raise NoSuchKey(key=key)
            self._set(row, retracted=None, notice="", held=0)
            self._log(at, "restore", key, "")

    def config_allows(self, edition: str) -> bool:
        """Whether articles of this language are published here."""
        return self._config_once().allows(edition)

    def key_of(self, source: str) -> str | None:
        """The key under which a source (a file's path, say) was imported last."""
        row = self._row("source = ? ORDER BY retracted IS NOT NULL", source)
        return row["key"] if row else None

    def standing_sources(self) -> Iterator[tuple[str, str]]:
        """(source, key) of every article that isn't retracted, so that an importer sees what is gone."""
        yield from self.db.execute("SELECT source, key FROM articles WHERE retracted IS NULL ORDER BY source")

    def remember(self, name: str, value: str) -> None:
        """Keep a word for the next import, as part of the change that is being made."""
        with self.editing():
            self.db.execute("INSERT OR REPLACE INTO memory VALUES (?, ?)", (name, value))

    def recall(self, name: str) -> str | None:
        row = self.db.execute("SELECT value FROM memory WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    # -- what was published --------------------------------------------------------------------------------------------

    def editions(self) -> list[str]:
        """Every edition that is named in tamizdat.toml or has a record."""
        named = list(self.config.editions)
        found = self.db.execute("SELECT DISTINCT edition FROM steps ORDER BY edition")
        return [*named, *(code for (code,) in found if code not in named)]

    def lines(self, edition: str) -> Iterator[bytes]:
        """The current published records by key order, with tombstones: what a complete reader holds, to the byte."""
        rows = self.db.execute(
            "SELECT line FROM records WHERE edition = ? AND superseded IS NULL ORDER BY key", (edition,)
        )
        yield from (line for (line,) in rows)

    def superseded(self, edition: str) -> Iterator[bytes]:
        """The earlier revisions by key and revision, those that a retraction withdrew left out."""
        rows = self.db.execute(
            "SELECT line FROM records WHERE edition = ? AND superseded IS NOT NULL AND kind = 'article'"
            " AND withdrawn IS NULL ORDER BY key, revision",
            (edition,),
        )
        yield from (line for (line,) in rows)

    # -- inside --------------------------------------------------------------------------------------------------------

    def _config_once(self) -> Config:
        # An import asks for each article; the file doesn't change under it.
        if not hasattr(self, "_config"):
            self._config = self.config
        return self._config

    def _rows(self, where: str, *values: str) -> list[sqlite3.Row]:
        return self.db.execute(f"SELECT * FROM articles WHERE {where}", values).fetchall()  # noqa: S608 - our own words

    def _row(self, where: str, *values: str) -> sqlite3.Row | None:
        return next(iter(self._rows(where, *values)), None)

    def _standing(self, key: str) -> sqlite3.Row:
        row = self._row("key = ? AND retracted IS NULL", key)
        if row is None:
            raise NoSuchKey(key=key)
        return row

    def _leave_other_editions(self, draft: Draft, at: str) -> None:
        """Keys are unique in a publication: an article whose language was put right leaves the edition it was in."""
        for row in self._rows("key = ? AND edition <> ? AND retracted IS NULL", draft.key, draft.edition):
            self._set(row, retracted=at, notice="", notes=b"[]")

    def _add(self, draft: Draft, source: str, at: str, told: Told) -> Outcome:
        published = draft.published or at
        updated = draft.updated or published
        article_of(draft, revision=1, published=published, updated=updated)  # refuses what can't be published
        values = (draft.edition, draft.key, source, encode_draft(draft), published, updated)
        self.db.execute(
            "INSERT INTO articles (edition, key, source, draft, published, updated, dirty, origin, stamp, form)"
            " VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?, ?)",
            (*values, told.origin, told.stamp, told.form),
        )
        self._note(draft.key, told.corrections, known=[], at=updated)
        return "added"

    def _is_same_version(self, row: sqlite3.Row, source: str, told: Told) -> bool:
        """Whether another form of the same source told of this very version before; then its article is there again."""
        if row["retracted"] is not None or row["source"] != source or not told.stamp or row["form"] == told.form:
            return False
        if row["stamp"] != told.stamp:
            return False
        self._set(row, origin=told.origin, gone="")
        return True

    def _revise(self, row: sqlite3.Row, draft: Draft, source: str, at: str, told: Told) -> Outcome:
        encoded = encode_draft(draft)
        said = {"source": source, "origin": told.origin, "stamp": told.stamp, "form": told.form, "gone": ""}
        known = msgspec.json.decode(row["noted"], type=list[str])
        if encoded == row["draft"] and row["retracted"] is None:
            if any(row[name] != value for name, value in said.items()):
                self._set(row, **said)
            return (
                "revised"
                if self._note(draft.key, told.corrections, known=known, at=draft.updated or at)
                else "unchanged"
            )
        published = draft.published or row["published"]
        updated = draft.updated or at
        article_of(draft, revision=1, published=published, updated=updated)  # refuses what can't be published
        # A new text after a public retraction starts afresh: the old notes may quote what was withdrawn.
        fresh = {"corrections": b"[]"} if row["retracted"] is not None and self._is_publicly_retracted(row) else {}
        self._set(row, draft=encoded, published=published, updated=updated, retracted=None, notice="", **said, **fresh)
        self._note(draft.key, told.corrections, known=known, at=updated)
        return "revised"

    def _note(self, key: str, corrections: Sequence[str], *, known: list[str], at: str) -> bool:
        """Add those of a source's corrections that it didn't tell of before; whether there were any."""
        wanted = [note for text in corrections if (note := clean_text(text).strip())]
        if wanted == known:
            return False
        added = [self.correct(key, note, at=at) for note in wanted if note not in known]
        self._set(self._standing(key), noted=msgspec.json.encode(wanted))
        return any(added)

    def _is_publicly_retracted(self, row: sqlite3.Row) -> bool:
        found = self.db.execute(
            "SELECT kind FROM records WHERE edition = ? AND key = ? AND superseded IS NULL",
            (row["edition"], row["key"]),
        ).fetchone()
        return found is not None and found[0] == "retraction"

    def _set(self, row: sqlite3.Row, **values: object) -> None:
        wanted = dict(row) | values
        digest = digest_of(wanted)
        # What was never public needs no retraction.
        unseen = wanted["retracted"] is not None and not wanted["public"]
        values["dirty"] = int(digest != wanted["public"] and not unseen)
        columns = ", ".join(f"{name} = ?" for name in values)
        self.db.execute(
            f"UPDATE articles SET {columns} WHERE edition = ? AND key = ?",  # noqa: S608 - our own column names
            (*values.values(), row["edition"], row["key"]),
        )

    def _log(self, at: str, action: str, subject: str, detail: str) -> None:
        self.db.execute(
            "INSERT INTO audit (at, action, subject, detail) VALUES (?, ?, ?, ?)", (at, action, subject, detail)
        )


@contextmanager
def transaction(db: sqlite3.Connection) -> Generator[None]:
    """Commit what happens inside, or nothing of it."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            db.execute("ROLLBACK")
        raise


@contextmanager
def savepoint(db: sqlite3.Connection) -> Generator[None]:
    """Within a transaction: keep what happens inside, or nothing of it."""
    db.execute("SAVEPOINT inside")
    try:
        yield
    except BaseException:
        with suppress(sqlite3.Error):
            db.execute("ROLLBACK TO inside")
        raise
    finally:
        with suppress(sqlite3.Error):
            db.execute("RELEASE inside")


def _connect(folder: Path, *, create: bool) -> sqlite3.Connection:
    path = folder / DATABASE_NAME
    if create:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))
    db = sqlite3.connect(path, isolation_level=None, timeout=10)
    db.row_factory = sqlite3.Row
    db.execute("PRAGMA journal_mode = WAL")
    # Version numbers must never be given twice, so a commit has to outlive a power cut.
    db.execute("PRAGMA synchronous = FULL")
    newsroom_schema.apply(sqlite_utils.Database(db, execute_plugins=False))
    return db
