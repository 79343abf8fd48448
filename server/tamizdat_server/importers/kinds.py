"""The kinds of sources, by the words of the command line. A kind's parsers are loaded when it is opened."""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Final, TypeAlias, cast

import msgspec

from tamizdat.errors import UnreadableSource
from tamizdat_server.importers.source import Options, Source

Opener: TypeAlias = Callable[[Sequence[str], Options], Source]


class Kind(msgspec.Struct, frozen=True):
    """A kind of source: what it is, in a few words, and how it is opened.

    `open` takes the words that name the source: one, unless the kind says otherwise. Raises: UnreadableSource;
    TransportError.
    """

    name: str
    what: str
    open: Opener


def _one(module: str, function: str) -> Opener:
    """An opener of one source: `function(source, options)` of a module that is loaded then."""

    def open_one(sources: Sequence[str], options: Options) -> Source:
        if len(sources) != 1:
            raise UnreadableSource(source=" ".join(sources), reason="give one source at a time")
        opener = cast("Callable[[str, Options], Source]", getattr(import_module(module), function))
        return opener(sources[0], options)

    return open_one


def _several(module: str, function: str) -> Opener:
    """An opener of any number of sources: `function(sources, options)`."""

    def open_several(sources: Sequence[str], options: Options) -> Source:
        return cast("Opener", getattr(import_module(module), function))(sources, options)

    return open_several


_ROOM: Final = "tamizdat_server.importers"
_ALL: Final = (
    Kind("markdown", "a folder of Markdown files", _one(f"{_ROOM}.markdown.folder", "open_markdown")),
    Kind("wordpress", "a WordPress export file, or a site", _one(f"{_ROOM}.wordpress", "open_wordpress")),
    Kind("feed", "a feed: RSS, Atom or JSON Feed", _one(f"{_ROOM}.feed", "open_feed")),
    Kind("page", "pages of a site, or HTML files", _several(f"{_ROOM}.webpage", "open_pages")),
)
KINDS: Final[Mapping[str, Kind]] = {kind.name: kind for kind in _ALL}
