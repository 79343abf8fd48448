"""Words of a text, folded: the one rule for what an index holds and for what is looked up. docs/format.md 14.1.

The tables are of our own, in letters.json: what Python or an engine of JavaScript knows of Unicode differs from version
to version, and an index must not.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import msgspec


class _Letters(msgspec.Struct, frozen=True):
    dropped: str
    replaced: dict[str, str]
    word: list[int]
    marks: str
    lower: list[tuple[int, int, int, int]]
    bare: dict[str, str]


_LETTERS: Final = msgspec.json.decode(Path(__file__).with_name("letters.json").read_bytes(), type=_Letters)
# In this order: what is dropped may stand between the two characters of a letter.
REPLACED: Final = (*((character, "") for character in _LETTERS.dropped), *_LETTERS.replaced.items())


def _ranges(ends: Iterable[int]) -> str:
    numbers = [f"\\U{number:08x}" for number in ends]
    return "".join(f"{first}-{last}" for first, last in zip(numbers[::2], numbers[1::2], strict=True))


def _folded() -> dict[int, str]:
    table = dict.fromkeys(map(ord, _LETTERS.marks), "")
    for first, last, step, more in _LETTERS.lower:
        table.update((point, chr(point + more)) for point in range(first, last + 1, step))
    for bare, letters in _LETTERS.bare.items():
        table.update(dict.fromkeys(map(ord, letters), bare))
    return table


_PIECE: Final = re.compile(f"[{_ranges(_LETTERS.word)}{''.join(map(re.escape, _LETTERS.dropped))}]+")
_FOLDED: Final = _folded()


class Span(NamedTuple):
    """A word as it is folded, and where it stands in a text."""

    word: str
    start: int
    end: int


def index_text(text: str) -> str:
    """What SQLite's tokenizer is given of a text: it does the rest of the folding by itself."""
    if text.isascii():
        return text
    for old, new in REPLACED:
        if old[-1] in text:  # one character is looked for ten times as fast as two
            text = text.replace(old, new)
    return text


def fold(text: str) -> str:
    """The text in the letters that words are compared by."""
    return index_text(text).translate(_FOLDED)


def words(text: str) -> list[str]:
    """The folded words of a text, in order."""
    return [span.word for span in spans(text)]


def spans(text: str) -> Iterator[Span]:
    """The folded words of a text, and where they stand in it."""
    whole = fold(text)
    # Folding only ever shortens. Where it didn't, each character stands where it stood, and this is five times as fast.
    moved = len(whole) != len(text)
    for found in _PIECE.finditer(text):
        start, end = found.span()
        if word := fold(found[0]) if moved else whole[start:end]:
            yield Span(word, start, end)
