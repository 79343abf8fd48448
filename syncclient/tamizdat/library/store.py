"""The library's file: opening, creating, transactions, and SQLite's errors under our own names."""

import os
import sqlite3
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, Final

from tamizdat.errors import (
    DamagedLibrary,
    DiskFull,
    LibraryError,
    LibraryLocked,
    LibraryReadOnly,
    NewerSchema,
    NotALibrary,
)
from tamizdat.library.lock import exclusive

APPLICATION_ID: Final = 0x746D7A64  # "tmzd", in the file's header
SCHEMA: Final = 4
BUSY_SECONDS: Final = 5.0
_HEADER_BYTES: Final = 100
_STEPS: Final = 10_000
"""Of SQLite's own machine: some milliseconds."""

Row = tuple[Any, ...]
Say = Callable[[str], None]
"""Is told what is being done where that takes a while."""


@contextmanager
def named_errors(path: Path) -> Generator[None]:
    """Raise what SQLite and the file system say about the library at `path` as LibraryError."""
    try:
        yield
    except sqlite3.Error as error:
        raise _named(error, str(path)) from error
    except OSError as error:
        raise _of_system(error, str(path)) from error


def _named(error: sqlite3.Error, library: str) -> LibraryError:
    name = getattr(error, "sqlite_errorname", "") or ""
    if name in _FULL:
        return DiskFull(library=library)
    match name.split("_")[1] if name else "":
        case "READONLY" | "CANTOPEN" | "PERM":
            return LibraryReadOnly(library=library)
        case "BUSY" | "LOCKED":
            return LibraryLocked(library=library)
        case "NOTADB":
            return NotALibrary(library=library, reason="it isn't an SQLite file")
        case "CORRUPT":
            return DamagedLibrary(library=library, reason=str(error))
        case _:
            return LibraryError(f"{library}: {error}", library=library)


# A write that fails otherwise than for space (a quota, a file size limit) is the same to the reader.
_FULL: Final = frozenset({"SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE"})


def _of_system(error: OSError, library: str) -> LibraryError:
    if error.errno in _NO_SPACE:
        return DiskFull(library=library)
    if isinstance(error, PermissionError) or error.errno in _READ_ONLY:
        return LibraryReadOnly(library=library)
    return LibraryError(f"{library}: {error.strerror or error}", library=library)


def _numbers(*names: str) -> frozenset[int]:
    import errno

    return frozenset(getattr(errno, name) for name in names if hasattr(errno, name))


_NO_SPACE: Final = _numbers("ENOSPC", "EDQUOT", "EFBIG")
_READ_ONLY: Final = _numbers("EROFS", "EACCES", "EPERM")


class Store:
    """One open library file. Its parts (trust, applying, reading, keeping) are classes on top of this one."""

    def __init__(self, path: Path, db: sqlite3.Connection, *, readonly: bool) -> None:
        self.path = path
        self.db = db
        self.readonly = readonly

    def close(self) -> None:
        """Close the file; the last one to do so folds the write-ahead log into it."""
        self.db.close()

    @contextmanager
    def lock(self) -> Generator[None]:
        """Be the only process that syncs into this library. The system frees the lock of a killed process.

        Raises: LibraryLocked at once; LibraryReadOnly.
        """
        if self.readonly:
            raise LibraryReadOnly(library=str(self.path))
        with named_errors(self.path), exclusive(self.path):
            yield

    @contextmanager
    def writing(self) -> Generator[sqlite3.Connection]:
        """One transaction: all of the block, or nothing. Raises: LibraryError."""
        if self.readonly:
            raise LibraryReadOnly(library=str(self.path))
        with named_errors(self.path):
            self.db.execute("BEGIN IMMEDIATE")
            try:
                yield self.db
                self.db.execute("COMMIT")
            finally:
                if self.db.in_transaction:
                    self.db.execute("ROLLBACK")

    def rows(self, sql: str, values: Sequence[object] = ()) -> Iterator[Row]:
        """The rows of a query, one after the other. Raises: LibraryError."""
        with named_errors(self.path):
            yield from self.db.execute(sql, values)

    def row(self, sql: str, values: Sequence[object] = ()) -> Row | None:
        """The first row of a query. Raises: LibraryError."""
        with named_errors(self.path):
            return self.db.execute(sql, values).fetchone()


def silent(_: str) -> None:
    """Say nothing."""


