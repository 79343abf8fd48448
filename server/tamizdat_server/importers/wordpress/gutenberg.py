"""Texts of the block editor: HTML between comments that name the blocks."""

import re
from collections.abc import Callable, Iterator
from html import escape
from typing import Any, Final, cast

import msgspec

from tamizdat_server.importers.items import Warnings

_BEGIN: Final = re.compile(r"<!--\s{1,20}(/?)wp:([a-z][a-z0-9_-]{0,80}(?:/[a-z][a-z0-9_-]{0,80})?)(?=[\s/-])")
_WORDS: Final = re.compile(r"[^\W\d_]{2}\s+[^\W\d_]|<[a-z]")
_ADDRESSES: Final = re.compile(r"(?:https?:|mailto:|/)\S*|field_\w+|#?[\w.-]*", re.IGNORECASE)
_TEXTS: Final = 200
# What a site keeps in a block for itself: where a form's letters go, what editors tell each other.
_FORMS: Final = re.compile(r"form|newsletter|mailchimp|login")
_FOR_ITSELF: Final = re.compile(
    r"e?mail|recipient|(?:^|_)(?:to|from|cc|bcc|subject|key|note)$|internal|private|secret|token|password|hidden|admin|webhook",
    re.IGNORECASE,
)
_SILENT: Final = frozenset(("footnotes", "more", "nextpage", "spacer", "separator", "shortcode"))
_REFERENCE: Final = re.compile(r"\"ref\":\s{0,9}([0-9]{1,15})\b")
_PATTERNS_DEEP: Final = 3
_CHARACTERS: Final = 2_000_000


class Mark(msgspec.Struct, frozen=True):
    """A comment that begins or ends a block, or is all of one (`alone`); `values` are JSON, as written."""

    name: str
    values: str
    start: int
    end: int
    closing: bool
    alone: bool


def marks(text: str) -> Iterator[Mark]:
    """The comments that name blocks, in order."""
    at = 0
    while found := _BEGIN.search(text, at):
        end = text.find("-->", found.end())
        if end < 0:
            return
        values = text[found.end() : end].strip()
        at = end + 3
        alone = values.endswith("/")
        yield Mark(found[2], values.removesuffix("/").rstrip(), found.start(), at, closing=bool(found[1]), alone=alone)


def has_blocks(text: str) -> bool:
    """Whether a text was written with the block editor: WordPress makes no paragraphs of it then."""
    return "<!-- wp:" in text


def _replaced(text: str, meaning: Callable[[Mark], str | None]) -> str:
    """The text with those blocks that are nothing but a comment replaced; None: it stays."""
    parts: list[str] = []
    at = 0
    for mark in marks(text):
        new = meaning(mark) if mark.alone else None
        if new is not None:
            parts += [text[at : mark.start], new]
            at = mark.end
    return "".join([*parts, text[at:]])


def with_patterns(text: str, pattern: Callable[[int], str]) -> str:
    """The text with each pattern that it refers to in its place; `pattern`: the text of one by its number, or none."""
    left = _CHARACTERS

    def filled(mark: Mark) -> str | None:
        nonlocal left
        found = _REFERENCE.search(mark.values) if mark.name == "block" else None
        inner = pattern(int(found[1])) if found else ""
        left -= len(inner)
        # Patterns within patterns could grow without end.
        return inner if inner and left > 0 else None

    for _ in range(_PATTERNS_DEEP):
        text = _replaced(text, filled)
    return text


def with_told_texts(text: str, warnings: Warnings) -> str:
    """The text with the words of those blocks that keep them in their values, which only the site can lay out."""

    def told(mark: Mark) -> str:
        is_told = "/" in mark.name and not _FORMS.search(mark.name)
        texts = [*_texts(_values(mark.values))] if is_told else []
        if texts:
            warnings.add(f"the block '{mark.name[:60]}': only its text was kept")
        elif "/" in mark.name:
            warnings.add(f"the block '{mark.name[:60]}': left out, only its site can fill it")
        elif mark.name == "block":
            warnings.add("patterns that aren't in the source were left out")
        elif mark.name not in _SILENT:
            warnings.add("blocks that a site fills by itself (lists of posts, menus, forms) were left out")
        return "".join(text if text.lstrip().startswith("<") else f"<p>{escape(text)}</p>" for text in texts)

    return _replaced(text, told)


def _values(written: str) -> object:
    try:
        return msgspec.json.decode(written)
    except (msgspec.MsgspecError, RecursionError):
        return None


def _texts(value: object, depth: int = 0) -> Iterator[str]:
    """Each sentence in a block's values; names of classes, addresses and settings are none."""
    if isinstance(value, str):
        if _WORDS.search(value) and not _ADDRESSES.fullmatch(value):
            yield value
    elif depth < 8 and isinstance(value, dict):
        for name, inner in cast("dict[str, Any]", value).items():
            if name.startswith("_") or name in ("className", "style", "lock", "metadata", "anchor"):
                continue
            if not _FOR_ITSELF.search(name[:100]):
                yield from _texts(inner, depth + 1)
    elif depth < 8 and isinstance(value, list):
        for inner in cast("list[Any]", value)[:_TEXTS]:
            yield from _texts(inner, depth + 1)
