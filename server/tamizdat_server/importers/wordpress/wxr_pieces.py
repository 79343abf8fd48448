"""An export cut into its head and its items, each at most so large, however large or broken the whole is.

An export is a list of items that don't depend on each other, so each can be judged alone: one that is damaged takes
none of the others with it, and no more than one is ever in memory.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final, Literal, TypeAlias

import msgspec

from tamizdat_server.importers.wordpress.wxr_text import CHUNK_BYTES

PIECE_CHARACTERS: Final = 8 << 20

_Kind: TypeAlias = Literal["head", "item", "rest"]
# The longest mark, and as much of one as may stand at a chunk's end.
_LOOK_BACK: Final = 32
_MARK: Final = re.compile(r"<!\[CDATA\[|<!--|<!(?i:DOCTYPE)|<item(?=[\s>/])|</item\s{0,8}>")


class Piece(msgspec.Struct, frozen=True):
    """A part of an export. `text` None: larger than it may be. `whole`: it ends where such a part should."""

    kind: _Kind
    text: str | None
    whole: bool = True


class Doctype(Exception):
    """The document declares a type, and with it maybe entities, which no export does."""


def pieces(chunks: Iterable[str]) -> Iterator[Piece]:
    """The head, then every item, each followed by the rest up to the next. Raises: Doctype."""
    cutter = _Cutter()
    for chunk in chunks:
        for start in range(0, len(chunk), CHUNK_BYTES):
            yield from cutter.take(chunk[start : start + CHUNK_BYTES])
    yield cutter.rest()


class _Cutter:
    def __init__(self) -> None:
        self._buffer = ""
        self._kind: _Kind = "head"
        self._start = self._at = 0  # of this piece, and of what is still to be looked at
        self._until = ""  # what ends the section that hides marks
        self._too_large = False

    def take(self, chunk: str) -> Iterator[Piece]:
        self._buffer = self._buffer[self._start :] + chunk
        self._at -= self._start
        self._start = 0
        while self._advance():
            if piece := self._cut():
                yield piece
        if len(self._buffer) > PIECE_CHARACTERS:
            self._too_large = True
            self._start = self._at = max(0, len(self._buffer) - _LOOK_BACK)

    def rest(self) -> Piece:
        closed = re.search(r"</(?:\w+:)?rss\s*>|</rdf:RDF\s*>", self._buffer[self._start :], re.IGNORECASE)
        return self._piece(len(self._buffer), whole=bool(closed) and self._kind != "item")

    def _advance(self) -> bool:
        """Whether a mark was found; `_at` is where it begins then, and the end of all that was looked at otherwise."""
        if self._until:
            end = self._buffer.find(self._until, self._at)
            if end < 0:
                self._at = max(self._at, len(self._buffer) - _LOOK_BACK)
                return False
            self._at, self._until = end + len(self._until), ""
        found = _MARK.search(self._buffer, self._at)
        if found is None:
            self._at = max(self._at, len(self._buffer) - _LOOK_BACK)
            return False
        self._at = found.start()
        return True

    def _cut(self) -> Piece | None:
        found = _MARK.match(self._buffer, self._at)
        assert found
        mark, begin = found[0].lower(), found.start()
        self._at = found.end()
        if mark == "<!doctype" and self._kind != "item":
            raise Doctype
        if mark == "<![cdata[":
            self._until = "]]>"
        elif mark == "<!--" and self._kind != "item":
            self._until = "-->"
        elif mark == "<item":
            piece = self._piece(begin, whole=self._kind != "item")
            self._kind = "item"
            return piece
        elif mark.startswith("</item") and self._kind == "item":
            piece = self._piece(self._at)
            self._kind = "rest"
            return piece
        return None

    def _piece(self, end: int, *, whole: bool = True) -> Piece:
        text = None if self._too_large else self._buffer[self._start : end]
        self._start, self._too_large = end, False
        return Piece(self._kind, text, whole)
