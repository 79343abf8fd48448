"""Articles as HTML: a fragment of plain elements, every text escaped, no scripts, no styles, no frames."""

from collections.abc import Container
from html import escape
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

_SIZES: Final = "(max-width: 48rem) 100vw, 48rem"


def body_to_html(article: Article, *, root: str = "", held: Container[str] | None = None) -> str:
    """Lead picture, body and footnotes, without what stands around them.

    `root`: as for `to_html`. `held`: digests of the pictures' files that are there, None: all are. A picture of which
    there is none gives way to the words that describe it.
    """
    page = _Page(article, root, held)
    lead = f"<figure>{page.image(article.image)}</figure>" if article.image else ""
    return "\n".join(filter(None, (lead, page.blocks(article.body), page.notes())))


def to_html(article: Article, *, root: str = "") -> str:
    """The article as one `<article>` element. `root`: what stands ahead of `media/…` in the addresses of pictures."""
    page = _Page(article, root)
    head = f"<header><h1>{_text(article.title)}</h1>{page.about()}</header>"
    summary = f'<p class="summary">{_text(article.summary)}</p>' if article.summary else ""
    lead = f"<figure>{page.image(article.image)}</figure>" if article.image else ""
    body = page.blocks(article.body)
    parts = (head, summary, lead, body, page.corrections(), page.notes())
    return f'<article lang="{_text(article.edition)}" dir="auto">' + "\n".join(filter(None, parts)) + "</article>\n"


def _text(text: str) -> str:
    return escape(clean(text))


class _Page:
    """One article on its way to HTML; numbers the footnotes in the order in which they are referred to."""

    def __init__(self, article: Article, root: str, held: Container[str] | None = None) -> None:
        self.article = article
        self.root = root
        self.held = held
        self.noted: list[str] = []

    # -- around the body -----------------------------------------------------------------------------------------------

    def about(self) -> str:
        a = self.article
        told = [f'<span class="{name}">{_text(value)}</span>' for name, value in
                (("byline", a.byline), ("place", a.place), ("section", a.section)) if value]  # fmt: skip
        told.append(f'<time datetime="{_text(a.published)}">{_text(a.published[:10])}</time>')
        return f'<p class="about">{" · ".join(told)}</p>'

    def corrections(self) -> str:
        items = "".join(
            f'<li><time datetime="{_text(c.at)}">{_text(c.at[:10])}</time>: {_text(c.note)}</li>'
            for c in self.article.corrections
        )
        return f'<aside class="corrections"><ul>{items}</ul></aside>' if items else ""

    def notes(self) -> str:
        """The footnotes referred to, and behind them those that nothing refers to."""
        notes = self.article.footnotes
        items: list[str] = []
        while len(items) < len(self.noted) or any(name not in self.noted for name in notes):
            if len(items) == len(self.noted):
                self.noted.append(next(name for name in notes if name not in self.noted))
            number = len(items) + 1
            items.append(f'<li id="note-{number}">{self.blocks(notes.get(self.noted[number - 1], []))}</li>')
        return f'<section class="notes"><ol>{"".join(items)}</ol></section>' if items else ""

    # -- blocks --------------------------------------------------------------------------------------------------------

    def blocks(self, blocks: list[Block]) -> str:
        return "\n".join(self.block(block) for block in blocks)

    def block(self, block: Block) -> str:
        match block:
            case Paragraph():
                return f"<p>{self.inlines(block.text)}</p>"
            case Heading():
                return f"<h{block.level}>{self.inlines(block.text)}</h{block.level}>"
            case Quote():
                return f"<blockquote>{self.blocks(block.blocks)}</blockquote>"
            case ListBlock():
                tag = "ol" if block.ordered else "ul"
                return f"<{tag}>{''.join(f'<li>{self.blocks(item)}</li>' for item in block.items)}</{tag}>"
            case Code():
                return f"<pre><code>{_text(block.text)}</code></pre>"
            case Rule():
                return "<hr>"
            case Figure():
                return self.figure(block)
            case Table():
                return self.table(block)
            case Embed():
                label = ": ".join(filter(None, (block.service, block.title or block.url)))
                return f'<p class="embed">{_link(block.url, _text(label))}</p>'

    def figure(self, figure: Figure) -> str:
        credit = f'<span class="credit">{_text(figure.credit)}</span>' if figure.credit else ""
        caption = " ".join(filter(None, (self.inlines(figure.caption), credit)))
        below = f"<figcaption>{caption}</figcaption>" if caption else ""
        image = self.image(figure.image)
        return f"<figure>{image}{below}</figure>" if image or below else ""

    def image(self, image: Image) -> str:
        there = [file for file in image.variants if self.held is None or file.sha256 in self.held]
        if not there:
            return f'<p class="absent">{_text(image.alt)}</p>' if image.alt else ""
        files = sorted(there, key=lambda file: file.width)
        sources = ", ".join(f"{self.root}{file.path} {file.width}w" for file in files)
        return (
            f'<img src="{_text(self.root + files[-1].path)}" srcset="{_text(sources)}" sizes="{_SIZES}"'
            f' width="{image.width}" height="{image.height}" alt="{_text(image.alt)}" loading="lazy">'
        )

    def table(self, table: Table) -> str:
        head = "".join(f"<th>{self.inlines(cell)}</th>" for cell in table.header)
        rows = "".join(f"<tr>{''.join(f'<td>{self.inlines(cell)}</td>' for cell in row)}</tr>" for row in table.rows)
        # A wide one scrolls by itself, also by keys.
        return (
            f'<div class="wide" tabindex="0"><table>{f"<thead><tr>{head}</tr></thead>" if head else ""}'
            f"<tbody>{rows}</tbody></table></div>"
        )

    # -- inlines -------------------------------------------------------------------------------------------------------

    def inlines(self, inlines: list[Inline]) -> str:
        return "".join(self.inline(inline) for inline in inlines)

    def inline(self, inline: Inline) -> str:
        match inline:
            case str():
                return _text(inline)
            case Strong():
                return f"<strong>{self.inlines(inline.text)}</strong>"
            case Emphasis():
                return f"<em>{self.inlines(inline.text)}</em>"
            case CodeSpan():
                return f"<code>{_text(inline.text)}</code>"
            case Link():
                return _link(inline.href, self.inlines(inline.text))
            case Break():
                return "<br>"
            case NoteRef():
                return self.reference(inline.id)

    def reference(self, name: str) -> str:
        if name not in self.article.footnotes:
            return ""
        if name not in self.noted:
            self.noted.append(name)
        number = self.noted.index(name) + 1
        return f'<sup><a href="#note-{number}">{number}</a></sup>'


def _link(href: str, label: str) -> str:
    if not is_link(href):
        return label
    return f'<a href="{_text(href)}" rel="noopener noreferrer">{label}</a>'
