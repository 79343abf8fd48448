"""What may be asked of a public archive, and how much of it at once; each refusal is a page that says why.

Datasette's own pages let anybody run queries that cost seconds, so they pass a gate: a few at a time, a short queue,
and then a word to come again. The archive's pages don't pass it: whatever is asked of the tables, people go on reading.
"""

import asyncio
import json
import logging
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterator, MutableMapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qs

from datasette import Response, hookimpl

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]
Args = dict[str, list[str]]

log: Final = logging.getLogger("tamizdat.server.data")

QUERY_CHARACTERS: Final = 8_000
PATH_CHARACTERS: Final = 2_000
ARGUMENTS: Final = 60
FACETS: Final = 3
FACET_SIZE: Final = 100
ANSWER_BYTES: Final = 16 * 1024 * 1024
RETRY_SECONDS: Final = 10

# Of few values each. Counting those of any other column takes as long as reading the whole table.
FACET_COLUMNS: Final = frozenset(
    {"article", "byline", "direction", "edition", "key", "kind", "place", "publication", "published", "revision"}
    | {"role", "section", "tag", "translation_group", "type", "updated"}
)
_OWN: Final = ("-/static/", "-/metadata")


class Refused(NamedTuple):
    """Why something isn't answered, in words for whoever asked."""

    status: int
    title: str
    told: str
    retry_seconds: int = 0


# -- what may be asked: decided purely ---------------------------------------------------------------------------------


def refusal(method: str, path: str, query: str, args: Args) -> Refused | None:
    """Why a request is refused, or None. `path`: below the base, as it was sent, without its first slash."""
    if method != "GET":
        return Refused(405, "This archive is only for reading", "It answers GET and HEAD requests, and no others.")
    if len(query) > QUERY_CHARACTERS or len(path) > PATH_CHARACTERS or len(args) > ARGUMENTS:
        return Refused(414, "That address is too long", f"At most {QUERY_CHARACTERS:,} characters, please.")
    if not path.isascii() or any("\0" in value for values in args.values() for value in values):
        return Refused(400, "That address is malformed", "It has characters that no address may have.")
    return _place(path) or next(_of_tables(args), None) if is_about_tables(path) else _place(path)


def is_about_tables(path: str) -> bool:
    """Whether Datasette's own pages answer for it, and not the archive's."""
    return path.partition("/")[0].partition(".")[0] == "library"


def _place(path: str) -> Refused | None:
    first = path.partition("/")[0]
    if first == "library.db":
        told = (
            "The whole file isn't served here: syncing the publication makes the same one, and checks every word of it."
        )
        return Refused(403, "Sync it instead", told)
    # `~6cibrary` would be another spelling of a database's name. `_memory`, `:memory:` and `_internal` are others.
    hidden = first.startswith(("_", ":", ".")) or "~" in first or "%" in first or "//" in f"/{path}"
    of_datasette = first == "-" and not path.startswith(_OWN)
    return NOTHING_THERE if hidden or of_datasette or path.endswith(".blob") else None


NOTHING_THERE: Final = Refused(404, "There is no such page", "Perhaps it was moved, or the address lost a letter.")


def _of_tables(args: Args) -> Iterator[Refused]:
    """Every reason why arguments of a table's page or a query are refused."""
    if any(mode != "escaped" for mode in args.get("_searchmode", [])):
        yield Refused(400, "Search by words", "Raw search syntax isn't taken here: one word of it can cost minutes.")
    for name in ("_size", "_facet_size", "_timelimit"):
        if any(not _is_number(value) for value in args.get(name, []) if (name, value) != ("_size", "max")):
            yield Refused(400, "That is no number", f"{name} is a number of at most six digits.")
    if any(_is_number(size) and int(size) > FACET_SIZE for size in args.get("_facet_size", [])):
        yield Refused(400, "Too many values at once", f"At most {FACET_SIZE} values of a facet are counted.")
    yield from _facets(args)
    if any(not _is_through(value) for value in args.get("_through", [])):
        yield Refused(400, "That address is malformed", "_through is JSON with table, column and value.")


def _facets(args: Args) -> Iterator[Refused]:
    wanted = [value for name in ("_facet", "_facet_date") for value in args.get(name, [])]
    if "_facet_array" in args or any(_column(value) not in FACET_COLUMNS for value in wanted):
        told = f"Values can be counted of these columns: {', '.join(sorted(FACET_COLUMNS))}."
        yield Refused(400, "No facets of that column", told)
    if len(wanted) > FACETS:
        yield Refused(400, "Too many facets at once", f"At most {FACETS} columns are counted at once.")


