"""HTML as a small tree of its own, whatever its faults; what no reader is meant to see is left out on the way."""

import re
from collections.abc import Iterator, Mapping
from typing import Final, Protocol, cast

import msgspec
from lxml import etree  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType, reportAttributeAccessIssue]

from tamizdat_server.importers.blocks.rules import RULES, WIDGETS, removed_as
from tamizdat_server.importers.text import clean

# Deeper than any page is, and far less than Python's own stack; the format allows less than this.
DEPTH: Final = 100
ELEMENTS: Final = 200_000
BOUNDARIES: Final = frozenset(
    "p div section article main header footer nav aside center address details summary hgroup fieldset legend menu"
    " figure figcaption h1 h2 h3 h4 h5 h6 ul ol li dl dt dd blockquote pre hr table caption thead tbody tfoot tr td th"
    " form iframe embed object video audio dir listing xmp plaintext search dialog".split()
)
# What can't hold anything, also where the parser thinks otherwise: words after it aren't its own.
_VOID: Final = frozenset("embed source param track wbr img br hr area col frame input keygen".split())
# Written as in Markdown where HTML was meant: a parser would take these for elements and drop what they say.
_bare_link = re.compile(r"<(https?://[^\s<>\"]+)>")
_bare_mail = re.compile(r"<([\w.+-]+@[\w.-]+)>")
_spaces = re.compile(r"[ \t\n\r\f]+")


class Element:
    """An element: its text and its elements in order. `others`: where else a picture is to be had."""

    __slots__ = ("attributes", "children", "others", "tag")

    def __init__(self, tag: str, attributes: Mapping[str, str] | None = None) -> None:
        self.tag = tag
        self.attributes: dict[str, str] = dict(attributes) if attributes else {}
        self.children: list[Element | str] = []
        self.others: list[str] = []

    def get(self, name: str) -> str:
        """An attribute on one line, or nothing."""
        written = self.attributes.get(name)
        return _spaces.sub(" ", clean(written)).strip() if written else ""

    def classes(self) -> list[str]:
        """The names in its `class`, in lower case."""
        return self.attributes.get("class", "").lower().split()

    def elements(self) -> "Iterator[Element]":
        """The elements right inside of it."""
        return (child for child in self.children if isinstance(child, Element))

    def walk(self, *tags: str) -> "Iterator[Element]":
        """It and all that it holds, or those with one of these tags, in the order of the text."""
        stack: list[Element] = [self]
        while stack:
            element = stack.pop()
            if not tags or element.tag in tags:
                yield element
            stack.extend([child for child in reversed(element.children) if isinstance(child, Element)])

    def texts(self) -> Iterator[str]:
        """All of its text, piece by piece; a space where a block or a line begins or ends."""
        stack: list[Element | str] = [self]
        while stack:
            piece = stack.pop()
            if isinstance(piece, str):
                yield piece
                continue
            apart = [" "] if piece.tag in BOUNDARIES or piece.tag == "br" else []
            stack += [*apart, *reversed(piece.children), *apart]

    def words(self) -> str:
        """Its words on one line."""
        return _spaces.sub(" ", clean("".join(self.texts()))).strip()


class Parsed(msgspec.Struct, frozen=True):
    """A tree, what to say of the words that rules removed from it, and whether it had to be made flat."""

    body: Element
    removed: list[str]
    flat: bool


class _Feeding(Protocol):
    def feed(self, data: bytes) -> None: ...
    def close(self) -> object: ...


def parse_html(html: str) -> Parsed:
    """The tree of an HTML fragment. Never fails; comments, instructions and what `rules` lists are gone."""
    html = _bare_mail.sub(r"&lt;\1&gt;", _bare_link.sub(r'<a href="\1">\1</a>', clean(html)))
    builder = _Builder()
    parser = cast(
        "_Feeding",
        etree.HTMLParser(target=builder, encoding="utf-8", no_network=True, huge_tree=True),  # pyright: ignore[reportUnknownMemberType]
    )
    parser.feed(f"<html><body><div>{html}</div></body></html>".encode())
    parser.close()
    return Parsed(body=builder.body, removed=[*builder.removed], flat=builder.flat)


class _Builder:
    """Hears what the parser reads. Ends are always told, and in order."""

    def __init__(self) -> None:
        self.body = Element("body")
        self.removed: dict[str, None] = {}
        self.flat = False
        self._open: list[Element] = [self.body]
        # One for each element that is open in the source: whether it is in the tree, too.
        self._known: list[bool] = []
        self._text: list[str] = []
        self._elements = self._forms = self._silent = 0
        self._warning = ""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if self._silent:
            self._silent += 1
        elif rule := removed_as(tag, attributes, in_form=self._forms > 0):
            self._warning, self._silent = RULES[rule].warning.format(tag=tag), 1
            if rule == "pixels":
                self.removed[self._warning] = None
            if WIDGETS.intersection(attributes):
                self._add(Element(tag, attributes))
        else:
            self._begin(tag, attributes)

    def end(self, tag: str) -> None:
        if self._silent:
            self._silent -= 1
            return
        self._forms -= tag == "form"
        if self._known.pop():
            self._end_text()
            self._open.pop()
        elif tag in BOUNDARIES:
            self._text.append(" ")

    def data(self, text: str) -> None:
        if not self._silent:
            self._text.append(text)
        elif self._warning and text.strip():
            self.removed[self._warning] = None

    def close(self) -> None:
        self._end_text()

    def _begin(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._forms += tag == "form"
        known = tag not in ("html", "body")
        if known and (len(self._open) > DEPTH or self._elements >= ELEMENTS):
            self.flat, known = True, False
            self._text.append(" " if tag in BOUNDARIES or tag == "br" else "")
        if known:
            element = self._add(Element(tag, attributes))
            known = tag not in _VOID
            if known:
                self._open.append(element)
        self._known.append(known)

    def _add(self, element: Element) -> Element:
        self._end_text()
        self._open[-1].children.append(element)
        self._elements += 1
        return element

    def _end_text(self) -> None:
        if self._text:
            self._open[-1].children.append("".join(self._text))
            self._text.clear()
