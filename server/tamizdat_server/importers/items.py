"""What an importer yields: one value for each article, removal or refusal that it meets in its source."""

from collections.abc import Iterable
from typing import TypeAlias

import msgspec

from tamizdat_server.draft import Draft


class Imported(msgspec.Struct, frozen=True):
    """An article as its source holds it now.

    `source` is its identity, the same at every import whatever else of it changes: a path, a post's number at a site,
    an entry's id. `at`, RFC 3339, is when it changed. `corrections`: public notes that its source has with this text.
    Warnings read the same in every article, so that a report can count them. Pictures without alt text are counted by
    whoever takes the article in.

    `stamp`: its source's own word for this version, a time of change, say; empty: none. `form`: how it was told of, as
    written (`raw`) or as shown (`rendered`, `feed`). The stamp that was imported last, in another form, is no change,
    however differently the text reads, unless a feed told of it; in the same form, contents are compared.

    `translations`: the sources of the same text in other languages. The group in which those stand here already is its,
    too, whatever its source calls it now.
    """

    draft: Draft
    source: str
    at: str
    warnings: list[str] = []
    corrections: list[str] = []
    stamp: str = ""
    form: str = ""
    translations: list[str] = []


class Removed(msgspec.Struct, frozen=True):
    """A history withdrew this article at that time."""

    key: str
    at: str


class Skipped(msgspec.Struct, frozen=True):
    """The source has this, and it was not imported; `reason` says why in words for people.

    `hidden`: its author keeps it from the public on purpose. What an earlier import brought of it is gone then.
    """

    source: str
    reason: str
    hidden: bool = False


class Reached(msgspec.Struct, frozen=True):
    """Everything up to this place (a commit, a time) was yielded: the next import goes on from there."""

    place: str


class Complete(msgspec.Struct, frozen=True):
    """All that the source has was yielded, or is named in `present`: what else an earlier import brought is gone."""

    present: frozenset[str] = frozenset()


Item: TypeAlias = Imported | Removed | Skipped | Reached | Complete


class Refused(Exception):
    """Why one article isn't imported. `hidden`: its author keeps it from the public on purpose."""

    def __init__(self, reason: str, *, hidden: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.hidden = reason, hidden


class Warnings:
    """One article's warnings, in order, each once."""

    def __init__(self) -> None:
        self._seen: dict[str, None] = {}

    def add(self, warning: str) -> None:
        self._seen[warning] = None

    def take_back(self, warnings: Iterable[str]) -> None:
        """These no longer hold."""
        for warning in warnings:
            self._seen.pop(warning, None)

    def list(self) -> list[str]:
        return [*self._seen]
