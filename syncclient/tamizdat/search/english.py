"""English: the Snowball stem, words in -ly, and irregular words. docs/format.md 14.4."""

from collections.abc import Container
from functools import lru_cache
from typing import Final

from tamizdat.search.rules import RULES, by_word

_RULES: Final = RULES.english
_VOWELS: Final = frozenset("aeiouy")
_LONGEST: Final = 7
_DOUBLE: Final = ("bb", "dd", "ff", "gg", "mm", "nn", "pp", "rr", "tt")
_ADVERB: Final = ("ly", "lies", "lied")
_SHORT: Final = 4
_PAST: Final = frozenset(["eedly", "eed", "ingly", "edly", "ing", "ed"])


def _pairs(text: str) -> dict[str, str]:
    return {old: new for old, _, new in (pair.partition(":") for pair in text.split())}


_SPECIAL: Final = _pairs(_RULES.special)
_KEPT: Final = frozenset(_RULES.kept.split())
_BEGINNINGS: Final = tuple(_RULES.beginnings.split())
_SECOND: Final = _pairs(_RULES.second)
_THIRD: Final = _pairs(_RULES.third)
_FOURTH: Final = _pairs(_RULES.fourth)
_GROUPS: Final = by_word(group.split() for group in _RULES.groups)


def head(key: str) -> str:
    """What stays of a key in every word that has it: an i at its end may be a y or e there, a second l may follow."""
    stemmed = key[1:]
    return stemmed[:-2] if len(stemmed) > 4 else stemmed[:2]


@lru_cache(maxsize=10_000)
def keys(word: str) -> dict[str, int]:
    """What other forms of the word have in common with it, and how far that is to be trusted: 1 well."""
    return {"s" + (_adverb(word) or stem(word)): 1}


def _adverb(word: str) -> str:
    """What is left of a word in -ly, which is a word of its own and no form of another: directly isn't direct."""
    ending = next((each for each in _ADVERB if word.endswith(each)), "")
    return word.removesuffix(ending) + "li" if ending and len(word) > _SHORT else ""


def relatives(word: str) -> list[str]:
    """Other forms of an irregular word, as they stand in the tables."""
    found = dict.fromkeys(other for group in _GROUPS.get(word, ()) for other in _RULES.groups[group].split())
    return [other for other in found if other != word]


def stem(word: str) -> str:
    """The Snowball stem of a word without apostrophes: Porter's second algorithm, version 2 of snowballstem.org."""
    if word in _SPECIAL:
        return _SPECIAL[word]
    if len(word) < 3:
        return word
    word = _consonant_y(word)
    first, second = _regions(word)
    word = _plural(word)
    if word in _KEPT:
        return word
    word = _past(word, first)
    if len(word) > 2 and word[-1] in "yY" and word[-2] not in _VOWELS:
        word = f"{word[:-1]}i"
    word = _replaced(word, _SECOND, first)
    word = _third(word, first, second)
    word = _replaced(word, _FOURTH, second)
    return _last(word, first, second).lower()


def _consonant_y(word: str) -> str:
    """The word with each y that is a consonant written Y."""
    letters = ""
    for letter in word:
        letters += "Y" if letter == "y" and (not letters or letters[-1] in _VOWELS) else letter
    return letters


def _regions(word: str) -> tuple[int, int]:
    """Where R1 and R2 begin."""
    begun = next((len(beginning) for beginning in _BEGINNINGS if word.startswith(beginning)), None)
    first = _after_closed(word, 0) if begun is None else begun
    return first, _after_closed(word, first)


def _after_closed(word: str, start: int) -> int:
    """The place after the first consonant that follows a vowel."""
    for at in range(start + 1, len(word)):
        if word[at] not in _VOWELS and word[at - 1] in _VOWELS:
            return at + 1
    return len(word)


def _has_vowel(letters: str) -> bool:
    return any(letter in _VOWELS for letter in letters)


def _ends_short(word: str) -> bool:
    """Whether the word ends in a short syllable."""
    if len(word) == 2:
        return word[0] in _VOWELS and word[1] not in _VOWELS
    return len(word) > 2 and word[-3] not in _VOWELS and word[-2] in _VOWELS and word[-1] not in "aeiouywxY"


def _plural(word: str) -> str:
    if word.endswith("sses"):
        return word[:-2]
    if word.endswith(("ied", "ies")):
        return word[:-2] if len(word) > 4 else word[:-1]
    if word.endswith("s") and not word.endswith(("us", "ss")) and _has_vowel(word[:-2]):
        return word[:-1]
    return word


def _ending(word: str, endings: Container[str]) -> str:
    """The longest of these that the word ends in."""
    return next((word[-size:] for size in range(min(_LONGEST, len(word)), 0, -1) if word[-size:] in endings), "")


def _past(word: str, first: int) -> str:
    ending = _ending(word, _PAST)
    base = word.removesuffix(ending)
    if ending.startswith("eed"):
        return f"{base}ee" if len(base) >= first else word
    if not ending or not _has_vowel(base):
        return word
    if base.endswith(("at", "bl", "iz")):
        return f"{base}e"
    if base.endswith(_DOUBLE):
        return base[:-1]
    return f"{base}e" if len(base) <= first and _ends_short(base) else base


def _replaced(word: str, endings: dict[str, str], region: int) -> str:
    """The word with its longest ending of these replaced, where that lies in the region and may stand there."""
    ending = _ending(word, endings)
    base = word.removesuffix(ending)
    before = {"ogi": "l", "li": "cdeghkmnrt", "ion": "st"}.get(ending)
    if not ending or len(base) < region or (before and base[-1:] not in tuple(before)):
        return word
    return base + endings[ending]


def _third(word: str, first: int, second: int) -> str:
    return _replaced(word, _THIRD, second if word.endswith("ative") else first)


def _last(word: str, first: int, second: int) -> str:
    """The word without a last e or l that says nothing."""
    size = len(word) - 1
    if word.endswith("e") and (size >= second or (size >= first and not _ends_short(word[:-1]))):
        return word[:-1]
    return word[:-1] if word.endswith("ll") and size >= second else word
