"""Transactions, and the operating system's and SQLite's errors turned into the newsroom's where they arise."""

import errno
import shutil
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from tamizdat.errors import NewsroomError, NewsroomFull, NewsroomLocked

_ROOM_BYTES: Final = 256 * 1024
_FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def newsroom_errors(folder: Path) -> Generator[None]:
    """Raises: NewsroomFull, NewsroomLocked, NewsroomError, each from what was raised inside."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise NewsroomFull(folder=str(folder)) from error
        raise NewsroomError(
            f"{error.filename or folder}: {error.strerror or error}; what was published stands"
        ) from error
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "")
        if name.startswith("SQLITE_FULL"):
            raise NewsroomFull(folder=str(folder)) from error
        if name.startswith("SQLITE_BUSY"):
            raise NewsroomLocked(folder=str(folder)) from error
        raise NewsroomError(f"{folder}: newsroom.db can't be used: {error}") from error


def is_full(folder: Path) -> bool:
    """Whether so little space is left that SQLite can't even read: it needs a file of its own beside the database."""
    try:
        return shutil.disk_usage(folder).free < _ROOM_BYTES
    except OSError:
        return False


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
