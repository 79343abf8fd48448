"""How much of a public archive may be asked at once."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, MutableMapping
from contextlib import asynccontextmanager
from typing import Any, Final

ANSWER_BYTES: Final = 16 * 1024 * 1024
OUTBOX_BYTES: Final = 128 * 1024 * 1024
PART_BYTES: Final = 64 * 1024

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]


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


class TooMuch(Exception):
    """An answer grew beyond what one may have."""


class Answer:
    """Keeps an answer until it is complete. Raises TooMuch where that takes too much memory."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.size = 0

    async def keep(self, message: Message) -> None:
        self.size += len(message.get("body", b""))
        if self.size > ANSWER_BYTES:
            raise TooMuch
        self.messages.append(message)

    def is_blank(self) -> bool:
        """Whether there is nothing but white space in it: Datasette's CSV of a query that failed has not even names."""
        return not any(message.get("body", b"").strip() for message in self.messages)


class Outbox:
    """Answers on their way to readers, who may take their time, but only so many bytes of them at once."""

    def __init__(self, limit_bytes: int = OUTBOX_BYTES) -> None:
        self._left = limit_bytes

    async def hand_out(self, answer: Answer, send: Send) -> None:
        """Send it; returns when the reader has all but the last of it. Raises: Busy, before anything was sent."""
        if answer.size > self._left:
            raise Busy
        self._left -= answer.size
        try:
            for message in answer.messages:
                for part in _parts(message):
                    await send(part)
        finally:
            self._left += answer.size


def _parts(message: Message) -> Iterator[Message]:
    """A message in parts, since the host waits for the reader before it takes the next, and not after the last."""
    body: bytes = message.get("body", b"")
    if len(body) <= PART_BYTES:
        yield message
        return
    for start in range(0, len(body), PART_BYTES):
        more = start + PART_BYTES < len(body) or message.get("more_body", False)
        yield {**message, "body": body[start : start + PART_BYTES], "more_body": more}
