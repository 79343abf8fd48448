"""desk.db, beside newsroom.db: tokens, jobs, and the log of what was done with them.

A file of its own. Whoever changes newsroom.db holds it for as long as an import or a publish takes; a revocation, and a
CMS that calls, must not wait for that.
"""

import os
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from sqlite_utils import Database, Migrations

from tamizdat_server.newsroom import transaction
from tamizdat_server.wrapping import newsroom_errors

DATABASE_NAME: Final = "desk.db"
_BUSY_SECONDS: Final = 10

desk_schema: Final = Migrations("desk")


@desk_schema()
def tokens_jobs_and_log(db: Database) -> None:
    """Times are RFC 3339 UTC with Z, but `not_before`, in Unix seconds."""
    db.executescript(
        """
        -- `digest`: SHA-256 of the token, empty once it is revoked. `used`: the day on which it was used last.
        CREATE TABLE tokens (
            id INTEGER PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL, may TEXT NOT NULL,
            made TEXT NOT NULL, expires TEXT NOT NULL, used TEXT NOT NULL DEFAULT '',
            revoked TEXT NOT NULL DEFAULT '');
        CREATE UNIQUE INDEX tokens_by_name ON tokens (name) WHERE revoked = '';

        -- Done in the order of their ids, one at a time. `attempts`: how often it was begun.
        CREATE TABLE jobs (
            id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL CHECK (kind IN ('import', 'publish')),
            name TEXT NOT NULL, confirm INTEGER NOT NULL DEFAULT 0, who TEXT NOT NULL,
            state TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'failed')),
            asked TEXT NOT NULL, started TEXT NOT NULL DEFAULT '', ended TEXT NOT NULL DEFAULT '',
            attempts INTEGER NOT NULL DEFAULT 0, not_before REAL NOT NULL DEFAULT 0, report BLOB, error BLOB);
        CREATE INDEX jobs_open ON jobs (id) WHERE state IN ('queued', 'running');

        -- Pictures that were handed in, by the path of one of their files, so that a text can name them.
        CREATE TABLE pictures (path TEXT PRIMARY KEY, image BLOB NOT NULL) WITHOUT ROWID;

        CREATE TABLE log (
            id INTEGER PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL,
            detail TEXT NOT NULL DEFAULT '');
        """
    )


class Desk:
    """One newsroom's desk, open. Use as a context manager. Raises in general: NewsroomError."""

    def __init__(self, folder: Path, db: sqlite3.Connection) -> None:
        self.folder, self.db = folder, db

    def __enter__(self) -> "Desk":
        return self

    def __exit__(self, *_: object) -> None:
        self.db.close()

    @classmethod
    def open(cls, folder: Path) -> "Desk":
        """The desk of the newsroom in `folder`, made where there was none. Raises: NewsroomError."""
        path = folder / DATABASE_NAME
        with newsroom_errors(folder):
            if not path.exists():
                os.close(os.open(path, os.O_CREAT, 0o600))
            db = _connect(path)
            db.execute("PRAGMA journal_mode = WAL")
            desk_schema.apply(Database(db, execute_plugins=False))
        return cls(folder, db)

    @classmethod
    def find(cls, folder: Path) -> "Desk | None":
        """The desk, where one was made; quicker than `open`. Raises: NewsroomError."""
        path = folder / DATABASE_NAME
        with newsroom_errors(folder):
            if not path.is_file():
                return None
            db = _connect(path)
            if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'log'").fetchone():
                return cls(folder, db)
            db.close()  # whoever is making it isn't done
            return None

    @contextmanager
    def changing(self) -> Generator[sqlite3.Connection]:
        """All changes inside happen together or not at all."""
        with newsroom_errors(self.folder), transaction(self.db):
            yield self.db

    def note(self, who: str, action: str, subject: str, *, at: str, detail: str = "") -> None:
        """Add a line to the log, as part of the change that is being made. `who` empty: at the command line."""
        self.db.execute(
            "INSERT INTO log (at, who, action, subject, detail) VALUES (?, ?, ?, ?, ?)",
            (at, who, action, subject, detail),
        )


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, timeout=_BUSY_SECONDS)
    with closing(db.cursor()) as cursor:
        # What was promised to a CMS, or revoked, has to outlive a power cut.
        cursor.execute("PRAGMA synchronous = FULL")
    db.row_factory = sqlite3.Row
    return db
