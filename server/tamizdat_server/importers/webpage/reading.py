"""Bytes of a page to the story in it."""

import re
from html import escape
from typing import Final
from urllib.parse import urlsplit

import msgspec

from tamizdat_server.importers.items import Refused
from tamizdat_server.importers.text import words
from tamizdat_server.importers.webpage.encoding import decode
from tamizdat_server.importers.webpage.extracting import extract, look_at
from tamizdat_server.importers.webpage.facts import Facts, read_facts
from tamizdat_server.importers.webpage.judging import check, check_headings
from tamizdat_server.importers.webpage.story import Story, key_at
from tamizdat_server.importers.webpage.tree import Tag, parse_page, prune, text_of

PAGE_BYTES: Final = 16 * 1024 * 1024
_WORDS: Final = 8
_OTHER: Final = (
    (b"%PDF", "a PDF, not a web page"),
    (b"PK\x03\x04", "an archive or an office document, not a web page"),
    (b"\x89PNG", "a picture, not a web page"),
    (b"\xff\xd8\xff", "a picture, not a web page"),
    (b"GIF8", "a picture, not a web page"),
    (b"\x1f\x8b", "compressed, not a web page"),
    (b"From: <Saved by", "an MHTML file; save the page as 'HTML only'"),
    (b"bplist", "a web archive; save the page as 'page source'"),
)
_feed: Final = re.compile(r"(?>\s*(?:<\?xml[^>]*>|<!--.*?-->))*+\s*<(?:rss|feed|rdf:RDF)[\s>]", re.DOTALL)


def read_page(data: bytes, *, address: str, content_type: str = "") -> Story:
    """The article in a page that lay at `address` (or nothing, for a file that says nothing of it).

    Its source and key are its own address's. Raises: Refused where it has no article for the public.
    """
    for beginning, what in _OTHER:
        if data.startswith(beginning):
            raise Refused(what)
    text = decode(data, content_type=content_type)
    if _feed.match(text):
        raise Refused("a feed, not a web page: 'tamizdat import feed' takes its entries")
    if not text.strip():
        raise Refused("it is empty")
    root = parse_page(text)
    facts = read_facts(root, address=address)
    check(root, facts)
    name = next((text_of(element) for element in root.iter("title")), "")
    prune(root)
    facts, warnings = _completed(facts, root)
    heading = _only_heading(root)
    html = extract(root)
    count = len(words(re.sub(r"<[^<>]*>", " ", html)).split())
    check_headings(root, count)
    if count < _WORDS:
        raise Refused("no article was found in it")
    return _story(facts, html, _title(facts, heading, name), _own_address(facts, address), warnings)


def _completed(facts: Facts, root: Tag) -> tuple[Facts, list[str]]:
    """The facts, with an author and a date from the text that people read where there were none for machines."""
    warnings = ["the page asks search engines to leave it out"] if "noindex" in facts.robots else []
    if facts.published and facts.names:
        return facts, warnings
    seen = look_at(root)
    if not facts.published and seen.date:
        warnings.append("the page names no date for machines: the one in its text was taken")
        facts = msgspec.structs.replace(facts, published=[seen.date])
    return msgspec.structs.replace(facts, names=facts.names or [seen.author] * bool(seen.author)), warnings


def _story(facts: Facts, html: str, title: str, own: str, warnings: list[str]) -> Story:
    return Story(
        source=f"page {own}",
        key=key_at(own),
        link=own,
        base=facts.base,
        title=title,
        html=html,
        summary=_plain(facts.summary),
        published=facts.published,
        updated=facts.updated,
        names=[_plain(name) for name in facts.names],
        section=_plain(facts.section),
        tags=[_plain(tag) for tag in facts.tags],
        site_language=facts.language,
        image=facts.image,
        image_alt=_plain(facts.image_alt),
        translations=facts.translations,
        warnings=warnings,
    )


def _plain(text: str) -> str:
    return escape(text, quote=False)


def _own_address(facts: Facts, address: str) -> str:
    """The canonical address, where it is of the same site and not just the way to its front page."""
    if not facts.canonical:
        return address
    try:
        there, here = urlsplit(facts.canonical), urlsplit(address)
    except ValueError:
        return address
    if there.scheme not in ("http", "https"):
        return address
    same = (there.hostname or "").removeprefix("www.") == (here.hostname or "").removeprefix("www.")
    fitting = not address or (same and (there.path.strip("/") or not here.path.strip("/")))
    return facts.canonical if fitting else address


def _only_heading(root: Tag) -> str:
    headings = [text_of(heading) for heading in root.iter("h1")]
    return headings[0] if len(headings) == 1 else ""


def _title(facts: Facts, heading: str, name: str) -> str:
    """The title without the site's name: a heading that the page's titles begin with, or the first of these."""
    titles = [title for title in (*facts.titles, name) if title.strip()]
    if heading and (not facts.titles or any(title.startswith(heading) for title in titles)):
        return _plain(heading)
    return _plain(facts.titles[0] if facts.titles else _without_site(name))


def _without_site(name: str) -> str:
    parts = re.split(r"\s+[|—–·»-]\s+", name)
    return max(parts, key=len) if len(parts) == 2 else name
