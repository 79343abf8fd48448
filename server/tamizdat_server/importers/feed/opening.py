"""`tamizdat import feed`: a feed, from an address or a file, to items."""

import zlib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Final

import msgspec

from tamizdat.errors import SourceBrokeOff, UnreadableSource
from tamizdat.format.names import sha256
from tamizdat_server.importers.dates import read_zone
from tamizdat_server.importers.feed.entries import EntryReader
from tamizdat_server.importers.feed.hidden import is_of_comments
from tamizdat_server.importers.feed.parts import Feed, NotAFeed
from tamizdat_server.importers.feed.reading import FEED_BYTES, read_feed
from tamizdat_server.importers.items import Item, Reached
from tamizdat_server.importers.source import Options, Source
from tamizdat_server.importers.web.fetching import Fetched

_PAGES: Final = 2_000
ACCEPT: Final = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml;q=0.9,"
    " application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1"
)


class _Place(msgspec.Struct, frozen=True):
    """What an answer said of itself, by which rules its entries were imported, and which they were, as CRC-32."""

    etag: str = ""
    modified: str = ""
    rules: str = ""
    seen: frozenset[int] = frozenset()


def open_feed(source: str, options: Options) -> Source:
    """The entries of the feed at an http or https address, or in a file, as articles.

    An answer that didn't change since the last import costs one request and yields nothing new. Raises:
    UnreadableSource where it is no feed that may be imported; TransportError; UsageError for a zone that there isn't.
    """
    read_zone(options.zone)
    # As browsers wrote it when they had a button for feeds: `feed://site/…`, `feed:https://site/…`.
    if source.lower().startswith("feed:"):
        rest = source[len("feed:") :]
        source = f"https:{rest}" if rest.startswith("//") else rest
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
    feed = _feed_of(answer, address)
    items = _pages(feed, answer, before, options)
    return Source(origin=origin, items=items, total=None if feed.next else len(feed.entries))


def _open_file(path: Path, options: Options) -> Source:
    try:
        if path.is_dir():
            raise UnreadableSource(source=str(path), reason="it is a folder; name the feed's file or its address")
        with path.open("rb") as file:
            data = file.read(FEED_BYTES + 1)
    except FileNotFoundError as error:
        reason = "there is no such file (an address begins with https://)"
        raise UnreadableSource(source=str(path), reason=reason) from error
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else "") or str(error)
        raise UnreadableSource(source=str(path), reason=reason) from error
    if len(data) > FEED_BYTES:
        raise UnreadableSource(source=str(path), reason=f"it is larger than {FEED_BYTES // 1024 // 1024} MB")
    feed = _checked(str(path), data, address="", content_type="")
    name = feed.address or feed.link
    items = EntryReader(options).items(feed, address=name)
    return Source(origin=f"feed {name or path.name}", items=items, total=len(feed.entries))


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


def _pages(feed: Feed, answer: Fetched, before: _Place, options: Options) -> Iterator[Item]:
    """The entries of a feed and of its older pages (RFC 5005), down to where the last import began."""
    reader, asked, address, page = EntryReader(options), {answer.url}, answer.url, feed
    newest: frozenset[int] | None = None
    for _ in range(_PAGES):
        yield from reader.items(page, address=address)
        names = frozenset(zlib.crc32(source.encode()) for source in reader.seen)
        newest = names if newest is None else newest
        if not page.next or page.next in asked or names & before.seen or not page.entries:
            break
        address = page.next
        asked.add(address)
        page = _older(address, options)
    # What may read otherwise tomorrow, though the feed stays as it is, must be asked for again.
    place = _Place() if reader.unsettled else _place(answer, newest or frozenset(), options)
    yield Reached(msgspec.json.encode(place).decode())


def _older(address: str, options: Options) -> Feed:
    assert options.fetcher is not None
    answer = options.fetcher.get(address, max_bytes=FEED_BYTES, accept=ACCEPT)
    if answer.status != 200:
        raise SourceBrokeOff(source=address, reason=f"the server answers with status {answer.status}")
    return _feed_of(answer, address)


def _feed_of(answer: Fetched, source: str) -> Feed:
    return _checked(source, answer.body, address=answer.url, content_type=answer.headers.get("content-type", ""))


def _before(place: str | None, options: Options) -> _Place:
    try:
        before = msgspec.json.decode(place or "{}", type=_Place)
    except msgspec.MsgspecError:
        return _Place()
    return before if before.rules == _rules(options) else _Place()


def _place(answer: Fetched, newest: frozenset[int], options: Options) -> _Place:
    headers = answer.headers
    return _Place(headers.get("etag", "")[:500], headers.get("last-modified", "")[:100], _rules(options), newest)


def _rules(options: Options) -> str:
    """Names all that decides, besides the feed, what becomes of it."""
    rules = (
        *(version("tamizdat"), [*options.editions], options.date, options.zone, options.language, options.pictures),
        *([str(folder) for folder in options.uploads], options.follow),
    )
    return sha256(msgspec.json.encode(rules))[:16]
