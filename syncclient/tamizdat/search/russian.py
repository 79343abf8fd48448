"""Russian: the Snowball stem, and what it misses: verbs, fleeting vowels, irregular words. docs/format.md 14.4."""

from collections.abc import Container, Iterable, Iterator
from functools import lru_cache
from typing import Final

from tamizdat.search.rules import RULES, Endings, by_word

_RULES: Final = RULES.russian
_VOWELS: Final = frozenset(_RULES.vowels)
_LONGEST: Final = 7
_FULL: Final = _RULES.full.split()


def _table(endings: Endings) -> dict[str, bool]:
    """Ending → whether it needs а or я before it."""
    return dict.fromkeys(endings.anywhere.split(), False) | dict.fromkeys(endings.after.split(), True)


def _spelled_out(form: str) -> list[str]:
    """What a form of a root stands for: `~` is every ending of an adjective."""
    return [form[:-1] + full for full in _FULL] if form.endswith("~") else [form]


def _forms(endings: str, participles: str) -> frozenset[str]:
    return frozenset([*endings.split(), *(formant + full for formant in participles.split() for full in _FULL)])


_GERUND: Final = _table(_RULES.gerund)
_REFLEXIVE: Final = _table(_RULES.reflexive)
_ADJECTIVE: Final = _table(_RULES.adjective)
_PARTICIPLE: Final = _table(_RULES.participle)
_VERB: Final = _table(_RULES.verb)
_NOUN: Final = _table(_RULES.noun)
_PAST: Final = _forms(_RULES.past, _RULES.past_participle)
_PRESENT: Final = _forms(_RULES.present, _RULES.present_participle)
_PASSIVE: Final = _forms(_RULES.passive, _RULES.passive_participle)
_SOFTENED: Final = {soft: hard.split() for soft, hard in _RULES.softened.items()}
_AFTER_A_VOWEL: Final = frozenset(_RULES.after_a_vowel.split())
_PREFIXES: Final = frozenset(_RULES.prefixes.split())
_GROUPS: Final = by_word(group.split() for group in _RULES.groups)
_FORMS: Final = [[full for form in root.split() for full in _spelled_out(form)] for root in _RULES.roots]
_ROOTS: Final = by_word(_FORMS)
# Prefixes that take an о before some consonants: обо- is об-.
_SPELLED: Final = {
    each: [prefix, f"{prefix}о"]
    for prefix in _PREFIXES
    if f"{prefix}о" in _PREFIXES and prefix != "пр"
    for each in (prefix, f"{prefix}о")
}


def head(key: str) -> str:
    """What stays of a key in every word that has it: its last consonants may be others, or a vowel between them."""
    kind, stemmed = key[0], key[1:]
    if stemmed[-1] in _VOWELS or len(stemmed) < 3:
        return stemmed
    if stemmed[-2] not in _VOWELS or stemmed.endswith("мен"):
        return stemmed[:-2] if len(stemmed) > 3 else stemmed[:2]
    return stemmed[:-1] if kind == "v" else stemmed


@lru_cache(maxsize=10_000)
def keys(word: str) -> dict[str, int]:
    """What other forms of the word have in common with it, and how far that is to be trusted: 1 well, 2 less."""
    stemmed = stem(word)
    found = {"s" + stemmed: 1}
    if word[-1] not in _VOWELS:  # Токаев: a name, and no genitive
        found["s" + word.removesuffix("ь")] = 1
    for other in _noun(word, stemmed):
        found.setdefault(other, 2)
    for root in _verb(word):
        if len(root) > 2 or (len(root) == 2 and root[-1] in _VOWELS):
            found.setdefault("v" + root, 2)
    return found


def stem(word: str) -> str:
    """The Snowball stem, as the Russian algorithm of snowballstem.org has it."""
    limit, second = _regions(word)
    word = _inflected(word, limit)
    if word[limit:].endswith("и"):
        word = word[:-1]
    for ending in ("ость", "ост"):
        if word[second:].endswith(ending):
            word = word[: -len(ending)]
            break
    for ending in ("ейше", "ейш"):
        if word[limit:].endswith(ending):
            word = word[: -len(ending)]
            return word[:-1] if word[limit:].endswith("нн") else word
    return word[:-1] if word[limit:].endswith(("нн", "ь")) else word


def _regions(word: str) -> tuple[int, int]:
    """Where RV and R2 begin."""
    limit = next((at + 1 for at, letter in enumerate(word) if letter in _VOWELS), len(word))
    return limit, _after_closed(word, _after_closed(word, 0))


def _after_closed(word: str, start: int) -> int:
    """The place after the first consonant that follows a vowel."""
    for at in range(start + 1, len(word)):
        if word[at] not in _VOWELS and word[at - 1] in _VOWELS:
            return at + 1
    return len(word)


