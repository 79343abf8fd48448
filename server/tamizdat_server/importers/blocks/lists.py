"""The items of a list, and what a page writes before them where that isn't 1, 2, 3: the format can't, so it is said."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from tamizdat.format.article import Block, Paragraph
from tamizdat_server.importers.blocks.tree import Element

_number = re.compile(r"-?[0-9]{1,6}")
_style = re.compile(r"list-style(?:-type)?\s*:[^;]*\b(lower|upper)-(alpha|latin|roman)", re.IGNORECASE)
_ROMAN: Final = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc")),
    *((50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
_MOST_ROMAN: Final = 3_999


def items_of(element: Element) -> list[tuple[Element, bool]]:
    """What stands in a list, item by item, and whether it is a <li>: what stands between two of them is one item."""
    items: list[tuple[Element, bool]] = []
    for child in element.children:
        if isinstance(child, Element) and child.tag == "li":
            items.append((child, True))
            continue
        if not items or items[-1][1]:
            items.append((Element("li"), False))
        items[-1][0].children.append(child)
    return items


def numbers_of(element: Element) -> list[str]:
    """What stands before each <li> of an <ol>, as `5.` or `b.`; none where the format's own counting says the same."""
    items = [child for child in element.elements() if child.tag == "li"]
    kind = _kind(element)
    numbers = [*_counted(element, items)]
    if kind not in _WRITTEN and numbers == [*range(1, len(items) + 1)]:
        return []
    write = _WRITTEN.get(kind, str)
    return [f"{write(number)}." for number in numbers]


def numbered(item: list[Block], number: str) -> list[Block]:
    """An item that begins with its number."""
    match item:
        case [Paragraph(text=[str() as first, *rest]), *others]:
            return [Paragraph([f"{number} {first}", *rest]), *others]
        case [Paragraph(text=text), *others]:
            return [Paragraph([f"{number} ", *text]), *others]
        case _:
            return [Paragraph([number]), *item]


def _kind(element: Element) -> str:
    """As its attribute `type` says it, or a style."""
    if styled := _style.search(element.attributes.get("style", "")):
        kind = "i" if styled[2].lower() == "roman" else "a"
        return kind.upper() if styled[1].lower() == "upper" else kind
    return element.attributes.get("type", "").strip()


def _counted(element: Element, items: list[Element]) -> Iterator[int]:
    backwards = "reversed" in element.attributes
    start = element.get("start")
    number = int(start) if _number.fullmatch(start) else len(items) if backwards else 1
    for item in items:
        value = item.get("value")
        number = int(value) if _number.fullmatch(value) else number
        yield number
        number += -1 if backwards else 1


def _letter(number: int) -> str:
    return chr(ord("a") + number - 1) if 1 <= number <= 26 else str(number)


def _roman(number: int) -> str:
    if not 1 <= number <= _MOST_ROMAN:
        return str(number)
    written = ""
    for value, letters in _ROMAN:
        written += letters * (number // value)
        number %= value
    return written


_WRITTEN: Final[Mapping[str, Callable[[int], str]]] = {
    "a": _letter,
    "A": lambda number: _letter(number).upper(),
    "i": _roman,
    "I": lambda number: _roman(number).upper(),
}
