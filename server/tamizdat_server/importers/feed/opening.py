"""`tamizdat import feed`: a feed, from an address or a file, to items."""

from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Final

import msgspec

from tamizdat.errors import UnreadableSource
from tamizdat.format.names import sha256
from tamizdat_server.importers.feed.entries import EntryReader
from tamizdat_server.importers.feed.hidden import is_of_comments
from tamizdat_server.importers.feed.parts import Feed, NotAFeed
from tamizdat_server.importers.feed.reading import FEED_BYTES, read_feed
from tamizdat_server.importers.items import Item, Reached
from tamizdat_server.importers.source import Options, Source
from tamizdat_server.importers.web.fetching import Fetched

ACCEPT: Final = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml;q=0.9,"
    " application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1"
)


class _Place(msgspec.Struct, frozen=True):
    """What an answer said of itself, and by which rules its entries were imported."""

    etag: str = ""
    modified: str = ""
    rules: str = ""


def open_feed(source: str, options: Options) -> Source:
    """The entries of the feed at an http or https address, or in a file, as articles.

    An answer that didn't change since the last import costs one request and yields nothing new. Raises:
    UnreadableSource where it is no feed that may be imported; TransportError.
    """
    if source.lower().startswith(("http://", "https://")):
        return _open_address(source, options)
    return _open_file(Path(source), options)


def _open_address(address: str, options: Options) -> Source:
    if options.fetcher is None:
        raise UnreadableSource(source=address, reason="nothing may be fetched here")
    origin = f"feed {address}"
    before = _before(options.recall(origin), options)
    conditions = {"If-None-Match": before.etag, "If-Modified-Since": before.modified}
    answer = options.fetcher.get(
        address,
        max_bytes=FEED_BYTES,
        accept=ACCEPT,
        headers={name: value for name, value in conditions.items() if value},
    )
    if answer.status == 304:
        return Source(origin=origin, items=iter(()), total=0)
    if answer.status != 200:
        raise UnreadableSource(source=address, reason=f"the server answers with status {answer.status}")
    feed = _checked(address, answer.body, address=answer.url, content_type=answer.headers.get("content-type", ""))
    return _source(origin, feed, answer.url, options, _place(answer, options))


def _open_file(path: Path, options: Options) -> Source:
    try:
        if path.is_dir():
            raise UnreadableSource(source=str(path), reason="it is a folder; name the feed's file or its address")
        with path.open("rb") as file:
            data = file.read(FEED_BYTES + 1)
    except (OSError, ValueError) as error:
        raise UnreadableSource(source=str(path), reason=str(error)) from error
    if len(data) > FEED_BYTES:
        raise UnreadableSource(source=str(path), reason=f"it is larger than {FEED_BYTES // 1024 // 1024} MB")
    feed = _checked(str(path), data, address="", content_type="")
    return _source(f"feed {feed.address or feed.link or path.name}", feed, feed.address or feed.link, options, None)


def _checked(source: str, data: bytes, *, address: str, content_type: str) -> Feed:
    try:
        feed = read_feed(data, address=address, content_type=content_type)
    except NotAFeed as error:
        raise UnreadableSource(source=source, reason=str(error)) from error
    reason = f"it is {feed.private}" if feed.private else ""
    if is_of_comments(feed, address or feed.address):
        reason = "it holds comments of readers, not articles; the site's own feed is often at /feed/"
    if reason:
        raise UnreadableSource(source=source, reason=reason)
    return feed


def _source(origin: str, feed: Feed, address: str, options: Options, place: _Place | None) -> Source:
    return Source(origin=origin, items=_items(feed, address, options, place), total=len(feed.entries))


def _items(feed: Feed, address: str, options: Options, place: _Place | None) -> Iterator[Item]:
    reader = EntryReader(feed, address=address, options=options)
    yield from reader.items()
    if place is not None:
        # What may read otherwise tomorrow, though the feed stays as it is, must be asked for again.
        yield Reached(msgspec.json.encode(_Place() if reader.unsettled else place).decode())


def _before(place: str | None, options: Options) -> _Place:
    try:
        before = msgspec.json.decode(place or "{}", type=_Place)
    except msgspec.MsgspecError:
        return _Place()
    return before if before.rules == _rules(options) else _Place()


def _place(answer: Fetched, options: Options) -> _Place:
    headers = answer.headers
    return _Place(headers.get("etag", "")[:500], headers.get("last-modified", "")[:100], _rules(options))


def _rules(options: Options) -> str:
    """Names all that decides, besides the feed, what becomes of it."""
    rules = (
        *(version("tamizdat"), [*options.editions], options.date, options.zone, options.language, options.pictures),
        *([str(folder) for folder in options.uploads], options.follow),
    )
    return sha256(msgspec.json.encode(rules))[:16]
