"""How a worker hands a request on to the archive's process, and its answer back."""

from pathlib import Path
from typing import Final

import httpcore

from tamizdat_server.blobs import Receive, Scope, Send
from tamizdat_server.data.app import ask_to_wait
from tamizdat_server.headers import SERVER, Headers

_SECONDS: Final = {"connect": 2.0, "pool": 5.0, "read": 30.0, "write": 10.0}
_CONNECTIONS: Final = 100
# Between two neighbours only.
_HOP: Final = frozenset({b"connection", b"content-length", b"keep-alive", b"transfer-encoding", b"upgrade"})
# What the archive may know of who asks: nothing but what the answer depends on.
_ASKED: Final = frozenset({b"accept", b"host", b"if-modified-since", b"if-none-match"})


class Archive:
    """Asks the process that answers at `socket`. An ASGI application."""

    def __init__(self, socket: Path) -> None:
        self._pool = httpcore.AsyncConnectionPool(uds=str(socket), max_connections=_CONNECTIONS)

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        try:
            response = await self._ask(scope)
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError):
            # It is just starting, or it died and is started again, or it has too much to do.
            await ask_to_wait(scope, send)
            return
        body = response.content
        fields: Headers = [(name.lower(), value) for name, value in response.headers if name.lower() not in _HOP]
        fields.append(SERVER)
        if scope["method"] != "HEAD" and response.status != 304:
            fields.append((b"content-length", b"%d" % len(body)))
        await send({"type": "http.response.start", "status": response.status, "headers": fields})
        await send({"type": "http.response.body", "body": body})

    async def _ask(self, scope: Scope) -> httpcore.Response:
        """The answer, read to its end at once, so that a slow reader here holds nothing there."""
        target: bytes = scope.get("raw_path") or scope["path"].encode()
        if query := scope["query_string"]:
            target += b"?" + query
        asked = [(name, value) for name, value in scope["headers"] if name in _ASKED]
        if not any(name == b"host" for name, _ in asked):
            asked.append((b"host", b"localhost"))
        url = httpcore.URL(scheme=b"http", host=b"localhost", port=80, target=target)
        return await self._pool.request(scope["method"], url, headers=asked, extensions={"timeout": _SECONDS})
