"""The publication tree over ASGI, ahead of the framework: as a plain web server would serve it, but exact.

Strong entity tags, conditional requests, single ranges, HEAD, CORS; text compressed once and for all; small files from
memory, big ones by the host's `pathsend` where it has that. Nothing about who asks is looked at or kept.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from io import FileIO
from typing import Any, Final

from tamizdat_server import headers
from tamizdat_server.conditions import Answer, answer, conditions, takes
from tamizdat_server.headers import Headers
from tamizdat_server.tree import File, Tree

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_CHUNK_BYTES: Final = 64 * 1024
_RETRIES: Final = 3
_ALLOW: Final = (b"allow", b"GET, HEAD, OPTIONS")


class Blobs:
    """Answers for every path of the tree; any other path is a 404."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        method = scope["method"]
        if method not in ("GET", "HEAD"):
            await self._other_method(method, send)
            return
        path: str = scope["path"][1:]
        if not path or path.endswith("/"):
            path += "index.html"
        asked = conditions(scope["headers"])
        for _ in range(_RETRIES):
            file = self._tree.held(path) or await self._tree.find(path)
            if file is None:
                await refuse(send, 404, b"There is no such file in this publication.\n", head=method == "HEAD")
                return
            if await _answer(_form(file, asked, scope["headers"]), asked, scope, send):
                return
        # Replaced under our hands again and again; the asker's next try finds it at rest.
        await refuse(send, 503, b"This file is just being replaced. Try again.\n", head=method == "HEAD")

    async def _other_method(self, method: str, send: Send) -> None:
        if method == "OPTIONS":
            await reply(send, 204, [*headers.PREFLIGHT, _ALLOW, headers.SERVER])
        else:
            await refuse(send, 405, b"Files can only be read.\n", extra=[_ALLOW])


async def refuse(send: Send, status: int, text: bytes, *, extra: Headers | None = None, head: bool = False) -> None:
    """A short plain-text answer that no cache keeps."""
    fields = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", b"%d" % len(text)),
        (b"cache-control", b"no-store"),
        *headers.CORS,
        *headers.OPAQUE,
        *(extra or []),
    ]
    await reply(send, status, fields, b"" if head else text)


def _form(file: File, asked: dict[str, bytes], fields: Headers) -> File:
    """The file as it goes out: in the smallest form that the asker takes; a part is one of the plain bytes."""
    if not file.packed or "range" in asked:
        return file
    return next((form for coding, form in file.packed if takes(fields, coding)), file)


async def _answer(file: File, asked: dict[str, bytes], scope: Scope, send: Send) -> bool:
    """Answer with `file`, or say False, with nothing sent, where it was replaced since it was found."""
    only_head = scope["method"] == "HEAD"
    found = answer(asked, file.version, whole=only_head)
    if found.status == 304:
        await reply(send, 304, file.kept)
    elif found.status == 412:
        await refuse(send, 412, b"The file is another version.\n", head=only_head)
    elif found.status == 416:
        unsatisfied = (b"content-range", b"bytes */%d" % file.version.size)
        await refuse(send, 416, b"The file ends before that range.\n", extra=[unsatisfied])
    elif only_head:
        await reply(send, 200, file.whole)
    elif file.body is not None:
        await reply(send, found.status, _fields(file, found), file.body[found.start : found.stop])
    elif found.status == 200 and file.immutable and "http.response.pathsend" in scope.get("extensions", {}):
        # By its path, so only for what can be replaced by nothing but the same bytes.
        await send({"type": "http.response.start", "status": 200, "headers": file.whole})
        await send({"type": "http.response.pathsend", "path": file.place})
    else:
        return await _stream(file, found, send)
    return True


async def _stream(file: File, found: Answer, send: Send) -> bool:
    source = await asyncio.to_thread(file.open)
    if source is None:
        return False
    with source:
        await send({"type": "http.response.start", "status": found.status, "headers": _fields(file, found)})
        source.seek(found.start)
        left = found.stop - found.start
        while left:
            chunk = await asyncio.to_thread(_read, source, min(left, _CHUNK_BYTES))
            left = left - len(chunk) if chunk else 0
            await send({"type": "http.response.body", "body": chunk, "more_body": left > 0})
    return True


def _read(source: FileIO, size: int) -> bytes:
    return source.read(size)


def _fields(file: File, found: Answer) -> Headers:
    if found.status == 200:
        return file.whole
    part = b"bytes %d-%d/%d" % (found.start, found.stop - 1, file.version.size)
    return [*file.head, (b"content-length", b"%d" % (found.stop - found.start)), (b"content-range", part)]


async def reply(send: Send, status: int, fields: Headers, body: bytes = b"") -> None:
    """A whole answer."""
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": body})
