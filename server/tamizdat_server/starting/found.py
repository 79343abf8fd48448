"""What was found at an address or in a file that a newsroom may begin from."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from html import unescape
from typing import Final, Literal

import msgspec

from tamizdat_server.importers.language import Languages, meant

FoundKind = Literal["wordpress", "feed", "markdown"]
_code: Final = re.compile(r"[a-z]{2,3}")
_tag: Final = re.compile(r"<[^<>]*>")
_GOOD_PART: Final = 3
_RARE: Final = 10  # one text of so many in a language makes no edition


class Found(msgspec.Struct, frozen=True):
    """A place that articles can be imported from.

    `kind` and `source` are the words of `tamizdat import KIND SOURCE`. `title`, `languages`: what the place says of
    itself, where it says so; `articles`: how many it says it has. `site`: where its pages are, empty if unknown.
    `told`: what its editor should know, in sentences. `types`: how many posts it has of each type of
    its own that may be one of articles, where that is more than a handful. `clock`: the
    time by its server, in Unix seconds.
    """

    kind: FoundKind
    source: str
    title: str = ""
    languages: list[str] = []
    articles: int | None = None
    site: str = ""
    told: list[str] = []
    clock: int | None = None
    types: dict[str, int] = {}


def languages_of(said: Iterable[str], texts: Sequence[str] = ()) -> list[str]:
    """Language codes of a site, from what it says (`ru-RU`, `kz`) and from some of its texts, each once.

    Many a site says `en-US` because nobody set it, or is written in two languages and says one. So a language that a
    good part of the texts is in counts as if it were said; Kazakh, whose letters don't err, wherever it is found; and
    where nothing is said, any that isn't rare.
    """
    codes = [meant(code).split("-")[0].lower() for code in said if code]
    read = Counter(filter(None, (_read(text) for text in texts)))
    share = _GOOD_PART if codes else _RARE
    codes += [code for code, number in read.most_common() if code == "kk" or number * share > len(texts)]
    return [*dict.fromkeys(code for code in codes if _code.fullmatch(code))]


def _read(text: str) -> str | None:
    words = unescape(_tag.sub(" ", text))
    return Languages(()).detect(words) if words.strip() else None
