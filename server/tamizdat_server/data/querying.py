"""Queries of strangers, each in a process that can be ended: SQLite itself can't be stopped in the midst of a function.

A full-text expression of a thousand prefixes, or a search for one long text in another, runs for minutes or hours
between two moments at which SQLite looks at the clock. So it is run where a kill costs nothing and memory has a bound.
"""

import os
import select
import sqlite3
import struct
import subprocess
import sys
import threading
import time
from asyncio import get_running_loop
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import msgspec

from tamizdat.library.store import open_readonly

PROCESSES: Final = 4
_START_SECONDS: Final = 30.0
_GRACE_SECONDS: Final = 1.0
LENGTH: Final = struct.Struct(">I")


class Query(msgspec.Struct, frozen=True, array_like=True):
    """What to run, for how long, and how many rows are wanted (0: all)."""

    sql: str
    parameters: dict[str, Any] | list[Any]
    limit_ms: int
    rows: int


class Found(msgspec.Struct, frozen=True, array_like=True, tag="found"):
    """The rows of a query."""

    columns: list[str]
    rows: list[tuple[Any, ...]]


class Failure(msgspec.Struct, frozen=True, array_like=True, tag="failure"):
    """SQLite's error: its class, message, and its code's name."""

    kind: str
    message: str
    code: str


class Overdue(Exception):
    """The query didn't end in time, and its process was killed."""


class Row(tuple[Any, ...]):
    """A row as `sqlite3.Row` is: by number, and by name whatever its case."""

    _columns: tuple[str, ...]

    @classmethod
    def of(cls, columns: tuple[str, ...], values: tuple[Any, ...]) -> "Row":
        row = cls(values)
        row._columns = columns
        return row

    def keys(self) -> list[str]:
        return list(self._columns)

    def __getitem__(self, key: Any) -> Any:
        if not isinstance(key, str):
            return super().__getitem__(key)
        for number, column in enumerate(self._columns):
            if column == key or column.lower() == key.lower():
                return super().__getitem__(number)
        raise IndexError("No item with that key")


class Child:
    """One process that runs queries on a library, one after the other."""

    def __init__(self, library: Path) -> None:
        command = [sys.executable, "-m", "tamizdat_server.data.queries", str(library), str(os.getpid())]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, bufsize=0)  # noqa: S603
        try:
            self._read(1, time.monotonic() + _START_SECONDS)
        except BaseException:
            self.kill()
            raise

    def ask(self, asked: bytes, limit_ms: int) -> Found | Failure:
        """What the encoded query finds. Raises: Overdue, EOFError where the process died. It is of no more use then."""
        assert self._process.stdin
        self._process.stdin.write(LENGTH.pack(len(asked)) + asked)
        until = time.monotonic() + limit_ms / 1000 + _GRACE_SECONDS
        (size,) = LENGTH.unpack(self._read(LENGTH.size, until))
        return msgspec.msgpack.decode(self._read(size, until), type=Found | Failure)

    def kill(self) -> None:
        """End it, whatever it is doing."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with suppress(OSError):
                    pipe.close()

    def _read(self, size: int, until: float) -> bytes:
        assert self._process.stdout
        descriptor, read = self._process.stdout.fileno(), bytearray()
        while len(read) < size:
            if not select.select([descriptor], [], [], max(0.0, until - time.monotonic()))[0]:
                raise Overdue
            part = os.read(descriptor, size - len(read))
            if not part:
                raise EOFError
            read += part
        return bytes(read)


class Queries:
    """A few processes for one library. Each is started when it is first needed, and anew when it was ended."""

    def __init__(self, library: Path) -> None:
        self._library = library
        self._threads = ThreadPoolExecutor(PROCESSES, thread_name_prefix="queries")
        self._mine = threading.local()
        self._children: set[Child] = set()

    async def ask(self, query: Query) -> Found | Failure:
        """What the query finds. Raises: Overdue, EOFError, OverflowError for a number of more than 64 bits."""
        asked = msgspec.msgpack.encode(query)
        return await get_running_loop().run_in_executor(self._threads, self._ask, asked, query.limit_ms)

    def close(self) -> None:
        """End all of them."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for child in list(self._children):
            child.kill()

    def _ask(self, asked: bytes, limit_ms: int) -> Found | Failure:
        child: Child | None = getattr(self._mine, "child", None)
        if child is None:
            child = self._mine.child = Child(self._library)
            self._children.add(child)
        try:
            return child.ask(asked, limit_ms)
        except BaseException:
            self._mine.child = None
            self._children.discard(child)
            child.kill()
            raise


def isolated(datasette: Any, library: Path) -> Any:
    """The library as a database of Datasette's: what comes from outside is run in those processes."""
    module: Any = import_module("datasette.database")
    if sys.platform == "win32":  # where one can't wait for a pipe only so long
        return module.Database(datasette, path=str(library), is_mutable=True)

    class Isolated(module.Database):
        """Its `execute` is what strangers' SQL comes to; the rest asks for the schema alone."""

        def __init__(self) -> None:
            module.Database.__init__(self, datasette, path=str(library), is_mutable=True)
            self.queries = Queries(library)

        def connect(self, write: bool = False) -> sqlite3.Connection:
            if write:
                raise sqlite3.OperationalError("the library is only read here")
            return open_readonly(library)

        async def execute(
            self,
            sql: str,
            params: Any = None,
            truncate: bool = False,
            custom_time_limit: int | None = None,
            page_size: int | None = None,
            log_sql_errors: bool = True,  # noqa: ARG002 - what was asked is never logged
        ) -> Any:
            limit_ms = min(custom_time_limit or datasette.sql_time_limit_ms, datasette.sql_time_limit_ms)
            rows = datasette.max_returned_rows + (datasette.max_returned_rows == (page_size or datasette.page_size))
            query = Query(sql, _plain(params), limit_ms, rows + 1 if truncate else 0)
            try:
                answer = await self.queries.ask(query)
            except OverflowError as error:
                raise sqlite3.OperationalError("a number is too large") from error
            except Overdue as error:
                raise module.QueryInterrupted(error, sql, params) from error
            except (EOFError, BrokenPipeError) as error:
                raise sqlite3.OperationalError("the query took too much memory") from error
            if isinstance(answer, Failure):
                error = _error(answer)
                raise module.QueryInterrupted(error, sql, params) if answer.code == "SQLITE_INTERRUPT" else error
            columns = tuple(answer.columns)
            found = [Row.of(columns, values) for values in answer.rows]
            cut = truncate and len(found) > rows
            return module.Results(found[:rows] if cut else found, cut, [(name, *[None] * 6) for name in columns])

    return Isolated()


def _plain(parameters: Any) -> Any:
    return parameters if isinstance(parameters, list | tuple) else dict(parameters or {})  # pyright: ignore[reportUnknownVariableType]


def _error(failure: Failure) -> sqlite3.Error:
    error: sqlite3.Error = getattr(sqlite3, failure.kind, sqlite3.OperationalError)(failure.message)
    error.sqlite_errorname = failure.code
    return error
