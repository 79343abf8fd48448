"""A process that keeps a library fresh under its readers: it syncs in turn, as any reader does, and says what fails."""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import msgspec

from tamizdat.errors import Incomplete, UsageError
from tamizdat.format.names import Address
from tamizdat.library import Library
from tamizdat.sync import SyncOptions, sync
from tamizdat_server.chores import Chore, NotYet, keep_looking
from tamizdat_server.helpers import Helper
from tamizdat_server.logs import log


class Following(msgspec.Struct, frozen=True):
    """What to follow, into which library, and how often. `media`: None for as chosen before, else all pictures."""

    library: str
    address: str
    every_seconds: float
    media: Literal["none", "previews", "standard"] | None = None
    proxy: str | None = None
    accept_retractions: bool = False
    allow_private: bool = False

    def check(self, say: Callable[[str], None]) -> None:
        """Look whether following can begin; `say` is told what takes a while.

        Raises: UsageError, FormatError, LibraryError.
        """
        address = Address.parse(self.address)
        with Library.open(Path(self.library), say=say) as library:
            if address.fingerprint is None and not _knows(library, address):
                raise UsageError(
                    f"--sync {self.address} lacks the fingerprint, and nobody is there to compare one: give the whole"
                    " address, https://host/path/#FINGERPRINT"
                )

    def helper(self) -> Helper:
        """The process, to be started."""
        return Helper("the sync", "tamizdat_server.data.following", msgspec.json.encode(self).decode())


class Follower:
    """Syncs when it is time."""

    def __init__(self, following: Following, clock: Callable[[], float] = time.monotonic) -> None:
        self._following, self._clock = following, clock
        self._next = 0.0
        self._chore = Chore("the sync", self._sync, last_retry_seconds=max(following.every_seconds, 5))

    def look(self) -> None:
        """Sync where that is due."""
        self._chore.attempt(due=self._clock() >= self._next)

    def _sync(self) -> None:
        told = self._following
        address = Address.parse(told.address)
        with Library.open(Path(told.library), say=log.info) as library:
            media = told.media or (None if _knows(library, address) else "standard")
            options = SyncOptions(
                media=media,
                revisions=True,
                proxy=told.proxy,
                accept_retractions=told.accept_retractions,
                allow_private=told.allow_private,
            )
            report = sync(library, address, options=options)
            if not report.complete:
                raise Incomplete(reason="files are missing from every mirror", missing_bytes=0)
            if report.articles:
                log.info("the library is at version %d", report.to)
            if library.needs_shrinking:
                raise NotYet  # withdrawn words are still in the file, because somebody was reading
        self._next = self._clock() + told.every_seconds


def _knows(library: Library, address: Address) -> bool:
    return any(known.place == address.place for known in library.publications())


def main(told: str, parent: str) -> None:
    """Follow until told to end."""
    keep_looking(Follower(msgspec.json.decode(told, type=Following)).look, int(parent))


if __name__ == "__main__":
    main(*sys.argv[1:])
