"""Wrapping styled text to a width, counted in columns of a terminal."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

# A no-break space belongs to its word.
_PIECES: Final = re.compile(r"\n|[^\S\n\u00a0\u202f]+|[\S\u00a0\u202f]+")
_RESET: Final = "\x1b[0m"


class Span(NamedTuple):
    """A run of text in one style, an SGR parameter list such as "1;4"; empty: plain. A line end in it is kept."""

    text: str
    style: str = ""


def columns(text: str) -> int:
    """How many columns `text` takes: two for wide characters, none for combining ones."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def wrap(spans: Iterable[Span], *, width: int | None, first: str = "", rest: str = "") -> list[str]:
    """Lines of at most `width` columns (None: as long as need be), `first` ahead of the first, `rest` of the others.

    A word longer than a line stands on its own, uncut: addresses stay whole and can be copied.
    """
    lines: list[str] = []
    line, used = "", 0
    for word in _words(spans):
        lead = rest if lines else first
        size = sum(columns(piece.text) for piece in word)
        if word[0].text == "\n" or (width is not None and line and columns(lead) + used + 1 + size > width):
            lines.append((lead + line).rstrip())
            line, used = "", 0
        if word[0].text != "\n":
            line += (" " if line else "") + "".join(_styled(piece) for piece in word)
            used += size + (1 if used else 0)
    return [*lines, ((rest if lines else first) + line).rstrip()]


def _words(spans: Iterable[Span]) -> Iterator[list[Span]]:
    """Words in pieces of one style each; a forced line end is a word of its own."""
    word: list[Span] = []
    for span in spans:
        for piece in _PIECES.findall(span.text):
            if piece.isspace():
                if word:
                    yield word
                word = []
                if piece == "\n":
                    yield [Span("\n")]
            else:
                word.append(Span(piece, span.style))
    if word:
        yield word


def _styled(span: Span) -> str:
    return f"\x1b[{span.style}m{span.text}{_RESET}" if span.style else span.text
