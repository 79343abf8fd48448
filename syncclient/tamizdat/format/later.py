"""Nodes of a later format: each is replaced by what it holds. docs/format.md, section 5.5.

Works on plain JSON. What has another shape than a list of nodes stays as it is, for the decoder to refuse.
"""

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias, cast

_KNOWN: Final = frozenset(
    "strong emphasis code link break note paragraph heading quote list figure table pre rule embed".split()
)
_Walk: TypeAlias = Callable[[list[object]], list[object]]


def without_unknown_nodes(record: object) -> object:
    """The JSON of a record with each unknown node replaced; may change `record` itself."""
    if not isinstance(record, dict):
        return record
    article = cast("dict[str, object]", record)
    notes = article.get("footnotes")
    if isinstance(notes, dict):
        article["footnotes"] = {name: _lists(note, _blocks) for name, note in cast("dict[str, object]", notes).items()}
    article["body"] = _lists(article.get("body", []), _blocks)
    return article


def _lists(value: object, walk: _Walk, levels: int = 0) -> object:
    """`value`, `walk` applied to it, or to the lists that lie so many `levels` below it."""
    if not isinstance(value, list):
        return value
    items = cast("list[object]", value)
    return [_lists(item, walk, levels - 1) for item in items] if levels else walk(items)


def _blocks(items: list[object]) -> list[object]:
    return [_inside(block) for item in items for block in _known_blocks(item)]


def _inlines(items: list[object]) -> list[object]:
    return [_inside(inline) for item in items for inline in _known_inlines(item)]


def _known_blocks(item: object) -> Iterator[object]:
    node = _unknown(item)
    if node is None:
        yield item
    elif isinstance(text := node.get("text"), list):
        yield {"type": "paragraph", "text": text}
    elif isinstance(blocks := node.get("blocks"), list):
        for block in cast("list[object]", blocks):
            yield from _known_blocks(block)


def _known_inlines(item: object) -> Iterator[object]:
    node = _unknown(item)
    if node is None:
        yield item
    elif isinstance(text := node.get("text"), list):
        for inline in cast("list[object]", text):
            yield from _known_inlines(inline)


def _unknown(item: object) -> dict[str, object] | None:
    """The node, if it is one of a type that this format doesn't know."""
    if not isinstance(item, dict):
        return None
    node = cast("dict[str, object]", item)
    kind = node.get("type")
    return node if isinstance(kind, str) and kind not in _KNOWN else None


# Where a node holds others: the member, what they are, and how many lists deep.
_PARTS: Final[tuple[tuple[str, _Walk, int], ...]] = (
    ("text", _inlines, 0),
    ("caption", _inlines, 0),
    ("header", _inlines, 1),
    ("rows", _inlines, 2),
    ("blocks", _blocks, 0),
    ("items", _blocks, 1),
)


def _inside(item: object) -> object:
    """A node whose own nodes are all known."""
    if not isinstance(item, dict):
        return item
    node = cast("dict[str, object]", item)
    return node | {name: _lists(node[name], walk, levels) for name, walk, levels in _PARTS if name in node}
