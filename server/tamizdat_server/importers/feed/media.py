"""Pictures, sound and films that go with an entry."""

from collections.abc import Iterator, Mapping
from typing import Final

from tamizdat_server.importers.feed.parts import Kind, Medium
from tamizdat_server.importers.feed.xml import Node, name_of, text_in

_ENDINGS: Final[Mapping[Kind, tuple[str, ...]]] = {
    "image": (".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif"),
    "audio": (".mp3", ".m4a", ".ogg", ".opus", ".wav", ".aac", ".flac"),
    "video": (".mp4", ".m4v", ".webm", ".mov", ".mkv", ".avi", ".ogv"),
}
_KINDS: Final[tuple[Kind, ...]] = ("image", "audio", "video")


def kind_of(address: str, *said: str) -> Kind:
    """What a file is, by what is said of it (a media type, or Media RSS's `medium`), else by its name."""
    for word in said:
        for kind in _KINDS:
            if word.strip().lower().split("/")[0] == kind:
                return kind
    path = address.split("?")[0].lower()
    for kind in _KINDS:
        if path.endswith(_ENDINGS[kind]):
            return kind
    return "other"


def media_of(item: Node) -> Iterator[Medium]:
    """The files that an entry of RSS or Atom names: whole pictures before thumbnails."""
    named = [(name_of(node), node) for node in item.iter()]
    for name, node in named:
        if name == "enclosure":
            yield from _medium(node, "url")
        elif name == "atom:link" and node.get("rel") == "enclosure":
            yield from _medium(node, "href")
        elif name == "media:content":
            yield from _medium(node, "url")
    smaller = {"media:thumbnail": "url", "itunes:image": "href"}
    for name, node in named:
        if name in smaller and (address := (node.get(smaller[name]) or "").strip()):
            yield Medium(address, "image")


def _medium(node: Node, name: str) -> Iterator[Medium]:
    address = (node.get(name) or "").strip()
    if address:
        kind = kind_of(address, node.get("medium") or "", node.get("type") or "")
        told = {name_of(child): text_in(child) for child in node}
        yield Medium(address, kind, alt=told.get("media:description") or told.get("media:title") or "")
