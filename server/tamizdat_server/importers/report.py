"""What an import did, for people and as JSON."""

import re
from collections.abc import Iterable
from typing import Final, Protocol

import msgspec

from tamizdat_server.importers.items import Skipped

_IN_FUTURE: Final = "dated in the future"
_FEW: Final = 3
_moments: Final = re.compile(r",? \d{4}-\d\d-\d\dT[\d:]+Z")


class Warned(msgspec.Struct):
    """A warning, and in how many articles it was given, the first of which is named."""

    warning: str
    articles: int
    first: str


class Held(msgspec.Struct, frozen=True):
    """An article that stands although its source has it no more: only `confirm` takes it away. `reason` says why."""

    source: str
    key: str
    edition: str
    reason: str


class Undescribed(msgspec.Struct):
    """Pictures that nobody described for those who can't see them; `first` names a hundred of the articles."""

    pictures: int = 0
    articles: int = 0
    first: list[str] = []


class Report(msgspec.Struct):
    """What an import did, or, in a dry run, would do. Replaying a history counts each change.

    Every item of the source is in exactly one of `added`, `revised`, `unchanged` and `skipped`. `removed` are articles
    that an earlier import brought and the source has no more, or hides; `held` are those of them that still stand.
    `corrected`: the key of the article that got the note which came with the import.
    `pictures`: so many that articles show, each as often as it is shown.
    """

    dry_run: bool = False
    origin: str = ""
    added: int = 0
    revised: int = 0
    unchanged: int = 0
    removed: int = 0
    corrected: str = ""
    pictures: int = 0
    held: list[Held] = []
    skipped: list[Skipped] = []
    warnings: list[Warned] = []
    undescribed: Undescribed = msgspec.field(default_factory=Undescribed)


def by_reason(skipped: Iterable[Skipped]) -> list[tuple[str, list[str]]]:
    """Reasons and the sources that have them, most frequent first. When something is to appear is left out."""
    groups: dict[str, list[str]] = {}
    for one in skipped:
        groups.setdefault(_moments.sub("", one.reason), []).append(one.source)
    return sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))


def is_mostly_in_future(report: Report) -> bool:
    """Whether most of what was looked at is dated in the future: then it may be this machine's clock that is wrong."""
    future = sum(one.reason.startswith(_IN_FUTURE) for one in report.skipped)
    return future >= _FEW and 2 * future > report.added + report.revised + report.unchanged + len(report.skipped)


class Progress(Protocol):
    """Is told how an import goes on."""

    def read(self, items: int, *, total: int | None) -> None:
        """So many of the source's items were read, of so many in all where that is known."""
        ...

    def kept(self, articles: int) -> None:
        """So many articles of this import are in the newsroom now, whatever happens next."""
        ...


class Silent:
    """Tells nobody."""

    def read(self, items: int, *, total: int | None) -> None:
        pass

    def kept(self, articles: int) -> None:
        pass
