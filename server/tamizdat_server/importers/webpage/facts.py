"""What a page says of its article for machines: JSON-LD, Open Graph, and the elements of its head."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast
from urllib.parse import urljoin

import msgspec

from tamizdat_server.importers.webpage.tree import Tag, text_of

_ARTICLES: Final = re.compile(r".*(?:Article|BlogPosting|Report|Review|Posting)", re.DOTALL)
_ADDRESS: Final = re.compile(r"\s*(?:https?:)?//", re.IGNORECASE)
_LISTS: Final = frozenset(("collectionpage", "searchresultspage", "itemlist"))
_NODES: Final = 2_000
_NOTHING: Final[Mapping[str, Any]] = {}


class Facts(msgspec.Struct, frozen=True):
    """What a page says of itself. Dates are as written, the best first; titles and names are plain text.

    `types`: schema.org's words for what it is about, in lower case. `free`: False where only those who pay may read it.
    """

    titles: Sequence[str] = ()
    names: Sequence[str] = ()
    published: Sequence[str] = ()
    updated: Sequence[str] = ()
    language: str = ""
    section: str = ""
    tags: Sequence[str] = ()
    summary: str = ""
    image: str = ""
    image_alt: str = ""
    canonical: str = ""
    base: str = ""
    translations: Sequence[str] = ()
    robots: str = ""
    types: frozenset[str] = frozenset()
    free: bool = True


def read_facts(root: Tag, *, address: str) -> Facts:
    """The facts of a page that lay at `address`; its addresses are made absolute."""
    linked = [*_linked_data(root)]
    article = next((node for node in linked if any(map(_ARTICLES.fullmatch, _types(node)))), _NOTHING)
    metas = _metas(root)
    canonical = next((_joined(address, href) for href in _links(root, "canonical")), "")
    # A saved page doesn't lie where its links lead from.
    here = address or canonical
    base = next((_joined(here, element.get("href") or "") for element in root.iter("base")), "") or here
    picture = [*_addresses(article.get("image")), *_of(metas, "og:image:secure_url", "og:image", "twitter:image")]
    return Facts(
        titles=[*_strings(article.get("headline")), *_of(metas, "og:title", "twitter:title", "dc.title")],
        names=_names(article) or [name for name in _of(metas, "author", "article:author", "dc.creator", "byl") if name],
        published=[
            *_strings(article.get("datePublished")),
            *_of(metas, "article:published_time", "datepublished", "pubdate", "date", "dc.date.issued", "dc.date"),
            *_times(root),
        ],
        updated=[*_strings(article.get("dateModified")), *_of(metas, "article:modified_time", "datemodified")],
        language=_language(root, article, metas),
        section=next(iter([*_strings(article.get("articleSection")), *_of(metas, "article:section")]), ""),
        tags=_tags(article, metas),
        summary=next(iter(_of(metas, "og:description", "description", "twitter:description")), ""),
        image=_joined(base, next(iter(picture), "")),
        image_alt=next(iter(_of(metas, "og:image:alt", "twitter:image:alt")), ""),
        canonical=canonical,
        base=base,
        translations=_translations(root, here),
        robots=" ".join(_of(metas, "robots", "googlebot")).lower(),
        types=frozenset(name.lower() for node in linked for name in _types(node)),
        free=str(article.get("isAccessibleForFree", "true")).lower() != "false",
    )


def is_list(facts: Facts) -> bool:
    """Whether the page calls itself a list of others."""
    return bool(facts.types & _LISTS) and not any(map(_ARTICLES.fullmatch, (name.title() for name in facts.types)))


# -- JSON-LD -----------------------------------------------------------------------------------------------------------


def _linked_data(root: Tag) -> Iterator[Mapping[str, Any]]:
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or "").lower():
            text = re.sub(r"^\s*(?://)?\s*<!\[CDATA\[|(?://)?\s*\]\]>\s*$", "", script.text or "")
            try:
                yield from _nodes(json.loads(text, strict=False))
            except (ValueError, RecursionError):
                continue


def _nodes(value: object) -> Iterator[Mapping[str, Any]]:
    waiting = [value]
    for _ in range(_NODES):
        if not waiting:
            return
        node = waiting.pop(0)
        if isinstance(node, list):
            waiting += cast("list[object]", node)[:_NODES]
        elif isinstance(node, dict):
            fields = cast("dict[str, Any]", node)
            yield fields
            waiting += [fields[name] for name in ("@graph", "mainEntity", "mainEntityOfPage") if name in fields]


def _types(node: Mapping[str, Any]) -> list[str]:
    return [name.rpartition("/")[2] for name in _strings(node.get("@type"))]


def _strings(value: object) -> list[str]:
    values = cast("list[object]", value) if isinstance(value, list) else [value]
    return [text.strip() for text in values if isinstance(text, str) and text.strip()]


def _addresses(value: object) -> list[str]:
    values = cast("list[object]", value) if isinstance(value, list) else [value]
    found = [cast("dict[str, object]", item).get("url") if isinstance(item, dict) else item for item in values]
    return [address for address in found if isinstance(address, str) and address.strip()]


def _names(article: Mapping[str, Any]) -> list[str]:
    value = article.get("author")
    people = cast("list[object]", value) if isinstance(value, list) else [value]
    names = [cast("dict[str, object]", who).get("name") if isinstance(who, dict) else who for who in people[:100]]
    return [name.strip() for name in names if isinstance(name, str) and name.strip() and not _ADDRESS.match(name)]


# -- elements ----------------------------------------------------------------------------------------------------------


def _metas(root: Tag) -> Mapping[str, list[str]]:
    metas: dict[str, list[str]] = {}
    for meta in root.iter("meta"):
        content = (meta.get("content") or "").strip()
        for name in {meta.get("property"), meta.get("name"), meta.get("itemprop"), meta.get("http-equiv")}:
            if name and content:
                metas.setdefault(name.strip().lower(), []).append(content)
    return metas


def _of(metas: Mapping[str, list[str]], *names: str) -> list[str]:
    found = [content for name in names for content in metas.get(name, [])]
    return [text for text in found if "image" in names[0] or not _ADDRESS.match(text)]


def _times(root: Tag) -> list[str]:
    """The dates of `<time>`, those first that call themselves the publication's."""
    times = [*root.iter("time")]
    marked = [element for element in times if _is_publication(element)]
    return [text for element in [*marked, *times][:5] if (text := element.get("datetime") or text_of(element)[:80])]


