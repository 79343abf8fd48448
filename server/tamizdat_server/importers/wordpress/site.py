"""Where a WordPress site's REST API is, and what the site says of itself there."""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from html import unescape
from typing import Final
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

import msgspec

from tamizdat.errors import TooLarge, UnreadableSource, UsageError
from tamizdat_server.importers.dates import read_zone
from tamizdat_server.importers.text import line
from tamizdat_server.importers.web.fetching import Fetched, Fetcher
from tamizdat_server.importers.wordpress.posts import Media

INDEX_BYTES: Final = 4 * 1024 * 1024
PAGE_BYTES: Final = 16 * 1024 * 1024
_HEAD_BYTES: Final = 512 * 1024
_POSTS: Final = "wp/v2"
_FIELDS: Final = "name,home,url,gmt_offset,timezone_string,namespaces"
_inner = re.compile(r"/(?:wp-(?:json|admin|login|content|includes)|xmlrpc\.php|index\.php)(?:[/.?].*)?$")
_link_header = re.compile(r"<([^<>]{1,2000})>\s*;[^,<]*rel\s*=\s*\"?https://api\.w\.org/\"?")
_link_element = re.compile(rb"<link\b[^<>]*\brel=[\"']https://api\.w\.org/[\"'][^<>]*>", re.IGNORECASE)
_href = re.compile(rb"\bhref=[\"']([^\"']{1,2000})[\"']", re.IGNORECASE)
_zone_name = re.compile(r"[A-Za-z_]+(?:/[A-Za-z0-9_+-]+){0,2}")


class RestSite(msgspec.Struct):
    """A site as its API shows it. `home`: its address, by which its articles are known. `root`: of its API.

    `title`: how it calls itself. `zone`: of its local dates, an IANA name or an offset. `languages`: whether it may
    list the posts of one language at a time, as WPML does (Polylang lists them all).
    """

    home: str
    root: str
    title: str = ""
    zone: str = ""
    language: str = ""
    languages: bool = False

    def media(self, number: int) -> Media | None:  # noqa: ARG002 - as shown, a text needs no look into the library
        """Nothing: what a site shows has its pictures' addresses in it."""
        return None

    def attached(self, post: int) -> Sequence[Media]:  # noqa: ARG002
        """Nothing, for the same reason."""
        return ()

    def route(self, path: str, **words: str | int) -> str:
        """The address of a route such as `wp/v2/posts`; without pretty permalinks it is a word of the query."""
        query = urlencode(words, safe=",:")
        if "rest_route=" in self.root:
            return f"{self.root}{quote(path)}&{query}"
        return f"{self.root}{quote(path)}?{query}"


class ApiClosed(Exception):
    """A site doesn't answer as the REST API does. `home`: the site, as far as it is known; `reason`: for people."""

    def __init__(self, *, home: str, reason: str) -> None:
        super().__init__(reason)
        self.home, self.reason = home, reason


class _Index(msgspec.Struct, frozen=True):
    """What the root of an API says; WordPress has written some of it in several types."""

    name: str | int | float | bool | None = None
    home: str | bool | None = None
    url: str | bool | None = None
    gmt_offset: float | str | bool | None = None
    timezone_string: str | bool | None = None
    namespaces: list[str] = []
    code: str | int | None = None


_index = msgspec.json.Decoder(_Index, strict=False)


def find_site(source: str, fetcher: Fetcher) -> RestSite:
    """The site at this address, by its API's root. Raises: ApiClosed, UnreadableSource, TransportError."""
    base = _base(source)
    refused = ""
    home = base
    for root, page in _roots(base, fetcher):
        found = _ask(root, fetcher, base)
        if isinstance(found, RestSite):
            return found
        if page:
            home = page
        refused = refused or found
    raise ApiClosed(home=home, reason=refused or "it has no REST API where WordPress has one")


def same_host(one: str, other: str) -> bool:
    """Whether two addresses are of one site's host: `www.`, and http or https, make no difference."""
    return _host(one) == _host(other) and bool(_host(one)[0])


# -- inside ------------------------------------------------------------------------------------------------------------


def _base(source: str) -> str:
    """The address that people gave, as that of a folder, without what lies inside of WordPress."""
    try:
        parts = urlsplit(source.strip())
        _ = parts.port
    except ValueError as error:
        raise UnreadableSource(source=source, reason=f"it is no address: {error}") from error
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        raise UnreadableSource(source=source, reason="a site's address begins with https://")
    path = _inner.sub("", parts.path).rstrip("/")
    return urlunsplit((parts.scheme.lower(), parts.netloc.rpartition("@")[2], f"{path}/", "", ""))


