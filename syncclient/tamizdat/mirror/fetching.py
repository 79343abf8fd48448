"""Fetching a copy's files: four at a time, resumable, verified before they are written into place."""

import threading
from collections.abc import Collection, Iterable, Sequence
from contextlib import closing
from typing import Final

from tamizdat.errors import (
    FileMissing,
    ForbiddenAddress,
    FormatError,
    HashMismatch,
    Incomplete,
    TamizdatError,
    TooLarge,
    TransportError,
    TrustError,
)
from tamizdat.format.names import sha256
from tamizdat.mirror.folder import Folder
from tamizdat.mirror.inventory import Item
from tamizdat.mirror.options import Progress
from tamizdat.mirror.parallel import in_parallel
from tamizdat.mirror.pictures import pictures
from tamizdat.transport import Transport
from tamizdat.transport.mirrors import Mirrors

TRIES: Final = 3
HOLES: Final = (FileMissing, TooLarge, ForbiddenAddress, TrustError, FormatError)
"""What is wrong with one file of a source, not with the way to it."""


def check(data: bytes, item: Item) -> bytes:
    """`data` itself, if it is that item. Raises: HashMismatch."""
    if len(data) != item.bytes or sha256(data) != item.sha256:
        raise HashMismatch(path=item.path)
    return data


class Budget:
    """The bytes that a run may fetch in all; None: any number."""

    def __init__(self, max_bytes: int | None) -> None:
        self._lock = threading.Lock()
        self._left = max_bytes
        self.wanted = 0

    def spend(self, size: int) -> None:
        """Take `size` bytes. Raises: Incomplete where they would pass the cap."""
        with self._lock:
            if self._left is None:
                return
            if size > self._left:
                raise Incomplete(reason="the byte cap is reached", missing_bytes=max(self.wanted, size))
            self._left -= size
            self.wanted = max(0, self.wanted - size)


class Fetcher:
    """Gets files: those `at_hand`, others from the source; what that lacks or has damaged from the other mirrors.

    `fetched`: what came over the wire; `helped`: what came from `others`.
    """

    def __init__(
        self,
        source: Transport,
        others: Sequence[Transport],
        folder: Folder,
        *,
        at_hand: dict[str, bytes],
        budget: Budget,
        progress: Progress,
        keeps: bool,
    ) -> None:
        self.source, self.folder, self.progress, self.keeps = source, folder, progress, keeps
        self.others = Mirrors(others)
        self.at_hand, self.budget = at_hand, budget
        self.fetched: list[str] = []
        self.helped: list[str] = []
        self._ended = False

    def get(self, item: Item) -> bytes:
        """A file's verified bytes. Raises: TrustError, FormatError, TransportError, Incomplete, MirrorError."""
        data = self.at_hand.get(item.path)
        if data is None or len(data) != item.bytes or sha256(data) != item.sha256:
            self.budget.spend(max(0, item.bytes - self.folder.arrived(item.sha256)))
            with self.folder.errors():
                data = self._fetch(item)
            self.fetched.append(item.path)
        self.progress.advance(item.bytes)
        return data

    def place(self, item: Item) -> None:
        """Get an immutable file and put it in place; of a media bundle its pictures, too. Raises: as `get`."""
        data = self.get(item)
        if item.path.endswith(".tar"):
            self.extract(item, data)
        self.folder.put(item.path, data)
        with self.folder.errors():
            self.folder.partial(item.sha256).unlink(missing_ok=True)

    def extract(self, item: Item, data: bytes, *, damaged: Collection[str] = ()) -> None:
        """Put the pictures of a verified media bundle in place that aren't there, or are damaged there.

        Raises: FormatError, HashMismatch, MirrorError.
        """
        for path, picture in pictures(data, item.path):
            if path in damaged or not self._stands(path, len(picture)):
                self.folder.put(path, picture)

    def place_all(self, items: Iterable[Item]) -> dict[str, TamizdatError]:
        """Place many files, up to four on their way at once; returns what the source has no good copy of.

        Raises: TransportError where the source itself can't be reached any more; Incomplete, MirrorError.
        """
        holes: dict[str, TamizdatError] = {}
        with closing(in_parallel(self.place, items, abandoned=self._end)) as running:
            for item, placed in running:
                try:
                    placed()
                except HOLES as error:
                    holes[item.path] = error
        return holes

    def _end(self) -> None:
        """Cut off what is on its way; it goes on next time from what it left in its partial file."""
        self._ended = True
        self.source.close()

    def _fetch(self, item: Item) -> bytes:
        try:
            return self._persistently(item)
        except HOLES as error:
            if not self.others.transports:
                raise
            try:
                data = self._ask(self.others, item)
            except (TransportError, TrustError, FormatError):
                raise error from None
            self.helped.append(item.path)
            return data

    def _persistently(self, item: Item) -> bytes:
        """From the source; a lost connection is no reason to give up at once."""
        for _ in range(TRIES - 1):
            try:
                return self._ask(Mirrors([self.source]), item)
            except TransportError as error:
                if isinstance(error, HOLES) or self._ended:
                    raise
        return self._ask(Mirrors([self.source]), item)

    def _ask(self, mirrors: Mirrors, item: Item) -> bytes:
        partial = self.folder.partial(item.sha256) if self.keeps else None
        return mirrors.fetch(item.path, max_bytes=item.bytes, check=lambda data: check(data, item), partial=partial)

    def _stands(self, path: str, size: int) -> bool:
        try:
            return (self.folder.root / path).lstat().st_size == size
        except OSError:
            return False
