"""Blocks of an article from HTML, whoever wrote it: an editor, a plugin, a word processor, or Markdown's renderer."""

import msgspec

from tamizdat.format.article import Block, Rule
from tamizdat_server.importers.blocks.footnotes import gather
from tamizdat_server.importers.blocks.inlines import Surroundings
from tamizdat_server.importers.blocks.pictures import settle
from tamizdat_server.importers.blocks.reader import HEADINGS, Reader
from tamizdat_server.importers.blocks.tree import Element, parse_html

_HEADING_ABOVE = ("h1", "h2", "h3")
_BOXES = frozenset(("body", "div", "section", "article", "header", "main", "hgroup", "span"))


class Content(msgspec.Struct, frozen=True):
    """A text in the format's own terms. `heading`: its first top heading, where that served or may serve as a title."""

    body: list[Block]
    footnotes: dict[str, list[Block]]
    heading: str = ""


def read_html(html: str, surroundings: Surroundings, *, title: str = "") -> Content:
    """The blocks of an HTML fragment, without a first heading that repeats the title or may serve as one.

    Its words are all kept and in their order, but for what `rules.RULES` lists. A bare address in an element of class
    `wp-block-embed__wrapper` becomes a labelled link to what lies there.
    """
    parsed = parse_html(html)
    for warning in parsed.removed:
        surroundings.warnings.add(warning)
    if parsed.flat:
        surroundings.warnings.add("nested deeper than any page is: its inner structure was left out")
    body = parsed.body
    settle(body)
    notes = gather(body)
    heading = _take_title(body, title)
    reader = Reader(surroundings, notes=frozenset(notes), top=_top_level(body))
    footnotes = {name: reader.flow(note) for name, note in notes.items()}
    blocks = reader.flow(body)
    while notes and blocks and isinstance(blocks[-1], Rule):
        # It set the notes apart, which have gone.
        blocks.pop()
    return Content(body=blocks, footnotes=footnotes, heading=heading)


def _take_title(body: Element, title: str) -> str:
    top = next((heading for heading in body.walk("h1") if heading.words()), None)
    text = top.words() if top is not None else ""
    first = _first(body)
    if first is not None and first.tag in _HEADING_ABOVE:
        repeats = first.words().casefold() == " ".join(title.split()).casefold()
        if repeats or (first is top and not title):
            first.tag, first.children = "wbr", []
    return text


def _first(element: Element) -> Element | None:
    """The element that a text begins with, boxes around it aside."""
    for child in element.children:
        if isinstance(child, str):
            if child.strip():
                return None
        elif child.tag not in _BOXES:
            if child.words() or child.tag in ("img", "figure", "iframe", "video"):
                return child
        elif child.words() or next(child.walk("img"), None) is not None:
            return _first(child)
    return None


def _top_level(body: Element) -> int:
    return min((HEADINGS[heading.tag] for heading in body.walk(*HEADINGS) if heading.words()), default=2)
