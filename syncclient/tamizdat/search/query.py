"""What a reader typed, as a query. Any input is one: there is no syntax error. docs/format.md 14.2."""

import re
import unicodedata
from typing import Final, NamedTuple

import msgspec

from tamizdat.format.words import words

LONGEST: Final = 1_000
"""So many characters of a query are looked at."""
MOST: Final = 32
"""So many words and phrases, of so many words each at most."""

_SPACE: Final = r"\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_PIECE: Final = re.compile(
    rf'(-?)(?:(tag|author|before|after):)?(?:"([^"]*)"?|([^"{_SPACE}]+))', re.IGNORECASE | re.ASCII
)

_QUOTES: Final = str.maketrans("«»„“”‟〝〞＂", '"""""""""')
_DATE: Final = re.compile("[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?")


class Item(msgspec.Struct, frozen=True, order=True):
    """Words that stand together, one or more. `exact`: as they are, in this form."""

    words: tuple[str, ...]
    exact: bool = False


class Query(msgspec.Struct, frozen=True):
    """What to find: articles with all `items`, `authors` and `tags`, and with nothing of what is `without`.

    `since` and `until` are beginnings of times in RFC 3339, `until` not included; empty: any.
    """

    items: tuple[Item, ...] = ()
    authors: tuple[Item, ...] = ()
    tags: tuple[tuple[str, ...], ...] = ()
    without: tuple[Item, ...] = ()
    without_authors: tuple[Item, ...] = ()
    without_tags: tuple[tuple[str, ...], ...] = ()
    since: str = ""
    until: str = ""

    def __bool__(self) -> bool:
        return self != Query()


class _Piece(NamedTuple):
    """A word or phrase as it was typed."""

    minus: bool
    name: str
    words: tuple[str, ...]
    exact: bool
    text: str


def parse(text: str) -> Query:
    """The query in what a reader typed."""
    typed = unicodedata.normalize("NFC", text[:LONGEST]).translate(_QUOTES)
    pieces = [_piece(*found) for found in _PIECE.findall(typed)]
    named = {name: [piece for piece in pieces if piece.name == name] for name in ("", "author", "tag")}
    since = [piece.text for piece in pieces if piece.name == ("before" if piece.minus else "after")]
    until = [piece.text for piece in pieces if piece.name == ("after" if piece.minus else "before")]
    return Query(
        items=_items(named[""], minus=False),
        authors=_items(named["author"], minus=False),
        tags=_tags(named["tag"], minus=False),
        without=_items(named[""], minus=True),
        without_authors=_items(named["author"], minus=True),
        without_tags=_tags(named["tag"], minus=True),
        since=max(since, default=""),
        until=min(until, default=""),
    )


def _piece(minus: str, name: str, phrase: str, word: str) -> _Piece:
    name, text = name.lower(), phrase or word
    if name in {"before", "after"} and not _DATE.fullmatch(text):
        name, text = "", f"{name} {text}"
    return _Piece(bool(minus), name, tuple(words(text)[:MOST]), bool(phrase), text)


def _items(pieces: list[_Piece], *, minus: bool) -> tuple[Item, ...]:
    found = dict.fromkeys(Item(each.words, each.exact) for each in pieces if each.minus == minus and each.words)
    return tuple(found)[:MOST]


def _tags(pieces: list[_Piece], *, minus: bool) -> tuple[tuple[str, ...], ...]:
    return tuple(dict.fromkeys(each.words for each in pieces if each.minus == minus and each.words))[:MOST]
