"""Calling what blocks (databases, pictures, texts) from routes: in threads, few at a time, with the newsroom open."""

import asyncio
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Concatenate, Final, ParamSpec, TypeVar

from tamizdat.errors import NewsroomLocked
from tamizdat_server.desk.store import Desk
from tamizdat_server.newsroom import Newsroom

P = ParamSpec("P")
T = TypeVar("T")

_READS: Final = 4
_CHANGES: Final = 2
_DRAWN: Final = 1
PATIENCE_SECONDS: Final = 5.0
_LOOK_SECONDS: Final = 0.05


class Work:
    """What the routes do with the newsroom in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._reads = asyncio.Semaphore(_READS)
        self._changes = asyncio.Semaphore(_CHANGES)
        self._drawn = asyncio.Semaphore(_DRAWN)

    async def read(self, ask: Callable[Concatenate[Newsroom, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `ask` makes of the newsroom, which it doesn't change. Raises: NewsroomError."""

        def call() -> T:
            with Newsroom.open(self.folder) as newsroom:
                return ask(newsroom, *args, **kwargs)

        async with self._reads:
            return await asyncio.to_thread(call)

    async def change(self, do: Callable[Concatenate[Newsroom, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `do` does to the newsroom, all of it or nothing. Raises: NewsroomLocked; NewsroomError."""

        def call() -> T:
            with Newsroom.open(self.folder) as newsroom, _turn(newsroom), newsroom.editing():
                return do(newsroom, *args, **kwargs)

        async with self._changes:
            return await asyncio.to_thread(call)

    async def ask_desk(self, ask: Callable[Concatenate[Desk, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `ask` makes of the desk, changed or not. Raises: NewsroomError."""

        def call() -> T:
            with Desk.open(self.folder) as desk:
                return ask(desk, *args, **kwargs)

        async with self._reads:
            return await asyncio.to_thread(call)

    async def draw(self, make: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `make` makes of a picture or a text: one at a time, since large ones take much memory, or long."""
        async with self._drawn:
            return await asyncio.to_thread(make, *args, **kwargs)


@contextmanager
def _turn(newsroom: Newsroom) -> Generator[None]:
    """The newsroom for this change alone, after those who have it for a moment. Raises: NewsroomLocked."""
    until = time.monotonic() + PATIENCE_SECONDS
    with ExitStack() as stack:
        while True:
            try:
                stack.enter_context(newsroom.lock())
                break
            except NewsroomLocked:
                if time.monotonic() > until:
                    raise
                time.sleep(_LOOK_SECONDS)
        yield
