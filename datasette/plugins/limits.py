"""What may be asked of a public archive, and how much of it at once; each refusal is a page that says why.

Datasette's own pages let anybody run queries that cost seconds, so they pass a gate: a few at a time, a short queue,
and then a word to come again. The archive's pages don't pass it: whatever is asked of the tables, people go on reading.
"""

import json
import logging
import re
import sqlite3
from collections.abc import Awaitable, Callable, Generator, MutableMapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs

from datasette import Response, hookimpl

from tamizdat.library.public import PUBLIC
from tamizdat_server.data.lanes import Answer, Busy, Lane, Outbox, TooMuch
from tamizdat_server.data.rules import NOTHING_THERE, QUERY_CHARACTERS, Refused, is_about_tables, refusal

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

log: Final = logging.getLogger("tamizdat.server.data")

RETRY_SECONDS: Final = 10


class Gate:
    """Stands before one Datasette: refuses, makes the costly wait, and lets the rest through."""

    def __init__(self, datasette: Any, app: App) -> None:
        self._datasette, self._app = datasette, app
        # Apart, so that whoever runs one slow query after the other takes only the turns of those who do the same.
        self._queries = Lane(running=2, waiting=8, patience_seconds=5)
        self._tables = Lane(running=4, waiting=32, patience_seconds=10)
        self._outbox = Outbox()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        whole = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1").partition("?")[0]
        path = whole.removeprefix(self._datasette.setting("base_url").rstrip("/"))[1:]
        query = scope.get("query_string", b"").decode("latin-1")
        args = parse_qs(query[: QUERY_CHARACTERS + 1], keep_blank_values=True)
        if refused := refusal(scope["method"], path, query, args):
            await refuse(self._datasette, refused, path, send)
        elif is_about_tables(path):
            sql = [*args.get("sql", []), *args.get("_where", [])]
            if await self._joins_private(sql):
                await refuse(self._datasette, PRIVATE, path, send)
            else:
                await self._answer(self._queries if sql else self._tables, path, scope, receive, send)
        else:
            await self._answer(None, path, scope, receive, send)

    async def _joins_private(self, sql: list[str]) -> bool:
        """Whether SQL may compare with a private table, which SQLite's authorizer isn't asked about.

        Where queries run in processes of their own, their programs are looked into, and this needn't guess.
        """
        library = self._datasette.get_database("library")
        joins = " ".join(part for part in map(str.lower, sql) if _JOINS.search(part))
        if not joins or hasattr(library, "queries"):
            return False
        hidden = {column for columns in PUBLIC.values() for column in columns}
        return any(name.lower() in joins for name in hidden.union(await library.table_names()) - PUBLIC.keys())

    async def _answer(self, lane: Lane | None, path: str, scope: Message, receive: Receive, send: Send) -> None:
        answer = Answer()
        try:
            async with lane.turn() if lane else nullcontext():
                await self._app(scope, receive, answer.keep)
            if path.startswith("library.csv") and answer.is_blank():
                await refuse(self._datasette, NO_ROWS, path, send)
                return
            # Only now: a reader who takes the answer slowly must not keep others from their turn.
            await self._outbox.hand_out(answer, send)
        except Busy:
            await refuse(self._datasette, BUSY, path, send)
        except TooMuch:
            await refuse(self._datasette, TOO_MUCH, path, send)


_JOINS: Final = re.compile(r"\b(natural|using)\b", re.IGNORECASE)
PRIVATE: Final = Refused(403, "Not for the public", "Join by ON here: this names a table or column that is private.")
BUSY: Final = Refused(
    503, "Too many are asking at this moment", f"Please try again in {RETRY_SECONDS} seconds.", RETRY_SECONDS
)
NO_ROWS: Final = Refused(400, "This can't be asked", "SQLite refuses it; ask for a page or for JSON to see why.")
TOO_MUCH: Final = Refused(
    400,
    "That is too much for one answer",
    "Ask for fewer rows, or for fewer columns; or sync the archive and ask there.",
)


