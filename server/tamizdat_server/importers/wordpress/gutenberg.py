"""Texts of the block editor: HTML between comments that name the blocks."""

import re
from collections.abc import Iterator
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


def has_blocks(text: str) -> bool:
    """Whether a text was written with the block editor: WordPress makes no paragraphs of it then."""
    return "<!-- wp:" in text


def with_told_texts(text: str, warnings: Warnings) -> str:
    """The text with the words of those blocks that keep them in their values, which only the site can lay out."""

    def told(found: re.Match[str]) -> str:
        if not found[3]:
            return found[0]
        texts = [*_texts(_values(found[2] or ""))] if "/" in found[1] else []
        if texts:
            warnings.add(f"the block '{found[1][:60]}': only its text was kept")
        else:
            warnings.add(f"the block '{found[1][:60]}': left out, the site fills it itself")
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
