"""Which words of an index a word of a query stands for, in tiers. Pure; docs/format.md 14.3."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Final

from tamizdat.search import english, kazakh, russian, spellings

EXACT, BENT, LOOSE, SPELLED, BEGUN = range(5)
LANGUAGES: Final = ("en", "ru", "kk", "")
_CYRILLIC: Final = re.compile("[а-яәғқңөұүһі]{2,40}")
_LATIN: Final = re.compile("[a-z]{2,40}")
# Scripts that don't part words: there the first letter of a run is a beginning.
_UNPARTED: Final = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_BEGINNING: Final = 4
_FORMS: Final[Mapping[str, tuple[re.Pattern[str], Callable[[str], dict[str, int]], Callable[[str], list[str]]]]] = {
    "en": (_LATIN, english.keys, english.relatives),
    "ru": (_CYRILLIC, russian.keys, russian.relatives),
    "kk": (_CYRILLIC, kazakh.keys, kazakh.relatives),
}


def language_of(edition: str) -> str:
    """By whose rules the words of an edition are bent: its language where we have rules for it, else ""."""
    language = edition.partition("-")[0].lower()
    return language if language in _FORMS else ""


def heads(word: str) -> list[str]:
    """Beginnings of all words that `word` may stand for, but for its relatives; none is the beginning of another."""
    found = {word}
    for pattern, keys, _ in _FORMS.values():
        if pattern.fullmatch(word):
            found |= {_head(key[1:]) for key in keys(word)}
    if _CYRILLIC.fullmatch(word):
        found |= set(spellings.heads(_spellings(word)))
    kept: list[str] = []
    for head in sorted(found):
        if not kept or not head.startswith(kept[-1]):
            kept.append(head)
    return kept


def relatives(word: str) -> list[str]:
    """Irregular forms of `word` in any language."""
    found = dict.fromkeys(
        other for pattern, _, relatives in _FORMS.values() if pattern.fullmatch(word) for other in relatives(word)
    )
    return list(found)


def candidates(word: str, language: str, terms: Iterable[str]) -> dict[str, int]:
    """What `word` stands for in articles of a language, and in which tier.

    `terms` are the index's words that begin with one of `heads(word)`, or are one of `relatives(word)`. Words that are
    only begun by it count where there is nothing better; so do, in Russian, those of its spelling in Kazakh.
    """
    asked = _Asked(word, language)
    tiers = {term: asked.tier(term) for term in terms}
    found = {term: tier for term, tier in tiers.items() if tier < BEGUN and not (tier == SPELLED and asked.unsure)}
    return found or {term: tier for term, tier in tiers.items() if tier <= BEGUN}


def _head(key: str) -> str:
    """What stays of a key in every word that has it: its last two letters may differ."""
    return key[: max(2, len(key) - 2)]


def _spellings(word: str) -> list[str]:
    own = spellings.of_kazakh(word)
    return own if spellings.is_kazakh(word) else list(dict.fromkeys([*own, *spellings.of_russian(word)]))


class _Asked:
    """A word of a query, as articles of one language may have it."""

    def __init__(self, word: str, language: str) -> None:
        self.word = word
        self.relatives: frozenset[str] = frozenset()
        self.keys: dict[str, int] = {}
        self.spellings: frozenset[str] = frozenset()
        self.unsure = False
        forms = _FORMS.get(language)
        if forms and forms[0].fullmatch(word):
            self.relatives, self.keys, self.of = frozenset(forms[2](word)), forms[1](word), forms[1]
        if language in {"ru", "kk"} and _CYRILLIC.fullmatch(word):
            self.unsure = language == "ru" and not spellings.is_kazakh(word)
            own = spellings.of_kazakh(word) if self.unsure else _spellings(word)
            self.spellings = frozenset(own)
        self.language = language
        self.settled = "s" + kazakh.settled(word)

    def tier(self, term: str) -> int:
        """The tier of a term; above BEGUN where it has nothing to do with the word."""
        if term == self.word:
            return EXACT
        if term in self.relatives:
            return BENT
        if self.keys and _CYRILLIC.fullmatch(term) or _LATIN.fullmatch(term):
            trust = self._trust(term)
            if trust:
                return BENT if trust == 1 else LOOSE
        if self.spellings and _CYRILLIC.fullmatch(term) and self._spelled(term):
            return SPELLED
        return BEGUN if self._begins(term) else BEGUN + 1

    def _trust(self, term: str) -> int:
        if not self.keys:
            return 0
        keys = self.of(term)
        shared = [
            max(trust, self.keys[key]) + self._strange(key, term, trust)
            for key, trust in keys.items()
            if key in self.keys
        ]
        return min(shared, default=0)

    def _strange(self, key, term, trust):
        if self.language != "kk" or key == self.settled or key == "s" + kazakh.settled(term):
            return 0
        return 1

    def _spelled(self, term: str) -> bool:
        own = spellings.of_kazakh(term) if self.language == "kk" else spellings.of_russian(term)
        return not self.spellings.isdisjoint(own)

    def _begins(self, term: str) -> bool:
        return term.startswith(self.word) and (len(self.word) >= _BEGINNING or bool(_UNPARTED.match(self.word)))
