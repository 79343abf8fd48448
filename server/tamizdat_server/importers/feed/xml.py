"""XML of feeds, as it is rather than as it should be: without document types, so without entities and their bombs."""

import html
import re
from collections.abc import Callable, Iterable, Iterator
from html.entities import html5
from typing import Final, Protocol, cast

from lxml import etree  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType, reportAttributeAccessIssue]

from tamizdat_server.importers.feed.parts import NotAFeed

_SPACES: Final = {
    "http://purl.org/rss/1.0/": "", "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://channel.netscape.com/rdf/simple/0.9/": "", "http://backend.userland.com/rss": "",
    "http://blogs.law.harvard.edu/tech/rss": "", "http://backend.userland.com/rss2": "",
    "http://backend.userland.com/rss091": "", "http://my.netscape.com/publish/formats/rss-0.91.dtd": "",
    "http://purl.org/net/rss1.1#": "", "http://purl.org/rss/2.0/": "", "http://cyber.law.harvard.edu/rss/rss.html": "",
    "http://www.w3.org/2005/atom": "atom", "http://purl.org/atom/ns#": "atom", "http://purl.org/atom/": "atom",
    "http://purl.org/rss/1.0/modules/content/": "content", "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms", "http://purl.org/dc/elements/1.0/": "dc",
    "http://search.yahoo.com/mrss/": "media", "http://search.yahoo.com/mrss": "media",
    "http://video.search.yahoo.com/mrss": "media", "http://video.search.yahoo.com/mrss/": "media",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes", "http://purl.org/syndication/thread/1.0": "thr",
    "http://www.w3.org/1999/xhtml": "xhtml", "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://www.w3.org/2007/app": "app", "http://purl.org/atom/app#": "app",
    "http://www.livejournal.org/rss/lj/1.0/": "lj", "http://www.bloglines.com/about/specs/fac-1.0": "access",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner", "http://www.w3.org/xml/1998/namespace": "xml",
}  # fmt: skip
_PREFIXES: Final = frozenset(_SPACES.values()) - {""}
_MENDABLE: Final = frozenset(("ERR_TAG_NAME_MISMATCH", "ERR_NAME_REQUIRED", "ERR_LT_REQUIRED", "ERR_GT_REQUIRED"))
# What a search of our own looks at twice, in characters; what it takes care of one by one.
_MENDED: Final = 4_000_000
_AMPERSANDS: Final = 2_000_000
MAX_ENTRIES: Final = 50_000
# So many characters are looked at in all, an element counting as some: more than the largest feed has.
_LOOKS: Final = 64_000_000
_ELEMENT: Final = 16
_TAIL: Final = 64 * 1024
_forbidden: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
# What stands before the first element, a document type with declarations of its own among it.
_prolog: Final = re.compile(
    r"""(?>[^<]*+(?:<!--.*?-->|<\?.*?\?>|<!DOCTYPE[^\[>]*+(?:\[(?:"[^"]*"|'[^']*'|<!--.*?-->|[^\]"'])*+\]\s*)?>))*+[^<]*+""",
    re.IGNORECASE | re.DOTALL,
)
_marked: Final = re.compile(
    r"<!\[CDATA\[(?:.*?\]\]>|.*)|<!--(?:.*?-->|.*)|&(?!(?:lt|gt|amp|quot|apos);)(?:#(\d{1,7}|[xX][0-9a-fA-F]{1,6});|(\w{1,32});)?",
    re.DOTALL,
)
# Texts whose markup people forget to escape: a parser would close them at the wrong end.
_unescaped: Final = re.compile(
    r"<((?:(?:atom|a|content|dc|media|itunes):)?(?:title|description|encoded|summary|content|tagline))(\s[^<>]*)?(?<!/)>((?:(?!<!\[CDATA\[|<\1[\s>]).)*?)</\1\s*>",
    re.DOTALL,
)
_of_export: Final = re.compile(r"\{[^}]*wordpress\.org/export/|wp:")
_prefixed: Final = re.compile(r"<(/?)[A-Za-z][\w.-]*:([A-Za-z])")
_escapes: Final = re.compile(r"type\s*=\s*[\"'](?:xhtml|application/xhtml\+xml)|mode\s*=\s*[\"']xml")


class Node(Protocol):
    """An element of a parsed XML tree."""

    tag: object
    text: str | None
    tail: str | None
    base: str | None
    attrib: "dict[str, str]"

    def get(self, name: str) -> str | None: ...
    def getparent(self) -> "Node | None": ...
    def iter(self) -> "Iterator[Node]": ...
    def __iter__(self) -> "Iterator[Node]": ...
    def __len__(self) -> int: ...


class _Fault(Protocol):
    type_name: str


