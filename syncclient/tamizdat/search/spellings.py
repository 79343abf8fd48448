"""Names as they are spelled in Kazakh and in Russian, and Kazakh typed on a Russian keyboard. docs/format.md 14.5."""

from itertools import product
from typing import Final

from tamizdat.search import kazakh, russian
from tamizdat.search.rules import RULES, by_word

_RULES: Final = RULES.spellings
_PLAIN: Final = str.maketrans(_RULES.letters)
_SHORTEST: Final = 3
_BEGINNING: Final = 4
_NAMES: Final = by_word(group.split() for group in _RULES.names)
_VARIANTS: Final = {
    plain: [plain, *(letter for letter, other in _RULES.letters.items() if other == plain)]
    for plain in _RULES.letters.values()
}


def is_kazakh(word: str) -> bool:
    """Whether it has a letter that Russian hasn't."""
    return any(letter in _RULES.letters and letter != "э" for letter in word)


def of_kazakh(word: str) -> list[str]:
    """The common spellings of the stems of a Kazakh word."""
    return _of_stems([key[1:] for key, trust in kazakh.keys(word).items() if trust == 1])


def of_typed(word: str) -> list[str]:
    """The same of a Kazakh word typed on a Russian keyboard, its ending too; none if a letter says it isn't."""
    return [] if is_kazakh(word) else _of_stems(kazakh.typed(word))


def _of_stems(stems: list[str]) -> list[str]:
    return _common([*stems, *(stem[:-1] for stem in stems if stem[-1] in _RULES.dropped)])


def of_russian(word: str) -> list[str]:
    """The common spellings of the stems of a Russian noun or name."""
    return _common([key[1:] for key in russian.keys(word) if key[0] in "sj"])


def _common(stems: list[str]) -> list[str]:
    found: dict[str, None] = {}
    for stem in stems:
        plain = stem.translate(_PLAIN)
        plain = plain[:-1] + _RULES.final.get(plain[-1], plain[-1])
        if len(plain) >= _SHORTEST:
            found |= dict.fromkeys([plain, *_other_names(plain)])
    return list(found)


def _other_names(plain: str) -> list[str]:
    return [other for group in _NAMES.get(plain, ()) for other in _RULES.names[group].split()]


def heads(spellings: list[str]) -> list[str]:
    """The first letters that words with one of these spellings may have."""
    beginnings = dict.fromkeys(_beginning(spelling) for spelling in spellings)
    return [
        "".join(letters)
        for beginning in beginnings
        for letters in product(*(_VARIANTS.get(letter, [letter]) for letter in beginning))
    ]


def _beginning(spelling: str) -> str:
    """A spelling without a last consonant that may be another there."""
    settled = spelling[:-1] if spelling[-1] in _RULES.final.values() else spelling
    return settled[:_BEGINNING]
