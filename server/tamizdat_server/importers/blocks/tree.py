"""The few things of lxml that importers use, typed."""

import re
from collections.abc import Iterable, Iterator
from typing import Protocol, cast

from lxml import etree  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType, reportAttributeAccessIssue]

from tamizdat_server.importers.text import clean

# Written as in Markdown where HTML was meant: a parser would take these for elements and drop what they say.
_bare_link = re.compile(r"<(https?://[^\s<>\"]+)>")
_bare_mail = re.compile(r"<([\w.+-]+@[\w.-]+)>")
_any_tag = re.compile(r"<[^<>]*>?")
_spaces = re.compile(r"[ \t\n\r\f]+")


class Element(Protocol):
    """An element of a parsed HTML tree."""

    tag: str
    text: str | None
    tail: str | None

    def get(self, name: str) -> str | None: ...
    def clear(self, keep_tail: bool = False) -> None: ...
    def iter(self, *tags: str) -> "Iterator[Element]": ...
    def itertext(self) -> Iterator[str]: ...
    def remove(self, child: "Element") -> None: ...
    def __iter__(self) -> "Iterator[Element]": ...
    def __len__(self) -> int: ...


class Fault(Protocol):
    """Something that the parser found wrong."""

    type_name: str


def parse_html(html: str) -> Element:
    """The body of an HTML fragment, whatever its faults; comments and instructions are gone."""
    parser = etree.HTMLParser(  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=True
    )
    html = _bare_mail.sub(r"&lt;\1&gt;", _bare_link.sub(r'<a href="\1">\1</a>', html))
    page = f"<html><body><div>{html}</div></body></html>".encode()
    root = cast("Element", etree.fromstring(page, parser))  # pyright: ignore[reportUnknownMemberType]
    faults = cast("Iterable[Fault]", parser.error_log)  # pyright: ignore[reportUnknownMemberType]
    if any(fault.type_name == "ERR_RESOURCE_LIMIT" for fault in faults):
        # The parser gave up on elements nested thousands deep, with the rest unread.
        return parse_html("\n".join(f"<p>{part}</p>" for part in _any_tag.sub(" ", html).split("\n") if part.strip()))
    return next(root.iter("body"))


def text_of(element: Element) -> str:
    """Its words on one line."""
    return _spaces.sub(" ", clean("".join(element.itertext()))).strip()


def attribute(element: Element, name: str) -> str:
    """An attribute on one line, or nothing."""
    return _spaces.sub(" ", clean(element.get(name) or "")).strip()


def take_out(element: Element) -> None:
    """Leave nothing of an element but the text after it."""
    element.clear(keep_tail=True)
    element.tag = "wbr"
