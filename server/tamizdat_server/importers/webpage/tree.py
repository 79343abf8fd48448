"""A web page as a tree, without what isn't read by people: scripts, styles, comments."""

from collections.abc import Iterable, Iterator
from typing import Final, Protocol, cast

from lxml import etree  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType, reportAttributeAccessIssue]

from tamizdat_server.importers.items import Refused

MAX_ELEMENTS: Final = 25_000
MAX_CHARACTERS: Final = 2_000_000
_UNREAD: Final = ("script", "style", "template", "svg", "math", "canvas", "input", "select", "textarea", "button")
# Wrappers without a meaning of their own: builders of pages nest thousands of them.
_HOLLOW: Final = ("span", "font", "o:p", "nobr", "wbr", "small", "big", "bdi", "ins", "noscript")


class Tag(Protocol):
    """An element of a page."""

    tag: str
    text: str | None
    tail: str | None

    def get(self, name: str) -> str | None: ...
    def iter(self, *tags: str) -> "Iterator[Tag]": ...
    def itertext(self) -> Iterator[str]: ...
    def getparent(self) -> "Tag | None": ...
    def getprevious(self) -> "Tag | None": ...
    def remove(self, child: "Tag") -> None: ...
    def replace(self, child: "Tag", new: "Tag") -> None: ...
    def makeelement(self, name: str) -> "Tag": ...
    def __iter__(self) -> "Iterator[Tag]": ...
    def __len__(self) -> int: ...


class _Fault(Protocol):
    type_name: str


def parse_page(text: str) -> Tag:
    """The tree of a page. Raises: Refused where there is none, or where it is nested as no page for people is."""
    parser = etree.HTMLParser(  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=True
    )
    try:
        root = cast("Tag | None", etree.fromstring(text.encode(errors="replace"), parser))  # pyright: ignore[reportUnknownMemberType]
    except etree.ParserError as error:  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        raise Refused("it is no web page") from error
    faults = cast("Iterable[_Fault]", parser.error_log)  # pyright: ignore[reportUnknownMemberType]
    if root is None:
        raise Refused("it is empty")
    if any(fault.type_name == "ERR_RESOURCE_LIMIT" for fault in faults):
        raise Refused("nested thousands deep, as no article is")
    return root


def prune(root: Tag) -> None:
    """Take out what isn't read. Raises: Refused where what stays is too much for one article."""
    for element in [*root.iter("noscript")]:
        before = element.getprevious()
        # The picture for browsers without scripts stands there a second time.
        if before is not None and before.tag in ("img", "picture", "figure") and any(element.iter("img")):
            take_away(element)
    etree.strip_elements(root, *_UNREAD, with_tail=False)  # pyright: ignore[reportUnknownMemberType]
    etree.strip_tags(root, *_HOLLOW)  # pyright: ignore[reportUnknownMemberType]
    if sum(1 for _ in root.iter()) > MAX_ELEMENTS or sum(map(len, root.itertext())) > MAX_CHARACTERS:
        raise Refused("too large to be one article")


def markup_of(element: Tag) -> str:
    """The element as HTML, without the text after it."""
    return cast("str", etree.tostring(element, method="html", encoding="unicode", with_tail=False))  # pyright: ignore[reportUnknownMemberType]


def text_of(element: Tag) -> str:
    """Its words on one line."""
    return " ".join("".join(element.itertext()).split())


def put(new: Tag, *, instead_of: Tag) -> None:
    """Exchange an element; the text after it stays."""
    if (parent := instead_of.getparent()) is not None:
        new.tail, instead_of.tail = instead_of.tail, None
        parent.replace(instead_of, new)


def take_away(element: Tag) -> None:
    """Remove an element; the text after it stays."""
    if (parent := element.getparent()) is not None:
        if element.tail:
            before = element.getprevious()
            if before is not None:
                before.tail = (before.tail or "") + element.tail
            else:
                parent.text = (parent.text or "") + element.tail
        parent.remove(element)
