"""The ASGI application of one worker: the tree, below /api/ the APIs, and below /data/ the archive."""

from collections.abc import MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from tamizdat_server import headers
from tamizdat_server.api.newsroom import BASE as NEWSROOM
from tamizdat_server.api.newsroom import create_newsroom_api
from tamizdat_server.blobs import App, Blobs, Receive, Scope, Send, refuse, reply
from tamizdat_server.data.asking import Archive
from tamizdat_server.logs import log
from tamizdat_server.place import Place, Role
from tamizdat_server.tree import Tree

API: Final = "/api"
DATA: Final = "/data"


class Application:
    """Sends each request to the part that answers for its path, and both lifespan messages to the framework."""

    def __init__(
        self, blobs: App, api: Any, archive: App | None = None, newsroom: Path | None = None, *, alone: bool = False
    ) -> None:
        self._blobs, self._api, self._archive = blobs, api, archive
        self._ask = _nothing if alone else self._ask_api
        self._newsroom = create_newsroom_api(newsroom, otherwise=self._ask) if newsroom else self._ask

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match scope["type"]:
            case "http":
                await self._request(scope, receive, send)
            case "lifespan":
                await self._api(scope, receive, send)
            case _:
                await send({"type": "websocket.close", "code": 1000})

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._part(scope["path"])(scope, receive, send)
        except Exception:  # noqa: BLE001 - whatever it was, the server goes on
            log.exception("a request failed")
            # Fails in turn where the answer had begun; then the connection just ends.
            with suppress(Exception):
                await refuse(send, 500, b"The server made a mistake.\n", head=scope["method"] == "HEAD")

    def _part(self, path: str) -> App:
        if _is_below(NEWSROOM, path):
            return self._newsroom
        if _is_below(API, path):
            return self._ask
        if self._archive and _is_below(DATA, path):
            return self._archive if path != DATA else _add_slash
        return self._blobs

    async def _ask_api(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Like files: readable from any origin, by HEAD too, under the same strict headers."""
        if scope["method"] == "OPTIONS":
            await reply(send, 204, [*headers.PREFLIGHT, headers.SERVER])
            return
        only_head = scope["method"] == "HEAD"

        async def pass_on(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *headers.CORS, *headers.DOCUMENT]
            elif only_head:
                message["body"] = b""
            await send(message)

        await self._api({**scope, "method": "GET"} if only_head else scope, receive, pass_on)


def _is_below(part: str, path: str) -> bool:
    return path.startswith(part) and path[len(part) :][:1] in ("", "/")


async def _add_slash(scope: Scope, _receive: Receive, send: Send) -> None:
    query = b"?" + scope["query_string"] if scope["query_string"] else b""
    await reply(send, 308, [(b"location", f"{DATA}/".encode() + query), *headers.OPAQUE])


async def _nothing(scope: Scope, _receive: Receive, send: Send) -> None:
    await refuse(send, 404, b"There is nothing here.\n", head=scope["method"] == "HEAD")


def create(place: Place, archive: Path | None = None, *, role: Role = "all") -> Application:
    """The application that serves `place`. `archive`: the socket that the archive's process answers at."""
    from tamizdat_server.api import create_api

    api = create_api(place)
    if role == "newsroom":
        return Application(_nothing, api, newsroom=place.newsroom, alone=True)
    asking = Archive(archive) if archive else None
    newsroom = place.newsroom if role == "all" else None
    return Application(Blobs(Tree(place.public)), api, asking, newsroom)
