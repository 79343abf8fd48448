"""Fields of a feed's elements: texts, markup, languages and bases, as the elements around them set these."""

from collections.abc import Iterator, Mapping
from urllib.parse import urljoin

from tamizdat_server.importers.feed.xml import Node, markup_in, name_of, text_in

Fields = Mapping[str, list[Node]]


def fields_of(node: Node) -> Fields:
    """Its children by name."""
    fields: dict[str, list[Node]] = {}
    for child in node:
        fields.setdefault(name_of(child), []).append(child)
    return fields


def first(fields: Fields, *names: str) -> str:
    """The first of these fields that says something, as HTML."""
    return next((markup for markup in markups(fields, *names) if markup.strip()), "")


def text_of(fields: Fields, *names: str) -> str:
    """The first of these fields that says something, as it stands there."""
    return next((text for text in texts_of(fields, *names)), "")


def texts_of(fields: Fields, *names: str) -> list[str]:
    """What these fields say, in the order of their names."""
    texts = (text_in(node).strip() for name in names for node in fields.get(name, []))
    return [text for text in texts if text]


def markups(fields: Fields, *names: str) -> Iterator[str]:
    """What each of these fields says, as HTML."""
    for name in names:
        for node in fields.get(name, []):
            # Elements within are markup that nobody escaped; else what stands there is markup itself.
            yield markup_in(node) if len(node) else text_in(node)


def about(node: Node) -> str:
    """What RDF says that an element is about, an address mostly."""
    return (node.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about") or "").strip()


def base_of(node: Node) -> str:
    """What relative addresses at this element are relative to; nothing where that isn't known."""
    try:
        return node.base or ""
    except ValueError:
        return ""


def own_base(node: Node) -> str:
    """The base that an `xml:base` around it sets, which isn't just where the file lay."""
    around: Node | None = node
    while around is not None:
        if around.get("{http://www.w3.org/XML/1998/namespace}base"):
            return base_of(node)
        around = around.getparent()
    return ""


def own_language(node: Node) -> str:
    """The language that an element or one within it says that it is in."""
    return next((found for inner in (node, *node) if (found := _said(inner))), "")


def language_of(node: Node) -> str:
    """The language that is in force at an element."""
    around: Node | None = node
    while around is not None:
        if said := _said(around):
            return said
        around = around.getparent()
    return ""


def _said(node: Node) -> str:
    return node.get("{http://www.w3.org/XML/1998/namespace}lang") or ""


def joined(base: str, link: str) -> str:
    """An absolute address, if that can be had; nothing for what is none."""
    try:
        return urljoin(base, link) if link else ""
    except ValueError:
        return ""
