"""Which edition an article belongs to: what its fields say, then its path, then its own letters and words."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Final, Protocol, cast

from tamizdat_server.importers.items import Refused, Warnings

_kazakh: Final = re.compile("[әғқңөұүһі]", re.IGNORECASE)
_cyrillic: Final = re.compile("[\u0400-\u04ff]")
_code: Final = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_suffix: Final = re.compile(r"(.+)\.([A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})?)")

# A country's code that people take for its language's.
_MEANT: Final = {"kz": "kk"}
_WORDS_READ: Final = 20_000
_letters: Final = re.compile(r"[^\W\d_]")
# "Navigating ATOs" would be Shona.
_LETTERS_NEEDED: Final = 20
_ISO_639_1: Final = frozenset(
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en"
    " eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv"
    " ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne"
    " ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st"
    " su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu".split()
)
_CODES: Final = _ISO_639_1 | _MEANT.keys()


class _Identifier(Protocol):
    labels: list[str]

    def set_languages(self, langs: Sequence[str]) -> None: ...
    def classify(self, text: str) -> tuple[str, float]: ...


class Languages:
    """The editions of a newsroom, as languages that a text may be in."""

    def __init__(self, editions: Sequence[str]) -> None:
        self.editions = tuple(editions)
        self._by_code = {edition.lower(): edition for edition in reversed(self.editions)}
        self._by_base = {edition.lower().split("-")[0]: edition for edition in reversed(self.editions)}

    def edition(self, code: str) -> str | None:
        """The edition for a language code or a locale such as `ru_RU.UTF-8`; without editions, the code itself."""
        code = meant(code)
        if not self.editions:
            return code if _code.fullmatch(code) else None
        return self._by_code.get(code.lower()) or self._by_base.get(code.lower().split("-")[0])

    def in_path(self, path: str) -> tuple[str, str] | None:
        """The language code that a path names, and the path without it: `ru/a`, or `a.ru`, is `a` in `ru`."""
        *folders, name = path.split("/")
        found = _suffix.fullmatch(name)
        if found and (found[2].lower() in _CODES or (self.editions and self.edition(found[2]))):
            return found[2], "/".join([*folders, found[1]])
        # Folders are called `it` or `to` for other reasons, too: only languages that the newsroom has count there.
        known = self._by_code.keys() | _MEANT if self.editions else _CODES
        for place, folder in enumerate(folders):
            if folder.replace("_", "-").lower() in known:
                return folder, "/".join([*folders[:place], *folders[place + 1 :], name])
        return None

    def detect(self, text: str) -> str | None:
        """The edition whose language this text is most likely in; None where it is surely in none of them."""
        text = text[:_WORDS_READ]
        if reads_kazakh(text):
            return self.edition("kk")
        if len(self.editions) <= 1:
            return self.editions[0] if self.editions else _classify((), text)
        code = _classify(tuple(sorted(self._by_base)), text)
        return self._by_base.get(code or "", self.editions[0])


def choose_edition(languages: Languages, *, said: str, text: str, warnings: Warnings) -> str:
    """The edition of an article whose source said its language (a code or a locale) or nothing.

    Raises: Refused where it is in none of the newsroom's.
    """
    if said:
        if meant(said).split("-")[0] != said.lower().replace("_", "-").split("-")[0]:
            warnings.add(f"'{said}' is a country's code and was read as the language '{meant(said)}'")
        edition = languages.edition(said)
    else:
        if not languages.editions and len(_letters.findall(text[:_WORDS_READ])) < _LETTERS_NEEDED:
            raise Refused("too short to tell its language, which --language may say")
        edition = languages.detect(text)
        if edition and len(languages.editions) != 1:
            warnings.add(f"the language was told from the text: {edition}")
    if edition is None:
        known = ", ".join(languages.editions) or "none"
        raise Refused(f"in the language '{meant(said) if said else 'kk'}', and this newsroom's editions are {known}")
    return edition


def meant(code: str) -> str:
    """A language code as the format has it: `ru_RU.UTF-8` is `ru-RU`, and `kz`, a country's code, is `kk`."""
    base, _, rest = code.strip().split(".")[0].replace("_", "-").partition("-")
    base = _MEANT.get(base.lower(), base.lower())
    return f"{base}-{rest}" if rest else base


def reads_kazakh(text: str) -> bool:
    """Whether letters that only Kazakh uses are so many of the Cyrillic ones that the text is in Kazakh.

    A Russian text with Kazakh names has under 1 % of them; a Kazakh one, about 20 %.
    """
    letters = len(_cyrillic.findall(text))
    return letters >= 20 and len(_kazakh.findall(text)) > 0.05 * letters


@cache
def _classifier(languages: tuple[str, ...]) -> _Identifier:
    from py3langid import langid  # pyright: ignore[reportMissingTypeStubs]  # half a second: only where it is needed

    identifier = cast(
        "_Identifier",
        langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE),  # pyright: ignore[reportUnknownMemberType]
    )
    known = [language for language in languages if language in identifier.labels]
    if known:
        identifier.set_languages(known)
    return identifier


def _classify(languages: tuple[str, ...], text: str) -> str | None:
    return _classifier(languages).classify(text)[0] if text.strip() else None
