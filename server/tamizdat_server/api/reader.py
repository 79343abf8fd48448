"""Answering from the server's library: in threads, read only, within a deadline, and with 304 where nothing changed."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http import HTTPStatus
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

from litestar import Request, Response

from tamizdat.errors import LibraryError
from tamizdat.format.catalog import Catalog
from tamizdat.format.limits import LIMITS
from tamizdat.format.names import sha256
from tamizdat.library import Library, Publication
from tamizdat_server.api.problems import refuse
from tamizdat_server.changes import noted_version
from tamizdat_server.conditions import lists_tag
from tamizdat_server.place import Place

T = TypeVar("T")

THREADS: Final = 4
QUERY_SECONDS: Final = 5.0
_STEPS: Final = 10_000
# Another version of this software may answer otherwise from the same library.
_SOFTWARE: Final = version("tamizdat")


class Shelf(NamedTuple):
    """The library at one moment, and the publication in it that this server serves."""

    library: Library
    publication: Publication
    catalog: Catalog

    @property
    def identity(self) -> str:
        return self.publication.publication


class Reader:
    """Hands the library of a place to queries, which run in a few threads with a connection each."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="library")
        self._mine = threading.local()

    async def answer(self, request: Request[Any, Any, Any], build: Callable[[Shelf], T]) -> Response[T]:
        """What `build` makes of the library, or 304 where the asker holds it. Raises: Failed, LibraryError."""
        held = request.headers.get("if-none-match", "").encode("latin-1")
        return await self.run(self._answer, held, build)

    async def run(self, function: Callable[..., T], *arguments: object) -> T:
        """Call a function that blocks."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, function, *arguments)

    def close(self) -> None:
        """Wait for no one: what still runs only reads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _answer(self, held: bytes, build: Callable[[Shelf], T]) -> Response[T]:
        with self.shelf() as shelf:
            tag = entity_tag(shelf)
            headers = {"ETag": tag.decode(), "Cache-Control": "no-cache"} if tag else {"Cache-Control": "no-store"}
            if tag and held and lists_tag(held, tag, weak=True):
                return Response(None, status_code=HTTPStatus.NOT_MODIFIED, headers=headers)  # pyright: ignore[reportReturnType]
            return Response(build(shelf), headers=headers)

    @contextmanager
    def shelf(self) -> Generator[Shelf]:
        """The library as of now, in one read transaction. Raises: Failed, LibraryError."""
        library = self._open()
        with _deadline(library.db), _snapshot(library.db):
            identity = self._identity()
            found, catalog = library.publication(identity), library.catalog(identity)
            if found is None or catalog is None:
                raise refuse(HTTPStatus.SERVICE_UNAVAILABLE, "The server is still reading its publication.")
            yield Shelf(library, found, catalog)

    def _open(self) -> Library:
        """This thread's connection; a new one where another file stands there now."""
        file = _identity(self._place.library)
        known: tuple[tuple[int, int], Library] | None = getattr(self._mine, "known", None)
        if known and known[0] == file:
            return known[1]
        if known:
            known[1].close()
            self._mine.known = None
        library = Library.open(self._place.library, readonly=True)
        self._mine.known = (file, library)
        return library

    def _identity(self) -> str:
        try:
            with (self._place.public / "metadata" / "1.root.json").open("rb") as root:
                return sha256(root.read(LIMITS.root_bytes))
        except OSError:
            return ""


def _identity(file: Path) -> tuple[int, int]:
    try:
        status = file.stat()
    except OSError:
        return 0, 0
    return status.st_dev, status.st_ino


@contextmanager
def _snapshot(db: sqlite3.Connection) -> Generator[None]:
    # Ended at once afterwards: a transaction left open would keep retracted words in the file's log.
    db.execute("BEGIN")
    try:
        yield
    finally:
        db.execute("ROLLBACK")


def entity_tag(shelf: Shelf) -> bytes:
    """Names the state that every answer is made from; empty while an edition is in the middle of a change."""
    standings = [shelf.library.standing(shelf.identity, code) for code in sorted(shelf.catalog.editions)]
    if any(standing.version != shelf.catalog.editions[standing.edition].version for standing in standings):
        return b""
    known = shelf.publication
    applied = [(standing.edition, standing.version, standing.revisions) for standing in standings]
    noted = noted_version(shelf.library, shelf.identity)
    state = repr((_SOFTWARE, known.publication, known.version, known.signed, applied, noted))
    return f'"{sha256(state.encode())[:32]}"'.encode()


@contextmanager
def _deadline(db: sqlite3.Connection) -> Generator[None]:
    until = time.monotonic() + QUERY_SECONDS
    db.set_progress_handler(lambda: time.monotonic() > until, _STEPS)
    try:
        yield
    except (sqlite3.OperationalError, LibraryError) as error:
        if time.monotonic() > until:
            raise refuse(HTTPStatus.SERVICE_UNAVAILABLE, "That takes too long to find; ask for less.") from error
        raise
    finally:
        db.set_progress_handler(None, 0)
