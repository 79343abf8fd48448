"""What a pack is to hold, and what is told of it."""

from datetime import UTC, datetime
from typing import Literal, Protocol

import msgspec

Media = Literal["none", "previews", "standard"]


class PackOptions(msgspec.Struct, frozen=True):
    """What goes into a pack; by default everything that the source has.

    `editions` None: all. `since`: only what leads a reader who stands at this version, or later, to the newest.
    `max_bytes`: refuse to make a larger file. `overwrite`: put the pack in the place of a file that is there.
    """

    editions: frozenset[str] | None = None
    since: int | None = None
    media: Media = "standard"
    revisions: bool = True
    max_bytes: int | None = None
    overwrite: bool = False
    proxy: str | None = None
    allow_private: bool = False


class PackedEdition(msgspec.Struct, frozen=True):
    """How an edition fared. `since` 0: who holds nothing gets all of it; else who stands there, or later.

    `articles`: how many are in it, or, of news, how many articles and retractions; 0 where that isn't known. `lacks`
    says in words what a reader won't get from this pack.
    """

    version: int
    since: int = 0
    articles: int = 0
    lacks: list[str] = []


class PackReport(msgspec.Struct, frozen=True):
    """What was packed. `signed`: when the newest timestamp in it was signed. `fingerprint`: of the first root in it.

    `files` and `raw_bytes` are those inside, `bytes` is the size of `file`. `missing` names paths that the source
    lacks, `broken` those of which it has other bytes than were signed for.
    """

    file: str
    publication: str
    title: str
    version: int
    fingerprint: str
    signed: str
    fresh: str
    editions: dict[str, PackedEdition]
    files: int
    bytes: int
    raw_bytes: int
    missing: list[str] = []
    broken: list[str] = []
    lacks: list[str] = []

    @property
    def complete(self) -> bool:
        """Whether the pack holds everything that was asked for."""
        told = (self.missing, self.broken, self.lacks, *(edition.lacks for edition in self.editions.values()))
        return not any(told)


def utc(seconds: int) -> str:
    """RFC 3339 with Z of Unix seconds."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Progress(Protocol):
    """Told how packing goes on. `planned`: how many files, and how many bytes before compression, ahead of writing."""

    def say(self, message: str) -> None: ...
    def planned(self, files: int, size: int) -> None: ...
    def total(self, size: int) -> None: ...
    def advance(self, size: int) -> None: ...


class Silent:
    """Progress that nobody watches."""

    def say(self, message: str) -> None: ...
    def planned(self, files: int, size: int) -> None: ...
    def total(self, size: int) -> None: ...
    def advance(self, size: int) -> None: ...
