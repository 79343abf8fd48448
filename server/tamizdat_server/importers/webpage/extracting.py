"""The article within a page: found by trafilatura; its pictures, frames and code put back as the page had them."""

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from tamizdat_server.importers.webpage.tree import Tag, markup_of, put, text_of

_SET_ASIDE: Final = ("figure", "iframe", "video", "audio", "object", "embed", "pre", "code", "picture", "img")
_FRAMED: Final = re.compile(r"(?:twitter-(?:tweet|video)|instagram-media|fb-(?:post|video)|tiktok-embed|telegram-post)")
_IN_LINES: Final = frozenset(("img", "picture"))
_OF_LINES: Final = frozenset("p a li td th em strong b i u sup sub h1 h2 h3 h4 h5 h6 dt dd figcaption".split())
_JUNK: Final = ("nav", "aside", "footer", "header", "form", "menu")
_MOST: Final = 2_000
_LISTS: Final = 100
_PARAGRAPHS: Final = 3
_SENTENCE: Final = 60
_RUNNING: Final = frozenset(("p", "ul", "ol", "blockquote", "h2", "h3"))
_picture_file: Final = re.compile(r"\.(?:jpe?g|png|webp|gif|avif)(?:[?#]|$)", re.IGNORECASE)


def extract(root: Tag) -> str:
    """The article's HTML, or nothing where none was found. Changes the tree."""
    aside = _SetAside(root)
    found = _by_trafilatura(markup_of(root)) or _densest(root)
    return aside.restore(found)


class Seen(msgspec.Struct, frozen=True):
    """What readers see of an article's author and date (YYYY-MM-DD), or nothing."""

    author: str = ""
    date: str = ""


def look_at(root: Tag) -> Seen:
    """The author and the date that stand in a page's text."""
    from trafilatura.metadata import extract_metadata  # a second: only where a page is read

    found = extract_metadata(markup_of(root), date_config={"extensive_search": False, "original_date": True})
    return Seen(author=found.author or "", date=found.date or "") if found else Seen()


class _SetAside:
    """What an extractor of texts drops stands as a word in its place until the text was found."""

    def __init__(self, root: Tag) -> None:
        self._mark = "mediumnumber"
        text = text_of(root)
        while self._mark in text:
            self._mark += "x"
        self._kept: list[str] = []
        framed = [element for element in root.iter("blockquote") if _FRAMED.search(element.get("class") or "")]
        for element in [*framed, *_link_lists(root), *root.iter(*_SET_ASIDE)][:_MOST]:
            if _within(element, root):
                self._exchange(element)

    def restore(self, html: str) -> str:
        """The HTML with everything in its place again."""
        word = rf"{self._mark}(\d{{1,6}})z"
        html = re.sub(rf"<p>((?:\s*{word})+)\s*</p>", r"\1", html)
        return re.sub(word, lambda found: self._kept[int(found[1])], html)

    def _exchange(self, element: Tag) -> None:
        target, parent = element, element.getparent()
        # A picture that leads to itself, larger, is a picture.
        if parent is not None and parent.tag == "a" and _picture_file.search(parent.get("href") or ""):
            target = parent if len(parent) == 1 and not text_of(parent) else element
        word = f"{self._mark}{len(self._kept)}z"
        self._kept.append(markup_of(element))
        holder = target.makeelement("span" if _stands_in_line(element, target) else "p")
        holder.text = word
        put(holder, instead_of=target)


def _link_lists(root: Tag) -> Iterator[Tag]:
    """Lists of links that stand between paragraphs, as sources and further reading do; menus stand in boxes."""
    for element in [*root.iter("ul", "ol")][:_LISTS]:
        around = element.getparent()
        if around is not None and element.get("class") in (None, "wp-block-list") and element.get("id") is None:
            written = sum(1 for child in around if child.tag == "p" and len(text_of(child)) > _SENTENCE)
            linked = sum(len(text_of(link)) for link in element.iter("a"))
            if written >= _PARAGRAPHS and 2 * linked > len(text_of(element)):
                yield element


def _within(element: Tag, root: Tag) -> bool:
    """Whether it is still part of the tree: a picture went with its figure."""
    top: Tag | None = element
    while top is not None and top is not root:
        top = top.getparent()
    return top is root


def _stands_in_line(element: Tag, target: Tag) -> bool:
    parent = target.getparent()
    if parent is None or element.tag == "code" or parent.tag in _OF_LINES:
        return True
    return element.tag in _IN_LINES and bool((parent.text or "").strip() or (target.tail or "").strip())


def _by_trafilatura(html: str) -> str:
    import trafilatura  # a second: only where a page is read

    found = trafilatura.extract(
        html,
        output_format="html",
        include_comments=False,
        include_formatting=True,
        include_links=True,
        include_tables=True,
        include_images=False,
        deduplicate=False,
    )
    return found or ""


def _densest(root: Tag) -> str:
    """The element with the most running text of its own, where nothing better was found."""
    best, most = None, 0
    for element in root.iter("article", "main", "section", "div", "td", "body"):
        if any(parent in _JUNK for parent in _parents(element)):
            continue
        length = sum(len(text_of(child)) for child in element if child.tag in _RUNNING)
        if length > most:
            best, most = element, length
    return "".join(markup_of(child) for child in best) if best is not None else ""


def _parents(element: Tag) -> Iterator[str]:
    parent = element.getparent()
    while parent is not None:
        yield parent.tag
        parent = parent.getparent()
