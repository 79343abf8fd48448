"""Looks what an address is: a WordPress site whose API is open or closed, a feed, or something else."""

import re
from html import unescape
from typing import Final, TypeVar
from urllib.parse import urljoin, urlsplit, urlunsplit

import msgspec

from tamizdat.cli.output import one_line
from tamizdat.errors import TransportError, Unreachable, UnreadableSource
from tamizdat_server.importers.web.fetching import Fetched, Fetcher
from tamizdat_server.starting.found import Found, FoundKind, languages_of
from tamizdat_server.starting.front import Front, read_front

T = TypeVar("T")
_PAGE_BYTES: Final = 4_000_000
_API_BYTES: Final = 8_000_000
_SAMPLE: Final = 20
_feed: Final = re.compile(rb"<(?:rss|feed|rdf:RDF)[\s>]|^\s*\{[^{}]*jsonfeed\.org/version")
_CLOSED: Final = (
    "Its programming interface (the REST API) is closed, so only the newest articles can be seen, in its feeds. For"
    " the whole archive, let WordPress write an export (Tools > Export > All content) and start with that file."
)
_NEWEST: Final = "It is no WordPress site, but has a feed: that names its newest articles, and no older ones."
_INSTEAD: Final = (
    "it is neither a WordPress site nor one with a feed. What can be done: start with an export (in WordPress:"
    " Tools > Export > All content), with the address of a feed, or with a folder of Markdown files; single pages come"
    " with 'tamizdat import page'"
)


class _Root(msgspec.Struct, frozen=True):
    """What the root of WordPress's API says."""

    name: str = ""
    home: str = ""
    namespaces: list[str] = []


class _Rendered(msgspec.Struct, frozen=True):
    rendered: str = ""


class _Post(msgspec.Struct, frozen=True):
    title: _Rendered = _Rendered()
    content: _Rendered = _Rendered()


def look_at_address(address: str, fetcher: Fetcher) -> Found:
    """Raises: UnreadableSource, which says what can be done instead; TransportError."""
    answer = _front_page(address, fetcher)
    if _feed.search(answer.body[:4096]):
        return Found("feed", answer.url, site=urljoin(answer.url, "/"))
    front = read_front(answer)
    for root in _api_roots(front):
        if found := _look_at_api(root, front, fetcher):
            return found
    if front.wordpress:
        return _of_front(front, "wordpress", _home(front.url), _CLOSED)
    if front.feeds:
        return _of_front(front, "feed", front.feeds[0], _NEWEST)
    raise UnreadableSource(source=answer.url, reason=_INSTEAD)


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
        reason = f"there is no such page ({answer.status}); is the address right?"
    elif answer.status >= 500:
        reason = f"it can't answer now ({answer.status}): in maintenance, or out of order. Try again later"
    else:
        reason = f"it answers with {answer.status} and no page"
    raise UnreadableSource(source=address, reason=reason)


def _home(url: str) -> str:
    scheme, host, path, _, _ = urlsplit(url)
    return urlunsplit((scheme, host, path if path.endswith("/") else f"{path}/", "", ""))


def _api_roots(front: Front) -> list[str]:
    """Where the API's root may be. What the page names first; else the usual places, where it may be WordPress."""
    guessed = [urljoin(_home(front.url), "wp-json/"), f"{_home(front.url)}?rest_route=/"]
    return [front.api] if front.api else guessed if front.wordpress else guessed[:1]


def _look_at_api(root: str, front: Front, fetcher: Fetcher) -> Found | None:
    """None where there is no API, or one that doesn't list posts."""
    described = _ask(root, fetcher, _Root)
    if described is None or "wp/v2" not in described[0].namespaces:
        return None
    posts = _ask(_route(root, f"wp/v2/posts?per_page={_SAMPLE}&_fields=title,content"), fetcher, list[_Post])
    if posts is None:
        return None
    home = described[0].home if _same_site(described[0].home, front.url) else front.url
    total = posts[1].headers.get("x-wp-total", "")
    return Found(
        "wordpress",
        _home(home),
        title=one_line(unescape(described[0].name))[:200] or front.title,
        languages=languages_of(
            front.languages, [f"{post.title.rendered} {post.content.rendered}" for post in posts[0]]
        ),
        articles=int(total) if total.isdecimal() and len(total) < 10 else None,
        site=_home(home),
    )


def _of_front(front: Front, kind: FoundKind, source: str, told: str) -> Found:
    languages = languages_of(front.languages)
    return Found(kind, source, title=front.title, languages=languages, site=_home(front.url), told=[told])


def _route(root: str, route: str) -> str:
    """A route's address: sites without pretty permalinks have it in the query."""
    if "rest_route=" not in root:
        return urljoin(root if root.endswith("/") else f"{root}/", route)
    path, _, query = route.partition("?")
    return f"{root.rstrip('/')}/{path}&{query}"


def _ask(url: str, fetcher: Fetcher, shape: type[T]) -> tuple[T, Fetched] | None:
    """None where the answer isn't what was asked for; a site that can't be reached any more is an error."""
    answer = fetcher.get(url, max_bytes=_API_BYTES, accept="application/json")
    try:
        return (msgspec.json.decode(answer.body, type=shape), answer) if answer.status == 200 else None
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _same_site(one: str, other: str) -> bool:
    """A stranger's word may name another address of the site, but not another site."""
    hosts = [(urlsplit(url).hostname or "").removeprefix("www.") for url in (one, other)]
    return hosts[0] == hosts[1] and urlsplit(one).scheme in ("http", "https")
