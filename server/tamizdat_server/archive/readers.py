"""Reading a library for pages: few connections, each page in one transaction, none for longer than it may take."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, LifoQueue
from typing import Final, TypeVar

from tamizdat.errors import LibraryError
from tamizdat.library import Library
from tamizdat.library.store import named_errors

T = TypeVar("T")
_STEPS: Final = 20_000  # of SQLite's machine between two looks at the clock: about a millisecond
_File = tuple[int, int]


class Busy(Exception):
    """So many pages are waiting already that this one would come too late."""


class TooSlow(Exception):
    """The page took longer to read than a page may take."""


class Readers:
    """Read-only connections to the library at `path`, which may appear later or be another file tomorrow.

    At most `at_once` pages are read at a time, at most `waiting` wait, and none is read for longer than `seconds`.
    """

    def __init__(self, path: Path, *, at_once: int = 4, waiting: int = 64, seconds: float = 3.0) -> None:
        self.path, self.seconds = path, seconds
        self._places = threading.BoundedSemaphore(at_once + waiting)
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="archive")
        self._idle: LifoQueue[tuple[_File, Library]] = LifoQueue()

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """What `work` returns; it sees one state of the library, and runs beside the event loop.

        Raises: Busy, TooSlow, LibraryError, and what `work` raises.
        """
        if not self._places.acquire(blocking=False):
            raise Busy
        running = self._threads.submit(self._read, work)
        running.add_done_callback(lambda _: self._places.release())
        return await asyncio.wrap_future(running)

    def close(self) -> None:
        """Close the connections; pages that are being read are finished first."""
        self._threads.shutdown()
        self._drop_idle()

    def _read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        deadline = time.monotonic() + self.seconds
        file, library = self._take()
        try:
            library.db.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
            with named_errors(self.path), _transaction(library.db):
                result = work(library.db)
        except LibraryError as error:
            library.close()
            if time.monotonic() > deadline:
                raise TooSlow from error
            raise
        except BaseException:
            library.close()
            raise
        self._idle.put((file, library))
        return result

    def _take(self) -> tuple[_File, Library]:
        file = self._file()
        with suppress(Empty):
            while True:
                known, library = self._idle.get_nowait()
                if known == file:
                    return known, library
                library.close()
        return file, Library.open(self.path, create=False, readonly=True)

    def _file(self) -> _File:
        try:
            found = self.path.stat()
        except OSError:
            return 0, 0
        return found.st_dev, found.st_ino

    def _drop_idle(self) -> None:
        with suppress(Empty):
            while True:
                self._idle.get_nowait()[1].close()


@contextmanager
def _transaction(db: sqlite3.Connection):
    db.execute("BEGIN")
    try:
        yield
    finally:
        with suppress(sqlite3.Error):
            db.execute("ROLLBACK")
