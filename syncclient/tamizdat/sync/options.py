"""What a sync is asked to do, what it tells meanwhile, and what it reports at the end."""

from collections.abc import Callable
from typing import Literal, Protocol

import msgspec

from tamizdat.errors import UsageError

Media = Literal["none", "previews", "standard"]
Clock = Callable[[], float]
"""Unix seconds, now."""


class Keep(msgspec.Struct, frozen=True):
    """How much to keep: the newest `days`, at most `megabytes` of text, or (both None) all."""

    days: int | None = None
    megabytes: int | None = None

    @classmethod
    def parse(cls, text: str) -> "Keep":
        """Read `all`, `90d` or `200mb`. Raises: UsageError."""
        word = text.strip().lower()
        number = word.removesuffix("mb").removesuffix("d")
        if word == "all":
            return cls()
        if number.isascii() and number.isdigit() and len(number) < 10 and int(number) > 0:
            if word.endswith("mb"):
                return cls(megabytes=int(number))
            if word.endswith("d"):
                return cls(days=int(number))
        raise UsageError(f"--keep {text}: say all, a number of days like 90d, or of megabytes like 200mb")

    def __str__(self) -> str:
        if self.days is not None:
            return f"{self.days}d"
        return f"{self.megabytes}mb" if self.megabytes is not None else "all"


class SyncOptions(msgspec.Struct, frozen=True):
    """Choices for one sync. None for editions, media, keep and revisions: as chosen before.

    `online`: what a pack lacks is fetched from mirrors. `only`: the source that is named and nothing else, no mirror
    that is signed for or remembered.
    """

    editions: frozenset[str] | None = None
    media: Media | None = None
    keep: Keep | None = None
    revisions: bool | None = None
    trust_first_use: bool = False
    accept_retractions: bool = False
    max_bytes: int | None = None
    dry_run: bool = False
    online: bool = False
    only: bool = False
    proxy: str | None = None
    allow_private: bool = False


class Progress(Protocol):
    """Told how a sync goes on; the command line draws a bar from it."""

    def say(self, message: str) -> None: ...
    def total(self, size: int) -> None: ...
    def advance(self, size: int) -> None: ...


class Silent:
    """Progress that nobody watches."""

    def say(self, message: str) -> None: ...
    def total(self, size: int) -> None: ...
    def advance(self, size: int) -> None: ...


class EditionReport(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    """How one edition fared: versions before and after, records applied, and what is still to come."""

    from_: int
    to: int
    applied: int
    articles: int
    complete_since: str
    missing_bytes: int = 0


class Problem(msgspec.Struct, frozen=True):
    """A mirror that was passed over: its address, the error's code, and what it says."""

    mirror: str
    code: str
    message: str


class SyncReport(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    """What a sync did. `fresh` is `fresh`, `stale` or `very old`; `problems` tells of mirrors that were passed over.

    `planned` is set by a dry run alone: paths and sizes of all that would be fetched, in order, with what it took to
    find that out; of pictures it may be less in the end, where not all articles are kept.
    """

    publication: str
    title: str
    from_: int
    to: int
    fresh: str
    signed: str
    editions: dict[str, EditionReport]
    articles: int
    bytes: int
    requests: int
    mirror: str
    seconds: float
    complete: bool
    problems: list[Problem] = []
    missing: list[str] = []
    planned: list[tuple[str, int]] | None = None
