"""Atom 0.3 and 1.0, as trees, to entries."""

import base64
import binascii
import html
import re
from collections.abc import Sequence
from typing import Final

from tamizdat_server.importers.feed.fields import (
    Fields,
    base_of,
    fields_of,
    joined,
    language_of,
    own_base,
    own_language,
    text_of,
    texts_of,
)
from tamizdat_server.importers.feed.hidden import marks_of
from tamizdat_server.importers.feed.media import media_of
from tamizdat_server.importers.feed.parts import Entry, Feed
from tamizdat_server.importers.feed.xml import Document, Node, entries_in, markup_in, name_of, text_in

_HTML: Final = ("html", "text/html", "application/xhtml+xml")
_PLAIN: Final = ("", "text", "text/plain")
# What calls itself plain text, and isn't.
_tags_within: Final = re.compile(
    r"</(?:p|div|a|b|i|em|strong|ul|ol|li|span|h[1-6]|blockquote)>|<br ?/?>|<img\s"
    r"|&(?:nbsp|amp|quot|laquo|raquo|[mn]dash|hellip|[lr][sd]quo|#\d{2,5});"
)


def read_atom(document: Document) -> Feed:
    """The feed of a tree that has `atom:feed`, or a single `atom:entry`, at its root."""
    root = document.root
    fields = _fields(root)
    items = entries_in(root, lambda node: _name(node) == "entry")
    names = _names(fields)
    entries = [_entry(item, names) for item in items]
    if entries and not document.whole:
        last = entries[-1]
        entries[-1] = Entry(id=last.id, link=last.link, title=last.title, whole=False)
    return Feed(
        version="atom",
        title=_construct(fields, "title"),
        address=_link(root, fields, rel="self"),
        link=_link(root, fields),
        next=_link(root, fields, rel="next"),
        language=language_of(root) or text_of(fields_of(root), "dc:language"),
        names=names,
        private="marked as not to be passed on" if _is_restricted(root) else "",
        entries=entries,
    )


def _entry(item: Node, inherited: Sequence[str]) -> Entry:
    fields, hidden_unfit = _fields(item), marks_of(item)
    content = next(iter(fields.get("content", [])), None)
    own = fields_of(item)
    return Entry(
        id=text_of(fields, "id"),
        link=_link(item, fields),
        title=_construct(fields, "title") or html.escape(text_of(own, "media:title", "dc:title"), quote=False),
        content=_longest([_markup(node) for node in fields.get("content", [])]),
        summary=_construct(fields, "summary") or html.escape(_described(own), quote=False),
        published=[
            *texts_of(fields, "published", "issued", "created"),
            *texts_of(own, "dcterms:issued", "dc:date", "pubdate"),
        ],
        updated=texts_of(fields, "updated", "modified"),
        names=_names(fields) or _creators(own) or _of_source(fields, inherited),
        tags=_tags(fields),
        language=own_language(item) or text_of(own, "dc:language"),
        base=own_base(content if content is not None else item),
        media=[*media_of(item)],
        translations=_translations(item, fields),
        hidden=hidden_unfit[0],
        unfit=hidden_unfit[1],
    )


def _longest(texts: list[str]) -> str:
    return max((text for text in texts if text.strip()), key=len, default="")


def _name(node: Node) -> str:
    return name_of(node).removeprefix("atom:")


def _fields(node: Node) -> Fields:
    fields: dict[str, list[Node]] = {}
    for child in node:
        fields.setdefault(_name(child), []).append(child)
    return fields


def _construct(fields: Fields, name: str) -> str:
    return next((markup for node in fields.get(name, []) if (markup := _markup(node)).strip()), "")


def _markup(node: Node) -> str:
    """A text construct or content (RFC 4287, 3.1 and 4.1.3; Atom 0.3, 3.1) as HTML; nothing for what is no text."""
    kind, mode = (node.get("type") or "").strip().lower().partition(";")[0], (node.get("mode") or "").lower()
    if kind == "xhtml" or len(node):
        return markup_in(node)
    text = _unpacked(text_in(node)) if mode == "base64" else text_in(node)
    if kind in _HTML or (mode == "escaped" and not kind) or _tags_within.search(text):
        return text
    # Content of other media types is for programs; titles and summaries are always for people.
    plain = kind in _PLAIN or kind.startswith("text/") or _name(node) != "content"
    return html.escape(text, quote=False).replace("\n\n", "<p>") if plain else ""


def _unpacked(text: str) -> str:
    try:
        return base64.b64decode("".join(text.split()), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""


def _link(node: Node, fields: Fields, *, rel: str = "alternate") -> str:
    """Its own page: best the one that is HTML and in no other language."""
    links = [link for link in fields.get("link", []) if _rel(link) == rel and link.get("href")]
    mine = language_of(node).lower()[:2]
    links.sort(
        key=lambda link: (
            (link.get("hreflang") or mine).lower()[:2] != mine,
            link.get("type") not in (None, "text/html", "application/xhtml+xml"),
        )
    )
    return next((joined(base_of(link), (link.get("href") or "").strip()) for link in links), "")


def _rel(link: Node) -> str:
    return (link.get("rel") or "alternate").lower().removeprefix("http://www.iana.org/assignments/relation/")


def _translations(item: Node, fields: Fields) -> list[str]:
    links = [link for link in fields.get("link", []) if _rel(link) == "alternate" and link.get("hreflang")]
    found = [joined(base_of(link), (link.get("href") or "").strip()) for link in links]
    return sorted({*found, _link(item, fields)} - {""}) if found else []


def _names(fields: Fields) -> list[str]:
    people = [text_of(_fields(author), "name") for author in fields.get("author", [])]
    return [html.escape(name, quote=False) for name in people if name]


def _creators(fields: Fields) -> list[str]:
    return [html.escape(name, quote=False) for name in texts_of(fields, "dc:creator")]


def _of_source(fields: Fields, inherited: Sequence[str]) -> Sequence[str]:
    # RFC 4287, 4.2.1: an entry without an author has its source's, else the feed's.
    return next((names for source in fields.get("source", []) if (names := _names(_fields(source)))), inherited)


def _tags(fields: Fields) -> list[str]:
    return [node.get("label") or node.get("term") or text_in(node) for node in fields.get("category", [])]


def _described(fields: Fields) -> str:
    groups = [fields, *(fields_of(group) for group in fields.get("media:group", []))]
    return next((text for group in groups if (text := text_of(group, "media:description"))), "")


def _is_restricted(root: Node) -> bool:
    return any(name_of(child) == "access:restriction" and child.get("relationship") == "deny" for child in root)
