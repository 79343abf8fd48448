"""Bring an article inside the format's bounds: what is too long is split or cut, what is too deep is made flat."""

from collections.abc import Iterable
from typing import Final, TypeVar

import msgspec

from tamizdat.errors import FormatError
from tamizdat.format.article import (
    Article,
    Block,
    Code,
    CodeSpan,
    Emphasis,
    Figure,
    Heading,
    Inline,
    Link,
    ListBlock,
    Paragraph,
    Quote,
    Strong,
    Table,
    encode_record,
)  # fmt: skip
from tamizdat.format.limits import LIMITS
from tamizdat_server.draft import Draft
from tamizdat_server.importers.blocks.inlines import spoken
from tamizdat_server.importers.items import Warnings

TEXT: Final = 200_000
INLINES: Final = 20_000
BLOCKS: Final = 20_000
ITEMS: Final = 10_000
COLUMNS: Final = 100
NOTES: Final = 5_000
# Room for corrections to come; and an article must fit into a segment, compressible or not.
RECORD_BYTES: Final = LIMITS.segment_bytes - 64 * 1024
# Quotes and lists within each other, then words in words within those: together not more than the format allows.
BLOCK_DEPTH: Final = LIMITS.depth - 6
INLINE_DEPTH: Final = 4

_NEVER: Final = "2000-01-01T00:00:00Z"
_Sliceable = TypeVar("_Sliceable", list[Inline], list[list[Block]], list[list[list[Inline]]], str)


def fitted(draft: Draft, warnings: Warnings) -> Draft:
    """The draft, changed only where the format would refuse it. Raises: FormatError where that can't be helped."""
    try:
        if _length(draft) <= RECORD_BYTES:
            return draft
    except FormatError:
        pass
    warnings.add("longer or deeper than an article may be: split, made flat or cut")
    notes = [*draft.footnotes.items()][:NOTES]
    smaller = msgspec.structs.replace(
        draft, body=_blocks(draft.body, 1), footnotes={name: _blocks(note, 1) for name, note in notes}
    )
    while (length := _length(smaller)) > RECORD_BYTES:
        smaller = _shorter(smaller, min(0.9, RECORD_BYTES / length))
    return smaller


def _length(draft: Draft) -> int:
    article = Article(
        key=draft.key, edition=draft.edition, revision=1, title=draft.title, published=draft.published or _NEVER,
        updated=draft.updated or _NEVER, byline=draft.byline, place=draft.place, section=draft.section,
        tags=draft.tags, summary=draft.summary, source_url=draft.source_url, translation_group=draft.translation_group,
        image=draft.image, body=draft.body, footnotes=draft.footnotes,
    )  # fmt: skip
    try:
        return len(encode_record(article))
    except FormatError as error:
        if len(line := msgspec.json.encode(article)) > LIMITS.record_bytes:
            return len(line)
        raise error from error.__cause__


def _shorter(draft: Draft, share: float) -> Draft:
    """This share of the body, at its beginning, or of the notes, where the body can't be cut."""
    body, notes = draft.body, draft.footnotes
    if len(body) > 1:
        return msgspec.structs.replace(draft, body=body[: max(1, int(len(body) * share))])
    if notes:
        return msgspec.structs.replace(draft, footnotes=dict([*notes.items()][: int(len(notes) * share)]))
    if body and not isinstance(body[0], Paragraph):
        return msgspec.structs.replace(draft, body=_opened(body[0]))
    if body and isinstance(body[0], Paragraph) and len(body[0].text) > 1:
        return msgspec.structs.replace(draft, body=[Paragraph(body[0].text[: max(1, int(len(body[0].text) * share))])])
    raise FormatError("an article that can't be cut to a size that the format allows", path=draft.key)


def _opened(block: Block) -> list[Block]:
    """One huge block as smaller ones, which can be cut."""
    match block:
        case Quote(blocks=blocks):
            return blocks
        case ListBlock(items=items) if len(items) > 1:
            return [ListBlock([item], ordered=block.ordered) for item in items]
        case ListBlock(items=items):
            return [inner for item in items for inner in item]
        case Table(rows=rows):
            return [Paragraph(cell) for row in rows for cell in row if cell]
        case _:
            return []


def _blocks(blocks: Iterable[Block], depth: int) -> list[Block]:
    return [smaller for block in blocks for smaller in _block(block, depth)][:BLOCKS]


def _block(block: Block, depth: int) -> list[Block]:
    match block:
        case Paragraph(text=text):
            return [Paragraph(part) for part in _parts(_inlines(text, 1), INLINES)]
        case Heading():
            return [Heading(block.level, _inlines(block.text, 1)[:INLINES])]
        case Code(text=text):
            return [Code(part, language=block.language) for part in _parts(text, TEXT)]
        case Figure():
            return [Figure(block.image, caption=_inlines(block.caption, 1)[:INLINES], credit=block.credit)]
        case Quote(blocks=inner):
            smaller = _blocks(inner, depth + 1)
            return smaller if depth >= BLOCK_DEPTH else [Quote(smaller)]
        case ListBlock(items=items):
            lists = [_blocks(item, depth + 1) for item in items]
            if depth >= BLOCK_DEPTH:
                return [inner for item in lists for inner in item]
            return [ListBlock(part, ordered=block.ordered) for part in _parts(lists, ITEMS)]
        case Table(header=header, rows=rows):
            return [Table(_cells(header), part) for part in _parts([_cells(row) for row in rows], ITEMS)]
        case _:
            return [block]


def _cells(cells: list[list[Inline]]) -> list[list[Inline]]:
    kept, rest = cells[: COLUMNS - 1], cells[COLUMNS - 1 :]
    last = [inline for cell in rest for inline in (*cell, " ")]
    return [_inlines(cell, 1)[:INLINES] for cell in ([*kept, last] if rest else kept)]


def _inlines(text: list[Inline], depth: int) -> list[Inline]:
    return [smaller for inline in text for smaller in _inline(inline, depth)]


def _inline(inline: Inline, depth: int) -> list[Inline]:
    match inline:
        case str():
            return [*_parts(inline, TEXT)]
        case CodeSpan(text=text):
            return [CodeSpan(part) for part in _parts(text, TEXT)]
        case Strong(text=text) | Emphasis(text=text) | Link(text=text):
            inner = _inlines(text, depth + 1)[:INLINES]
            if depth >= INLINE_DEPTH:
                return [*_parts(spoken(inner), TEXT)]
            return [Link(inline.href, inner) if isinstance(inline, Link) else type(inline)(inner)]
        case _:
            return [inline]


def _parts(values: _Sliceable, size: int) -> list[_Sliceable]:
    if len(values) <= size:
        return [values]
    return [values[start : start + size] for start in range(0, len(values), size)]
