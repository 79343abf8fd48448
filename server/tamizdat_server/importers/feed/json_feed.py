"""JSON Feed 1.0 and 1.1, and what calls itself so, to entries."""

import html
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import msgspec

from tamizdat_server.importers.feed.fields import joined
from tamizdat_server.importers.feed.media import kind_of
from tamizdat_server.importers.feed.parts import Entry, Feed, Medium, NotAFeed
from tamizdat_server.importers.feed.xml import MAX_ENTRIES

_VERSION: Final = "jsonfeed.org/version/"


def read_json(text: str, *, base: str) -> Feed:
    """The feed of this text, which lay at `base`. Raises: NotAFeed."""
    if text.count("{") > 10 * MAX_ENTRIES:
        raise NotAFeed(f"it has more than {MAX_ENTRIES} entries")
    try:
        found = msgspec.json.decode(text)
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise NotAFeed("it begins like JSON, and is none") from error
    feed = _fields(found)
    version = _text(feed, "version")
    items = feed.get("items")
    if _VERSION not in version or not isinstance(items, list):
        raise NotAFeed("it is JSON, but no JSON Feed")
    names = _names(feed)
    return Feed(
        version=f"json {version.rpartition('/')[2]}",
        title=_escaped(feed, "title"),
        address=_text(feed, "feed_url"),
        link=joined(base, _text(feed, "home_page_url")),
        next=joined(base, _text(feed, "next_url")),
        language=_text(feed, "language"),
        names=names,
        entries=[_entry(_fields(item), base, names) for item in cast("list[Any]", items)],
    )


def _entry(item: Mapping[str, Any], base: str, inherited: Sequence[str]) -> Entry:
    plain = _escaped(item, "content_text").replace("\n\n", "<p>").replace("\n", "<br>")
    return Entry(
        id=_text(item, "id"),
        link=joined(base, _text(item, "url") or _text(item, "external_url")),
        title=_escaped(item, "title"),
        content=_text(item, "content_html") or plain,
        summary=_escaped(item, "summary"),
        published=_texts(item, "date_published"),
        updated=_texts(item, "date_modified"),
        names=_names(item) or inherited,
        tags=[html.escape(tag, quote=False) for tag in _strings(item.get("tags"))],
        language=_text(item, "language"),
        media=[*_pictures(item), *_attached(item)],
    )


def _fields(value: object) -> Mapping[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    # Identities are often numbers, against the rules.
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _texts(fields: Mapping[str, Any], name: str) -> list[str]:
    return [text] if (text := _text(fields, name)) else []


def _escaped(fields: Mapping[str, Any], name: str) -> str:
    return html.escape(_text(fields, name), quote=False)


def _strings(value: object) -> list[str]:
    return [text for text in _list(value) if isinstance(text, str)]


def _names(fields: Mapping[str, Any]) -> list[str]:
    people = [*_list(fields.get("authors")), fields.get("author")]
    return [name for person in people if (name := _escaped(_fields(person), "name"))]


def _pictures(item: Mapping[str, Any]) -> list[Medium]:
    return [Medium(address, "image") for name in ("image", "banner_image") if (address := _text(item, name))]


def _attached(item: Mapping[str, Any]) -> list[Medium]:
    files = [_fields(file) for file in _list(item.get("attachments"))]
    return [
        Medium(address, kind_of(address, _text(file, "mime_type")), alt=_text(file, "title"))
        for file in files
        if (address := _text(file, "url"))
    ]
