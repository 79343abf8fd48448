"""The newsroom's folder: tamizdat.toml, keys/, media/, newsroom.db and the public tree made of them.

newsroom.db is the source of truth. Editors and importers say what should stand; `publish` turns what differs from the
published records into the next ones. What was never published never leaks: only the last state before a publish becomes
a record, under the next revision.
"""

import os
import sqlite3
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import sqlite_utils

from tamizdat.errors import AlreadyExists, NewsroomError, NoSuchKey, NotANewsroom
from tamizdat.format.article import Retraction, encode_record
from tamizdat.format.limits import LIMITS
from tamizdat.format.names import Fingerprint
from tamizdat_server.articles import Articles, Outcome
from tamizdat_server.clock import rfc3339
from tamizdat_server.config import CONFIG_NAME, Config, new_config, read_config
from tamizdat_server.draft import Draft, Told
from tamizdat_server.drafting import clean, clean_text
from tamizdat_server.keys import create_keys
from tamizdat_server.lock import newsroom_lock
from tamizdat_server.schema import newsroom_schema
from tamizdat_server.wrapping import newsroom_errors, savepoint, transaction

DATABASE_NAME: Final = "newsroom.db"
BY_AN_EDITOR: Final = "editor"
"""The origin of an article that an editor keeps although its source has it no more."""


class Newsroom:
    """One newsroom's folder, open. Use as a context manager.

    Changes are made inside `editing()`; a single call makes its own. Raises in general: NewsroomError.
    """

    def __init__(self, folder: Path, db: sqlite3.Connection) -> None:
        self.folder, self.db = folder, db
        self._articles = Articles(db)
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

    def check_clock(self, now: int) -> None:
        """Make sure that the clock isn't behind what was published by it, by more than a day.

        It would make the newest articles planned ones, and signatures that have ended. Raises: NewsroomError.
        """
        found = self.db.execute("SELECT max(published) FROM catalogs").fetchone()[0] or 0
        if now < found - LIMITS.clock_ahead_seconds:
            raise NewsroomError(
                f"this machine's clock says {rfc3339(now)}, but {self.folder} was published at {rfc3339(found)}: one of"
                " them is wrong, so nothing was changed"
            )

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
            return self._articles.put(draft, source=source, at=at, told=told)

    def correct(self, key: str, note: str, *, at: str) -> bool:
        """Add a public note to an article; its next revision carries it. False where it has this note already.

        Raises: NoSuchKey, FormatError.
        """
        with self.editing():
            return self._articles.correct(key, note, at=at)

    def retract(self, key: str, notice: str = "", *, at: str, hold: bool = False) -> bool:
        """Withdraw an article from the next publish on; False where that was so already.

        `hold`: an editor's word, which no later import undoes, only `restore`. Raises: NoSuchKey, FormatError.
        """
        notice = clean_text(notice)
        with self.editing():
            rows = self._articles.rows("key = ?", key)
            if not rows:
                raise NoSuchKey(key=key)
            row = next((row for row in rows if row["retracted"] is None), rows[0])
            if row["retracted"] is not None and (not hold or (row["held"] and row["notice"] == notice)):
                return False
            encode_record(Retraction(key=key, edition=row["edition"], revision=1, at=at, notice=notice))
            self._articles.update(row, retracted=row["retracted"] or at, notice=notice, held=int(hold), notes=b"[]")
            self._articles.log(at, "retract", key, notice)
            return True

    def restore(self, key: str, *, at: str) -> None:
        """Undo a retraction: the article stands again as it was. Raises: NoSuchKey; NewsroomError where it does.

        One that its source has no more stands by an editor's word from then on: no import takes it away, until the
        source has it again.
        """
        with self.editing():
            row = self._articles.row("key = ? AND retracted IS NOT NULL ORDER BY retracted DESC", key)
            if self._articles.row("key = ? AND retracted IS NULL", key):
                raise NewsroomError(f"{key} isn't retracted, so there is nothing to undo")
            if row is None:
                raise NoSuchKey(key=key)
            kept = {"origin": BY_AN_EDITOR, "gone": ""} if row["gone"] else {}
            self._articles.update(row, retracted=None, notice="", held=0, **kept)
            self._articles.log(at, "restore", key, "")

    def config_allows(self, edition: str) -> bool:
        """Whether articles of this language are published here."""
        return self._config_once().allows(edition)

    def key_of(self, source: str) -> str | None:
        """The key under which a source (a file's path, say) was imported last."""
        row = self._articles.row("source = ? ORDER BY retracted IS NOT NULL", source)
        return row["key"] if row else None

    def standing_sources(self) -> Iterator[tuple[str, str]]:
        """(source, key) of every article that isn't retracted, so that an importer sees what is gone."""
        yield from self.db.execute("SELECT source, key FROM articles WHERE retracted IS NULL ORDER BY source")

    def log(self, action: str, subject: str, detail: str, *, at: str) -> None:
        """Say in the audit log what was done, as part of the change that is being made."""
        with self.editing():
            self._articles.log(at, action, subject, detail)

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
