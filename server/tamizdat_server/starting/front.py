"""What a site's front page says of the site in its head: a stranger's HTML, read for a handful of facts."""

import codecs
import re
from collections.abc import Iterator
from typing import Any, Final, cast
from urllib.parse import urljoin, urlsplit

import msgspec
from lxml import etree  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType, reportAttributeAccessIssue]

from tamizdat_server.importers.web.fetching import Fetched

# lxml brings no types; elements stay in this file.
_etree = cast("Any", etree)
_FEEDS: Final = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml")
_charset: Final = re.compile(r"charset=[\"']?([\w-]+)", re.IGNORECASE)
_wordpress: Final = re.compile(rb"/wp-(?:content|includes|json)/|name=.generator. content=.WordPress", re.IGNORECASE)
_title_parts: Final = re.compile(r"\s+[|–—·•»-]\s+")


class Front(msgspec.Struct, frozen=True):
    """`languages`: as the page writes them. `feeds`: of articles, not of comments. `wordpress`: it bears its marks."""

    url: str
    title: str = ""
    languages: list[str] = []
    feeds: list[str] = []
    wordpress: bool = False


class _Link(msgspec.Struct, frozen=True):
    """A <link> of a page's head that leads to a page of the web."""

    relations: list[str]
    kind: str
    language: str
    href: str


def read_front(answer: Fetched) -> Front:
    """The facts of a page that is taken to be HTML; of anything else, few or none."""
    tree = _parsed(answer)
    if tree is None:
        return Front(answer.url, wordpress=_wordpress.search(answer.body) is not None)
    links = [*_links(tree, answer.url)]
    return Front(
        url=answer.url,
        title=_title(tree),
        languages=_languages(tree, links),
        feeds=[link.href for link in links if _is_feed(link)],
        wordpress=_wordpress.search(answer.body) is not None,
    )


def _parsed(answer: Fetched) -> Any:
    found = _charset.search(answer.headers.get("content-type", ""))
    try:
        encoding = codecs.lookup(found[1]).name if found else None
        parser = _etree.HTMLParser(encoding=encoding, no_network=True, remove_comments=True, remove_pis=True)
        return _etree.fromstring(answer.body, parser)
    except (_etree.LxmlError, LookupError, ValueError):
        return None


def _links(tree: Any, base: str) -> Iterator[_Link]:
    for link in tree.iter("link"):
        href = _absolute(base, str(link.get("href") or "").strip())
        if href:
            relations = str(link.get("rel") or "").lower().split()
            yield _Link(relations, str(link.get("type") or "").lower(), str(link.get("hreflang") or ""), href)


def _absolute(base: str, href: str) -> str:
    """Empty where it is no address of the web."""
    try:
        found = urljoin(base, href)
        return found if urlsplit(found).scheme in ("http", "https") else ""
    except ValueError:
        return ""


def _title(tree: Any) -> str:
    named = tree.xpath("string(//meta[@property='og:site_name']/@content)")
    whole = str(named) or str(tree.xpath("string(//title)"))
    # "News Today – The paper of a town": what is behind the dash is a motto, as a rule.
    return " ".join(_title_parts.split(whole)[0].split())[:200]


def _languages(tree: Any, links: list[_Link]) -> list[str]:
    own = str(tree.xpath("string(/html/@lang)")).strip()
    others = [link.language for link in links if "alternate" in link.relations and link.language != "x-default"]
    return [*dict.fromkeys(code for code in (own, *others) if code)]


def _is_feed(link: _Link) -> bool:
    of_comments = "/comments/" in link.href or "feed=comments" in link.href
    return "alternate" in link.relations and link.kind in _FEEDS and not of_comments