def _roots(base: str, fetcher: Fetcher) -> Iterator[tuple[str, str]]:
    """Where an API's root may be, most likely first, and the home that a page of the site gives away by it."""
    yield f"{base}wp-json/", ""
    yield f"{base}?rest_route=/", ""
    try:
        page = fetcher.get(base, max_bytes=PAGE_BYTES, accept="text/html")
    except TooLarge:
        return
    _check_host(base, page.url)
    linked = _linked(page)
    if linked:
        if not same_host(linked, base):
            reason = f"its API is on another host, {line(linked, 200)}, which was not asked"
            raise ApiClosed(home=base, reason=reason)
        parts = urlsplit(linked)
        # The page was reached by this scheme and host; sites behind a proxy often name others for themselves.
        reached = urlsplit(page.url)
        root = urlunsplit((reached.scheme, reached.netloc, parts.path, parts.query, ""))
        yield root, _home_of(root)


def _linked(page: Fetched) -> str:
    """The root of the API that a page names, by its header or its markup."""
    found = _link_header.search(page.headers.get("link", "")[:20_000])
    if found:
        return urljoin(page.url, found[1])
    for element in _link_element.findall(page.body[:_HEAD_BYTES]):
        if href := _href.search(element):
            return urljoin(page.url, href[1].decode("utf-8", "replace").replace("&amp;", "&"))
    return ""


def _ask(root: str, fetcher: Fetcher, base: str) -> RestSite | str:
    """The site whose API has its root there, or, in words, why not; no word where simply nothing is there."""
    separator = "&" if "?" in root else "?"
    try:
        answer = fetcher.get(f"{root}{separator}_fields={_FIELDS}", max_bytes=INDEX_BYTES, accept="application/json")
    except TooLarge:
        return "its API's first page is too large"
    _check_host(base, answer.url)
    try:
        index = _index.decode(answer.body.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return "" if answer.status in (200, 404) else f"its API answers with {answer.status}"
    if answer.status != 200 or _POSTS not in index.namespaces:
        return f"its API is closed ({answer.status}{f', {line(str(index.code), 60)}' if index.code else ''})"
    return _site(_without(answer.url, "_fields"), index)


def _site(root: str, index: _Index) -> RestSite:
    said = next((text for text in (index.home, index.url) if isinstance(text, str)), "")
    reached = _home_of(root)
    # A site may not pass for another one: its own word counts only for where it was found.
    is_there = same_host(said, reached) and urlsplit(root).path.startswith(f"{urlsplit(said).path.rstrip('/')}/")
    return RestSite(
        home=said if is_there else reached,
        root=root,
        title=line(unescape(str(index.name or "")), 200),
        zone=_zone(index),
        languages=any(name.startswith("wpml") for name in index.namespaces),
    )


def _check_host(base: str, reached: str) -> None:
    if not same_host(base, reached):
        reason = f"it leads to another site, {line(reached, 200)}; import that address if it is meant"
        raise UnreadableSource(source=base, reason=reason)


def _home_of(root: str) -> str:
    """The home that belongs to an API's root, by the ways in which WordPress makes roots."""
    parts = urlsplit(root)
    path = re.sub(r"(?:index\.php/?)?(?:wp-json/?)?$", "", parts.path)
    return urlunsplit((parts.scheme, parts.netloc, path or "/", "", ""))


def _without(url: str, word: str) -> str:
    """An address without a word of its query, ready to have a route set behind it."""
    parts = urlsplit(url)
    path = parts.path if parts.query and "rest_route=" in parts.query else parts.path.rstrip("/") + "/"
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name != word]
    kept.sort(key=lambda pair: pair[0] == "rest_route")  # the route stands last, where a path is added to it
    return urlunsplit((parts.scheme, parts.netloc, path, urlencode(kept, safe="/"), ""))


def _zone(index: _Index) -> str:
    if isinstance(index.timezone_string, str) and _zone_name.fullmatch(index.timezone_string):
        with suppress(UsageError):  # a zone that nobody else has heard of
            read_zone(index.timezone_string)
            return index.timezone_string
    try:
        minutes = round(float(index.gmt_offset or 0) * 60)
    except (ValueError, OverflowError):
        return ""
    if index.gmt_offset is None or abs(minutes) > 14 * 60:
        return ""
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _host(url: str) -> tuple[str, int]:
    try:
        parts = urlsplit(url)
        port = parts.port or 443
    except ValueError:
        return "", 0
    host = (parts.hostname or "").lower().removeprefix("www.").rstrip(".")
    with suppress(UnicodeError):
        host = host.encode("idna").decode()
    return host, 443 if port == 80 else port
