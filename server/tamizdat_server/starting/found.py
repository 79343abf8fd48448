"""What was found at an address or in a file that a newsroom may begin from."""

import re
from collections.abc import Iterable, Sequence
from typing import Final, Literal

import msgspec

from tamizdat_server.importers.language import meant, reads_kazakh

FoundKind = Literal["wordpress", "feed", "markdown"]
_code: Final = re.compile(r"[a-z]{2,3}")


class Found(msgspec.Struct, frozen=True):
    """A place that articles can be imported from.

    `kind` and `source` are the words of `tamizdat import KIND SOURCE`. `title`, `languages`: what the place says of
    itself, where it says so; `articles`: how many it says it has. `site`: where its pages are, empty if unknown.
    `told`: what its editor should know, in sentences.
    """

    kind: FoundKind
    source: str
    title: str = ""
    languages: list[str] = []
    articles: int | None = None
    site: str = ""
    told: list[str] = []


def languages_of(said: Iterable[str], texts: Sequence[str] = ()) -> list[str]:
    """Language codes of a site, from what it says (`ru-RU`, `kz`) and from some of its texts, each once.

    Texts tell Kazakh alone, whose letters don't err: many a site calls itself Russian and is written in both.
    """
    codes = [meant(code).split("-")[0].lower() for code in said]
    if any(reads_kazakh(text) for text in texts):
        codes.append("kk")
    return [*dict.fromkeys(code for code in codes if _code.fullmatch(code))]
