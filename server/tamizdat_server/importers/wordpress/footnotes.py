"""Footnotes as WordPress and its plugins write them, as the elements that make notes of an article."""

import re
from collections.abc import Mapping
from typing import Final

from tamizdat_server.importers.blocks.notes import NOTE, NOTE_TEXT, NOTES
from tamizdat_server.importers.wordpress.verbatim import outside_programs

_REFERENCE: Final = re.compile(
    r"<sup\b[^<>]*\bdata-fn=\"([^\"<>]{1,200})\"[^<>]*>[^<]*(?:<(?!/?sup\b)[^<]*)*</sup>", re.IGNORECASE
)
_LIST: Final = re.compile(r"<ol\b[^<>]*\bwp-block-footnotes\b[^<>]*>([^<]*(?:<(?!/?ol\b)[^<]*)*)</ol>", re.IGNORECASE)
_ENTRY: Final = re.compile(
    r"<li\b[^<>]*\bid=\"([^\"<>]{1,200})\"[^<>]*>([^<]*(?:<(?!/?li\b)[^<]*)*)</li>", re.IGNORECASE
)
_WAY_BACK: Final = re.compile(
    r"<a\b[^<>]*href=\"[^\"<>]*#[^\"<>]*-link\"[^<>]*>[^<]*(?:<(?!/?a\b)[^<]*)*</a>", re.IGNORECASE
)
# Two round brackets around words are a note, where a plugin is at work; nested ones are somebody's formula.
_DOUBLE: Final = re.compile(
    r"(?<=[\w.,!?;:»”\"')])\s?\(\(((?!\s)[^(){}$]{2,2000}(?:\([^(){}$]*\)[^(){}$]*){0,5})\)\)(?!\))"
)


class Notes:
    """The notes of one text, numbered in the order in which they are met."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._by_name: dict[str, int] = {}

    def add(self, html: str, *, name: str = "") -> str:
        """The mark that stands in the text for a note; the same name is the same note."""
        number = self._by_name.get(name, 0)
        if not number:
            self._texts.append(html)
            number = len(self._texts)
        if name:
            self._by_name[name] = number
        return f'<{NOTE} id="{number}"></{NOTE}>'

    def html(self) -> str:
        """All notes, to stand after the text."""
        texts = "".join(
            f'<{NOTE_TEXT} id="{number}">{text}</{NOTE_TEXT}>' for number, text in enumerate(self._texts, 1)
        )
        return f"<{NOTES}>{texts}</{NOTES}>" if texts else ""


def with_block_notes(html: str, told: Mapping[str, str], notes: Notes) -> str:
    """The notes of the block editor: their texts are told beside the text, or stand in a list at its end."""
    listed = {entry[1]: entry[2] for found in _LIST.finditer(html) for entry in _ENTRY.finditer(found[1])}
    texts = {name: _WAY_BACK.sub("", text) for name, text in listed.items()} | dict(told)
    met: set[str] = set()

    def mark(found: re.Match[str]) -> str:
        met.add(found[1])
        return notes.add(texts[found[1]], name=found[1]) if found[1] in texts else ""

    html = _REFERENCE.sub(mark, html)
    return _LIST.sub(lambda found: _ENTRY.sub(lambda entry: "" if entry[1] in met else entry[0], found[0]), html)


def with_bracketed_notes(html: str, notes: Notes) -> str:
    """The notes of plugins that take `((words))` for one."""
    return outside_programs(html, lambda text: _DOUBLE.sub(lambda found: notes.add(found[1]), text))