def _inflected(word: str, limit: int) -> str:
    """The word without its endings."""
    if (cut := _cut(word, _GERUND, limit)) is not None:
        return cut
    word = _or_itself(_cut(word, _REFLEXIVE, limit), word)
    if (cut := _cut(word, _ADJECTIVE, limit)) is not None:
        return _or_itself(_cut(cut, _PARTICIPLE, limit), cut)
    if (cut := _cut(word, _VERB, limit)) is not None:
        return cut
    return _or_itself(_cut(word, _NOUN, limit), word)


def _or_itself(cut: str | None, word: str) -> str:
    return word if cut is None else cut


def _cut(word: str, endings: dict[str, bool], limit: int) -> str | None:
    """The word without its longest ending of these; None where it has none, or а or я is missing before it."""
    for size in range(min(_LONGEST, len(word) - limit), 0, -1):
        needs = endings.get(word[-size:])
        if needs is not None:
            before = word[limit : len(word) - size]
            return None if needs and before[-1:] not in {"а", "я"} else word[:-size]
    return None


def relatives(word: str) -> list[str]:
    """Other forms of an irregular word, as they stand in the tables."""
    found = dict.fromkeys(other for group in _GROUPS.get(word, ()) for other in _RULES.groups[group].split())
    bare = _bare(word)
    for at in range(min(_LONGEST, len(bare))):
        if at == 0 or bare[:at] in _PREFIXES:
            found |= dict.fromkeys(_forms_of(bare[:at], _ROOTS.get(bare[at:], ())))
    return [other for other in found if other != word]


def _forms_of(prefix: str, roots: Iterable[int]) -> Iterator[str]:
    """Every form of these roots with this prefix, in any of its spellings, reflexive or not."""
    for root in roots:
        for form in _FORMS[root]:
            for spelled in _SPELLED.get(prefix, [prefix]):
                yield from (spelled + form, f"{spelled}{form}ся", f"{spelled}{form}сь")


def _bare(word: str) -> str:
    """A verb without its reflexive ending."""
    return word[:-2] if len(word) > 4 and word.endswith(("ся", "сь")) else word


def _noun(word: str, stemmed: str) -> Iterator[str]:
    """Other stems of a noun: Казахстан and Казахстана, конец and конца, время and времени, музей and музея."""
    if cut := _cut(word, _NOUN, _regions(word)[0]):
        yield "s" + cut
    if word.removesuffix("ь") == stemmed and len(stemmed) > 2 and stemmed[-2] in "ео" and stemmed[-1] not in _VOWELS:
        head, last = stemmed[:-2], stemmed[-1]
        yield from (f"s{head}{between}{last}" for between in ("й" if head[-1] in _VOWELS else "", "ь"))
    if len(word) > 3 and word.endswith("мя"):
        yield f"s{word[:-1]}ен"
    _, base = next(_bases(word, _AFTER_A_VOWEL), ("", ""))
    if len(base) > 2 and base[-1] in _VOWELS:
        yield "j" + base


def _verb(word: str) -> Iterator[str]:
    """What may be the root of a verb, without the vowel that ends it before the infinitive's ending."""
    word = _bare(word)
    for _, base in _bases(word, _PAST):
        if base[-1] in _VOWELS:
            yield _of_past(base)
    for ending, base in _bases(word, _PRESENT):
        yield from _of_present(base, ending)
    for _, base in _bases(word, _PASSIVE):
        yield from _hardened(base)


def _bases(word: str, endings: Container[str]) -> Iterator[tuple[str, str]]:
    """Each of these endings that the word has, the longest first, and what stands before it."""
    for size in range(min(_LONGEST, len(word) - 2), 0, -1):
        if word[-size:] in endings:
            yield word[-size:], word[:-size]


def _of_past(base: str) -> str:
    if len(base) > 4 and base.endswith(("ова", "ева")):
        return base[:-3]
    if len(base) > 4 and base.endswith("ну"):
        return base[:-2]
    return base[:-1] if len(base) > 3 else base


def _of_present(base: str, ending: str) -> Iterator[str]:
    if base[-1] in _VOWELS:
        yield base[:-1] if len(base) > 3 else base
    elif len(base) > 4 and base.endswith("н"):
        yield base[:-1]
    elif ending in {"у", "ю"} or base[-1] in "жчшщ":
        yield from _hardened(base)
    else:
        yield base


def _hardened(base: str) -> Iterator[str]:
    """The base, and what it may have been before its last consonants were softened."""
    yield base
    for size in (2, 1):
        if hard := _SOFTENED.get(base[-size:]):
            yield from (base[:-size] + consonants for consonants in hard)
            return
