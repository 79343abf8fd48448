"""What a mirror run is asked to do, what it tells meanwhile, and what it reports at the end."""

from collections.abc import Callable
from typing import Protocol

import msgspec

from tamizdat.errors import ExpiredError, Incomplete, UsageError

ALL = 0
Clock = Callable[[], float]
"""Unix seconds, now."""


class MirrorOptions(msgspec.Struct, frozen=True):
    """Choices for one run. `newest`: hold the news of so many days, 0 everything, None as chosen before.

    `check`: read every file that is there, and repair what is damaged. `max_bytes` caps what is fetched. `durable`:
    wait until the disk has each file, so that a power cut loses nothing.
    """

    newest: int | None = None
    max_bytes: int | None = None
    check: bool = False
    dry_run: bool = False
    trust_first_use: bool = False
    proxy: str | None = None
    allow_private: bool = False
    durable: bool = True


def parse_newest(words: str) -> int:
    """Read `all`, `30` or `30d`. Raises: UsageError."""
    word = words.strip().lower()
    if word == "all":
        return ALL
    number = word.removesuffix("d")
    if number.isascii() and number.isdigit() and 0 < int(number) < 100_000:
        return int(number)
    raise UsageError(f"--newest {words}: say a number of days, like 30, or all")


class Progress(Protocol):
    """Told how a run goes on; the command line draws a bar from it."""

    def say(self, message: str) -> None: ...
    def total(self, size: int) -> None: ...
    def advance(self, size: int) -> None: ...


class Silent:
    """Progress that nobody watches."""

    def say(self, message: str) -> None: ...
    def total(self, size: int) -> None: ...
    def advance(self, size: int) -> None: ...


class Planned(msgspec.Struct, frozen=True):
    """What a run is about to do. Sizes in bytes; `writes` is what the folder grows by before anything is deleted.

    Heads are not counted, nor, but by a dry run, lists: they were fetched to find out the rest.
    """

    files: int
    bytes: int
    writes: int
    deletes: int
    deleted_bytes: int


class MirrorReport(msgspec.Struct, rename={"from_": "from"}):
    """What a run did. `live`: the version `to` is what the copy shows now; False: it shows what it showed before.

    `fetched` counts files; `bytes` and `requests` what crossed the wire. `missing` and `broken` name what the source
    lacks, or has damaged; `foreign` what lies in the folder and is no part of the publication; `repaired` what was
    found damaged in the copy. `newest`: days that the copy holds, 0 all. `plan`: of a dry run, what it would do.
    """

    publication: str
    title: str
    from_: int
    to: int
    fresh: str
    signed: str
    expired: bool = False
    live: bool = False
    newest: int = 0
    fetched: int = 0
    bytes: int = 0
    requests: int = 0
    deleted: int = 0
    deleted_bytes: int = 0
    seconds: float = 0.0
    missing: list[str] = []
    broken: list[str] = []
    repaired: list[str] = []
    foreign: list[str] = []
    problems: list[str] = []
    plan: Planned | None = None

    @property
    def exit_code(self) -> int:
        """0 the copy is what the source has; 5 the source has holes; 4 what it has is too old for readers."""
        if self.missing or self.broken:
            return Incomplete.exit_code
        return ExpiredError.exit_code if self.expired else 0
