"""Blocks of an article from HTML: that of Markdown, and whatever an author wrote in it by hand."""

import re
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

import msgspec

from tamizdat.format.article import (
    Block,
    Code,
    Embed,
    Emphasis,
    Figure,
    Heading,
    Inline,
    Link,
    ListBlock,
    Paragraph,
    Quote,
    Rule,
    Strong,
    Table,
)  # fmt: skip
from tamizdat_server.importers.blocks.inlines import BLOCKS, PLAIN, InlineReader, Surroundings, spoken, tidy
from tamizdat_server.importers.blocks.notes import NOTE_TEXT, NOTES
from tamizdat_server.importers.blocks.tree import Element, attribute, parse_html, take_out, text_of
from tamizdat_server.importers.text import clean, line

_HEADINGS: Final = {"h1": 2, "h2": 2, "h3": 3, "h4": 4, "h5": 4, "h6": 4}
_TABLE_PARTS: Final = frozenset(("caption", "thead", "tbody", "tfoot", "tr", "colgroup", "col"))
_EMBEDS: Final = frozenset(("iframe", "embed", "object", "video", "audio"))
_SERVICES: Final = {
    "youtube.com": "YouTube", "youtube-nocookie.com": "YouTube", "youtu.be": "YouTube", "vimeo.com": "Vimeo",
    "twitter.com": "Twitter", "x.com": "X", "facebook.com": "Facebook", "instagram.com": "Instagram",
    "t.me": "Telegram",    "soundcloud.com": "SoundCloud", "spotify.com": "Spotify", "rutube.ru": "Rutube",
    "gist.github.com": "GitHub Gist",
}  # fmt: skip
_youtube = re.compile(r"https?://(?:www\.)?youtube(?:-nocookie)?\.com/embed/([\w-]+)")
_language = re.compile(r"(?:language-|lang-|brush:\s*)\{?\.?([\w+#.-]{1,100})")
_DEPTH: Final = 60


class Content(msgspec.Struct, frozen=True):
    """A text in the format's own terms. `heading`: its first top heading, where that served or may serve as a title."""

    body: list[Block]
    footnotes: dict[str, list[Block]]
    heading: str = ""


def read_html(html: str, surroundings: Surroundings, *, title: str = "") -> Content:
    """The blocks of an HTML fragment, without a first heading that repeats the title or may serve as one."""
    body = parse_html(html)
    heading = _take_title(body, title)
    notes = {note.get("id") or "": note for part in body.iter(NOTES) for note in part.iter(NOTE_TEXT)}
    reader = _BlockReader(surroundings, notes=frozenset(notes))
    footnotes = {name: reader.content(note, 1) for name, note in notes.items()}
    for part in [*body.iter(NOTES)]:
        take_out(part)
    return Content(body=reader.content(body, 0), footnotes=footnotes, heading=heading)


