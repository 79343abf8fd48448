"""The files of one export, opened: what they say of their site, and their items one after another."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from tamizdat.errors import UnreadableSource
from tamizdat_server.importers.text import line, without_addresses
from tamizdat_server.importers.wordpress.posts import site_name
from tamizdat_server.importers.wordpress.wxr_elements import Damaged, Namespaces, Node
from tamizdat_server.importers.wordpress.wxr_pieces import Doctype, pieces
from tamizdat_server.importers.wordpress.wxr_text import Encoding, characters, tell_encoding

_CHANNEL: Final = re.compile(r"<channel(?:\s[^<>]*)?>")
_PART: Final = re.compile(
    r"<(link|language|(?:wp:)?(?:base_blog_url|base_site_url|author|category|tag|term))>(?:(?!<\1>).)*?</\1>", re.DOTALL
)
_WEB_PAGE: Final = re.compile(rb"^\s*(?:<!doctype html|<html)", re.IGNORECASE)
# What nobody would be called in a newspaper.
_LOGIN: Final = re.compile(r"[a-z0-9_.-]+", re.ASCII)
# Polylang's list of a group, as PHP writes it: a:2:{s:2:"ru";i:3;s:2:"kk";i:5;}
_TRANSLATED: Final = re.compile(r's:[0-9]{1,2}:"[\w-]{2,20}";i:([1-9][0-9]{0,14});')
_FILES: Final = 10_000


class Head(msgspec.Struct, frozen=True):
    """What an export says before its items. `authors`: display names by login. `terms`: names by their number.

    `groups`: the numbers of posts that translate each other, by Polylang's name for the group.

    `by_name`: it names no authors, and its items say a display name themselves, as those of WXR 1.0 do.
    """

    home: str
    language: str
    by_name: bool
    authors: Mapping[str, str]
    terms: Mapping[str, str]
    groups: Mapping[str, set[int]]


class Broken(msgspec.Struct, frozen=True):
    """An item that can't be read, or the lack of all that should follow; `where` names the place."""

    where: str
    reason: str


class ExportFile:
    """One file, checked to be an export. `warnings` hold for all of its items."""

    def __init__(self, path: Path) -> None:
        """Raises: UnreadableSource."""
        self.path = path
        self.encoding = self._encoding()
        self.warnings = [self.encoding.warning] if self.encoding.warning else []
        self.head, self._namespaces = self._read_head()

    def items(self) -> Iterator[Node | Broken]:
        """Every item, in order. Raises: UnreadableSource where the file can't be read on."""
        number, whole = 0, True
        try:
            for piece in pieces(characters(self.path, self.encoding)):
                if piece.kind == "item":
                    number += 1
                    yield self._item(piece.text, piece.whole, number)
                whole = piece.whole
        except (OSError, Doctype) as error:
            raise self._unreadable(error) from error
        if not whole:
            yield Broken(f"{self.path.name} end", "the file ends before the export does: something is missing")

    def _item(self, text: str | None, whole: bool, number: int) -> Node | Broken:
        where = f"{self.path.name} item {number}"
        if text is None:
            return Broken(where, "larger than an article can be")
        if not whole:
            return Broken(where, "cut short")
        try:
            return self._namespaces.parse(text)
        except Damaged as damaged:
            return Broken(where, f"its XML is damaged: {damaged}")

    def _encoding(self) -> Encoding:
        try:
            with self.path.open("rb") as file:
                head = file.read(4096)
            self._check_kind(head)
            return tell_encoding(self.path)
        except OSError as error:
            raise self._unreadable(error) from error

    def _check_kind(self, head: bytes) -> None:
        if not head:
            raise self._refused("the file is empty")
        if head.startswith((b"PK\3\4", b"\x1f\x8b")):
            raise self._refused("it is packed: unpack it first, and import the .xml files in it")
        if _WEB_PAGE.match(head):
            raise self._refused("it is a web page, not an export")

    def _read_head(self) -> tuple[Head, Namespaces]:
        try:
            first = next(iter(pieces(characters(self.path, self.encoding))))
        except (OSError, Doctype) as error:
            raise self._unreadable(error) from error
        text = first.text or ""
        namespaces = Namespaces(text)
        found = _CHANNEL.search(text)
        if not found or not (namespaces.export or "<wp:" in text):
            raise self._refused("it isn't an export of WordPress (WXR); for a feed there is 'tamizdat import feed'")
        inner = text[found.end() :].partition("</channel")[0]
        try:
            channel = namespaces.parse(f"<channel>{inner}</channel>")
        except Damaged:
            channel = Node("channel", {}, children=[*_whole_parts(inner, namespaces)])
            self.warnings.append("the export is damaged before its first item: names of authors may be missing")
            # That it names no authors now doesn't mean that its items do.
            return msgspec.structs.replace(_head_of(channel), by_name=False), namespaces
        return _head_of(channel), namespaces

    def _refused(self, reason: str) -> UnreadableSource:
        return UnreadableSource(source=str(self.path), reason=reason)

    def _unreadable(self, error: Exception) -> UnreadableSource:
        if isinstance(error, Doctype):
            return self._refused("it declares a document type, and maybe entities, which no export does")
        return self._refused(str(error))


