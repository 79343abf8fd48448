"""What a reader of HTML asks of the place that a text stands at, and the words of a line."""

from collections.abc import Sequence
from typing import Protocol

from tamizdat.format.article import CodeSpan, Emphasis, Image, Inline, Link, Strong
from tamizdat_server.importers.items import Warnings


class Surroundings(Protocol):
    """Where a text stands: what its links and pictures mean there."""

    @property
    def warnings(self) -> Warnings: ...

    def picture(self, source: str, *, alt: str) -> Image | str | None:
        """The picture, or the address where it lies, or None where there is none to be had.

        A picture that is to be had in several sizes is asked for at one after the other, the best one first.
        """
        ...

    def address(self, href: str) -> str | None:
        """The address that a link means, or None where it can't be one in an article."""
        ...


def spoken(run: Sequence[Inline]) -> str:
    """The words of a run, nested however deep."""
    parts: list[str] = []
    for inline in run:
        match inline:
            case str():
                parts.append(inline)
            case CodeSpan(text=text):
                parts.append(text)
            case Strong(text=text) | Emphasis(text=text) | Link(text=text):
                parts.append(spoken(text))
            case _:
                parts.append(" ")
    return "".join(parts)
