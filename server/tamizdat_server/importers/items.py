"""What an importer yields: one value for each article, removal or refusal that it meets in its source."""

from typing import TypeAlias

import msgspec

from tamizdat_server.draft import Draft


class Imported(msgspec.Struct, frozen=True):
    """An article as its source holds it now.

    `source` is its identity within the source; `at`, RFC 3339, is when it changed. Warnings read the same in every
    article, so that a report can count them.
    """

    draft: Draft
    source: str
    at: str
    warnings: list[str] = []


class Removed(msgspec.Struct, frozen=True):
    """The source withdrew this article at that time."""

    key: str
    at: str


class Skipped(msgspec.Struct, frozen=True):
    """The source has this, and it was not imported; `reason` says why in words for people.

    `hidden`: its author keeps it from the public on purpose.
    """

    source: str
    reason: str
    hidden: bool = False


class Reached(msgspec.Struct, frozen=True):
    """Everything up to this commit was yielded: the place from which the next import goes on."""

    commit: str


Item: TypeAlias = Imported | Removed | Skipped | Reached


class Warnings:
    """One article's warnings, in order, each once."""

    def __init__(self) -> None:
        self._seen: dict[str, None] = {}

    def add(self, warning: str) -> None:
        self._seen[warning] = None

    def list(self) -> list[str]:
        return [*self._seen]
