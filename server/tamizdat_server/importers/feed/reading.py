"""Bytes to a feed, whichever format they are in; what is none is refused with advice."""

import re
import zlib
from typing import Final
from urllib.parse import urljoin

from tamizdat_server.importers.feed.atom import read_atom
from tamizdat_server.importers.feed.json_feed import read_json
from tamizdat_server.importers.feed.parts import Feed, NotAFeed
from tamizdat_server.importers.feed.rss import read_rss
from tamizdat_server.importers.feed.xml import has_words_of_an_export, name_of, parse_xml
from tamizdat_server.importers.webpage.encoding import decode
from tamizdat_server.importers.wordpress.recognizing import looks_like_wxr

_HEAD: Final = 64 * 1024
FEED_BYTES: Final = 32 * 1024 * 1024
_html: Final = re.compile(r"<(?:!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE)
_link: Final = re.compile(r"<link\b[^>]{0,2000}>", re.IGNORECASE)
_feed_type: Final = re.compile(
    r"type\s*=\s*[\"']?application/(?:rss\+xml|atom\+xml|feed\+json|rdf\+xml)", re.IGNORECASE
)
_href: Final = re.compile(r"href\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", re.IGNORECASE)
_EXPORT: Final = "it is a WordPress export, which has drafts in it: 'tamizdat import wordpress FILE' reads it"
_ELSEWHERE: Final = {
    "opml": "it is a list of feeds (OPML); import each of them by its own address",
    "urlset": "it is a site map, not a feed",
    "sitemapindex": "it is a site map, not a feed",
    "svg": "it is a picture",
}


def read_feed(data: bytes, *, address: str = "", content_type: str = "") -> Feed:
    """The feed in these bytes, which lay at `address`. Raises: NotAFeed."""
    text = decode(_unpacked(data), content_type=content_type).lstrip("\ufeff \t\r\n\0")
    if not text:
        raise NotAFeed("it is empty")
    if text[0] in "{[":
        return read_json(text, base=address)
    if looks_like_wxr(text[:_HEAD].encode(errors="replace")):
        raise NotAFeed(_EXPORT)
    feed = _read_xml(text, address)
    if feed is None:
        raise NotAFeed(_page_instead(text, address) if _html.search(text) else "it is no feed")
    return feed


def _read_xml(text: str, address: str) -> Feed | None:
    document = parse_xml(text, base=address)
    if has_words_of_an_export(document.root):
        raise NotAFeed(_EXPORT)
    name = name_of(document.root)
    if name in ("rss", "rdf:rdf", "channel"):
        return read_rss(document)
    if name in ("atom:feed", "atom:entry", "feed", "entry"):
        return read_atom(document)
    if reason := _ELSEWHERE.get(name.rpartition(":")[2]):
        raise NotAFeed(reason)
    return None


def _unpacked(data: bytes) -> bytes:
    """What a file holds that somebody saved as the wire had it."""
    if not data.startswith(b"\x1f\x8b"):
        return data
    inflater = zlib.decompressobj(31)
    try:
        found = inflater.decompress(data, FEED_BYTES)
    except zlib.error as error:
        raise NotAFeed("it is compressed, and damaged") from error
    if inflater.unconsumed_tail:
        raise NotAFeed(f"it unfolds to more than {FEED_BYTES // 1024 // 1024} MB")
    if not inflater.eof:
        raise NotAFeed("it is compressed, and damaged")
    return found


def _page_instead(text: str, address: str) -> str:
    """What to say of a web page: where its feed is, if it says so."""
    links = (link for link in _link.findall(text) if _feed_type.search(link))
    for link in links:
        if found := _href.search(link):
            href = next(filter(None, found.groups()), "").replace("&amp;", "&")
            try:
                return f"it is a web page, not a feed; its feed is at {urljoin(address, href)[:500]}"
            except ValueError:
                continue
    return "it is a web page, not a feed, and names no feed; 'tamizdat import page' takes single articles"
