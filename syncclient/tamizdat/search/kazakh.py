"""Kazakh: the stems that a word may be a form of, by the layers of its endings. docs/format.md 14.4."""

from collections.abc import Container, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from tamizdat.search.rules import RULES, by_word

_RULES: Final = RULES.kazakh
_BACK: Final = frozenset(_RULES.back)
_FRONT: Final = frozenset(_RULES.front)
_VOWELS: Final = frozenset(_RULES.vowels)
_FLEETING: Final = frozenset(_RULES.fleeting)
_FRONTED: Final = str.maketrans("аығқ", "еігк")
_CHANGING: Final = frozenset(["ы", "і", *_RULES.final.values()])
_SHORTEST: Final = 2
_LONGEST: Final = 7


class _Ending(NamedTuple):
    """An ending; after which letters it stands, any where there are none; the vowels that it goes with, if it cares."""

    text: str
    after: frozenset[str]
    vowels: frozenset[str]


# By their text.
_Endings = dict[str, list[_Ending]]


def _endings(listed: str) -> _Endings:
    found: set[tuple[str, str, bool | None]] = set()
    for item in listed.split():
        text, _, classes = item.partition(":")
        fronted = text.translate(_FRONTED)
        found |= {(text, classes, None)} if fronted == text else {(text, classes, False), (fronted, classes, True)}
    table: _Endings = {}
    for text, classes, front in sorted(found, key=lambda each: each[:2]):
        after = frozenset("".join(_RULES.classes[name] for name in classes))
        table.setdefault(text, []).append(_Ending(text, after, _going_with(front)))
    return table


def _going_with(front: bool | None) -> frozenset[str]:
    return frozenset() if front is None else _FRONT if front else _BACK


class _Script(NamedTuple):
    """The endings of nouns in some letters, by their text, each with its layer; and vowels that go with all."""

    layers: dict[str, list[tuple[str, _Ending]]]
    neutral: str


def _script(neutral: str, letters: Mapping[int, str]) -> _Script:
    table: dict[str, list[tuple[str, _Ending]]] = {}
    for layer, listed in _RULES.layers.items():
        for endings in _endings(listed).values():
            for ending in endings:
                written = ending._replace(text=ending.text.translate(letters))
                table.setdefault(written.text, []).append((layer, written))
    return _Script(table, neutral)


_WRITTEN: Final = _script(_RULES.neutral, {})
# An о may be an ө there; an а is hardly ever an ә at the end of a stem.
_TYPED: Final = _script(_RULES.neutral + _RULES.unclear, str.maketrans(RULES.spellings.letters))
_INSIDE: Final = {layer: frozenset(inner) for layer, inner in _RULES.inside.items()}
_FINITE: Final = _endings(_RULES.finite)
_PARTICIPLE: Final = _endings(_RULES.participle)
_MERGED: Final = _endings(_RULES.merged)
_NEGATION: Final = _endings(_RULES.negation)
_VOICE: Final = _endings(_RULES.voice)
_GROUPS: Final = by_word(group.split() for group in _RULES.groups)


def head(key: str) -> str:
    """What stays of a key in every word that has it: қ at its end may be ғ there, and ы at or before it be lost."""
    stem = key[1:]
    if len(stem) > _SHORTEST + 1 and stem[-2] in "ыі" and stem[-1] in _FLEETING:
        return stem[:-2]
    return stem[:-1] if len(stem) > _SHORTEST and stem[-1] in _CHANGING else stem


@lru_cache(maxsize=10_000)
def keys(word: str) -> dict[str, int]:
    """What other forms of the word have in common with it, and how far that is to be trusted: 1 well, 2 less."""
    nouns = nominal(word)
    found = {"s" + settled(stem): 1 for stem in [word, *nouns]}
    for stem in _verbal([word, *nouns]):
        found.setdefault("s" + settled(stem), 2)
    return found


def is_root(key: str) -> bool:
    """Whether two forms of a verb may have this key in common and no more: ал- is enough, ба- isn't."""
    return len(key) > _SHORTEST + 1 or (key[1] in _VOWELS and key[-1] not in _VOWELS)


