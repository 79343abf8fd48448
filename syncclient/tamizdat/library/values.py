"""What a library is told and what it tells: plain values."""

from typing import Literal, NamedTuple

import msgspec

from tamizdat.format.article import Article, Retraction
from tamizdat.format.names import Address, Fingerprint

MediaChoice = Literal["none", "previews", "standard"]
Role = Literal["preview", "standard"]


class Choice(msgspec.Struct, frozen=True):
    """What a reader wants of a publication. `editions` empty: all; `keep_…` None: everything."""

    editions: tuple[str, ...] = ()
    keep_days: int | None = None
    keep_megabytes: int | None = None
    media: MediaChoice = "none"
    revisions: bool = False


class Publication(msgspec.Struct, frozen=True):
    """A publication that the library knows, as of its newest verified catalog.

    `publication`: SHA-256 of its 1.root.json. `signed`: Unix seconds of the newest accepted timestamp. `place`: where
    it was synced from first. `mirrors`: of the catalog and of its file of further ones; `last_good`: the one that
    answered last. `head`: path, SHA-256 and size of the head that brought the newest state, for the next conditional
    request.
    """

    publication: str
    title: str
    place: str
    fingerprint: Fingerprint
    version: int
    published: str
    signed: int
    mirrors: tuple[str, ...]
    last_good: str
    head: tuple[str, str, int] | None
    choice: Choice

    @property
    def address(self) -> Address:
        """What to hand on so that somebody else can sync and verify it."""
        return Address(self.place, self.fingerprint)


class MirrorNote(msgspec.Struct, frozen=True):
    """How a mirror answered when a sync asked it last. `problem`: the error's code; empty: it was good.

    `sends_held`: it sent a head that was held, so that it is better asked for the small timestamp first.
    """

    asked: str
    problem: str = ""
    sends_held: bool = False


class Standing(msgspec.Struct, frozen=True):
    """How far an edition was applied.

    `version`: of the publication, 0 where it was never complete. `complete_since`: everything published from then on is
    held; empty: everything. `segments`: plain digests of the applied segments of a snapshot that isn't finished.
    `revisions`, `previews`, `standards`: up to which version superseded records and media bundles are held; `taken`:
    digests of those bundles that were applied since. `wants_older`: the reader chose to keep more than is held.
    """

    edition: str
    version: int = 0
    complete_since: str = ""
    segments: frozenset[str] = frozenset()
    revisions: int = 0
    previews: int = 0
    standards: int = 0
    taken: frozenset[str] = frozenset()
    wants_older: bool = False


class Applied(msgspec.Struct, frozen=True):
    """What applying changed, in articles. `removed`: gone without a retraction, as the snapshot lacks them."""

    added: int = 0
    revised: int = 0
    retracted: int = 0
    removed: int = 0
    revisions: int = 0

    def __add__(self, other: "Applied") -> "Applied":
        return Applied(
            *(a + b for a, b in zip(msgspec.structs.astuple(self), msgspec.structs.astuple(other), strict=True))
        )

    @property
    def articles(self) -> int:
        """How many articles came new or changed."""
        return self.added + self.revised


class Sync(msgspec.Struct, frozen=True):
    """The figures of one sync, kept for `status` and for looking back. `outcome`: "done", or an error's code."""

    at: str
    mirror: str
    from_version: int
    to_version: int
    articles: int
    bytes: int
    requests: int
    seconds: float
    outcome: str = "done"


class Summary(msgspec.Struct, frozen=True):
    """An article as a list shows it."""

    publication: str
    edition: str
    key: str
    revision: int
    title: str
    byline: str
    place: str
    section: str
    summary: str
    published: str
    updated: str
    tags: tuple[str, ...]
    saved: bool


class HeldArticle(msgspec.Struct, frozen=True):
    """A whole article with the earlier revisions that are held, newest first."""

    publication: str
    article: Article
    line: bytes
    revisions: list[Article]
    saved: bool


class HeldRetraction(msgspec.Struct, frozen=True):
    """What is left of a retracted article."""

    publication: str
    retraction: Retraction


class Holding(NamedTuple):
    """How much of an edition is held."""

    articles: int
    retractions: int
    revisions: int
