"""Where the words of a query stand in a text, cut at the bounds of words. docs/format.md 14.7."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from tamizdat.format.words import Span, spans

WORDS: Final = 24
BEFORE: Final = 4
CHARACTERS: Final = 400
"""No snippet is longer, but for its marks; only a word that is would be cut."""
LONGEST: Final = 100_000
"""So many characters of a text are looked at."""

Sought = Mapping[tuple[str, ...], int]
"""Words in a row → the number of the query's item that they stand for."""

_SPACE: Final = re.compile("[\\x00-\x20\\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")


class _Found(NamedTuple):
    at: int
    end: int
    item: int


def snippet(texts: Iterable[str], sought: Sought, marks: tuple[str, str]) -> str:
    """Some words around what is sought, in the first of these texts that has it; else the beginning of the first."""
    first = ""
    for text in texts:
        text = text[:LONGEST]
        words = list(spans(text))
        if found := _found(words, sought):
            return _cut(text, words, found, marks)
        first = first or _cut(text, words, [], marks)
    return first


def _found(words: Sequence[Span], sought: Sought) -> list[_Found]:
    """Where the sought words stand, none within another."""
    by_first: dict[str, list[tuple[str, ...]]] = {}
    for row in sorted(sought, key=len, reverse=True):
        by_first.setdefault(row[0], []).append(row)
    found: list[_Found] = []
    at = 0
    while at < len(words):
        rows = by_first.get(words[at].word, ())
        row = next((row for row in rows if row == tuple(span.word for span in words[at : at + len(row)])), None)
        if row:
            found.append(_Found(at, at + len(row), sought[row]))
        at += len(row or "1")
    return found


def _cut(text: str, words: Sequence[Span], found: Sequence[_Found], marks: tuple[str, str]) -> str:
    start, end = _bounds(words, found)
    first = words[start].start if start else 0
    last = min(words[end - 1].end if end < len(words) else len(text), first + CHARACTERS)
    pieces: list[str] = []
    at = first
    for each in found:
        if start <= each.at and each.end <= end:
            begin, stop = words[each.at].start, min(words[each.end - 1].end, last)
            pieces += [text[at:begin], marks[0], text[begin:stop], marks[1]]
            at = stop
    pieces.append(text[at:last])
    cut = _SPACE.sub(" ", "".join(pieces)).strip(" ")
    return f"{'…' if start else ''}{cut}{'…' if last < len(text) else ''}"


def _bounds(words: Sequence[Span], found: Sequence[_Found]) -> tuple[int, int]:
    """The first word that is shown, and the one after the last: fewer where words are very long."""
    start = _start(found)
    end = min(start + WORDS, len(words))
    sought = min((each.at for each in found if each.at >= start), default=0)
    while end - start > 1 and words[end - 1].end - words[start].start > CHARACTERS:
        start, end = (start + 1, end) if start < sought else (start, end - 1)
    return start, end


def _start(found: Sequence[_Found]) -> int:
    """The word to begin with: where the most of the items are seen, of such places the first."""
    best, start = 0, 0
    for number, each in enumerate(found[:LONGEST]):
        begin = max(0, each.at - BEFORE)
        seen = {other.item for other in found[number : number + WORDS] if other.end <= begin + WORDS}
        if len(seen) > best:
            best, start = len(seen), begin
    return start
