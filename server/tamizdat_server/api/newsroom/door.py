"""Who gets in: bearers of a token, so many times a minute. While the newsroom has no token, there is no door to see."""

import asyncio
import time
from collections.abc import Callable, MutableMapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from tamizdat.errors import NewsroomError
from tamizdat_server import headers
from tamizdat_server.api.shapes import Problem
from tamizdat_server.blobs import App, Receive, Scope, Send, reply
from tamizdat_server.clock import rfc3339
from tamizdat_server.desk.store import Desk
from tamizdat_server.desk.tokens import Token, any_token, find_token, note_use
from tamizdat_server.headers import Headers
from tamizdat_server.logs import log
from tamizdat_server.wrapping import is_full

BASE: Final = "/api/newsroom"
OPEN: Final = f"{BASE}/openapi.json"
HOLDER: Final = "tamizdat.holder"
"""Under which name a request's scope carries what is known of its token."""

FULL: Final = "There is no space left on the newsroom's disk. Nothing was changed."
REQUESTS_PER_MINUTE: Final = 600
WRONG_PER_MINUTE: Final = 60
_LOOKS: Final = 8
_MINUTE: Final = 60.0


class Refusal(NamedTuple):
    """Why somebody doesn't get in. `wrong`: by a token that isn't one, or that holds no more."""

    status: HTTPStatus
    detail: str
    wrong: bool = False


class Meter:
    """So many a minute, counted from the first."""

    def __init__(self, limit: int) -> None:
        self._limit, self._count, self._since = limit, 0, 0.0

    def wait(self) -> int:
        """Count one more. 0: it is within the limit; else the seconds until there is room again."""
        now = time.monotonic()
        if now - self._since >= _MINUTE:
            self._count, self._since = 0, now
        self._count += 1
        return 0 if self._count <= self._limit else max(1, round(self._since + _MINUTE - now))

    @property
    def just_full(self) -> bool:
        return self._count == self._limit + 1


class Door:
    """An ASGI application around the API of the newsroom in `folder`. Each of several workers counts for itself.

    `make` makes the API when somebody is let in: parsers and picture codecs are nothing for a server without tokens.
    `otherwise` answers while there is no token, as if this weren't here.
    """

    def __init__(self, folder: Path, make: Callable[[Path], Any], *, otherwise: App) -> None:
        self._folder, self._make, self._otherwise = folder, make, otherwise
        self._app: Any = None
        self._making = asyncio.Lock()
        self._looking = asyncio.Semaphore(_LOOKS)
        self._wrong = Meter(WRONG_PER_MINUTE)
        self._used: dict[str, Meter] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._looking:
            found = await asyncio.to_thread(self._look, scope)
        if found == "off":
            await self._otherwise(scope, receive, send)
            return
        send = _private(send)
        if isinstance(found, Refusal):
            await self._refuse(found, send)
            return
        if found != "open" and (wait := self._used.setdefault(found.name, Meter(REQUESTS_PER_MINUTE)).wait()):
            told = f"This token asked more than {REQUESTS_PER_MINUTE} times in a minute."
            await refuse(send, HTTPStatus.TOO_MANY_REQUESTS, told, wait=wait)
            return
        if app := await self._behind():
            await app({**scope, HOLDER: found}, receive, send)
        else:
            told = "This server was installed without what a newsroom needs: pip install 'tamizdat[newsroom]'."
            await refuse(send, HTTPStatus.NOT_IMPLEMENTED, told)

    async def _behind(self) -> Any:
        """The API; None where an extra isn't installed."""
        async with self._making:
            try:
                self._app = self._app or await asyncio.to_thread(self._make, self._folder)
            except ModuleNotFoundError as error:
                log.warning("the newsroom API lacks a part: %s", error.name)
        return self._app

    def _look(self, scope: Scope) -> Token | Refusal | Literal["off", "open"]:
        try:
            desk = Desk.find(self._folder)
            if desk is None:
                return "off"
            with desk:
                if not any_token(desk):
                    return "off"
                return "open" if scope["path"] == OPEN else _holder(desk, scope["headers"])
        except NewsroomError as error:
            log.warning("the newsroom's desk can't be read (%s)", error.code)
            if is_full(self._folder):
                return Refusal(HTTPStatus.INSUFFICIENT_STORAGE, FULL)
            return Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "The newsroom's tokens can't be read at this moment.")

    async def _refuse(self, refusal: Refusal, send: Send) -> None:
        if refusal.wrong and (wait := self._wrong.wait()):
            if self._wrong.just_full:
                log.warning("more than %d wrong tokens in a minute were shown to the newsroom API", WRONG_PER_MINUTE)
            await refuse(send, HTTPStatus.TOO_MANY_REQUESTS, "Too many wrong tokens were shown here.", wait=wait)
        else:
            await refuse(send, refusal.status, refusal.detail, wrong=refusal.wrong)


def _holder(desk: Desk, fields: Headers) -> Token | Refusal:
    shown = [value for name, value in fields if name == b"authorization"]
    if len(shown) != 1:
        return Refusal(HTTPStatus.UNAUTHORIZED, "Show a token: Authorization: Bearer tamizdat_…")
    scheme, _, token = shown[0].decode("latin-1").strip().partition(" ")
    found = find_token(desk, token.strip()) if scheme.lower() == "bearer" else None
    if found is None:
        return Refusal(HTTPStatus.UNAUTHORIZED, "This is no token of this newsroom, or it was revoked.", wrong=True)
    now = int(time.time())
    if found.standing(now) != "valid":
        told = f"This token held until {found.expires[:10]}; 'tamizdat tokens add' makes another."
        return Refusal(HTTPStatus.UNAUTHORIZED, told, wrong=True)
    _note(desk, found, now)
    return found


def _note(desk: Desk, token: Token, now: int) -> None:
    if token.used == rfc3339(now)[:10]:
        return
    try:
        note_use(desk, token, now=now)
    except NewsroomError as error:  # a full disk, say: what is asked may be answered all the same
        log.warning("the day of a token's use can't be kept (%s)", error.code)


def _private(send: Send) -> Send:
    """Answers that nobody else may keep or read: no cache, no other origin."""

    async def pass_on(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            kept = [(name, value) for name, value in message["headers"] if name != b"cache-control"]
            message["headers"] = [*kept, *headers.PRIVATE]
        await send(message)

    return pass_on


async def refuse(send: Send, status: HTTPStatus, detail: str, *, wait: int = 0, wrong: bool = False) -> None:
    """Answer with a problem document, ahead of the framework."""
    body = Problem(title=status.phrase, status=status.value, detail=detail).encode()
    fields: Headers = [(b"content-type", b"application/problem+json"), (b"content-length", b"%d" % len(body))]
    if wait:
        fields.append((b"retry-after", b"%d" % wait))
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        fields.append((b"retry-after", b"5"))
    if status == HTTPStatus.UNAUTHORIZED:
        error = b', error="invalid_token"' if wrong else b""
        fields.append((b"www-authenticate", b'Bearer realm="newsroom"' + error))
    await reply(send, status.value, fields, body)
