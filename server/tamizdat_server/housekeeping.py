"""The housekeeper: a process beside the workers that re-signs daily and keeps the server's own library in step.

A process of its own, so that a long first sync takes nothing from readers. It is told to end by a signal, and ends by
itself when the supervisor is gone; whatever it was doing is safe to stop at any moment.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from tamizdat.errors import DamagedLibrary, Incomplete
from tamizdat.format.limits import LIMITS
from tamizdat.format.names import Address, Fingerprint
from tamizdat.library import Library
from tamizdat.mirror.folder import read_state
from tamizdat.sync import Keep, SyncOptions, sync
from tamizdat_server.changes import note_changes
from tamizdat_server.chores import Chore, NotYet, keep_looking
from tamizdat_server.data import is_installed
from tamizdat_server.keys import Signer
from tamizdat_server.keys.operations import resign
from tamizdat_server.live import read_live
from tamizdat_server.lock import newsroom_lock
from tamizdat_server.logs import log
from tamizdat_server.place import RESIGN_SECONDS, Place
from tamizdat_server.tree import Identity

# The server must show what its newsroom decided, whatever that is. Pictures are for the archive's pages; all else takes
# them from the tree. It has nothing to ask of other mirrors, which may show what this one doesn't.
_OPTIONS: Final = SyncOptions(
    media="standard" if is_installed() else "none", revisions=True, accept_retractions=True, only=True
)


class Upkeep:
    """What is to be done for a place, and when."""

    def __init__(self, place: Place, clock: Callable[[], float] = time.time) -> None:
        self._place, self._clock = place, clock
        self._synced: Identity | None = None
        self._seen: Identity | None = None
        self._resigning = Chore("re-signing", self._resign)
        self._syncing = Chore("bringing the server's library up to date", self._sync)

    def look(self) -> None:
        """Do what is due at this moment."""
        if self._place.keys:
            self._resigning.attempt(due=self._is_resign_due())
        now = _identity(self._place.public)
        self._syncing.attempt(due=now is not None and now != self._synced, hurry=now != self._seen)
        self._seen = now

    def _is_resign_due(self) -> bool:
        live = read_live(self._place.public)
        return live is not None and self._clock() - live.signed >= RESIGN_SECONDS

    def _resign(self) -> None:
        assert self._place.keys
        with newsroom_lock(self._place.public.parent):
            resign(Signer(self._place.public, self._place.keys), now=int(self._clock()))
        log.info("the publication was re-signed")

    def _sync(self) -> None:
        before = _identity(self._place.public)
        try:
            _bring_up_to_date(self._place, self._clock)
        except DamagedLibrary:
            # Made of nothing but the tree, so it can be made again.
            log.warning("the server's library was damaged and is made anew")
            for suffix in ("", "-wal", "-shm"):
                Path(f"{self._place.library}{suffix}").unlink(missing_ok=True)
            _bring_up_to_date(self._place, self._clock)
        self._synced = before


def _bring_up_to_date(place: Place, clock: Callable[[], float]) -> None:
    with (place.public / "metadata" / "1.root.json").open("rb") as root:
        fingerprint = Fingerprint.of(1, root.read(LIMITS.root_bytes))
    with Library.open(place.library, say=log.info) as library:
        # A copy of the newest alone has all that there is of so many days, and of older ones what happens to be there.
        days = read_state(place.public).selection.days
        options = msgspec.structs.replace(_OPTIONS, keep=Keep(days=days or None))
        report = sync(library, Address(str(place.public), fingerprint), options=options, clock=clock)
        if not report.complete and not days:
            raise Incomplete(reason="files are missing from the tree", missing_bytes=0)
        note_changes(library, report.publication)
        held, live = library.publication(report.publication), read_live(place.public)
        if held and live and held.signed < live.signed:
            # The heads are the last that a publisher writes, and the first that a sync reads.
            raise NotYet
        if library.needs_shrinking:
            raise NotYet  # withdrawn words are still in the file, because somebody was reading
    if report.articles:
        log.info("the server's library is at version %d", report.to)


def _identity(public: Path) -> Identity | None:
    try:
        return Identity.of((public / "metadata" / "timestamp.json").stat())
    except OSError:
        return None


def main(public: str, keys: str, library: str, supervisor: str) -> None:
    """Keep house until told to end."""
    place = Place(Path(public), Path(keys) if keys else None, Path(library))
    keep_looking(Upkeep(place).look, int(supervisor))


if __name__ == "__main__":
    main(*sys.argv[1:])