def connect(path: Path, *, create: bool, readonly: bool, say: Say = silent) -> tuple[sqlite3.Connection, bool]:
    """Open or create the file at `path`; tells whether it can only be read. Raises: LibraryError."""
    with named_errors(path):
        if not path.exists():
            if readonly or not create:
                raise NotALibrary(library=str(path), reason="there is no such file; 'tamizdat sync ADDRESS' makes one")
            _create(path)
        _check_header(path)
        readonly = readonly or not _writable(path)
        db = open_readonly(path) if readonly else _open(path)
    try:
        with named_errors(path):
            _check_schema(db, path, readonly=readonly, say=say)
    except (LibraryError, KeyboardInterrupt):
        db.close()
        raise
    return db, readonly


def _writable(path: Path) -> bool:
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def _create(path: Path) -> None:
    """Make the schema aside and rename it into place, so that nobody ever opens half a library."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with exclusive(path):
        aside = path.with_name(f".{path.name}.new")
        _remove(aside)
        aside.touch(mode=0o600)  # what somebody reads is nobody else's business; the log and its index follow suit
        db = _open(aside)
        try:
            _migrate(db)
        finally:
            db.close()
        if path.exists():
            _remove(aside)
        else:
            aside.rename(path)


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _open(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, cached_statements=256)
    # NORMAL in WAL mode: a power cut may cost the last transactions, never the file. A megabyte of log costs nothing.
    for pragma in (
        "journal_mode = WAL",
        "synchronous = NORMAL",
        "secure_delete = ON",
        "cache_size = -32000",
        "temp_store = MEMORY",
    ):
        db.execute(f"PRAGMA {pragma}").fetchall()
    db.execute("PRAGMA journal_size_limit = 1000000").fetchall()
    return db


def open_readonly(path: Path) -> sqlite3.Connection:
    """Open without writing, also in a folder where the log's index can't be made. Raises: sqlite3.Error."""
    db = _connect_readonly(path, "mode=ro")
    try:
        db.execute("SELECT count(*) FROM sqlite_master").fetchall()
    except sqlite3.OperationalError as error:
        db.close()
        if not error.sqlite_errorname.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY")):
            raise
        log = path.with_name(f"{path.name}-wal")
        if log.exists() and log.stat().st_size:
            raise  # without the log the file may be half of what was committed
        return _connect_readonly(path, "mode=ro&immutable=1")
    return db


def _connect_readonly(path: Path, query: str) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?{query}"
    # Nothing is written, so several threads may read by one connection.
    return sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)


def is_library(path: Path) -> bool:
    """Whether a library lies at `path`, of whatever schema."""
    try:
        _check_header(path)
    except (OSError, LibraryError):
        return False
    return True


def _check_header(path: Path) -> None:
    """See that it is a library, by SQLite alone and without writing: it may be somebody else's database.

    Whoever opens and closes a file otherwise gives up the locks that SQLite holds on it for this process (POSIX has it
    so), and a writer elsewhere then takes the log away from under its readers.
    """
    if not path.is_file():
        raise NotALibrary(library=str(path), reason="it isn't a file")
    size = path.stat().st_size
    if size < _HEADER_BYTES:
        raise NotALibrary(library=str(path), reason="it isn't an SQLite file" if size else "the file is empty")
    with named_errors(path), closing(open_readonly(path)) as db:
        application = db.execute("PRAGMA application_id").fetchone()[0]
    if application != APPLICATION_ID:
        raise NotALibrary(library=str(path), reason="it is an SQLite file of something else")


def _check_schema(db: sqlite3.Connection, path: Path, *, readonly: bool, say: Say) -> None:
    schema = db.execute("PRAGMA user_version").fetchone()[0]
    if schema > SCHEMA:
        raise NewerSchema(library=str(path), schema=schema, known=SCHEMA)
    if schema < SCHEMA:
        if readonly:
            raise LibraryReadOnly(library=str(path), but="it is of an older tamizdat and must be brought up to date")
        with exclusive(path), _interruptible(db):
            say("bringing the library's index up to date")
            _migrate(db)


def _going_on() -> Iterator[bool]:
    """Yield False until there is an interrupt: Python looks for one whenever it comes back here, and no sooner."""
    # A plain function would be interrupted before it could catch it, and SQLite's module reports that as a fault.
    with suppress(KeyboardInterrupt):
        while True:
            yield False


@contextmanager
def _interruptible(db: sqlite3.Connection) -> Generator[None]:
    """Let Ctrl-C end a statement that takes long, instead of waiting for its end; its transaction is undone."""
    looking = _going_on()
    next(looking)
    db.set_progress_handler(partial(next, looking, True), _STEPS)  # True, for the end, makes SQLite stop
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorname == "SQLITE_INTERRUPT":
            raise KeyboardInterrupt from error
        raise
    finally:
        db.set_progress_handler(None, 0)


def _migrate(db: sqlite3.Connection) -> None:
    # Imported only where there is something to do: sqlite-utils takes a third of a second to load.
    from tamizdat.library.schema import migrate

    migrate(db)
