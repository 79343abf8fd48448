"""What a reader of HTML asks of the place that a text stands at, and blocks as the words of a line."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from tamizdat.format.article import (
    Block,
    Break,
    Code,
    CodeSpan,
    Embed,
    Emphasis,
    Heading,
    Image,
    Inline,
    Link,
    ListBlock,
    Paragraph,
    Quote,
    Strong,
    Table,
)  # fmt: skip
from tamizdat_server.importers.blocks.services import service_of
from tamizdat_server.importers.items import Warnings
from tamizdat_server.importers.text import LINE_CHARACTERS, clean


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


def embed(address: str, title: str = "") -> Embed:
    """A labelled link to what lies at an address. A title too long for a line is cut."""
    title = " ".join(clean(title).split())
    if len(title) > LINE_CHARACTERS:
        title = title[: LINE_CHARACTERS - 1].rsplit(" ", 1)[0] + "…"
    return Embed(service=service_of(address)[:LINE_CHARACTERS], url=address, title=title)


def inlined(block: Block) -> list[Inline]:
    """The words of a block, its parts on lines of their own."""
    match block:
        case Paragraph(text=text) | Heading(text=text):
            return text
        case Code(text=text):
            return [CodeSpan(text)]
        case Embed():
            return [Link(block.url, [block.title or block.service or block.url])]
        case Quote(blocks=blocks):
            return _on_lines([inlined(inner) for inner in blocks])
        case ListBlock(items=items):
            return _on_lines([inlined(inner) for item in items for inner in item])
        case Table(header=header, rows=rows):
            return _on_lines([cell for row in (header, *rows) for cell in row])
        case _:
            return []


def _on_lines(parts: Iterable[list[Inline]]) -> list[Inline]:
    return [inline for part in parts if part for inline in (*part, Break())]
