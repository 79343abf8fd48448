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

from tamizdat_server.wrapping import newsroom_errors, transaction

DATABASE_NAME: Final = "desk.db"
_BUSY_SECONDS: Final = 10


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
        from tamizdat_server.desk.schema import bring_up_to_date  # slow to load: who only looks needs none of it

        path = folder / DATABASE_NAME
        with newsroom_errors(folder):
            if not path.exists():
                os.close(os.open(path, os.O_CREAT, 0o600))
            db = _connect(path)
            db.execute("PRAGMA journal_mode = WAL")
            bring_up_to_date(db)
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
