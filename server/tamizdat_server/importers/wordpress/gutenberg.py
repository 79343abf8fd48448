"""Texts of the block editor: HTML between comments that name the blocks."""

import re
from collections.abc import Callable, Iterator
from html import escape
from typing import Any, Final, cast

import msgspec

from tamizdat_server.importers.items import Warnings

_BLOCK: Final = re.compile(
    r"<!--\s+wp:([a-z][a-z0-9_-]*(?:/[a-z][a-z0-9_-]*)?)\s+({(?:(?!-->).)*?}\s+)?(/)?-->", re.DOTALL
)
_WORDS: Final = re.compile(r"[^\W\d_]{2,}\s+[^\W\d_]|<[a-z]")
_ADDRESSES: Final = re.compile(r"(?:https?:|mailto:|/)\S*|field_\w+|#?[\w.-]*", re.IGNORECASE)
_TEXTS: Final = 200
_SILENT: Final = frozenset(("footnotes", "more", "nextpage", "spacer", "separator", "shortcode"))
_PATTERN: Final = re.compile(r"<!--\s+wp:block\s+{\s*\"ref\":\s*([0-9]{1,15})(?:(?!-->).)*?/-->", re.DOTALL)
_PATTERNS_DEEP: Final = 3
_CHARACTERS: Final = 2_000_000


def has_blocks(text: str) -> bool:
    """Whether a text was written with the block editor: WordPress makes no paragraphs of it then."""
    return "<!-- wp:" in text


def with_patterns(text: str, pattern: Callable[[int], str]) -> str:
    """The text with each pattern that it refers to in its place; `pattern`: the text of one by its number, or none."""
    left = _CHARACTERS

    def filled(found: re.Match[str]) -> str:
        nonlocal left
        inner = pattern(int(found[1]))
        left -= len(inner)
        # Patterns within patterns could grow without end.
        return inner if inner and left > 0 else found[0]

    for _ in range(_PATTERNS_DEEP):
        text = _PATTERN.sub(filled, text)
    return text


def with_told_texts(text: str, warnings: Warnings) -> str:
    """The text with the words of those blocks that keep them in their values, which only the site can lay out."""

    def told(found: re.Match[str]) -> str:
        if not found[3]:
            return found[0]
        texts = [*_texts(_values(found[2] or ""))] if "/" in found[1] else []
        if texts:
            warnings.add(f"the block '{found[1][:60]}': only its text was kept")
        elif "/" in found[1]:
            warnings.add(f"the block '{found[1][:60]}': left out, only its site can fill it")
        elif found[1] == "block":
            warnings.add("patterns that aren't in the source were left out")
        elif found[1] not in _SILENT:
            warnings.add("blocks that a site fills by itself (lists of posts, menus, forms) were left out")
        return "".join(text if text.lstrip().startswith("<") else f"<p>{escape(text)}</p>" for text in texts)

    return _BLOCK.sub(told, text)


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
            if not name.startswith("_") and name not in ("className", "style", "lock", "metadata", "anchor"):
                yield from _texts(inner, depth + 1)
    elif depth < 8 and isinstance(value, list):
        for inner in cast("list[Any]", value)[:_TEXTS]:
            yield from _texts(inner, depth + 1)
