"""The process that runs strangers' queries: reads one after the other on standard input, and answers each."""

import os
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec

from tamizdat.library.public import Inspector, guard
from tamizdat.library.store import open_readonly
from tamizdat_server.data.querying import LENGTH, Failure, Found, Query

MEMORY_BYTES: Final = 512 * 1024 * 1024
HEAP_BYTES: Final = 64 * 1024 * 1024
FILE_BYTES: Final = 512 * 1024 * 1024
_STEPS: Final = 500
_LOOK_SECONDS: Final = 0.5
_NICENESS: Final = 5


def main(library: str, parent: str) -> None:
    """Answer until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is for the parent, which ends its children
    _bound()
    _end_with(int(parent))
    db = connect(Path(library))
    inspector = Inspector(db)
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    sink.write(b"!")
    sink.flush()
    while head := source.read(LENGTH.size):
        query = msgspec.msgpack.decode(source.read(*LENGTH.unpack(head)), type=Query)
        _write(sink, msgspec.msgpack.encode(run(db, inspector, query)))


def connect(library: Path) -> sqlite3.Connection:
    """A guarded connection, with the functions that Datasette's queries use."""
    db = open_readonly(library)
    db.text_factory = _text
    functions: Any = import_module("datasette.sql_functions")
    functions.prepare_connection(db)
    guard(db, heap_bytes=HEAP_BYTES)
    counted: Any = db.row_factory
    db.row_factory = _plain(counted)
    return db


def _plain(counted: Callable[[sqlite3.Cursor, tuple[Any, ...]], sqlite3.Row]) -> Any:
    """Rows as plain tuples, which travel, after the guard has counted them."""

    def make(cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> tuple[Any, ...]:
        counted(cursor, values)
        return values

    return make


def run(db: sqlite3.Connection, inspector: Inspector, query: Query) -> Found | Failure:
    """What it finds."""
    until = time.monotonic() + query.limit_ms / 1000
    db.set_progress_handler(lambda: time.monotonic() > until, _STEPS)
    try:
        inspector.check(query.sql, query.parameters)
        cursor = db.execute(query.sql, query.parameters)
        try:
            rows = cursor.fetchmany(query.rows) if query.rows else cursor.fetchall()
            return Found([name for name, *_ in cursor.description or ()], rows)
        finally:
            cursor.close()  # the end of its read transaction
    except MemoryError:
        return Failure("OperationalError", "the query takes too much memory", "SQLITE_TOOBIG")
    except (sqlite3.Error, ValueError, OverflowError) as error:
        kind = type(error).__name__ if type(error).__module__ == "sqlite3" else "DatabaseError"
        return Failure(kind, str(error), getattr(error, "sqlite_errorname", "SQLITE_ERROR"))


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _write(sink: BinaryIO, answer: bytes) -> None:
    sink.write(LENGTH.pack(len(answer)) + answer)
    sink.flush()


def _bound() -> None:
    """Take no more of the machine than this, and give way to whoever hands out pages."""
    if sys.platform != "win32":
        import resource

        for what, most in ((resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_FSIZE, FILE_BYTES)):
            hard = resource.getrlimit(what)[1]
            with suppress(ValueError, OSError):  # not every system knows each of them
                resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
        os.nice(_NICENESS)


def _end_with(parent: int) -> None:
    """End when `parent` is gone, also in the midst of a query."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, name="end with parent", daemon=True).start()


if __name__ == "__main__":
    main(*sys.argv[1:])
