"""How a worker hands a request on to the archive's process, and its answer back."""

import asyncio
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, Final

import httpcore

from tamizdat_server.blobs import Receive, Scope, Send, refuse
from tamizdat_server.data.app import ask_to_wait
from tamizdat_server.headers import SERVER, Headers

_SECONDS: Final = {"connect": 2.0, "pool": 5.0, "read": 30.0, "write": 10.0}
_CONNECTIONS: Final = 200
_SMALL_BYTES: Final = 256 * 1024
_LARGE_AT_ONCE: Final = 100
# Between two neighbours only.
_HOP: Final = frozenset({b"connection", b"content-length", b"keep-alive", b"transfer-encoding", b"upgrade"})
# What the archive may know of who asks: nothing but what the answer depends on.
_ASKED: Final = frozenset({b"accept", b"host", b"if-modified-since", b"if-none-match"})


class Archive:
    """Asks the process that answers at `socket`. An ASGI application."""

    def __init__(self, socket: Path) -> None:
        self._pool = httpcore.AsyncConnectionPool(uds=str(socket), max_connections=_CONNECTIONS)
        self._large = asyncio.Semaphore(_LARGE_AT_ONCE)

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        begun = False

        async def pass_on(message: MutableMapping[str, Any]) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._ask(scope, pass_on)
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError):
            if begun:
                raise
            # It is just starting, or it died and is started again, or it has too much to do.
            await ask_to_wait(scope, send)

    async def _ask(self, scope: Scope, send: Send) -> None:
        target: bytes = scope.get("raw_path") or scope["path"].encode()
        if query := scope["query_string"]:
            target += b"?" + query
        asked = [(name, value) for name, value in scope["headers"] if name in _ASKED]
        if not any(name == b"host" for name, _ in asked):
            asked.append((b"host", b"localhost"))
        url = httpcore.URL(scheme=b"http", host=b"localhost", port=80, target=target)
        extensions = {"timeout": _SECONDS}
        async with self._pool.stream(scope["method"], url, headers=asked, extensions=extensions) as response:
            whole = await self._begin(response, send)
        if whole is not None:
            await send({"type": "http.response.start", "status": response.status, "headers": _fields(response, whole)})
            await send({"type": "http.response.body", "body": whole})

    async def _begin(self, response: httpcore.Response, send: Send) -> bytes | None:
        """The body, where it is small: a slow reader of that holds nothing there. A large one is passed on here."""
        parts, held = aiter(response.aiter_stream()), b""
        async for part in parts:
            held += part
            if len(held) > _SMALL_BYTES:
                break
        else:
            return held
        if self._large.locked():
            await refuse(send, 503, b"Too many large answers are under way. Try again in a minute.\n", head=False)
            return None
        async with self._large:
            await send({"type": "http.response.start", "status": response.status, "headers": _fields(response, None)})
            await send({"type": "http.response.body", "body": held, "more_body": True})
            async for part in parts:
                await send({"type": "http.response.body", "body": part, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        return None


def _fields(response: httpcore.Response, body: bytes | None) -> Headers:
    fields: Headers = [(name.lower(), value) for name, value in response.headers if name.lower() not in _HOP]
    fields.append(SERVER)
    if body:
        fields.append((b"content-length", b"%d" % len(body)))
    return fields
