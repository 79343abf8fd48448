"""RSS 0.90 to 2.0, RDF and CDF, as trees, to entries."""

import html
from typing import Final

from tamizdat_server.importers.feed.fields import (
    Fields,
    about,
    base_of,
    fields_of,
    first,
    joined,
    language_of,
    markups,
    own_base,
    own_language,
    text_of,
    texts_of,
)
from tamizdat_server.importers.feed.hidden import marks_of
from tamizdat_server.importers.feed.media import media_of
from tamizdat_server.importers.feed.parts import Entry, Feed
from tamizdat_server.importers.feed.xml import Document, Node, entries_in, name_of, text_in

_CONTENT: Final = (
    *("content:encoded", "xhtml:body", "xhtml:div", "atom:content", "content", "fulltext", "fullitem", "body"),
)


def read_rss(document: Document) -> Feed:
    """The feed of a tree that has `rss`, `rdf:rdf` or `channel` at its root."""
    root = document.root
    channel = next((node for node in root.iter() if name_of(node) == "channel"), root)
    fields = fields_of(channel)
    items = entries_in(root, lambda node: name_of(node) == "item")
    entries = [_entry(item) for item in items]
    if entries and not document.whole:
        entries[-1] = _cut_off(items[-1])
    restricted = any(node.get("relationship") == "deny" for node in fields.get("access:restriction", []))
    return Feed(
        version="rdf" if name_of(root) == "rdf:rdf" else f"rss {root.get('version') or ''}".strip(),
        title=first(fields, "title"),
        address=_related(fields, "self"),
        next=_related(fields, "next"),
        link=_link(channel, fields),
        language=text_of(fields, "language", "dc:language").strip() or language_of(channel),
        private="marked as not to be passed on" if restricted else "",
        entries=entries,
    )


def _related(fields: Fields, rel: str) -> str:
    links = (node for node in fields.get("atom:link", []) if node.get("rel") == rel)
    return next((joined(base_of(link), href) for link in links if (href := (link.get("href") or "").strip())), "")


def _entry(item: Node) -> Entry:
    fields = fields_of(item)
    link = _link(item, fields)
    hidden, unfit = marks_of(item)
    contents = [text for text in markups(fields, *_CONTENT) if text.strip()]
    return Entry(
        id=text_of(fields, "guid", "atom:id", "id", "dc:identifier") or about(item),
        link=link,
        title=first(fields, "title", "atom:title", "dc:title", "media:title"),
        content=max(contents, key=len, default=""),
        summary=first(fields, "description", "atom:summary", "summary", "itunes:summary", "dc:description"),
        published=texts_of(
            fields, "pubdate", "atom:published", "dc:date", "dcterms:issued", "dcterms:created", "published", "date"
        ),
        updated=texts_of(fields, "atom:updated", "dcterms:modified", "updated"),
        names=_names(fields),
        tags=[*texts_of(fields, "category", "dc:subject"), *_terms(fields)],
        language=text_of(fields, "dc:language", "language") or own_language(item),
        base=own_base(item),
        media=[*media_of(item)],
        hidden=hidden,
        unfit=unfit,
    )


def _cut_off(item: Node) -> Entry:
    entry = _entry(item)
    return Entry(id=entry.id, link=entry.link, title=entry.title, whole=False)


def _link(node: Node, fields: Fields) -> str:
    links = [*texts_of(fields, "feedburner:origlink", "link")]
    links += [
        child.get("href") or ""
        for name in ("atom:link", "link")
        for child in fields.get(name, [])
        if (child.get("rel") or "alternate") == "alternate"
    ]
    links += [
        text_in(guid).strip()
        for guid in fields.get("guid", [])
        if (guid.get("isPermaLink") or guid.get("ispermalink") or "true").lower() != "false"
    ]
    links += [about(node), node.get("href") or node.get("HREF") or ""]
    found = next((link.strip() for link in links if _leads(link.strip())), "")
    return joined(base_of(node), found)


def _leads(link: str) -> bool:
    return bool(link) and (link.lower().startswith(("http:", "https:", "/", "?")) or not _has_scheme(link))


def _has_scheme(link: str) -> bool:
    return ":" in link.split("/")[0] or " " in link


def _names(fields: Fields) -> list[str]:
    names = [html.escape(name, quote=False) for name in texts_of(fields, "dc:creator")]
    if names:
        return names
    people = [text_of(fields_of(node), "atom:name", "name") for node in fields.get("atom:author", [])]
    names = [name for name in people if name] or texts_of(fields, "author") or texts_of(fields, "itunes:author")
    return [html.escape(name, quote=False) for name in names]


def _terms(fields: Fields) -> list[str]:
    return [
        node.get("label") or node.get("term") or ""
        for node in fields.get("atom:category", [])
        if not node.get("scheme")
    ]