def relatives(word: str) -> list[str]:
    """Other forms of an irregular word, as they stand in the tables."""
    found = dict.fromkeys(other for group in _GROUPS.get(word, ()) for other in _RULES.groups[group].split())
    return [other for other in found if other != word]


def nominal(word: str) -> list[str]:
    """The stems of which the word may be a form as nouns, adjectives and participles have them, shorter ones later."""
    return _by_length(_inside(word, _RULES.inside, _WRITTEN))


def typed(word: str) -> list[str]:
    """The same of a word that was typed without the letters that a Russian keyboard hasn't, in its ending either."""
    return _by_length(_inside(word, _RULES.inside, _TYPED))


def _by_length(stems: Iterable[str]) -> list[str]:
    return sorted(set(stems), key=lambda stem: (-len(stem), stem))


def settled(stem: str) -> str:
    """The stem with the consonant at its end that it has where nothing follows: кітаб- is of кітап."""
    return stem[:-1] + _RULES.final.get(stem[-1], stem[-1])


def _fits(stem: str, ending: _Ending, neutral: str = _RULES.neutral) -> bool:
    """Whether the ending may stand after this stem: by its last letter, and by the harmony of vowels."""
    if ending.after and stem[-1] not in ending.after:
        return False
    return not ending.vowels or _harmonic(stem, ending.vowels, neutral)


def _harmonic(stem: str, vowels: frozenset[str], neutral: str) -> bool:
    if stem.endswith(_RULES.foreign):  # Тоқаевтың: names with a Russian ending go with both
        return True
    for letter in reversed(stem):
        if letter in neutral:
            return True
        if letter in _BACK or letter in _FRONT:
            return letter in vowels
    return True


def _cut(word: str, endings: _Endings) -> Iterator[tuple[_Ending, str]]:
    """Each of these endings that the word may have, and what stands before it."""
    for size in range(1, min(_LONGEST, len(word) - _SHORTEST) + 1):
        for ending in endings.get(word[-size:], ()):
            if _fits(word[:-size], ending):
                yield ending, word[:-size]


def _inside(word: str, allowed: Container[str], script: _Script) -> Iterator[str]:
    """The stems inside of an ending of these layers, and of the layers that may stand inside of it."""
    for size in range(1, min(_LONGEST, len(word) - _SHORTEST) + 1):
        for layer, ending in script.layers.get(word[-size:], ()):
            stem = word[:-size]
            if layer in allowed and _fits(stem, ending, script.neutral):
                inner = _INSIDE[layer]
                if "" in inner:
                    yield stem
                    yield from _restored(stem, ending)
                if len(stem) > _SHORTEST:
                    yield from _inside(stem, inner, script)


def _restored(stem: str, ending: _Ending) -> Iterator[str]:
    """The stem with the vowel that an ending in ы or і made it lose: халқ- is of халық."""
    vowel = ending.text[0]  # и where і was typed so
    if vowel in "ыіи" and len(stem) > 2 and stem[-1] in _FLEETING and stem[-2] not in _VOWELS:
        yield stem[:-1] + vowel + stem[-1]


def _verbal(forms: Iterable[str]) -> Iterator[str]:
    """The stems of which the first form may be a form as verbs have them, or the others of a participle."""
    for number, form in enumerate(forms):
        for table in (_PARTICIPLE,) if number else (_FINITE, _PARTICIPLE):
            for _, stem in _cut(form, table):
                yield from _deeper(stem)
        for _, stem in _cut(form, _MERGED):
            for vowel in "ыі":
                yield from _deeper(stem + vowel)


def _deeper(stem: str) -> Iterator[str]:
    """A verb's stem, and what is left of it without a negation and a voice."""
    yield stem
    positive = [stem, *(inner for _, inner in _cut(stem, _NEGATION))]
    yield from positive[1:]
    for each in positive:
        yield from (inner for _, inner in _cut(each, _VOICE))
