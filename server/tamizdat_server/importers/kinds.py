"""The kinds of sources, by the words of the command line. A kind's parsers are loaded when it is opened."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

import msgspec

from tamizdat.errors import UsageError
from tamizdat_server.importers.source import Options, Source

Opener: TypeAlias = Callable[[Sequence[str], Options], Source]


class Kind(msgspec.Struct, frozen=True):
    """A kind of source: what it is, in a few words, and how it is opened.

    `open` takes the words that name the source: one, unless the kind says otherwise. Raises: UsageError for too many;
    UnreadableSource; TransportError.
    """

    name: str
    what: str
    open: Opener


def _markdown(sources: Sequence[str], options: Options) -> Source:
    from tamizdat_server.importers.markdown.folder import open_markdown

    return open_markdown(_only(sources), options)


def _wordpress(sources: Sequence[str], options: Options) -> Source:
    from tamizdat_server.importers.wordpress import open_wordpress

    return open_wordpress(_only(sources), options)


def _feed(sources: Sequence[str], options: Options) -> Source:
    from tamizdat_server.importers.feed import open_feed

    return open_feed(_only(sources), options)


def _page(sources: Sequence[str], options: Options) -> Source:
    from tamizdat_server.importers.webpage import open_pages

    return open_pages(sources, options)


def _only(sources: Sequence[str]) -> str:
    if len(sources) != 1:
        raise UsageError(f"one source at a time, where {len(sources)} were named: {' '.join(sources)[:200]}")
    return sources[0]


_ALL: Final = (
    Kind("markdown", "a folder of Markdown files", _markdown),
    Kind("wordpress", "a WordPress export file, or a site", _wordpress),
    Kind("feed", "a feed: RSS, Atom or JSON Feed", _feed),
    Kind("page", "pages of a site, or HTML files; several may be named", _page),
)
KINDS: Final[Mapping[str, Kind]] = {kind.name: kind for kind in _ALL}
