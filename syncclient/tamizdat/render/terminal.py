"""Articles for a terminal and as plain text: wrapped, links and footnotes numbered and listed at the end."""

from collections.abc import Iterable, Iterator
from typing import Final

from tamizdat.format.article import (
    Article,
    Block,
    Break,
    Code,
    CodeSpan,
    Embed,
    Emphasis,
    Figure,
    Heading,
    Image,
    Inline,
    Link,
    ListBlock,
    NoteRef,
    Paragraph,
    Quote,
    Rule,
    Strong,
    Table,
)
from tamizdat.render.clean import clean, is_link
from tamizdat.render.wrap import Span, columns, wrap

BOLD: Final = "1"
DIM: Final = "2"
ITALIC: Final = "3"
_NARROWEST: Final = 20
_RULE: Final = "* * *"


def to_terminal(article: Article, *, width: int) -> str:
    """The article in lines of at most `width` columns (but words and code are never cut), with ANSI styles."""
    return _Page(article, width=max(width, _NARROWEST), styled=True).render()


def to_text(article: Article) -> str:
    """The article as plain text: a line a paragraph, blank lines between blocks."""
    return _Page(article, width=None, styled=False).render()


class _Page:
    """One article on its way to lines; numbers links and footnotes in the order in which they are met."""

    def __init__(self, article: Article, *, width: int | None, styled: bool) -> None:
        self.article = article
        self.width = width
        self.styled = styled
        self.links: list[str] = []
        self.noted: list[str] = []

    def render(self) -> str:
        a = self.article
        blocks = [self.head(), self.paragraph(self.text(a.summary, ITALIC)), self.corrections()]
        if a.image:
            blocks.append(self.picture(a.image, []))
        blocks.extend(self.blocks(a.body))
        blocks.extend(self.endnotes())
        return "\n\n".join("\n".join(block) for block in blocks if any(block)) + "\n"

    # -- around the body -----------------------------------------------------------------------------------------------

    def head(self) -> list[str]:
        a = self.article
        about = " · ".join(filter(None, (a.byline, a.place, a.published[:10], a.section)))
        return [*self.paragraph(self.text(a.title, BOLD)), *self.paragraph(self.text(about, DIM))]

    def corrections(self) -> list[str]:
        lines: list[str] = []
        for correction in self.article.corrections:
            spans = [*self.text(f"Corrected {correction.at[:10]}:", BOLD), Span(" "), *self.text(correction.note)]
            lines.extend(self.paragraph(spans))
        return lines

    def endnotes(self) -> Iterator[list[str]]:
        """Footnotes, those that nothing refers to last, then the addresses of links."""
        notes = self.article.footnotes
        lines: list[str] = []
        done = 0
        while done < len(self.noted) or any(name not in self.noted for name in notes):
            if done == len(self.noted):
                self.noted.append(next(name for name in notes if name not in self.noted))
            name, done = self.noted[done], done + 1
            lines.extend(self.item(notes[name], f"[^{done}] "))
        links = [f"[{number}] {href}" for number, href in enumerate(self.links, 1)]
        if lines or links:
            yield [_RULE]
        yield lines
        yield links

    # -- blocks --------------------------------------------------------------------------------------------------------

    def blocks(self, blocks: Iterable[Block], lead: str = "") -> Iterator[list[str]]:
        for block in blocks:
            yield self.block(block, lead)

    def block(self, block: Block, lead: str) -> list[str]:
        match block:
            case Paragraph():
                return self.paragraph(self.inlines(block.text), lead)
            case Heading():
                return self.paragraph(self.inlines(block.text, BOLD), lead)
            case Quote():
                return self.quote(block, lead)
            case ListBlock():
                marks = (
                    [f"{n}. " for n in range(1, len(block.items) + 1)] if block.ordered else ["• "] * len(block.items)
                )
                return [
                    line for item, mark in zip(block.items, marks, strict=True) for line in self.item(item, mark, lead)
                ]
            case Code():
                return [f"{lead}    {line}".rstrip() for line in clean(block.text).split("\n")]
            case Rule():
                return [lead + _RULE]
            case Figure():
                caption = self.inlines(block.caption)
                credit = self.text(f" ({block.credit})" if block.credit else "", DIM)
                return self.picture(block.image, [*caption, *credit], lead)
            case Table():
                return self.table(block, lead)
            case Embed():
                label = ": ".join(filter(None, (block.service, block.title))) or block.url
                return self.paragraph(self.link(block.url, self.text(label)), lead)

    def quote(self, quote: Quote, lead: str) -> list[str]:
        lead += "│ "
        lines: list[str] = []
        for block in self.blocks(quote.blocks, lead):
            lines.extend([lead.rstrip(), *block] if lines else block)
        return lines

    def item(self, blocks: list[Block], mark: str, lead: str = "") -> list[str]:
        inner = lead + " " * columns(mark)
        lines = [line for block in self.blocks(blocks, inner) for line in block] or [inner]
        return [(lead + mark + lines[0][len(inner) :]).rstrip(), *lines[1:]]

    def picture(self, image: Image, caption: list[Span], lead: str = "") -> list[str]:
        alt = self.text(f"[{image.alt or 'picture'}]", DIM)
        return self.paragraph([*alt, Span(" "), *caption], lead)

    def table(self, table: Table, lead: str) -> list[str]:
        """Columns where they fit, else a block of lines for each row."""
        rows = [[self.cell(cell) for cell in row] for row in [table.header, *table.rows] if row]
        count = max(map(len, rows), default=0)
        widths = [max(columns(row[n]) if n < len(row) else 0 for row in rows) for n in range(count)]
        if self.width is None or columns(lead) + sum(widths) + 2 * (count - 1) <= self.width:
            padded = (
                "  ".join(cell + " " * (size - columns(cell)) for cell, size in zip(row, widths, strict=False))
                for row in rows
            )
            return [(lead + line).rstrip() for line in padded]
        return [line for row in rows for line in self.row(row, lead)]

    def row(self, row: list[str], lead: str) -> list[str]:
        told = Span(" | ".join(row))
        return wrap([told], width=self.width, first=f"{lead}- ", rest=f"{lead}  ")

    def cell(self, cell: list[Inline]) -> str:
        return " ".join("".join(span.text for span in self.inlines(cell)).split())

    def paragraph(self, spans: list[Span], lead: str = "") -> list[str]:
        return wrap(spans, width=self.width, first=lead, rest=lead) if spans else []

    # -- inlines -------------------------------------------------------------------------------------------------------

    def text(self, text: str, style: str = "") -> list[Span]:
        return [Span(clean(text), style if self.styled else "")] if text else []

    def inlines(self, inlines: Iterable[Inline], style: str = "") -> list[Span]:
        return [span for inline in inlines for span in self.inline(inline, style)]

    def inline(self, inline: Inline, style: str) -> list[Span]:
        match inline:
            case str():
                return self.text(inline.replace("\n", " "), style)
            case Strong():
                return self.inlines(inline.text, _also(style, BOLD))
            case Emphasis():
                return self.inlines(inline.text, _also(style, ITALIC))
            case CodeSpan():
                return self.text(inline.text, style)
            case Link():
                return self.link(inline.href, self.inlines(inline.text, style))
            case Break():
                return [Span("\n")]
            case NoteRef():
                return self.reference(inline.id)

    def link(self, href: str, label: list[Span]) -> list[Span]:
        href = clean(href)
        if not is_link(href) or "".join(span.text for span in label).strip() == href:
            return label
        if href not in self.links:
            self.links.append(href)
        return [*label, *self.text(f"[{self.links.index(href) + 1}]", DIM)]

    def reference(self, name: str) -> list[Span]:
        if name not in self.article.footnotes:
            return []
        if name not in self.noted:
            self.noted.append(name)
        return self.text(f"[^{self.noted.index(name) + 1}]", DIM)


def _also(style: str, more: str) -> str:
    return f"{style};{more}" if style else more
