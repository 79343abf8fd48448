"""Pictures with what is said of them: captions, credits, and galleries as a row of figures."""

from collections.abc import Iterable
from typing import Final

from tamizdat.format.article import Block, Embed, Emphasis, Figure, Inline, Link, Paragraph
from tamizdat_server.importers.blocks.flow import Flow, Mark
from tamizdat_server.importers.blocks.inlines import spoken
from tamizdat_server.importers.blocks.tree import Element
from tamizdat_server.importers.text import LINE_CHARACTERS, line

_FIGURES: Final = frozenset(("wp-caption", "gallery-item", "tr-caption-container", "blocks-gallery-item"))
_CAPTIONS: Final = frozenset(
    "wp-caption-text wp-caption-dd gallery-caption tr-caption blocks-gallery-caption wp-element-caption".split()
)
_CREDITS: Final = ("credit", "source", "byline", "photographer", "attribution", "copyright")


def is_figure(element: Element) -> bool:
    """Whether it holds a picture and what is said of it."""
    return element.tag == "figure" or ("class" in element.attributes and not _FIGURES.isdisjoint(element.classes()))


def is_caption(element: Element) -> bool:
    """Whether it says something of a picture."""
    return element.tag == "figcaption" or (
        "class" in element.attributes and not _CAPTIONS.isdisjoint(element.classes())
    )


def caption_of(figure: Element) -> str:
    """The words of a figure's own caption, not of a figure within it."""
    stack = [*figure.elements()]
    while stack:
        element = stack.pop()
        if is_caption(element):
            return element.words()
        if not is_figure(element):
            stack += element.elements()
    return ""


def credit_of(caption: Element) -> tuple[Element, str]:
    """A caption without the credit at its end, and the credit: only text, so one with a link stays."""
    words = [child for child in caption.children if isinstance(child, Element) or child.strip()]
    last = words[-1] if len(words) > 1 else None
    if not isinstance(last, Element) or not _is_credit(last) or next(last.walk("a"), None) is not None:
        return caption, ""
    credit = last.words()
    if not credit or len(credit) > LINE_CHARACTERS or line(credit) != credit:
        return caption, ""
    rest = Element(caption.tag, caption.attributes)
    rest.children = [child for child in caption.children if child is not last]
    return rest, credit


def _is_credit(element: Element) -> bool:
    return element.tag == "cite" or any(name in part for part in element.classes() for name in _CREDITS)


class FigureFlow(Flow):
    """The blocks of one figure. `link`: where its picture leads, until a caption carries that."""

    def __init__(self) -> None:
        super().__init__()
        self.link: Mark | None = None
        self._early: tuple[list[Inline], str] | None = None

    def caption(self, text: list[Inline], credit: str, stand_ins: Iterable[Emphasis]) -> None:
        """What is said of the picture before it, or of the one to come, or of all."""
        self.boundary()
        if not self.blocks and self._early is None:
            self._early = (text, credit)
            return
        if not self.blocks and self._early is not None:
            self.blocks, self._early = _told(*self._early), None
        last = self.blocks[-1] if self.blocks else None
        if isinstance(last, Figure) and not last.caption and self._pictures() == 1:
            self.blocks[-1] = Figure(last.image, caption=text, credit=credit or last.credit)
        elif isinstance(last, Embed) and not last.title and not credit and _is_title(text):
            self.blocks[-1] = Embed(last.service, last.url, line(spoken(text)))
        else:
            # A picture that is missing leaves its description, which a caption often repeats.
            if text and _describes(last, stand_ins, spoken(text)):
                self.blocks.pop()
            self.blocks += _told(text, credit)

    def credit(self, credit: str) -> None:
        """Who made the picture."""
        self.boundary()
        last = self.blocks[-1] if self.blocks else None
        if isinstance(last, Figure) and not last.credit and len(credit) <= LINE_CHARACTERS:
            self.blocks[-1] = Figure(last.image, caption=last.caption, credit=credit)
            return
        self.blocks.append(Paragraph([credit]))

    def finished(self) -> list[Block]:
        blocks = super().finished()
        if self._early is not None:
            text, credit = self._early
            first = blocks[0] if blocks else None
            if isinstance(first, Figure) and not first.caption and self._pictures() == 1:
                blocks[0] = Figure(first.image, caption=text, credit=credit or first.credit)
            else:
                blocks[:0] = _told(text, credit)
        return blocks

    def _pictures(self) -> int:
        return sum(isinstance(block, Figure) for block in self.blocks)


def linked(image_caption: list[Inline], link: Mark | None, label: str) -> list[Inline]:
    """A caption that leads where the picture led."""
    if link is None:
        return image_caption
    return [Link(link.href, image_caption or [label])]


def _told(text: list[Inline], credit: str) -> list[Block]:
    return [*([Paragraph(text)] if text else []), *([Paragraph([credit])] if credit else [])]


def _is_title(text: list[Inline]) -> bool:
    words = spoken(text)
    return all(isinstance(inline, str) for inline in text) and line(words) == words


def _describes(block: Block | None, stand_ins: Iterable[Emphasis], caption: str) -> bool:
    if not isinstance(block, Paragraph) or len(block.text) != 1:
        return False
    only = block.text[0]
    is_stand_in = isinstance(only, Emphasis) and any(only == known for known in stand_ins)
    return is_stand_in and spoken([only]).casefold() == caption.casefold()
