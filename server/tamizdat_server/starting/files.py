"""Looks what a file or folder is: an export of WordPress, a feed, or Markdown."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from tamizdat.errors import UnreadableSource
from tamizdat_server.importers.text import line
from tamizdat_server.importers.wordpress.recognizing import looks_like_wxr
from tamizdat_server.importers.wordpress.types import HANDFUL, may_be_articles
from tamizdat_server.starting.found import Found, languages_of

_HEAD: Final = 64 * 1024
_PIECE: Final = 1 << 20
_LONGEST: Final = 200  # bytes of a match that may lie across two pieces
_TEXTS: Final = 60
_TEXTS_OF_A_PIECE: Final = 10
_MARKDOWN: Final = (".md", ".markdown", ".mdx")

_tag: Final = rb"<%b>\s*(?:<!\[CDATA\[)?\s*([^<\]]{1,500})"
_title: Final = re.compile(_tag % b"title")
_language: Final = re.compile(_tag % b"language")
_site: Final = re.compile(_tag % b"wp:base_blog_url")
_site_link: Final = re.compile(_tag % b"link")
_type: Final = re.compile(rb"<wp:post_type>\s*(?:<!\[CDATA\[)?([a-z0-9_-]{1,20})\s*[<\]]")
_translation: Final = re.compile(rb"domain=\"language\" nicename=\"([a-z]{2,3})[\"_-]")
_content: Final = re.compile(rb"<content:encoded>\s*<!\[CDATA\[([^\]]{100,3000})")
_feed: Final = re.compile(rb"<(?:rss|feed|rdf:RDF)[\s>]")


def look_at_path(path: Path) -> Found:
    """Raises: UnreadableSource, which says what can be done instead."""
    try:
        return _folder(path) if path.is_dir() else _file(path)
    except OSError as error:
        raise UnreadableSource(source=str(path), reason=error.strerror or str(error)) from error


def _folder(path: Path) -> Found:
    exports = [file for file in sorted(path.glob("*.xml")) if looks_like_wxr(_head(file))]
    if exports:
        return _export(str(path), exports)
    if any(file.suffix.lower() in _MARKDOWN for file in path.rglob("*")):
        return Found("markdown", str(path), title=path.resolve().name)
    raise UnreadableSource(source=str(path), reason="the folder has neither an export of WordPress nor Markdown files")


def _file(path: Path) -> Found:
    head = _head(path)
    if looks_like_wxr(head):
        return _export(str(path), [path])
    if _feed.search(head):
        return Found("feed", str(path), title=_said(_title, head), languages=languages_of([_said(_language, head)]))
    reason = "it is neither an export of WordPress nor a feed"
    if path.suffix.lower() in (".zip", ".gz", ".wpress", ".sql"):
        reason += "; unpack it first, or let WordPress write an export: Tools > Export > All content"
    raise UnreadableSource(source=str(path), reason=reason)


def _export(source: str, files: list[Path]) -> Found:
    head = _head(files[0])
    types, marked, texts = Counter[str](), dict[str, None](), list[str]()
    for piece in (piece for file in files for piece in _pieces(file)):
        types.update(name.decode() for name in _type.findall(piece))
        marked |= dict.fromkeys(code.decode() for code in _translation.findall(piece))
        texts += [found[1].decode("utf-8", "replace") for found in islice(_content.finditer(piece), _TEXTS_OF_A_PIECE)]
    return Found(
        "wordpress",
        source,
        title=_said(_title, head),
        languages=languages_of([_said(_language, head), *marked], texts[:: len(texts) // _TEXTS + 1]),
        articles=types["post"] or None,
        site=_said(_site, head) or _said(_site_link, head),
        types={name: number for name, number in types.items() if number > HANDFUL and may_be_articles(name)},
    )


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD)


def _pieces(path: Path) -> Iterator[bytes]:
    """The file in pieces that don't cut a tag of at most `_LONGEST` bytes."""
    rest = b""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            whole = rest + piece
            cut = whole.rfind(b"<", max(0, len(whole) - _LONGEST))
            cut = cut if cut > 0 else len(whole)
            yield whole[:cut]
            rest = whole[cut:]
    yield rest


def _said(what: re.Pattern[bytes], head: bytes) -> str:
    found = what.search(head)
    return line(found[1].decode("utf-8", "replace"), 200) if found else ""
