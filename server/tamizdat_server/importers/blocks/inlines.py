"""Runs of text within a paragraph, from HTML."""

import re
from collections.abc import Callable
from typing import Final, Protocol

from tamizdat.format.article import Break, CodeSpan, Emphasis, Image, Inline, Link, NoteRef, Strong
from tamizdat_server.importers.blocks.notes import NOTE
from tamizdat_server.importers.blocks.tree import Element, attribute, text_of
from tamizdat_server.importers.items import Warnings
from tamizdat_server.importers.text import clean

_STRONG: Final = frozenset(("strong", "b"))
_EMPHASIS: Final = frozenset(("em", "i", "cite", "dfn", "var"))
_CODE: Final = frozenset(("code", "kbd", "samp", "tt", "pre"))
_SILENT: Final = frozenset("wbr meta link source track param base col colgroup area map head title".split())
_DROPPED: Final = frozenset(("script", "style", "template"))
PLAIN: Final = frozenset(
    "html body p div section article main header footer nav aside center address details summary hgroup"
    " figcaption picture span u small mark abbr acronym time font ins bdi bdo big"
    " q label data noscript fieldset legend nobr ruby rb rt rp"
    " h1 h2 h3 h4 h5 h6 ul ol li dl dt dd blockquote table caption thead tbody tfoot tr td th hr menu".split()
)
BLOCKS: Final = frozenset(
    "p div section article main header footer nav aside center address details summary hgroup fieldset legend menu"
    " figure figcaption h1 h2 h3 h4 h5 h6 ul ol li dl dt dd blockquote pre hr table caption thead tbody tfoot tr td th"
    " form iframe embed object video audio".split()
)
_HOISTED: Final = frozenset(("figure", "iframe", "embed", "object", "video", "audio"))
_DEPTH: Final = 40

_spaces = re.compile(r"[ \t\n\r\f]+")


class Surroundings(Protocol):
    """Where a text stands: what its links and pictures mean there."""

    warnings: Warnings

    def picture(self, source: str, *, alt: str) -> Image | str | None:
        """The picture, or the address where it lies, or None where there is none to be had."""
        ...

    def address(self, href: str) -> str | None:
        """The address that a link means, or None where it can't be one in an article."""
        ...


class InlineReader:
    """Reads the content of elements as inlines; what can't stand in a line is handed to `hoist`."""

    def __init__(self, surroundings: Surroundings, *, hoist: Callable[[Element], None], notes: frozenset[str]) -> None:
        self._around, self._hoist, self._notes = surroundings, hoist, notes
        self._pictures: list[Link] = []
        self.figures: list[Image] = []

    def content(self, element: Element, depth: int = 0) -> list[Inline]:
        """All that an element holds, as one line of inlines."""
        run: list[Inline] = [_text(element.text)] if element.text else []
        for child in element:
            run += self.one(child, depth + 1)
            if child.tail:
                run.append(_text(child.tail))
        return _merged(run)

    def one(self, element: Element, depth: int = 0) -> list[Inline]:
        """What one element comes to."""
        tag = element.tag
        if depth > _DEPTH:
            return [text_of(element)]
        if tag == "br":
            return [Break()]
        if tag == "img":
            return self._image(element)
        if tag == NOTE:
            note = element.get("id") or ""
            return [NoteRef(note)] if note in self._notes else []
        if tag in _SILENT or tag in _DROPPED:
            if tag in _DROPPED:
                self._around.warnings.add(f"<{tag}> was left out")
            return []
        if tag in _HOISTED:
            self._hoist(element)
            return []
        return self._with_content(element, depth)

    def _with_content(self, element: Element, depth: int) -> list[Inline]:
        tag = element.tag
        if tag in _CODE:
            text = clean("".join(element.itertext())).strip("\n")
            return [CodeSpan(text)] if text else []
        inner = self.content(element, depth)
        if tag == "a":
            return self._link(element, inner)
        if tag in _STRONG or tag in _EMPHASIS:
            if not _says(inner):
                return inner
            return [Strong(inner) if tag in _STRONG else Emphasis(inner)]
        if tag in BLOCKS:
            return [Break(), *inner, Break()]
        if tag not in PLAIN:
            self._around.warnings.add(f"<{tag[:40]}>: only its text was kept")
        return inner

    def _link(self, element: Element, inner: list[Inline]) -> list[Inline]:
        href = attribute(element, "href")
        address = self._around.address(href) if href and _says(inner) else None
        return [Link(address, without_links(inner))] if address else inner

    def _image(self, element: Element) -> list[Inline]:
        alt = attribute(element, "alt")
        source = attribute(element, "src") or attribute(element, "data-src")
        found = self._around.picture(source, alt=alt) if source else None
        if isinstance(found, Image):
            self.figures.append(found)
            return []
        if found:
            link = Link(found, [alt or re.split("[?#]", found)[0].rstrip("/").rsplit("/", 1)[-1]])
            self._pictures.append(link)
            return [link]
        return [Emphasis([alt])] if alt else []

    def is_picture(self, inline: Inline) -> bool:
        """Whether this link stands for a picture that lies elsewhere."""
        return any(inline is link for link in self._pictures)


def tidy(run: list[Inline]) -> list[Inline]:
    """A paragraph's inlines: merged, without spaces and breaks at its ends or spaces around breaks."""
    run = _merged(run)
    out: list[Inline] = []
    for place, inline in enumerate(run):
        if isinstance(inline, str):
            before = out[-1] if out else Break()
            after = run[place + 1] if place + 1 < len(run) else Break()
            text = inline.lstrip(" ") if isinstance(before, Break) else inline
            inline = text.rstrip(" ") if isinstance(after, Break) else text
        if inline == "" or (isinstance(inline, Break) and (not out or isinstance(out[-1], Break))):
            continue
        out.append(inline)
    while out and isinstance(out[-1], Break):
        out.pop()
    return out


def without_links(run: list[Inline]) -> list[Inline]:
    """A link inside a link means nothing: its text stays."""
    out: list[Inline] = []
    for inline in run:
        match inline:
            case Link(text=text):
                out += without_links(text)
            case Strong(text=text):
                out.append(Strong(without_links(text)))
            case Emphasis(text=text):
                out.append(Emphasis(without_links(text)))
            case _:
                out.append(inline)
    return _merged(out)


def _text(text: str) -> str:
    return _spaces.sub(" ", clean(text))


def _merged(run: list[Inline]) -> list[Inline]:
    out: list[Inline] = []
    for inline in run:
        if isinstance(inline, str) and out and isinstance(out[-1], str):
            joined = out[-1] + (inline[1:] if out[-1].endswith(" ") and inline.startswith(" ") else inline)
            out[-1] = clean(joined)
        elif inline != "":
            out.append(inline)
    return out


def spoken(run: list[Inline]) -> str:
    """The words of a run, nested however deep."""
    parts: list[str] = []
    for inline in run:
        match inline:
            case str():
                parts.append(inline)
            case CodeSpan(text=text):
                parts.append(text)
            case Strong(text=text) | Emphasis(text=text) | Link(text=text):
                parts.append(spoken(text))
            case _:
                parts.append(" ")
    return "".join(parts)


def _says(run: list[Inline]) -> bool:
    return bool(spoken(run).strip()) or any(isinstance(inline, NoteRef) for inline in run)
