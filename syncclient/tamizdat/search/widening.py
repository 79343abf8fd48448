"""Which words of an index a word of a query stands for, in tiers. Pure; docs/format.md 14.3."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from tamizdat.search import english, kazakh, russian, spellings

EXACT, BENT, LOOSE, SPELLED, BEGUN = range(5)
LANGUAGES: Final = ("en", "ru", "kk", "")
_CYRILLIC: Final = re.compile("[а-яәғқңөұүһі]{2,40}")
_LATIN: Final = re.compile("[a-z]{2,40}")
# Scripts that don't part words: there the first letter of a run is a beginning.
_UNPARTED: Final = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_BEGINNING: Final = 4
_UNSURE: Final = frozenset({LOOSE, SPELLED})


class _Grammar(NamedTuple):
    """How words of a language are bent: which words it is about, their keys, what stays of a key, irregular forms."""

    words: re.Pattern[str]
    keys: Callable[[str], dict[str, int]]
    head: Callable[[str], str]
    relatives: Callable[[str], list[str]]


_GRAMMARS: Final = {
    "en": _Grammar(_LATIN, english.keys, english.head, english.relatives),
    "ru": _Grammar(_CYRILLIC, russian.keys, russian.head, russian.relatives),
    "kk": _Grammar(_CYRILLIC, kazakh.keys, kazakh.head, kazakh.relatives),
}


def language_of(edition: str) -> str:
    """By whose grammar the words of an edition are bent: its language where it is one of ours, else ""."""
    language = edition.partition("-")[0].lower()
    return language if language in _GRAMMARS else ""


def heads(word: str) -> list[str]:
    """Beginnings of all words that `word` may stand for, but for its relatives; none is the beginning of another."""
    found = {word}
    for grammar in _GRAMMARS.values():
        if grammar.words.fullmatch(word):
            found |= {grammar.head(key) for key in grammar.keys(word)}
    if _CYRILLIC.fullmatch(word):
        found |= set(spellings.heads(_spellings(word)))
    return _shortest(found)


def _shortest(heads: Iterable[str]) -> list[str]:
    """Those of which none is the beginning of another, in order."""
    kept: list[str] = []
    for head in sorted(heads):
        if not kept or not head.startswith(kept[-1]):
            kept.append(head)
    return kept


def relatives(word: str) -> list[str]:
    """Irregular forms of `word` in any language."""
    known = [grammar for grammar in _GRAMMARS.values() if grammar.words.fullmatch(word)]
    return list(dict.fromkeys(other for grammar in known for other in grammar.relatives(word)))


def candidates(word: str, language: str, terms: Iterable[str]) -> dict[str, int]:
    """What `word` stands for in articles of a language, and in which tier.

    `terms` are the index's words that begin with one of `heads(word)`, or are one of `relatives(word)`. Words that are
    only begun by it count where there is nothing better; so do, in Russian, those that it may be as a Kazakh word
    without a letter that shows it to be one.
    """
    tiers = {term: tier for term, tier in _tiers(word, language, terms) if tier <= BEGUN}
    unsure = language == "ru" and not spellings.is_kazakh(word)
    found = {term: tier for term, tier in tiers.items() if tier < (SPELLED if unsure else BEGUN)}
    return found or {term: tier for term, tier in tiers.items() if tier < BEGUN} or tiers


def typed_heads(word: str, language: str, found: Mapping[str, int]) -> list[str]:
    """Beginnings of the words that `typed` may give; none where the candidates that were `found` are good enough."""
    unsure = language == "kk" and all(tier in _UNSURE for tier in found.values())
    return _shortest(spellings.heads(spellings.of_typed(word))) if unsure and _CYRILLIC.fullmatch(word) else []


def typed(word: str, terms: Iterable[str]) -> dict[str, int]:
    """What `word` stands for in Kazakh articles if it was typed on a Russian keyboard, its ending too.

    `terms` are the index's words that begin with one of `typed_heads(word)`.
    """
    own = frozenset(spellings.of_typed(word))
    known = (term for term in terms if _CYRILLIC.fullmatch(term))
    return {term: SPELLED for term in known if not own.isdisjoint(spellings.of_kazakh(term))}


def _tiers(word: str, language: str, terms: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Each term with its tier; above BEGUN where it has nothing to do with the word."""
    bent = _Bent(word, language)
    spelled = _Spelled(word, language)
    begins = len(word) >= _BEGINNING or bool(_UNPARTED.match(word))
    for term in terms:
        if term == word:
            yield term, EXACT
        elif (tier := bent.tier(term)) < SPELLED:
            yield term, tier
        elif spelled.has(term):
            yield term, SPELLED
        else:
            yield term, BEGUN if begins and term.startswith(word) else BEGUN + 1


class _Bent:
    """Other forms of a word by the grammar of a language."""

    def __init__(self, word: str, language: str) -> None:
        self._grammar = _GRAMMARS.get(language)
        if self._grammar and not self._grammar.words.fullmatch(word):
            self._grammar = None
        self._relatives = frozenset(self._grammar.relatives(word) if self._grammar else ())
        self._keys = self._grammar.keys(word) if self._grammar else {}
        self._open = language == "kk"
        self._word = word

    def tier(self, term: str) -> int:
        """BENT or LOOSE, or above that."""
        if term in self._relatives:
            return BENT
        if not self._grammar or not self._grammar.words.fullmatch(term):
            return BEGUN + 1
        keys = self._grammar.keys(term)
        trusts = [self._trust(key, term, trust) for key, trust in keys.items() if key in self._keys]
        return min(trusts, default=BEGUN + 1)

    def _trust(self, key: str, term: str, trust: int) -> int:
        """How far two words are alike that have this key in common: less where it is a third word in Kazakh."""
        tier = BENT if max(trust, self._keys[key]) == 1 else LOOSE
        if not self._open or key in {"s" + kazakh.settled(self._word), "s" + kazakh.settled(term)}:
            return tier
        return LOOSE if tier == BENT or kazakh.is_root(key) else BEGUN + 1


class _Spelled:
    """Names that are spelled otherwise in the other language."""

    def __init__(self, word: str, language: str) -> None:
        self._of = {"kk": spellings.of_kazakh, "ru": spellings.of_russian}.get(language)
        self._spellings: frozenset[str] = frozenset()
        if self._of and _CYRILLIC.fullmatch(word):
            # In Russian texts, its own grammar has dealt with a Russian word.
            self._spellings = frozenset(spellings.of_kazakh(word) if language == "ru" else _spellings(word))

    def has(self, term: str) -> bool:
        if not self._of or not self._spellings or not _CYRILLIC.fullmatch(term):
            return False
        return not self._spellings.isdisjoint(self._of(term))


def _spellings(word: str) -> list[str]:
    own = spellings.of_kazakh(word)
    return own if spellings.is_kazakh(word) else list(dict.fromkeys([*own, *spellings.of_russian(word)]))
