"""How much of a public archive may be asked at once."""

import asyncio
from collections.abc import AsyncGenerator, MutableMapping
from contextlib import asynccontextmanager
from typing import Any, Final

ANSWER_BYTES: Final = 16 * 1024 * 1024


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
        self.messages: list[MutableMapping[str, Any]] = []
        self._bytes = 0

    async def keep(self, message: MutableMapping[str, Any]) -> None:
        self._bytes += len(message.get("body", b""))
        if self._bytes > ANSWER_BYTES:
            raise TooMuch
        self.messages.append(message)

    def is_blank(self) -> bool:
        """Whether there is nothing but white space in it: Datasette's CSV of a query that failed has not even names."""
        return not any(message.get("body", b"").strip() for message in self.messages)