def _column(facet: str) -> str:
    """The column of a facet, which is its name, or JSON with more about it."""
    if not facet.startswith("{"):
        return facet
    found = _object(facet).get("simple", "")
    return found if isinstance(found, str) else ""


def _is_through(value: str) -> bool:
    return _object(value).keys() >= {"table", "column", "value"}


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 6


# -- how much at once --------------------------------------------------------------------------------------------------


class Busy(Exception):
    """The queue is full, or waiting in it took too long."""


class Lane:
    """Lets so many through at once; a few more wait, not for long."""

    def __init__(self, *, running: int, waiting: int, patience_seconds: float) -> None:
        self._free = asyncio.Semaphore(running)
        self._room, self._waiting, self._patience = waiting, 0, patience_seconds

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator[None]:
        """A turn. Raises: Busy."""
        if self._free.locked() and self._waiting >= self._room:
            raise Busy
        self._waiting += 1
        try:
            await asyncio.wait_for(self._free.acquire(), self._patience)
        except TimeoutError as error:
            raise Busy from error
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._free.release()


class Gate:
    """Stands before one Datasette: refuses, makes the costly wait, and lets the rest through."""

    def __init__(self, datasette: Any, app: App) -> None:
        self._datasette, self._app = datasette, app
        # Apart, so that whoever runs one slow query after the other takes only the turns of those who do the same.
        self._queries = Lane(running=2, waiting=8, patience_seconds=5)
        self._tables = Lane(running=4, waiting=32, patience_seconds=10)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        whole = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1").partition("?")[0]
        path = whole.removeprefix(self._datasette.setting("base_url")).removeprefix("/")
        query = scope.get("query_string", b"").decode("latin-1")
        args = parse_qs(query[: QUERY_CHARACTERS + 1], keep_blank_values=True)
        if refused := refusal(scope["method"], path, query, args):
            await refuse(self._datasette, refused, path, send)
        elif is_about_tables(path):
            lane = self._queries if "sql" in args or "_where" in args else self._tables
            await self._in_turn(lane, path, scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _in_turn(self, lane: Lane, path: str, scope: Message, receive: Receive, send: Send) -> None:
        answer = Answer()
        try:
            async with lane.turn():
                await self._app(scope, receive, answer.keep)
        except Busy:
            await refuse(self._datasette, BUSY, path, send)
        except TooMuch:
            await refuse(self._datasette, TOO_MUCH, path, send)
        else:
            # Only now: a reader who takes the answer slowly must not keep others from their turn.
            for message in answer.messages:
                await send(message)


BUSY: Final = Refused(
    503, "Too many are asking at this moment", f"Please try again in {RETRY_SECONDS} seconds.", RETRY_SECONDS
)
TOO_MUCH: Final = Refused(
    400,
    "That is too much for one answer",
    "Ask for fewer rows, or for fewer columns; or sync the archive and ask there.",
)


class TooMuch(Exception):
    """An answer grew beyond what one may have."""


class Answer:
    """Keeps an answer until it is complete. Raises TooMuch where that takes too much memory."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self._bytes = 0

    async def keep(self, message: Message) -> None:
        self._bytes += len(message.get("body", b""))
        if self._bytes > ANSWER_BYTES:
            raise TooMuch
        self.messages.append(message)


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


async def _page(datasette: Any, refused: Refused, path: str) -> tuple[bytes, bytes]:
    if path.endswith(".json"):
        told = {"ok": False, "error": refused.told, "status": refused.status, "title": refused.title}
        return b"application/json; charset=utf-8", json.dumps(told, ensure_ascii=False).encode()
    await datasette.invoke_startup()  # a refusal may be the first that is ever answered
    page = await datasette.render_template("refused.html", {"refused": refused})
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


@hookimpl
def forbidden(datasette: Any, request: Any, message: str) -> Callable[[], Awaitable[Response]]:
    """Answer with a page of ours where a permission is missing."""
    return lambda: _response(datasette, Refused(403, "Not for the public", message), request)


async def _response(datasette: Any, refused: Refused, request: Any) -> Response:
    kind, body = await _page(datasette, refused, request.path)
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