def service_of(url: str) -> str:
    """How people call the place that an address is at."""
    try:
        host = (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
    return _SERVICES.get(host) or _SERVICES.get(".".join(host.split(".")[-2:])) or host


def _take_title(body: Element, title: str) -> str:
    first = next(iter(body.iter("h1")), None)
    if first is None:
        return ""
    text = text_of(first)
    before = next((element for element in body.iter() if element.tag not in ("body", "div")), None)
    if first is before and (not title or text.casefold() == title.casefold()):
        take_out(first)
    return text


class _BlockReader:
    def __init__(self, surroundings: Surroundings, *, notes: frozenset[str]) -> None:
        self._around = surroundings
        self._hoisted: list[Block] = []
        self._inlines = InlineReader(
            surroundings, hoist=lambda element: self._hoisted.extend(self.block(element, 1)), notes=notes
        )

    def content(self, element: Element, depth: int) -> list[Block]:
        """All that an element holds, as blocks: runs of text become paragraphs."""
        blocks: list[Block] = []
        run: list[Inline] = [element.text] if element.text else []
        for child in element:
            if _is_block(child):
                blocks += [*self._paragraph(run), *self.block(child, depth + 1)]
                run = []
            else:
                run += self._inlines.one(child)
                if self._inlines.figures or self._hoisted:
                    blocks += [*self._paragraph(run), *self._set_apart()]
                    run = []
            if child.tail:
                run.append(child.tail)
        return blocks + self._paragraph(run)

    def block(self, element: Element, depth: int) -> list[Block]:
        """What one block-level element comes to."""
        tag = element.tag
        if depth > _DEPTH:
            return self._paragraph([text_of(element)])
        if level := _HEADINGS.get(tag):
            return self._line(element, lambda text: Heading(level, text))
        if tag in _EMBEDS:
            return self._embed(element, depth)
        if tag in ("dt", "summary", "legend", "caption"):
            return self._line(element, lambda text: Paragraph([Strong(text)]))
        match tag:
            case "ul" | "ol" | "menu":
                return self._list(element, depth)
            case "blockquote":
                inner = self.content(element, depth)
                return [Quote(inner)] if inner else []
            case "pre":
                return self._code(element)
            case "hr":
                return [Rule()]
            case "table":
                return self._table(element, depth)
            case "figure":
                return self._figure(element, depth)
            case _:
                if tag not in PLAIN:
                    self._around.warnings.add(f"<{tag[:40]}>: only its text was kept")
                return self.content(element, depth)

    # -- one kind each -------------------------------------------------------------------------------------------------

    def _paragraph(self, run: list[Inline]) -> list[Block]:
        if not run:
            return []
        text = tidy([_collapsed(inline) for inline in run])
        if len(text) == 1 and isinstance(text[0], Link) and self._inlines.is_picture(text[0]):
            return [self._embedded(text[0].href, spoken(text))]
        return [Paragraph(text)] if text else []

    def _line(self, element: Element, make: Callable[[list[Inline]], Block]) -> list[Block]:
        text = tidy(self._inlines.content(element))
        return [*([make(text)] if spoken(text).strip() else []), *self._set_apart()]

    def _set_apart(self) -> list[Block]:
        """Pictures and embeds met in a line, which stand after it."""
        blocks: list[Block] = [*(Figure(image) for image in self._inlines.figures), *self._hoisted]
        self._inlines.figures.clear()
        self._hoisted.clear()
        return blocks

    def _list(self, element: Element, depth: int) -> list[Block]:
        items = [self.content(child, depth) if child.tag == "li" else self.block(child, depth + 1) for child in element]
        items = [item for item in items if item]
        stray = self._paragraph([element.text or ""]) + [
            b for child in element for b in self._paragraph([child.tail or ""])
        ]
        return [*([ListBlock(items, ordered=element.tag == "ol")] if items else []), *stray]

    def _code(self, element: Element) -> list[Block]:
        for line_break in element.iter("br"):
            line_break.text = "\n"
        text = clean("".join(element.itertext())).strip("\n")
        classes = " ".join(attribute(part, "class") for part in (element, *element))
        found = _language.search(classes)
        return [Code(text, language=found[1] if found else "")] if text.strip() else []

    def _embed(self, element: Element, depth: int) -> list[Block]:
        names = ("src", "data", "data-src")
        sources = (attribute(part, name) for part in (element, *element.iter("source", "embed")) for name in names)
        address = self._around.address(next(filter(None, sources), ""))
        if not address:
            return self.content(element, depth)
        if found := _youtube.match(address):
            address = f"https://www.youtube.com/watch?v={found[1]}"
        return [self._embedded(address, attribute(element, "title"))]

    def _embedded(self, address: str, title: str) -> Embed:
        return Embed(service=line(service_of(address)), url=address, title=line(title))

    def _figure(self, element: Element, depth: int) -> list[Block]:
        caption, credit = self._caption(element)
        blocks = self.content(element, depth)
        told: list[Block] = [Paragraph(caption)] if caption else []
        for place, block in enumerate(blocks):
            if isinstance(block, Figure):
                blocks[place] = Figure(block.image, caption=caption, credit=line(credit))
                return blocks
        if credit:
            told.append(Paragraph([credit]))
        # A picture that is missing leaves its description, which a caption often repeats.
        seen = {spoken(caption).casefold()}
        return [block for block in blocks if _described(block).casefold() not in seen] + told

    def _caption(self, figure: Element) -> tuple[list[Inline], str]:
        credit, caption = "", list[Inline]()
        for cite in [child for child in figure if child.tag == "cite"]:
            credit = text_of(cite)
            take_out(cite)
        for part in [*figure.iter("figcaption")][:1]:
            caption = tidy(self._inlines.content(part))
            take_out(part)
        return caption, credit

    def _table(self, element: Element, depth: int) -> list[Block]:
        above = [b for child in element if child.tag == "caption" for b in self.block(child, depth + 1)]
        strays = [child for child in element if child.tag not in _TABLE_PARTS]
        above += [block for child in strays for block in self.block(child, depth + 1)]
        rows = [(row, [cell for cell in row if cell.tag in ("td", "th")]) for row in _rows(element)]
        rows = [(row, cells) for row, cells in rows if cells]
        if max((len(cells) for _, cells in rows), default=0) <= 1:
            return above + [block for _, cells in rows for cell in cells for block in self.content(cell, depth + 1)]
        lines = [self._cells(cells) for _, cells in rows]
        width = max(map(len, lines))
        lines = [cells + [list[Inline]()] * (width - len(cells)) for cells in lines]
        has_header = all(cell.tag == "th" for cell in rows[0][1])
        header, body = (lines[0], lines[1:]) if has_header else ([], lines)
        return [*above, Table(header=header, rows=body), *self._set_apart()]

    def _cells(self, cells: list[Element]) -> list[list[Inline]]:
        texts: list[list[Inline]] = []
        for cell in cells:
            texts.append(tidy(self._inlines.content(cell)))
            span = attribute(cell, "colspan")
            texts += [[] for _ in range(min(int(span), 100) - 1)] if re.fullmatch("[0-9]{1,4}", span) else []
        return texts


def _rows(element: Element) -> list[Element]:
    rows: list[Element] = []
    for child in element:
        if child.tag == "tr":
            rows.append(child)
        elif child.tag in ("thead", "tbody", "tfoot"):
            rows += _rows(child)
    return rows


def _is_block(element: Element) -> bool:
    if element.tag in BLOCKS:
        return True
    # A styled span around paragraphs is a box of blocks; a link or a word in bold stays a run of text.
    return element.tag in PLAIN and any(inside.tag in BLOCKS for inside in element.iter())


def _described(block: Block) -> str:
    if isinstance(block, Paragraph) and len(block.text) == 1 and isinstance(block.text[0], Emphasis):
        return spoken(block.text)
    return "\0"


def _collapsed(inline: Inline) -> Inline:
    return re.sub(r"[ \t\n\r\f]+", " ", clean(inline)) if isinstance(inline, str) else inline
