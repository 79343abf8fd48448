"""Looks what an address is: a WordPress site whose API is open or closed, a feed, or something else."""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Final
from urllib.parse import urljoin, urlsplit, urlunsplit

import msgspec

from tamizdat.errors import TransportError, Unreachable, UnreadableSource
from tamizdat_server.clock import unix
from tamizdat_server.importers.dates import read_date
from tamizdat_server.importers.web.fetching import Fetched, Fetcher
from tamizdat_server.importers.wordpress.api import Api, ApiFailed
from tamizdat_server.importers.wordpress.place import Place
from tamizdat_server.importers.wordpress.routes import Routes
from tamizdat_server.importers.wordpress.site import ApiClosed, find_site
from tamizdat_server.starting.found import Found, FoundKind, languages_of
from tamizdat_server.starting.front import Front, read_front

_PAGE_BYTES: Final = 4_000_000
_SAMPLE: Final = 20
_age: Final = re.compile(r"\d{1,9}", re.ASCII)
_feed: Final = re.compile(rb"<(?:rss|feed|rdf:RDF)[\s>]|^\s*\{[^{}]*jsonfeed\.org/version")
_CLOSED: Final = (
    "Its programming interface (the REST API) is closed, so its feeds are read instead: older articles and edits may be"
    " missing. For the whole archive, let WordPress write an export (Tools > Export > All content), and start with that"
    " file."
)
_NEWEST: Final = "It is no WordPress site, but has a feed: that names its newest articles, and no older ones."
_INSTEAD: Final = (
    "it is neither a WordPress site nor one with a feed. What can be done: start with an export (in WordPress:"
    " Tools > Export > All content), with the address of a feed, or with a folder of Markdown files; single pages come"
    " with 'tamizdat import page'"
)


class _Rendered(msgspec.Struct, frozen=True):
    rendered: str = ""


class _Post(msgspec.Struct, frozen=True):
    title: _Rendered = _Rendered()
    content: _Rendered = _Rendered()


def look_at_address(address: str, fetcher: Fetcher) -> Found:
    """Raises: UnreadableSource, which says what can be done instead; TransportError."""
    answer = _front_page(address, fetcher)
    return msgspec.structs.replace(_look(answer, fetcher), clock=_clock(answer))


def _look(answer: Fetched, fetcher: Fetcher) -> Found:
    if _feed.search(answer.body[:4096]):
        return Found("feed", answer.url, site=urljoin(answer.url, "/"))
    front = read_front(answer)
    if found := _ask_api(front, fetcher):
        return found
    if front.wordpress:
        return _of_front(front, "wordpress", _home(front.url), _CLOSED)
    if front.feeds:
        return _of_front(front, "feed", front.feeds[0], _NEWEST)
    raise UnreadableSource(source=answer.url, reason=_INSTEAD)


def _clock(answer: Fetched) -> int | None:
    """The time by its server, in Unix seconds; where a cache answered, it says how long ago that was."""
    date, age = read_date(answer.headers.get("date", "")), answer.headers.get("age", "")
    return unix(date) + (int(age) if _age.fullmatch(age) else 0) if date else None


def _front_page(address: str, fetcher: Fetcher) -> Fetched:
    """The answer behind the redirects. An address without a scheme is tried by https, then by http."""
    if "://" in address:
        return _checked(fetcher.get(address, max_bytes=_PAGE_BYTES), address)
    try:
        return _checked(fetcher.get(f"https://{address}", max_bytes=_PAGE_BYTES), address)
    except Unreachable as first:
        try:
            return _checked(fetcher.get(f"http://{address}", max_bytes=_PAGE_BYTES), address)
        except TransportError:
            raise first from None


def _checked(answer: Fetched, address: str) -> Fetched:
    if answer.status == 200 and answer.body.strip():
        return answer
    if answer.status in (401, 403):
        reason = f"it refuses ({answer.status}): it asks for a password, or keeps programs out"
    elif answer.status in (404, 410):
        reason = f"there is no such page ({answer.status}): look whether the address is right"
    elif answer.status >= 500:
        reason = f"it can't answer now ({answer.status}): in maintenance, or out of order. Try again later"
    else:
        reason = f"it answers with {answer.status} and no page"
    raise UnreadableSource(source=address, reason=reason)


def _home(url: str) -> str:
    scheme, host, path, _, _ = urlsplit(url)
    return urlunsplit((scheme, host, path if path.endswith("/") else f"{path}/", "", ""))


def _ask_api(front: Front, fetcher: Fetcher) -> Found | None:
    """None where there is no API of WordPress, or one that doesn't list posts."""
    try:
        site = find_site(_home(front.url), fetcher)
        api = Api(site, fetcher)
        newest = api.page("posts", per_page=_SAMPLE, _fields="title,content")
        posts = [*newest.items, *_older(api, newest.total or 0)]
    except (ApiClosed, ApiFailed, UnreadableSource):
        return None
    return Found(
        "wordpress",
        site.home,
        title=site.title or front.title,
        languages=languages_of([site.language, *front.languages], _texts(posts)),
        articles=newest.total,
        site=site.home,
        types=dict(Routes(api, Place()).counts()),
    )


def _older(api: Api, total: int) -> Iterator[msgspec.Raw]:
    """Posts of the archive's middle and beginning: an edition may have ended, or begun, long ago."""
    if total > _SAMPLE:
        yield from api.page("posts", per_page=_SAMPLE, offset=total // 2, _fields="title,content").items
        yield from api.page("posts", per_page=_SAMPLE, order="asc", _fields="title,content").items


def _of_front(front: Front, kind: FoundKind, source: str, told: str) -> Found:
    languages = languages_of(front.languages)
    return Found(kind, source, title=front.title, languages=languages, site=_home(front.url), told=[told])


def _texts(posts: list[msgspec.Raw]) -> list[str]:
    """Titles and texts, as HTML; of what isn't shaped like a post, nothing."""
    found: list[str] = []
    for post in posts:
        with suppress(msgspec.MsgspecError, RecursionError):
            told = msgspec.json.decode(post, type=_Post)
            found.append(f"{told.title.rendered} {told.content.rendered}")
    return found
