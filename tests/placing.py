"""A place for texts of tests to stand at, and what they come to there."""

import re
from collections.abc import Sequence

from tamizdat.format.article import Block, Image, Variant
from tamizdat_server.importers.blocks.html import Content, read_html
from tamizdat_server.importers.items import Warnings

_VARIANT = Variant("standard", "0" * 64, "image/webp", 1, 1, 1)


class Somewhere:
    """Every address of the web is one, and pictures are to be had but for those called `missing`; `asked` for these."""

    def __init__(self) -> None:
        self.warnings = Warnings()
        self.asked: list[str] = []

    def picture(self, source: str, *, alt: str) -> Image | str | None:
        self.asked.append(source)
        if "elsewhere" in source:
            return source
        if "missing" in source:
            self.warnings.add("a picture is missing")
            return None
        return Image(1, 1, [_VARIANT], alt)

    def address(self, href: str) -> str | None:
        href = f"https:{href}" if href.startswith("//") else href
        return href if re.match(r"(?:https?://|mailto:)[^\x00-\x20]+\Z", href) and len(href) <= 4_000 else None


def read(html: str, *, title: str = "") -> Content:
    return read_html(html, Somewhere(), title=title)


def blocks(html: str) -> Sequence[Block]:
    return read(html).body


def asked(html: str) -> list[str]:
    """The addresses that pictures were asked for at, in order."""
    place = Somewhere()
    read_html(html, place)
    return place.asked


def warned(html: str) -> list[str]:
    place = Somewhere()
    read_html(html, place)
    return place.warnings.list()