def _is_publication(element: Tag) -> bool:
    said = f"{element.get('class')} {element.get('itemprop')}".lower()
    return "publish" in said or "entry-date" in said or element.get("pubdate") is not None


def _language(root: Tag, article: Mapping[str, Any], metas: Mapping[str, list[str]]) -> str:
    found = [*_strings(article.get("inLanguage")), root.get("lang") or "", root.get("xml:lang") or ""]
    return next(filter(None, [*found, *_of(metas, "og:locale", "content-language", "language")]), "")


def _tags(article: Mapping[str, Any], metas: Mapping[str, list[str]]) -> list[str]:
    words = _strings(article.get("keywords"))
    tags = _of(metas, "article:tag") or (words[0].split(",") if len(words) == 1 else words)
    return [tag.strip() for tag in tags if tag.strip()]


def _links(root: Tag, rel: str) -> list[str]:
    links = (link for link in root.iter("link") if rel in (link.get("rel") or "").lower().split())
    return [href for link in links if (href := (link.get("href") or "").strip())]


def _translations(root: Tag, address: str) -> list[str]:
    links = (link for link in root.iter("link") if (link.get("hreflang") or "x-default").lower() != "x-default")
    found = {_joined(address, link.get("href") or "") for link in links} - {""}
    return sorted(found) if len(found) > 1 else []


def _joined(base: str, href: str) -> str:
    try:
        return urljoin(base, href.strip()) if href.strip() else ""
    except ValueError:
        return ""
