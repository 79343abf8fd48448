"""An export of a WordPress site (WXR 1.0 to 1.2): one file, or a folder of those that a large one was split into."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from tamizdat.errors import SourceBrokeOff, UnreadableSource
from tamizdat_server.importers.dates import read_zone
from tamizdat_server.importers.items import Imported, Item, Reached, Skipped
from tamizdat_server.importers.source import Options, Source
from tamizdat_server.importers.wordpress.articles import PostReader
from tamizdat_server.importers.wordpress.gutenberg import with_patterns
from tamizdat_server.importers.wordpress.place import Place, read_place
from tamizdat_server.importers.wordpress.posts import Media, origin_of, source_of
from tamizdat_server.importers.wordpress.wxr_elements import Node
from tamizdat_server.importers.wordpress.wxr_export import Broken, Export
from tamizdat_server.importers.wordpress.wxr_fields import Item as Element
from tamizdat_server.importers.wordpress.wxr_index import Index

_LOST: Final = "damaged: it may ask for a password, and has lost what says so (wp:post_password)"
_UPLOADS: Final = ("wp-content/uploads", "uploads")


def open_export(source: str, options: Options) -> Source:
    """The export at this path, read through once: what it says of its media, its times and its copies is known then.

    Pictures are also looked for in `wp-content/uploads/` or `uploads/` beside it. Raises: UnreadableSource; UsageError
    for a time zone that there isn't.
    """
    read_zone(options.zone)
    export, index = Export(Path(source)), Index()
    if not export.home:
        raise UnreadableSource(source=source, reason="the export doesn't name its site")
    reached = read_place(options.recall(origin_of(export.home)))
    for item in export.items():
        element = _element(item)
        if not isinstance(element, Element):
            index.pass_over()
            continue
        index.add(element)
        if element.type in options.types:
            # The site's API is asked for these, too, before any of them passes for gone.
            reached.known(f"type {element.type}").setdefault(element.number, "")
    index.settle()
    if not index.total:
        raise UnreadableSource(source=source, reason="nothing is in it")
    items = _items(export, index, _with_uploads(Path(source), options), reached)
    return Source(origin=origin_of(export.home), items=items, total=index.total, splits=True)


def _with_uploads(path: Path, options: Options) -> Options:
    """The options, with the uploads that lie beside the export among the folders where pictures are looked for.

    Never what else lies there, nor where a link leads: an address in an export must not name a private file.
    """
    folder = (path if path.is_dir() else path.parent).resolve()
    beside = [folder / name for name in _UPLOADS]
    found = [uploads for uploads in beside if uploads.is_dir() and uploads.resolve() == uploads]
    return msgspec.structs.replace(options, uploads=[*options.uploads, *found])


class _ExportSite:
    """The site as an export shows it."""

    def __init__(self, export: Export, index: Index) -> None:
        self.home, self.language, self.zone = export.home, export.language, index.zone
        self._index = index

    def media(self, number: int) -> Media | None:
        return self._index.media(number)

    def attached(self, post: int) -> Sequence[Media]:
        return self._index.attached(post)


def _items(export: Export, index: Index, options: Options, reached: Place) -> Iterator[Item]:
    if options.types:
        yield Reached(reached.encode())
    reader = PostReader(_ExportSite(export, index), options)
    for place, item in enumerate(_again(export)):
        element = _element(item)
        if isinstance(element, Skipped):
            yield element
        elif not index.counts(element.number, place):
            yield Skipped(f"{source_of(export.home, element.number)} copy {place}", "there is another copy of it")
        elif index.has_lost_password(element):
            yield Skipped(source_of(export.home, element.number), _LOST)
        else:
            yield from _read(element, export, index, reader)


def _again(export: Export) -> Iterator[Node | Broken]:
    try:
        yield from export.items()
    except UnreadableSource as error:
        raise SourceBrokeOff(source=error.source, reason=error.reason) from error


def _read(element: Element, export: Export, index: Index, reader: PostReader) -> Sequence[Imported | Skipped]:
    author = export.author(element.login)
    post = element.post(
        author=author,
        terms=export.terms,
        featured=index.media(element.thumbnail) if element.thumbnail else None,
        translations=index.translations(element) | export.translations(element.translation),
    )
    told = [*export.warnings]
    if element.login and not author:
        told.append("its author has no name for the public, only a login: left out")
    content = with_patterns(post.content, index.pattern)
    return reader.read(msgspec.structs.replace(post, content=content, warnings=told))


def _element(item: Node | Broken) -> Element | Skipped:
    if isinstance(item, Broken):
        return Skipped(item.where, item.reason)
    try:
        return Element(item)
    except ValueError as error:
        return Skipped(item.value("link") or item.value("guid") or "an item", str(error))
