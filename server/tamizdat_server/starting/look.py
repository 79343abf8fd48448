"""Looks what an address or a file is, before anything is made of it."""

from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

import msgspec

from tamizdat.errors import UnreadableSource
from tamizdat_server.importers.web.fetching import Fetcher

FoundKind = Literal["wordpress", "feed", "markdown"]
_SNIFFED: Final = 64 * 1024


class Found(msgspec.Struct, frozen=True):
    """A place that articles can be imported from.

    `kind` and `source` are the words of `tamizdat import KIND SOURCE`. `title`, `languages`: what the place says of
    itself, where it says so; `articles`: how many it says it has. `site`: where its pages are, empty if unknown.
    `told`: what its editor should know, in sentences.
    """

    kind: FoundKind
    source: str
    title: str = ""
    languages: list[str] = []
    articles: int | None = None
    site: str = ""
    told: list[str] = []


def look(place: str, *, fetcher: Fetcher) -> Found:
    """What is at `place`: an address, with or without its scheme, or a path.

    Raises: UnreadableSource, which says what can be done instead; TransportError.
    """
    path = Path(place)
    if path.exists():
        return _look_at_path(path)
    if not urlsplit(place).scheme:
        place = f"https://{place}"
    answer = fetcher.get(place, max_bytes=_SNIFFED)
    return Found("wordpress", answer.url, site=answer.url)


def _look_at_path(path: Path) -> Found:
    if path.is_dir():
        return Found("markdown", str(path))
    with path.open("rb") as file:
        begin = file.read(_SNIFFED)
    if b"wordpress.org/export/" in begin:
        return Found("wordpress", str(path))
    raise UnreadableSource(source=str(path), reason="this is no export of WordPress")
