"""Which articles have an item of a query, and how. docs/format.md 14.3."""

from collections.abc import Iterable
from itertools import product
from typing import Final

from tamizdat.search.index import Index
from tamizdat.search.query import Item
from tamizdat.search.ranking import COLUMNS, Match, better
from tamizdat.search.scope import Scope
from tamizdat.search.widening import BEGUN, BENT, EXACT, candidates, heads, relatives, typed, typed_heads

WORDS_AT_MOST: Final = 300
"""So many words of the index one word of a query stands for, in articles of one language."""
ROWS_AT_MOST: Final = 64
"""So many rows of words a hyphenated word stands for."""

_ALL: Final = range(len(COLUMNS))

Tiers = dict[tuple[str, ...], int]
"""Rows of one or more words that an item stands for → how well."""


class Matching:
    """Looks items up in an index, each word once."""

    def __init__(self, index: Index, scope: Scope) -> None:
        self._index, self._scope = index, scope
        self._words: dict[str, list[str]] = {}
        self._tiers: dict[tuple[Item, str], Tiers] = {}

    def tiers(self, item: Item, language: str) -> Tiers:
        """What an item stands for in articles of a language."""
        if (item, language) not in self._tiers:
            self._tiers[item, language] = self._widened(item, language)
        return self._tiers[item, language]

    def matches(self, item: Item, *, columns: Iterable[int] = _ALL, strict: bool = False) -> dict[int, Match]:
        """How each article has an item, in these columns; `strict`: not by its beginning alone."""
        tiers = {language: self._allowed(item, language, strict=strict) for language in self._scope.languages}
        rows = dict.fromkeys(row for each in tiers.values() for row in each)
        places = {row: list(self._places(row, frozenset(columns))) for row in rows}
        known = self._scope.of({article for each in places.values() for article, _, _ in each})
        found: dict[int, Match] = {}
        for row, each in places.items():
            for article, column, times in each:
                tier = tiers[known[article].language].get(row) if article in known else None
                if tier is not None:
                    match = Match(tier, column, times)
                    found[article] = better(found[article], match) if article in found else match
        return found

    def _allowed(self, item: Item, language: str, *, strict: bool) -> Tiers:
        tiers = self.tiers(item, language)
        return {row: tier for row, tier in tiers.items() if tier < BEGUN} if strict else tiers

    def _places(self, row: tuple[str, ...], columns: frozenset[int]) -> Iterable[tuple[int, int, int]]:
        """Where a row stands: article, column, how often; in a row of more than one word that is counted once."""
        if len(row) == 1:
            yield from (place for place in self._index.places(row[0]) if place[1] in columns)
            return
        for column in columns:
            yield from ((article, column, 1) for article in self._index.phrase(row, column))

    def _widened(self, item: Item, language: str) -> Tiers:
        if item.exact:
            return {item.words: EXACT}
        if len(item.words) == 1:
            return {(word,): tier for word, tier in self._word(item.words[0], language, WORDS_AT_MOST)}
        each = max(1, int(ROWS_AT_MOST ** (1 / len(item.words))))
        choices = [self._word(word, language, each) for word in item.words]
        rows = {tuple(word for word, _ in row): max(tier for _, tier in row) for row in product(*choices)}
        return rows | {("".join(item.words),): BENT}

    def _word(self, word: str, language: str, most: int) -> list[tuple[str, int]]:
        """What a word stands for, the best first; of equals what is shorter, then what comes first by its letters."""
        if word not in self._words:
            self._words[word] = self._index.words(heads(word), relatives(word))
        found = candidates(word, language, self._words[word])
        if begun := typed_heads(word, language, found):
            found = typed(word, self._index.words(begun, [])) | found
        return sorted(found.items(), key=lambda each: (each[1], len(each[0]), each[0]))[:most]
