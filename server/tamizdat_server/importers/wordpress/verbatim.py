"""Where a text is program text, a script or a comment, in which nothing means what it would mean elsewhere.

Found in one pass, however many beginnings without an end a text has.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

_BEGIN: Final = re.compile(
    r"<(?:(!--)|(pre|code|script|style|textarea|svg|noscript|object|video|audio|select)\b[^<>]*>)", re.IGNORECASE
)
_PROGRAM: Final = frozenset(("pre", "code", "script", "style", "textarea"))


def verbatim(text: str) -> Iterator[tuple[str, int, int]]:
    """Each such span: the name of its element, or `!--` for a comment, and where it begins and ends."""
    endless: set[str] = set()
    at = 0
    while found := _BEGIN.search(text, at):
        name = (found[1] or found[2]).lower()
        end = -1 if name in endless else _end(text, name, found.end())
        if end < 0:
            endless.add(name)
            at = found.end()
        else:
            yield name, found.start(), end
            at = end


def outside_programs(text: str, change: Callable[[str], str]) -> str:
    """The text with all of it changed that is no program text."""
    parts: list[str] = []
    at = 0
    for name, start, end in verbatim(text):
        if name in _PROGRAM:
            parts += [change(text[at:start]), text[start:end]]
            at = end
    return "".join([*parts, change(text[at:])])


def _end(text: str, name: str, at: int) -> int:
    if name == "!--":
        end = text.find("-->", at)
        return end + 3 if end >= 0 else -1
    found = re.compile(rf"</{name}\s*>", re.IGNORECASE).search(text, at)
    return found.end() if found else -1