class Document:
    """A tree; `whole` where the text didn't end in the middle of it."""

    def __init__(self, root: Node, *, whole: bool) -> None:
        self.root, self.whole = root, whole


def parse_xml(text: str, *, base: str) -> Document:
    """The tree of this text, which lay at `base`. Raises: NotAFeed for what is no XML, or too much of it."""
    if text.count("&") > _AMPERSANDS or text.count("<item") + text.count("<entry") > MAX_ENTRIES:
        raise NotAFeed(f"it is made as no feed is, or has more than {MAX_ENTRIES} entries")
    text = _marked.sub(_plain, _prolog.sub("", _forbidden.sub("", text), count=1))
    root, faults = _parsed(text, base)
    if len(text) <= _MENDED and (root is None or faults & _MENDABLE):
        again, other = _parsed(_unescaped.sub(_escaped, text), base)
        root, faults = (again, other) if again is not None else (root, faults)
    if root is None:
        raise NotAFeed("it is no XML")
    name = str(root.tag).rpartition("}")[2].rpartition(":")[2]
    return Document(root, whole=bool(re.search(rf"</(?:[\w.-]+:)?{re.escape(name)}\s*>", text[-_TAIL:])))


def name_of(node: Node) -> str:
    """Its name as this program writes it, `media:content`, whatever prefix stands in the file; `?` where unknown."""
    tag = node.tag
    if not isinstance(tag, str):
        return "?"
    space, _, local = tag.rpartition("}")
    if space:
        prefix = _SPACES.get(space[1:].lower(), "?")
    else:
        # A prefix that the file never explains is what it is everywhere else.
        prefix, colon, rest = local.partition(":")
        prefix, local = (prefix if prefix in _PREFIXES else "?", rest) if colon else ("", local)
    return f"{prefix}:{local.lower()}" if prefix else local.lower()


def entries_in(root: Node, is_entry: Callable[[Node], bool]) -> list[Node]:
    """A feed's entries, in order, also those within others, as they stand where an end was forgotten.

    Raises: NotAFeed where looking into each would be looking at the same again and again.
    """
    found: list[Node] = []
    looks = within = 0
    walk = cast("Iterable[tuple[str, Node]]", etree.iterwalk(root, events=("start", "end")))  # pyright: ignore[reportUnknownMemberType]
    for event, node in walk:
        if is_entry(node):
            within += 1 if event == "start" else -1
            found += [node] if event == "start" else []
        if event == "start":
            looks += within * (_ELEMENT + len(node.text or "") + len(node.tail or ""))
        if looks > _LOOKS:
            raise NotAFeed("it is made as no feed is: entries within entries")
    return found


def has_words_of_an_export(root: Node) -> bool:
    """Whether elements of a WordPress export stand in this tree, wherever they do."""
    return any(isinstance(node.tag, str) and _of_export.match(node.tag) for node in root.iter())


def text_in(node: Node | None) -> str:
    """All of its text, marked up or not."""
    if node is None:
        return ""
    return cast("str", etree.tostring(node, method="text", encoding="unicode", with_tail=False))  # pyright: ignore[reportUnknownMemberType]


def markup_in(node: Node) -> str:
    """What stands in it, as HTML."""
    parts = (cast("str", etree.tostring(child, method="html", encoding="unicode")) for child in node)  # pyright: ignore[reportUnknownMemberType]
    return html.escape(node.text or "", quote=False) + _prefixed.sub(r"<\1\2", "".join(parts))


def _parsed(text: str, base: str) -> tuple[Node | None, set[str]]:
    parser = etree.XMLParser(  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        encoding="utf-8", recover=True, resolve_entities=False, load_dtd=False, no_network=True, huge_tree=True,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = cast("Node | None", etree.fromstring(text.encode(), parser, base_url=base or None))  # pyright: ignore[reportUnknownMemberType]
    except etree.XMLSyntaxError:  # pyright: ignore[reportUnknownMemberType]
        root = None
    faults = cast("Iterable[_Fault]", parser.error_log)  # pyright: ignore[reportUnknownMemberType]
    return root, {fault.type_name for fault in faults}


def _plain(found: re.Match[str]) -> str:
    """Entities as their characters, since no document type explains them here; what is none is an ampersand."""
    whole, number, name = found[0], found[1], found[2]
    if whole.startswith("<"):
        return whole
    if number:
        return html.escape(_forbidden.sub("", html.unescape(whole)).replace("\ufffd", ""))
    known = html5.get(f"{name};") if name else None
    return html.escape(known, quote=False) if known else f"&amp;{whole[1:]}"


def _escaped(found: re.Match[str]) -> str:
    name, attributes, inner = found[1], found[2] or "", found[3]
    if "<" not in inner or _escapes.search(attributes):
        return found[0]
    return f"<{name}{attributes}>{html.escape(html.unescape(inner), quote=False)}</{name}>"
