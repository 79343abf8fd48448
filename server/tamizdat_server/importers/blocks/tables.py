"""Tables: those of data keep their rows and columns, those that only place things on a page become what they place."""

import re
from collections.abc import Iterator
from typing import Final, Protocol, TypeAlias

from tamizdat.format.article import Block, Inline, Paragraph, Table
from tamizdat_server.importers.blocks.flow import Context, Line, Mark, folded
from tamizdat_server.importers.blocks.tree import Element

_PARTS: Final = frozenset(("thead", "tbody", "tfoot"))
_SILENT: Final = frozenset(("colgroup", "col"))
_PLACED: Final = ("table", "figure", "iframe", "video", "audio", "object", "h1", "h2", "h3", "h4", "h5", "h6")
_COLUMNS: Final = 100
_ROWS: Final = 1_000

Row: TypeAlias = tuple[list[Element], bool]


class Reads(Protocol):
    """Reads what an element holds."""

    def flow(self, element: Element, context: Context) -> list[Block]: ...
    def line(self, element: Element, context: Context) -> Line: ...


def read_table(element: Element, reader: Reads, context: Context) -> list[Block]:
    """A table's caption, the table, and what stood in it outside of its cells, in their order."""
    parts = [*_parts(element, in_head=False)]
    rows = [part for part in parts if isinstance(part, tuple)]
    is_layout = _is_layout(element, rows)
    blocks: list[Block] = []
    grid: list[Row] = []
    for part in parts:
        if isinstance(part, tuple) and not is_layout:
            grid.append(part)
            continue
        blocks += _table(grid, reader, context)
        grid = []
        cells = part[0] if isinstance(part, tuple) else [part]
        blocks += [block for cell in cells for block in _content(cell, reader, context)]
    return blocks + _table(grid, reader, context)


def _parts(element: Element, *, in_head: bool) -> Iterator[Row | Element]:
    """Rows with whether they stand in the head, and between them what is no row."""
    for child in element.children:
        if isinstance(child, str):
            if child.strip():
                stray = Element("p")
                stray.children.append(child)
                yield stray
        elif child.tag == "tr":
            yield from _row(child, in_head=in_head)
        elif child.tag in _PARTS:
            yield from _parts(child, in_head=child.tag == "thead")
        elif child.tag not in _SILENT:
            yield child


def _row(row: Element, *, in_head: bool) -> Iterator[Row | Element]:
    cells: list[Element] = []
    for child in row.children:
        if isinstance(child, Element) and child.tag in ("td", "th"):
            cells.append(child)
        elif (isinstance(child, Element) and child.words()) or (isinstance(child, str) and child.strip()):
            # Words between cells: a cell of their own, so that they stay where they are.
            stray = Element("td")
            stray.children.append(child)
            cells.append(stray)
    if cells:
        yield cells, in_head


def _is_layout(element: Element, rows: list[Row]) -> bool:
    cells = [cell for row, _ in rows for cell in row]
    if element.get("role") in ("presentation", "none") or max((len(row) for row, _ in rows), default=0) <= 1:
        return True
    if any(inner.tag in _PLACED for cell in cells for inner in cell.walk()):
        return True
    one_row = len(rows) == 1 and not any(cell.tag == "th" for cell in cells)
    return one_row and any(next(cell.walk("p", "ul", "ol", "blockquote", "img"), None) is not None for cell in cells)


def _content(cell: Element, reader: Reads, context: Context) -> list[Block]:
    if cell.tag != "caption":
        return reader.flow(cell, context)
    line = reader.line(cell, context.marked(Mark("strong")))
    return [*([Paragraph(text)] if (text := line.inlines()) else []), *line.aside]


def _table(rows: list[Row], reader: Reads, context: Context) -> list[Block]:
    if not rows:
        return []
    first, in_head = rows[0]
    has_header = in_head or all(cell.tag == "th" for cell in first)
    aside: list[Block] = []
    grid: list[list[list[Inline]]] = []
    below: dict[int, int] = {}
    for number, (cells, _) in enumerate(rows):
        is_header = has_header and number == 0
        grid.append(_cells(cells, below, aside, reader, context, is_header=is_header))
    width = max(map(len, grid))
    grid = [[*row, *([[]] * (width - len(row)))] for row in grid]
    header, body = (grid[0], grid[1:]) if has_header else ([], grid)
    return [Table(header=header, rows=body), *aside] if width else aside


def _cells(
    cells: list[Element], below: dict[int, int], aside: list[Block], reader: Reads, context: Context, *, is_header: bool
) -> list[list[Inline]]:
    """A row's cells, each in its column: `below` says for how many rows more a cell above reaches down into one."""
    texts: list[list[Inline]] = []
    for cell in cells:
        _reach_down(texts, below)
        strong = cell.tag == "th" and not is_header
        line = reader.line(cell, context.marked(Mark("strong")) if strong else context)
        aside += line.aside
        wide, high = _span(cell, "colspan", _COLUMNS), _span(cell, "rowspan", _ROWS)
        for column in range(wide):
            if high > 1:
                below[len(texts)] = high - 1
            texts.append(folded(line.run) if column == 0 else [])
    _reach_down(texts, below)
    return texts


def _reach_down(texts: list[list[Inline]], below: dict[int, int]) -> None:
    while below.get(len(texts), 0) > 0:
        below[len(texts)] -= 1
        texts.append([])


def _span(cell: Element, name: str, limit: int) -> int:
    written = cell.get(name)
    return max(1, min(int(written), limit)) if re.fullmatch("[0-9]{1,4}", written) else 1
