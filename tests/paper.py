"""A small newsroom that publishes what a test says, and the readers that sync from it."""

from dataclasses import dataclass, field
from pathlib import Path

from conftest import Clock
from publishing import QUICK
from tamizdat.format.article import Block, Paragraph
from tamizdat.library import Library
from tamizdat.sync import SyncOptions, SyncReport, sync
from tamizdat_server.draft import Draft
from tamizdat_server.newsroom import Newsroom
from tamizdat_server.publish import PublishReport, publish

WORDS = "river bridge court letter strike union harvest winter market teacher doctor station".split()


def draft(key: str, text: str = "", *, edition: str = "en", day: int = 1, body: list[Block] | None = None) -> Draft:
    """An article whose words tell which it is; `day` of November 2026."""
    lines = [text or f"Text of {key}.", *(f"{word} {key} {number}" for number, word in enumerate(WORDS))]
    return Draft(
        key=key,
        edition=edition,
        title=f"Title of {key}",
        published=f"2026-11-{day:02}T06:00:00Z",
        body=body or [Paragraph([line]) for line in lines],
    )


@dataclass
class Paper:
    """One publication at `folder`, published at `clock`'s time."""

    folder: Path
    clock: Clock = field(default_factory=Clock)
    editions: tuple[str, ...] = ("en",)

    def __post_init__(self) -> None:
        self.newsroom = Newsroom.init(
            self.folder, title="The Paper", editions=self.editions, passphrase=None, now=self.clock.now
        )

    @property
    def public(self) -> Path:
        return self.newsroom.public

    @property
    def fingerprint(self) -> str:
        return str(self.newsroom.fingerprint)

    def put(self, *drafts: Draft) -> None:
        for item in drafts:
            self.newsroom.put(item, source=item.key, at=self.clock.text)

    def retract(self, *keys: str, notice: str = "") -> None:
        for key in keys:
            self.newsroom.retract(key, notice, at=self.clock.text)

    def publish(self, *drafts: Draft, hours: float = 24) -> PublishReport:
        """Put these, turn the clock, and publish."""
        self.put(*drafts)
        self.clock.turn(hours=hours)
        return publish(self.newsroom, now=self.clock.now, settings=QUICK)

    def lines(self, edition: str = "en") -> list[bytes]:
        return list(self.newsroom.lines(edition))


@dataclass
class Reader:
    """One library at `path`, that syncs at `clock`'s time."""

    path: Path
    clock: Clock
    options: SyncOptions = field(default_factory=lambda: SyncOptions(trust_first_use=True, allow_private=True))

    def sync(self, source: str | None = None, options: SyncOptions | None = None) -> SyncReport:
        with Library.open(self.path) as library:
            return sync(library, source, options=options or self.options, clock=lambda: self.clock.now)

    def lines(self, edition: str = "en") -> list[bytes]:
        """The current records that are held, by key."""
        with Library.open(self.path, create=False) as library:
            return list(library.records(library.publications()[0].publication, edition))

    def superseded(self, edition: str = "en") -> list[bytes]:
        with Library.open(self.path, create=False) as library:
            return list(library.superseded(library.publications()[0].publication, edition))