class Export:
    """All files of one site's export. `warnings` hold for the file whose items are being read."""

    def __init__(self, path: Path) -> None:
        """Raises: UnreadableSource."""
        self.warnings: Sequence[str] = ()
        self._files = [ExportFile(file) for file in _export_files(path)]
        homes = sorted({site_name(file.head.home): file.head.home for file in self._files}.items())
        if len(homes) > 1:
            told = " and ".join(home for _, home in homes[:3])
            raise UnreadableSource(source=str(path), reason=f"exports of several sites, {told}: import each by itself")
        self.home = homes[0][1]
        self.language = self._files[0].head.language
        self._authors = {login: name for file in self._files for login, name in file.head.authors.items()}
        self._by_name = any(file.head.by_name for file in self._files)
        self.terms = {number: name for file in self._files for number, name in file.head.terms.items()}

    def translations(self, group: str) -> set[int]:
        """The numbers of a group's posts, also of those that this export hasn't, where it names them."""
        return {number for file in self._files for number in file.head.groups.get(group, ())}

    def author(self, creator: str) -> str:
        """The name for the public of whoever wrote an item; empty where there is none."""
        if creator in self._authors or not self._by_name:
            return self._authors.get(creator, "")
        name = without_addresses(line(creator))
        return "" if _LOGIN.fullmatch(name) else name

    def items(self) -> Iterator[Node | Broken]:
        """Every item of every file, in order; the same each time. Raises: UnreadableSource."""
        for file in self._files:
            self.warnings = file.warnings
            yield from file.items()


def _export_files(path: Path) -> list[Path]:
    if not path.is_dir():
        if not path.exists():
            reason = "there is no such file (a site's address begins with https://)"
            raise UnreadableSource(source=str(path), reason=reason)
        return [path]
    try:
        files = sorted(file for file in path.iterdir() if file.suffix.lower() == ".xml" and file.is_file())
    except OSError as error:
        raise UnreadableSource(source=str(path), reason=str(error)) from error
    if not files or len(files) > _FILES:
        raise UnreadableSource(source=str(path), reason=f"a folder with {len(files)} .xml files in it")
    return files


def _whole_parts(inner: str, namespaces: Namespaces) -> Iterator[Node]:
    """Those parts of a damaged head that are whole."""
    for found in _PART.finditer(inner):
        try:
            yield namespaces.parse(found[0])
        except Damaged:
            continue


def _head_of(channel: Node) -> Head:
    # The site's own address; on a network of sites, `base_site_url` is the network's.
    homes = (channel.value("wp:base_blog_url"), channel.value("link"), channel.value("wp:base_site_url"))
    authors = {author.value("wp:author_login"): _display_name(author) for author in channel.all("wp:author")}
    terms = {
        term.value("wp:term_id"): line(term.value(name))
        for kind, name in (("wp:category", "wp:cat_name"), ("wp:tag", "wp:tag_name"), ("wp:term", "wp:term_name"))
        for term in channel.all(kind)
    }
    groups = {
        term.value("wp:term_slug"): {int(number) for number in _TRANSLATED.findall(term.value("wp:term_description"))}
        for term in channel.all("wp:term")
        if term.value("wp:term_taxonomy") == "post_translations"
    }
    return Head(next(filter(None, homes), ""), channel.value("language"), not authors, authors, terms, groups)


def _display_name(author: Node) -> str:
    """The name that the site shows; nothing where that is the login or an address, which aren't for everybody."""
    name = without_addresses(line(author.value("wp:author_display_name")))
    return "" if name.casefold() == author.value("wp:author_login").casefold() else name
