"""What an element's look means: strong, emphasised, raised, struck out, or lines that are to stay as they are."""

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from tamizdat_server.importers.blocks.flow import RAISED, Context, Mark
from tamizdat_server.importers.blocks.tree import Element

_declaration = re.compile(r"(font-weight|font-style|vertical-align|white-space)\s*:\s*([\w-]+)", re.IGNORECASE)
_struck = re.compile(r"text-decoration(?:-line)?\s*:[^;:]*line-through", re.IGNORECASE)
_BOLD: Final = frozenset(("bold", "bolder", "600", "700", "800", "900"))
_LIGHT: Final = frozenset(("normal", "lighter", "100", "200", "300", "400", "500"))
_KEPT_LINES: Final = frozenset(("pre", "pre-wrap", "pre-line", "break-spaces"))

# Letters alone mean the same on the line: 1st, 2nd, M.lle, TM.
SCRIPTS: Final = re.compile(r"[^\W\d]*[.®©™*†‡§]*|[^\W\d]+(?:[ .][^\W\d]*)*")
_cyrillic = re.compile(r"[\u0400-\u052f]")


def styled(element: Element, context: Context) -> Context:
    """The context inside an element whose style says something."""
    style = _style(element)
    if style.get("font-weight") in _BOLD:
        context = context.marked(Mark("strong"))
    if style.get("font-style") in ("italic", "oblique"):
        context = context.marked(Mark("emphasis"))
    if style.get("white-space") in _KEPT_LINES and element.tag != "pre":
        context = msgspec.structs.replace(context, lines=True)
    if style.get("vertical-align") == "super" and is_raised(words := element.words()) and words:
        context = msgspec.structs.replace(context, raised=True)
    return context


def is_struck(element: Element) -> bool:
    """Whether its own style strikes it out."""
    return bool(_struck.search(element.attributes.get("style", "")))


def is_raised(words: str) -> bool:
    """Whether there are raised characters for all of them: 10⁶ is another number than 106."""
    return all(ord(character) in RAISED or character == " " for character in words)


def marks_of(element: Element, context: Context) -> Context:
    """The context inside <strong>, <em> and the like; a style may take back what the tag says, as editors write it."""
    style = _style(element)
    if element.tag in ("strong", "b"):
        return context if style.get("font-weight") in _LIGHT else context.marked(Mark("strong"))
    return context if style.get("font-style") == "normal" else context.marked(Mark("emphasis"))


def quotation_marks(words: str) -> tuple[str, str]:
    """Those of the language that a quotation is in."""
    return ("«", "»") if _cyrillic.search(words) else ("“", "”")


def _style(element: Element) -> Mapping[str, str]:
    written = element.attributes.get("style", "")
    return {found[1].lower(): found[2].lower() for found in _declaration.finditer(written)}
