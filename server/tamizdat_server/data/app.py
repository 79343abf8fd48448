"""The application of one library: a word to wait while there is nothing in it, and its Datasette from then on."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from tamizdat.library import SCHEMA
from tamizdat.library.store import open_readonly
from tamizdat_server import headers
from tamizdat_server.blobs import Receive, Scope, Send
from tamizdat_server.data.waiting import WAIT_SECONDS, waiting_page

_HELD: Final = "SELECT EXISTS (SELECT 1 FROM articles) OR EXISTS (SELECT 1 FROM editions WHERE version > 0)"


NAME: Final = "library"
"""What the database is called in every address, whatever its file is called."""


class Data:
    """Makes the Datasette as soon as the library holds something, and a new one where another file stands there."""

    def __init__(self, library: Path, make: Callable[[], Any]) -> None:
        self._library, self._make = library, make
        self._made: tuple[tuple[int, int], Any, Any] | None = None
        self._turn = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match scope["type"]:
            case "http":
                app = await self._app()
                await (app(scope, receive, send) if app else ask_to_wait(scope, send))
            case "lifespan":
                await self._live(receive, send)
            case _:
                await send({"type": "websocket.close", "code": 1000})

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self._app()
                await send({"type": "lifespan.startup.complete"})
            else:
                self._drop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _app(self) -> Any:
        """The Datasette of the file that is there now; None while it holds nothing."""
        file = _identity(self._library)
        if self._made and self._made[0] == file:
            return self._made[1]
        async with self._turn:
            if not (self._made and self._made[0] == file):
                self._drop()
                if file and await asyncio.to_thread(holds_something, self._library):
                    datasette = self._make()
                    await datasette.invoke_startup()
                    self._made = file, datasette.app(), datasette
            return self._made[1] if self._made else None

    def _drop(self) -> None:
        if self._made:
            # Nobody waits for queries that still run: they only read.
            datasette = self._made[2]
            datasette.executor.shutdown(wait=False, cancel_futures=True)
            if queries := getattr(datasette.get_database(NAME), "queries", None):
                queries.close()
            self._made = None


def holds_something(library: Path) -> bool:
    """Whether there is a library at `library` with an article in it or an edition complete.

    One of another schema, or a damaged one, isn't waited for either: the archive's pages say what is wrong with it.
    """
    try:
        with closing(open_readonly(library)) as db:
            schema = db.execute("PRAGMA user_version").fetchone()[0]
            return bool(schema != SCHEMA or db.execute(_HELD).fetchone()[0])
    except sqlite3.OperationalError:
        return False
    except sqlite3.DatabaseError:
        return True


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


async def ask_to_wait(scope: Scope, send: Send) -> None:
    """Answer that there is nothing to show yet."""
    path: str = scope["path"]
    kind, body = waiting_page(as_json=path.endswith(".json"))
    fields = [
        (b"content-type", kind),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
        (b"retry-after", b"%d" % WAIT_SECONDS),
        *headers.security("waiting.html", body),
    ]
    await send({"type": "http.response.start", "status": 503, "headers": fields})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