# -- the pages that say no ---------------------------------------------------------------------------------------------


async def refuse(datasette: Any, refused: Refused, path: str, send: Send) -> None:
    """Send the page; JSON to whoever asked for that."""
    kind, body = await _page(datasette, refused, path)
    headers = [(b"content-type", kind), (b"content-length", b"%d" % len(body)), (b"cache-control", b"no-store")]
    if refused.retry_seconds:
        headers.append((b"retry-after", b"%d" % refused.retry_seconds))
    if refused.status == 405:
        headers.append((b"allow", b"GET, HEAD"))
    await send({"type": "http.response.start", "status": refused.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _page(datasette: Any, refused: Refused, path: str, request: Any = None) -> tuple[bytes, bytes]:
    """The page, within the archive's frame where there is a request to make that for."""
    if path.endswith(".json"):
        told = {"ok": False, "error": refused.told, "status": refused.status, "title": refused.title}
        return b"application/json; charset=utf-8", json.dumps(told, ensure_ascii=False).encode()
    await datasette.invoke_startup()  # a refusal may be the first that is ever answered
    page = await datasette.render_template("refused.html", {"refused": refused}, request=request)
    return b"text/html; charset=utf-8", page.encode()


@hookimpl
def asgi_wrapper(datasette: Any) -> Callable[[App], App]:
    """Put the gate before everything."""
    return lambda app: Gate(datasette, app)


@hookimpl(hookwrapper=True)
def handle_exception(datasette: Any, request: Any, exception: Exception) -> Generator[None, Any, None]:
    """Answer with a page of ours. Datasette's own hook isn't run: it prints tracebacks with all that was asked."""
    outcome = yield
    outcome.force_result([lambda: _response(datasette, explain(exception), request)])


CLOSED: Final = Refused(
    403, "Not for the public", "What tells of a reader, or of this machine, is nobody else's business."
)


@hookimpl
def forbidden(datasette: Any, request: Any) -> Callable[[], Awaitable[Response]]:
    """Answer with a page of ours where a permission is missing."""
    return lambda: _response(datasette, CLOSED, request)


async def _response(datasette: Any, refused: Refused, request: Any) -> Response:
    kind, body = await _page(datasette, refused, request.path, request)
    return Response(body, status=refused.status, content_type=kind.decode(), headers={"cache-control": "no-store"})


# The query's own fault. All others are the file's or the machine's.
_OF_QUERIES: Final = frozenset({"SQLITE_ERROR", "SQLITE_AUTH", "SQLITE_TOOBIG", "SQLITE_MISMATCH", "SQLITE_RANGE"})


def explain(exception: Exception) -> Refused:
    """What went wrong, in words; the unexpected is noted for the operator, without what was asked."""
    name, status = type(exception).__name__, getattr(exception, "status", 0)
    told = str(getattr(exception, "message", "") or (exception.args[0] if exception.args else ""))
    if name == "QueryInterrupted" or getattr(exception, "title", "") == "SQL Interrupted":
        return Refused(
            400, "This query takes too long", "Narrow it down; or sync the archive, and take as long as you like there."
        )
    if isinstance(exception, MemoryError):
        return Refused(400, "This query takes too much memory", "Narrow it down; or sync the archive, and ask there.")
    if isinstance(exception, sqlite3.Error) and getattr(exception, "sqlite_errorname", "SQLITE_ERROR") in _OF_QUERIES:
        return Refused(403 if "prohibited" in told else 400, "This can't be asked", f"SQLite says: {told}.")
    if status == 404:
        return NOTHING_THERE
    if status:
        return Refused(400 if status >= 500 else status, "This can't be asked", told)
    trace = exception.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "an unknown place"
    log.warning("a page failed: %s at %s", name, place)
    return Refused(500, "The mirror made a mistake", "It was noted for whoever runs it.")
