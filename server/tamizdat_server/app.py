"""The ASGI application of one worker: the tree, and below /api/ the read API."""

from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any, Final

from tamizdat_server import headers
from tamizdat_server.blobs import Blobs, Receive, Scope, Send, refuse, reply
from tamizdat_server.logs import log
from tamizdat_server.place import Place
from tamizdat_server.tree import Tree

API: Final = "/api"


class Application:
    """Sends each request to the part that answers for its path, and both lifespan messages to the framework."""

    def __init__(self, blobs: Blobs, api: Any) -> None:
        self._blobs, self._api = blobs, api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match scope["type"]:
            case "http":
                await self._request(scope, receive, send)
            case "lifespan":
                await self._api(scope, receive, send)
            case _:
                await send({"type": "websocket.close", "code": 1000})

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        part = self._ask_api if path.startswith(API) and path[len(API) :][:1] in ("", "/") else self._blobs
        try:
            await part(scope, receive, send)
        except Exception:  # noqa: BLE001 - whatever it was, the server goes on
            log.exception("a request failed")
            # Fails in turn where the answer had begun; then the connection just ends.
            with suppress(Exception):
                await refuse(send, 500, b"The server made a mistake.\n", head=scope["method"] == "HEAD")

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


def create(place: Place) -> Application:
    """The application that serves `place`."""
    from tamizdat_server.api import create_api

    return Application(Blobs(Tree(place.public)), create_api(place))
