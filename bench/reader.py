"""Readers: libraries that sync with the real client, and what that cost on the wire."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from room import Room
from server import Answer, Served
from tamizdat import Library, SyncOptions, SyncReport, sync
from workload import EDITIONS


@dataclass(frozen=True)
class Synced:
    """One sync: what the client says, and what the server answered."""

    report: SyncReport
    answers: list[Answer]

    @property
    def bytes(self) -> int:
        return sum(answer.body for answer in self.answers)

    @property
    def requests(self) -> int:
        return len(self.answers)

    @property
    def headers(self) -> int:
        return sum(answer.headers for answer in self.answers)


@dataclass(frozen=True)
class Reader:
    """One library at `path`, of some editions or (none named) of all."""

    path: Path
    editions: frozenset[str] = frozenset()

    def sync(self, room: Room, served: Served, *, hours: float = 0) -> Synced:
        """Sync so many hours after the last publish; what comes must be whole."""
        served.take()
        # A small archive, for a quick try, loses more than 2 % of its articles to thirty days of retractions.
        options = SyncOptions(editions=self.editions, allow_private=True, accept_retractions=True)
        with Library.open(self.path) as library:
            known = library.publications()
            address = None if known else room.address(served.url)
            report = sync(library, address, options=options, clock=lambda: room.today + hours * 3600)
        assert report.complete, report
        return Synced(report, served.take())

    def copy(self, path: Path) -> "Reader":
        shutil.copy(self.path, path)
        return Reader(path, self.editions)

    def check(self, room: Room) -> None:
        """The library must hold, to the byte, what the newsroom published."""
        with Library.open(self.path, create=False) as library:
            publication = library.publications()[0].publication
            for code in self.editions or EDITIONS:
                assert list(library.records(publication, code)) == room.lines(code), code
