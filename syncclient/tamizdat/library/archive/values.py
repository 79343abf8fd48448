"""What an archive tells: plain values. Times are RFC 3339 with Z."""

from typing import Literal, NamedTuple

import msgspec

from tamizdat.format.article import Article, Retraction

ChangeKind = Literal["added", "revised", "restored", "retracted"]


class HeldEdition(msgspec.Struct, frozen=True):
    """An edition of which something is held. `version`: applied whole, 0: not yet; `complete_since`: '': all is held.

    `revisions`, `pictures`: whether earlier revisions and pictures were fetched on purpose.
    """

    edition: str
    title: str
    direction: str
    version: int
    complete_since: str
    revisions: bool
    pictures: bool


class Paper(msgspec.Struct, frozen=True):
    """A publication of the library. `id`: its number in this file; `publication`: its identity; `signed`: a time."""

    id: int
    publication: str
    title: str
    fingerprint: str
    version: int
    published: str
    signed: str
    mirrors: tuple[str, ...]
    editions: tuple[HeldEdition, ...]

    def edition(self, code: str) -> HeldEdition | None:
        """The held edition of this language."""
        return next((held for held in self.editions if held.edition == code), None)


class Counts(msgspec.Struct, frozen=True):
    """How many articles and retractions of an edition are held, and how the articles are spread, with their numbers.

    Sections by size, tags by size, years newest first.
    """

    articles: int
    retractions: int
    sections: tuple[tuple[str, int], ...]
    tags: tuple[tuple[str, int], ...]
    years: tuple[tuple[str, int], ...]


class Cursor(NamedTuple):
    """A place between two articles of a list: behind the one of this time and key."""

    published: str
    key: str


class Scope(msgspec.Struct, frozen=True):
    """Which articles a list is of; what is empty doesn't narrow it."""

    editions: tuple[str, ...]
    section: str = ""
    tag: str = ""
    year: str = ""


class Picture(msgspec.Struct, frozen=True):
    """A picture's file that is held."""

    sha256: str
    width: int
    height: int
    alt: str


class Item(msgspec.Struct, frozen=True):
    """An article as a list shows it. `corrected`: it carries a correction."""

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
    corrected: bool
    picture: Picture | None


class Articles(msgspec.Struct, frozen=True):
    """A part of a list, newest first. `newer`, `older`: where it goes on, None where it doesn't."""

    items: list[Item]
    newer: Cursor | None
    older: Cursor | None


class EarlierRevision(msgspec.Struct, frozen=True):
    """A superseded revision that is held."""

    revision: int
    title: str
    updated: str


class Translation(msgspec.Struct, frozen=True):
    """The same article in another edition."""

    edition: str
    key: str
    title: str


class Found(msgspec.Struct, frozen=True):
    """An article with all that hangs on it. `line`: its exact bytes; `held`: digests of its pictures that are here.

    `earlier`: newest first.
    """

    id: int
    article: Article
    line: bytes
    held: frozenset[str]
    earlier: list[EarlierRevision]
    translations: list[Translation]


class Held(msgspec.Struct, frozen=True):
    """What is left of a retracted article. `line`: its exact bytes."""

    retraction: Retraction
    line: bytes


class Retracted(msgspec.Struct, frozen=True):
    """A retraction as a list shows it."""

    edition: str
    key: str
    at: str
    notice: str


class Retractions(msgspec.Struct, frozen=True):
    """A part of the list of retractions, newest first. `older`: where it goes on."""

    items: list[Retracted]
    older: Cursor | None


class NewCorrection(msgspec.Struct, frozen=True):
    """A correction as a list shows it, with the article that carries it."""

    edition: str
    key: str
    title: str
    revision: int
    at: str
    note: str


class Span(msgspec.Struct, frozen=True):
    """A step by which an edition came from one version (not included) to another.

    `kind` "snapshot": as a whole, without single changes. `at`: when it was applied here. The rest: how many articles.
    """

    edition: str
    from_version: int
    to_version: int
    kind: str
    at: str
    added: int
    revised: int
    restored: int
    retracted: int

    @property
    def changed(self) -> int:
        return self.added + self.revised + self.restored + self.retracted


class VersionLine(msgspec.Struct, frozen=True):
    """A version as this library met it. `published`: empty where only what it brought is known, not its catalog."""

    version: int
    published: str
    spans: list[Span]


class Change(msgspec.Struct, frozen=True):
    """What a step did to an article. `title`: as it is now; empty where it isn't held any more."""

    kind: ChangeKind
    edition: str
    key: str
    revision: int
    title: str
