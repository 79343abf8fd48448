"""What a library's index knows: its words, and where they stand."""

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Final

from tamizdat.search.ranking import COLUMNS

_TERMS_AT_MOST: Final = 5_000
_WORDS: Final = "SELECT term FROM articles_words WHERE term >= ? AND term < ? LIMIT ?"
_WORD: Final = "SELECT term FROM articles_words WHERE term = ?"
_PLACES: Final = "SELECT doc, col, count(*) FROM articles_places WHERE term = ? GROUP BY doc, col"
_PHRASE: Final = "SELECT rowid FROM articles_fts WHERE articles_fts MATCH ?"


class Index:
    """The index of one library."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def words(self, heads: Iterable[str], relatives: Iterable[str]) -> list[str]:
        """Those of its words that begin with one of `heads`, so many at most, or are one of `relatives`."""
        found: dict[str, None] = {}
        for head in heads:
            left = _TERMS_AT_MOST - len(found)
            found |= dict.fromkeys(word for (word,) in self._db.execute(_WORDS, (head, _after(head), left)))
        for relative in relatives:
            found |= dict.fromkeys(word for (word,) in self._db.execute(_WORD, (relative,)))
        return [word for word in found if word]

    def places(self, word: str) -> list[tuple[int, int, int]]:
        """Where a word stands: article, column, how often."""
        return [(article, _NUMBERS[column], count) for article, column, count in self._db.execute(_PLACES, (word,))]

    def phrase(self, words: tuple[str, ...], column: int) -> Iterator[int]:
        """The articles that have these words in a row in a column."""
        asked = f'{COLUMNS[column]} : "{" ".join(words)}"'
        return (article for (article,) in self._db.execute(_PHRASE, (asked,)))


_NUMBERS: Final = {name: number for number, name in enumerate(COLUMNS)}


def _after(head: str) -> str:
    """The least text above all that begin with `head`, in the order of UTF-8."""
    return f"{head}\U0010ffff"
