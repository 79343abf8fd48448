"""`tamizdat import page`: pages, from addresses or files, to items."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from tamizdat.errors import TransportError, UnreadableSource
from tamizdat_server.importers.dates import read_zone
from tamizdat_server.importers.items import Imported, Item, Refused, Skipped
from tamizdat_server.importers.source import Options, Source
from tamizdat_server.importers.text import clean
from tamizdat_server.importers.webpage.reading import PAGE_BYTES, read_page
from tamizdat_server.importers.webpage.story import Story, StoryReader

ACCEPT: Final = "text/html, application/xhtml+xml, */*;q=0.1"


def open_pages(sources: Sequence[str], options: Options) -> Source:
    """The articles of these pages: http and https addresses, and files.

    Each is imported, or skipped with its reason. Raises: UnreadableSource where a file isn't there; UsageError
    for a time zone that there isn't.
    """
    read_zone(options.zone)
    for source in sources:
        if not _is_address(source):
            _check_file(Path(source))
        elif options.fetcher is None:
            raise UnreadableSource(source=source, reason="nothing may be fetched here")
    return Source(origin="page", items=_items(sources, options), total=len(sources))


class Unanswered(Refused):
    """A page's server answers, but not with the page: it may do so another day."""


def fetch_story(address: str, options: Options) -> Story:
    """The article of a page in the web.

    Raises: Unanswered, else Refused where it has none for the public; TransportError.
    """
    if options.fetcher is None:
        raise Refused("nothing may be fetched here")
    answer = options.fetcher.get(address, max_bytes=PAGE_BYTES, accept=ACCEPT)
    if answer.status != 200:
        # Gone is gone on purpose; whatever else is wrong may be right again tomorrow.
        raise Unanswered(f"the server answers with status {answer.status}", hidden=answer.status == 410)
    return read_page(answer.body, address=answer.url, content_type=answer.headers.get("content-type", ""))


def _items(sources: Sequence[str], options: Options) -> Iterator[Item]:
    reader, seen = StoryReader(options), set[str]()
    for source in sources:
        item = _item(source, reader, options)
        if item.source in seen:
            item = Skipped(f"page {source}", "the same page once more")
        seen.add(item.source)
        yield item


def _item(source: str, reader: StoryReader, options: Options) -> Imported | Skipped:
    try:
        return reader.read(fetch_story(source, options) if _is_address(source) else _file_story(Path(source), options))
    except Refused as refused:
        return Skipped(f"page {source}", refused.reason, hidden=refused.hidden)
    except TransportError as error:
        return Skipped(f"page {source}", str(error))


def _file_story(path: Path, options: Options) -> Story:
    try:
        with path.open("rb") as file:
            data = file.read(PAGE_BYTES + 1)
    except OSError as error:
        raise Refused(f"it can't be read: {error.strerror}") from error
    if len(data) > PAGE_BYTES:
        raise Refused(f"larger than {PAGE_BYTES // 1024 // 1024} MB")
    story = read_page(data, address="")
    if story.link:
        return story
    return msgspec.structs.replace(
        story, source=f"page {path.name}", key=clean(path.stem), base=story.base or options.site
    )


def _check_file(path: Path) -> None:
    try:
        if path.is_file():
            return
        reason = "it is a folder; name its files" if path.is_dir() else "there is no such file"
    except (OSError, ValueError) as error:
        raise UnreadableSource(source=str(path), reason=str(error)) from error
    raise UnreadableSource(source=str(path), reason=reason)


def _is_address(source: str) -> bool:
    return source.lower().startswith(("http://", "https://"))
