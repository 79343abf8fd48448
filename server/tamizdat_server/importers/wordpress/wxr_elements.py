"""One piece of an export, parsed strictly: which elements it has, by the names that WordPress gives them."""

import re
from html.entities import html5
from typing import Final
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

import msgspec

_DEPTH: Final = 30
_NAMESPACES: Final = {
    "wp": "http://wordpress.org/export/1.2/",
    "excerpt": "http://wordpress.org/export/1.2/excerpt/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "wfw": "http://wellformedweb.org/CommentAPI/",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "georss": "http://www.georss.org/georss",
    "geo": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "atom": "http://www.w3.org/2005/Atom",
}
_DECLARED: Final = re.compile(r"\sxmlns:([\w.-]+)\s*=\s*(?:\"([^\"<]*)\"|'([^'<]*)')")
_EXPORT: Final = re.compile(r"https?://wordpress\.org/export/[\d.]+/(excerpt/)?")
_FIELD: Final = re.compile(r"<([\w:.-]{1,100})(?:\s[^<>]*)?>\s*<!\[CDATA\[")
_ESCAPED_END: Final = "]]]]><![CDATA[>"
_REFERENCE: Final = re.compile(r"&(?:#(?:x([0-9A-Fa-f]{1,8})|([0-9]{1,8}));|(\w{1,40};)?)")
_XML: Final = frozenset(("amp;", "lt;", "gt;", "quot;", "apos;"))


class Node(msgspec.Struct):
    """An element: its name with WordPress's own prefixes (`wp:status`), its attributes, text and children."""

    name: str
    attributes: dict[str, str]
    text: str = ""
    children: list["Node"] = []

    def all(self, name: str) -> list["Node"]:
        return [child for child in self.children if child.name == name]

    def value(self, name: str) -> str:
        """The text of the first child of this name, or nothing."""
        return next((child.text for child in self.children if child.name == name), "")


class Damaged(Exception):
    """Not well-formed, and not to be mended without guessing."""


class Namespaces:
    """What prefixes mean in one export: as its first tags declare them, and as everybody has them where they don't."""

    def __init__(self, head: str) -> None:
        declared = {found[1]: found[2] or found[3] or "" for found in _DECLARED.finditer(head)}
        self.export = any(_EXPORT.fullmatch(address) for address in declared.values())
        names = {**_NAMESPACES, **{prefix: address for prefix, address in declared.items() if address}}
        self._open = "<r" + "".join(f" xmlns:{prefix}={quoteattr(names[prefix])}" for prefix in names) + ">"

    def parse(self, piece: str) -> Node:
        """The one element of a piece of the export. Raises: Damaged."""
        try:
            return self._parse(piece)
        except expat.ExpatError:
            pass
        try:
            return self._parse(_mended(piece))
        except expat.ExpatError as error:
            raise Damaged(expat.errors.messages[error.code]) from error

    def _parse(self, piece: str) -> Node:
        parser = expat.ParserCreate("utf-8", " ")
        parser.buffer_text = True
        tree = _Tree()
        parser.StartElementHandler, parser.EndElementHandler = tree.start, tree.end
        parser.CharacterDataHandler = tree.characters
        # A declaration of entities can't stand inside an element; nothing is ever loaded.
        parser.Parse(f"{self._open}{piece}</r>".encode("utf-8", "replace"), True)
        if len(tree.root.children) != 1:
            raise Damaged("no element, or more than one")
        return tree.root.children[0]


class _Tree:
    def __init__(self) -> None:
        self.root = Node("", {})
        self._open: list[Node] = []
        self._texts: list[list[str]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        node = Node(_short(name), {_short(key): value for key, value in attributes.items()})
        if len(self._open) >= _DEPTH:
            raise Damaged("elements within elements without end")
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node
        self._open.append(node)
        self._texts.append([])

    def characters(self, text: str) -> None:
        self._texts[-1].append(text)

    def end(self, _: str) -> None:
        self._open.pop().text = "".join(self._texts.pop()).strip(" \t\r\n")


def _short(name: str) -> str:
    address, _, local = name.rpartition(" ")
    if found := _EXPORT.fullmatch(address):
        return f"{'excerpt' if found[1] else 'wp'}:{local}"
    prefix = next((prefix for prefix, known in _NAMESPACES.items() if known == address), "?" if address else "")
    return f"{prefix}:{local}" if prefix else local


def _mended(piece: str) -> str:
    """The piece with those faults undone that exports are known for and that can be undone in one way only.

    Old versions of WordPress did not escape `]]>` in a text; plugins write `&nbsp;` or a bare `&`.
    """
    out: list[str] = []
    at = 0
    while found := _FIELD.search(piece, at):
        end = re.compile(rf"\]\]>\s*</{re.escape(found[1])}\s*>").search(piece, found.end())
        if end is None:
            break
        out += [_references(piece[at : found.end() - 9]), "<![CDATA[", _one_section(piece[found.end() : end.start()])]
        at = end.start() + 3
        out.append("]]>")
    return "".join([*out, _references(piece[at:])])


def _references(text: str) -> str:
    """The text between sections, which would be markup."""
    start = text.find("<![CDATA[")
    return _REFERENCE.sub(_reference, text) if start < 0 else _REFERENCE.sub(_reference, text[:start]) + text[start:]


def _one_section(text: str) -> str:
    return text.replace(_ESCAPED_END, "]]>").replace("]]>", _ESCAPED_END)


def _reference(found: re.Match[str]) -> str:
    if found[1] or found[2]:
        code = int(found[1], 16) if found[1] else int(found[2])
        legal = code in (9, 10, 13) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF
        return found[0] if legal else ""
    if found[3] in _XML:
        return found[0]
    meant = html5.get(found[3] or "")
    return meant if meant and meant not in "<>&" else f"&amp;{found[3] or ''}"
