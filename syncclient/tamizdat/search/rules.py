"""What the rule knows of languages: tables of endings and irregular words, the same file in Python and TypeScript."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec


class Endings(msgspec.Struct, frozen=True, rename={"after": "after а or я"}):
    """Endings of a Russian word; some are taken off only after а or я. Words in a string."""

    after: str
    anywhere: str


def _spaced(name: str) -> str:
    return name.replace("_", " ")


class RussianRules(msgspec.Struct, frozen=True, rename=_spaced):
    """Tables of the Snowball stemmer; of verbs; and of irregular words."""

    vowels: str
    gerund: Endings
    reflexive: Endings
    adjective: Endings
    participle: Endings
    verb: Endings
    noun: Endings
    past: str
    past_participle: str
    present: str
    present_participle: str
    passive: str
    passive_participle: str
    full: str
    softened: dict[str, str]
    after_a_vowel: str
    prefixes: str
    roots: list[str]
    groups: list[str]


class EnglishRules(msgspec.Struct, frozen=True):
    """Tables of the Snowball stemmer, and irregular words."""

    special: str
    kept: str
    beginnings: str
    second: str
    third: str
    fourth: str
    groups: list[str]


class KazakhRules(msgspec.Struct, frozen=True):
    """Letters, layers of endings and what may stand inside of which, endings of verbs, irregular words."""

    back: str
    front: str
    neutral: str
    unclear: str
    vowels: str
    classes: dict[str, str]
    layers: dict[str, str]
    inside: dict[str, list[str]]
    finite: str
    participle: str
    merged: str
    negation: str
    voice: str
    fleeting: str
    foreign: str
    final: dict[str, str]
    groups: list[str]


class SpellingRules(msgspec.Struct, frozen=True):
    """How the same name is spelled in Kazakh and in Russian."""

    letters: dict[str, str]
    final: dict[str, str]
    dropped: str
    names: list[str]


class Rules(msgspec.Struct, frozen=True):
    """rules.json."""

    russian: RussianRules
    english: EnglishRules
    kazakh: KazakhRules
    spellings: SpellingRules


RULES: Final = msgspec.json.decode(Path(__file__).with_name("rules.json").read_bytes(), type=Rules)


def by_word(groups: Iterable[Iterable[str]]) -> dict[str, list[int]]:
    """In which of these groups each word stands."""
    found: dict[str, list[int]] = {}
    for number, group in enumerate(groups):
        for word in dict.fromkeys(group):
            found.setdefault(word, []).append(number)
    return found
