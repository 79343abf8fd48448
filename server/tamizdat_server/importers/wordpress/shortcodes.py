"""Shortcodes: `[name attributes]`, some of them with a text up to `[/name]`; found, paired and replaced.

An export doesn't say which names its site knows, and people write in brackets, too. What is a shortcode for sure: a
known name, one that has attributes or an end, or one that no person would write.
"""

import re
from collections import Counter
from collections.abc import Callable, Container, Mapping, Sequence
from html import unescape
from typing import Final

import msgspec

from tamizdat_server.importers.wordpress.verbatim import verbatim

_ATTRIBUTE_CHARACTERS: Final = 20_000
_START: Final = re.compile(r"\[(\[?)(/?)([A-Za-z][\w-]{0,80})(?=[\s\]/=:\"'])")
_STOP: Final = re.compile(r"[\[\]\"']")
_HTML_TAG: Final = re.compile(r"</?[A-Za-z][^<>]*>")
_PROSE: Final = frozenset(("noscript", "object", "video", "audio", "select", "svg"))
_QUOTES: Final = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "″": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "′": "'"}
)
_NAMED: Final = re.compile(r"([\w.-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'\]]+))")
_ATTRIBUTE: Final = re.compile(rf"{_NAMED.pattern}|\"([^\"]*)\"|'([^']*)'|(\S+)")


class Tag(msgspec.Struct, frozen=True):
    """One pair of brackets in a text.

    `escaped`: doubled, and meant to be read as it stands. `doubled`: only at its outer side, where another tag ends or
    begins what is meant so.
    """

    name: str
    start: int
    end: int
    written: str
    closing: bool = False
    escaped: bool = False
    doubled: bool = False
    alone: bool = False


class Shortcode(msgspec.Struct, frozen=True):
    """A shortcode: its values by name (lower case), those without a name, and its text, if it has an end."""

    name: str
    named: Mapping[str, str]
    bare: Sequence[str]
    inner: str | None

    def get(self, *names: str) -> str:
        """The first of these values that it has, or nothing."""
        return next(filter(None, (self.named.get(name, "") for name in names)), "")


def find_tags(text: str, *, anywhere: bool = False) -> list[Tag]:
    """All that looks like a shortcode's tag; in code and inside of HTML's tags only where `anywhere`."""
    hidden = [] if anywhere else _hidden(text)
    tags: list[Tag] = []
    place = at = 0
    while found := _START.search(text, at):
        at = found.end()
        while place < len(hidden) and hidden[place][1] <= found.start():
            place += 1
        if place < len(hidden) and hidden[place][0] <= found.start():
            at = max(at, hidden[place][1])
        elif tag := _tag(text, found):
            tags.append(tag)
            at = tag.end
    return tags


def _hidden(text: str) -> list[tuple[int, int]]:
    """Program text and comments, and HTML's tags outside of them, in order."""
    spans = [(start, end) for name, start, end in verbatim(text) if name not in _PROSE]
    tags = (found.span() for found in _HTML_TAG.finditer(text))
    out: list[tuple[int, int]] = []
    for start, end in sorted([*spans, *tags], key=lambda span: (span[0], -span[1])):
        if not out or start >= out[-1][1]:
            out.append((start, end))
    return out


def _tag(text: str, found: re.Match[str]) -> Tag | None:
    end = _end(text, found.end())
    if end is None:
        return None
    written = text[found.end() : end].strip()
    escaped = bool(found[1]) and text[end + 1 : end + 2] == "]"
    start = found.start() + (0 if escaped else len(found[1]))
    return Tag(
        found[3].lower(),
        start,
        end + (2 if escaped else 1),
        written.removesuffix("/").rstrip(),
        closing=bool(found[2]),
        escaped=escaped,
        doubled=text[end + 1 : end + 2] == "]" if found[2] else bool(found[1]),
        alone=written.endswith("/"),
    )


def _end(text: str, at: int) -> int | None:
    """Where the bracket ends that was opened before; None where it doesn't, or another begins first."""
    limit = at + _ATTRIBUTE_CHARACTERS
    while found := _STOP.search(text, at, limit):
        if found[0] == "]":
            return found.start()
        if found[0] == "[":
            return None
        at = found.end()
        # A quotation mark begins a value only after `=` or a space; elsewhere it is an apostrophe.
        if text[found.start() - 1] in "= \t\n":
            closing = text.find(found[0], at, limit)
            at = closing + 1 if closing >= 0 else at
    return None


def replace_shortcodes(
    text: str, meaning: Callable[[Shortcode], str], *, known: Container[str], anywhere: bool = False
) -> str:
    """The text with each shortcode, the inner ones first, replaced by what `meaning` makes of it."""
    tags = find_tags(text, anywhere=anywhere)
    ends = _paired(tags)
    endings = frozenset(ends.values())
    out: list[list[str]] = [[]]
    opened: list[Tag] = []
    at = 0
    for place, tag in enumerate(tags):
        out[-1].append(text[at : tag.start])
        at = tag.end
        if tag.escaped:
            out[-1].append(text[tag.start + 1 : tag.end - 1])
        elif place in endings:
            opener, inner = opened.pop(), "".join(out.pop())
            if opener.doubled and tag.doubled:
                out[-1] = [*out[-1][:-1], out[-1][-1][:-1], text[opener.start : tag.end]]
                at += 1
            else:
                out[-1].append(meaning(_shortcode(opener, inner)))
        elif place in ends:
            opened.append(tag)
            out.append([])
        elif tag.name in known or _is_certain(tag):
            out[-1].append("" if tag.closing else meaning(_shortcode(tag, None)))
        else:
            out[-1].append(text[tag.start : tag.end])
    out[-1].append(text[at:])
    return "".join(out[0])


def _paired(tags: list[Tag]) -> dict[int, int]:
    """Which tag ends which."""
    waiting: list[int] = []
    names: Counter[str] = Counter()
    ends: dict[int, int] = {}
    for place, tag in enumerate(tags):
        if tag.escaped or tag.alone:
            continue
        if not tag.closing:
            waiting.append(place)
            names[tag.name] += 1
        elif names[tag.name]:
            while waiting:
                last = waiting.pop()
                names[tags[last].name] -= 1
                if tags[last].name == tag.name:
                    ends[last] = place
                    break
    return ends


def _is_certain(tag: Tag) -> bool:
    return "_" in tag.name or (not tag.closing and bool(_NAMED.match(tag.written))) or tag.written.startswith("=")


def _shortcode(tag: Tag, inner: str | None) -> Shortcode:
    named, bare = attributes(tag.written)
    return Shortcode(tag.name, named, bare, inner)


def attributes(written: str) -> tuple[dict[str, str], list[str]]:
    """The values of a tag: those with names, in lower case, and those without. Typographic quotes count as quotes."""
    if '"' not in written and "'" not in written:
        written = unescape(written).translate(_QUOTES) if "&" in written else written.translate(_QUOTES)
    named: dict[str, str] = {}
    bare: list[str] = []
    for found in _ATTRIBUTE.finditer(written.lstrip("=: ") if written.startswith(("=", ":")) else written):
        if found[1]:
            named[found[1].lower()] = unescape(found[2] or found[3] or found[4] or "")
        elif value := unescape(found[5] or found[6] or found[7] or ""):
            bare.append(value)
    return named, bare
