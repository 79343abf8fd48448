"""A web page as a tree, without what isn't read by people: scripts, styles, comments."""

import re
from collections.abc import Iterable, Iterator
from typing import Final, Protocol, cast

from lxml import etree  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType, reportAttributeAccessIssue]

from tamizdat_server.importers.items import Refused

_ATTRIBUTES: Final = 1_000
_LONG: Final = 2 * _ATTRIBUTES
_value: Final = re.compile(r"=\s*+(?:\"[^\"]*+\"|'[^']*+')")
_element: Final = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|(<(?:(script|style)\b|[A-Za-z])(?:[^>\"'=]++|=\s*+(?:\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z))|[\"'=])*+)"
    r"(?(2)>.*?(?:</(?:script|style)|\Z)|)",
    re.DOTALL | re.IGNORECASE,
)
# What a tree of lxml may be read from and not be given again; in a text, or told by its number.
_forbidden: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_reference: Final = re.compile(r"&#(?:0*([0-9]{1,7})|[xX]0*([0-9a-fA-F]{1,6}))(?![0-9a-fA-F]);?")
# Random bytes have a tenth of them.
_DAMAGE_BORNE: Final = 0.05
MAX_ELEMENTS: Final = 25_000
MAX_CHARACTERS: Final = 2_000_000
# Who looks for an author among more than that, or in longer ones, looks for hours.
_METAS: Final = 500
_META_CHARACTERS: Final = 2_000
_UNREAD: Final = ("script", "style", "template", "svg", "math", "canvas", "input", "select", "textarea", "button")
# Names that WordPress, Joomla, Drupal and the usual services of comments give to their boxes.
_OF_READERS: Final = frozenset(
    "comments comment-list commentlist comments-area comment-respond respond comment-form commentform comments-list"
    " comments-section comment-section comments-wrapper post-comments jcomments disqus_thread fb-comments vk_comments"
    " hypercomments_widget cackle mc-container isso-thread remark42 commento giscus utterances wpd-threads wpdiscuz"
    " wpcomments wpadminbar".split()
)
# All else are wrappers without a meaning for a text: builders of pages nest thousands of them.
_MEANT: Final = frozenset(
    "html head body title meta link base p div section article main header footer nav aside h1 h2 h3 h4 h5 h6 ul ol li"
    " dl dt dd table caption thead tbody tfoot tr td th blockquote q pre code a img figure figcaption picture source"
    " iframe video audio object embed b strong i em u s del sub sup br hr details summary form center".split()
)


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


def check_markup(text: str) -> None:
    """Raises: Refused for elements with thousands of attributes, over which the parser would sit for hours."""
    for found in _element.finditer(text):
        element = found[1] or ""
        if len(element) > _LONG and len(_value.sub("=", element).split()) > _ATTRIBUTES:
            raise Refused("made as no page for people is")


def parse_page(text: str) -> Tag:
    """The tree of a page. Raises: Refused where there is none, or where it is nested as no page for people is."""
    check_markup(text)
    shown, forbidden = _forbidden.subn("", text)
    if forbidden > _DAMAGE_BORNE * len(text):
        raise Refused("no text, by its many characters that no page has")
    text = _reference.sub(_if_allowed, shown)
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


def _if_allowed(found: re.Match[str]) -> str:
    code = int(found[1]) if found[1] else int(found[2], 16)
    return "" if code > 0x10FFFF or _forbidden.match(chr(code)) else found[0]


def prune(root: Tag) -> None:
    """Take out what isn't read. Raises: Refused where what stays is too much for one article."""
    for element in [*root.iter("noscript")]:
        before = element.getprevious()
        # The picture for browsers without scripts stands there a second time.
        if before is not None and before.tag in ("img", "picture", "figure") and any(element.iter("img")):
            take_away(element)
    for element in [element for element in root.iter() if _is_of_readers(element)]:
        take_away(element)
    for place, meta in enumerate([*root.iter("meta")]):
        if place >= _METAS or len(meta.get("content") or "") > _META_CHARACTERS:
            take_away(meta)
    etree.strip_elements(root, *_UNREAD, with_tail=False)  # pyright: ignore[reportUnknownMemberType]
    for element in root.iter():
        if element.tag not in _MEANT:  # its name may be one by which lxml itself couldn't ask for it
            element.tag = "span"
    etree.strip_tags(root, "span")  # pyright: ignore[reportUnknownMemberType]
    if sum(1 for _ in root.iter()) > MAX_ELEMENTS or sum(map(len, root.itertext())) > MAX_CHARACTERS:
        raise Refused("too large to be one article")


def _is_of_readers(element: Tag) -> bool:
    """Whether it holds what readers wrote, or what a site shows to one who is logged in: names, at the least."""
    if element.tag in ("html", "body", "main"):
        return False
    names = {element.get("id"), *(element.get("class") or "").split()}
    kind = (element.get("itemtype") or "").rpartition("/")[2]
    return not names.isdisjoint(_OF_READERS) or kind in ("Comment", "UserComments")


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
