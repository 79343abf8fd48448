"""Reads a tree of HTML into blocks, one kind of element each."""

import re
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

import msgspec

from tamizdat.format.article import (
    Block,
    Break,
    Code,
    CodeSpan,
    Figure,
    Heading,
    ListBlock,
    NoteRef,
    Quote,
    Rule,
)  # fmt: skip
from tamizdat_server.importers.blocks import embeds, pictures
from tamizdat_server.importers.blocks.figures import (
    FigureFlow,
    caption_of,
    credit_of,
    is_caption,
    is_figure,
    linked,
)  # fmt: skip
from tamizdat_server.importers.blocks.flow import Context, Flow, Line, Mark
from tamizdat_server.importers.blocks.inlines import Surroundings, embed
from tamizdat_server.importers.blocks.lists import items_of, numbered, numbers_of
from tamizdat_server.importers.blocks.notes import NOTE
from tamizdat_server.importers.blocks.rules import RULES
from tamizdat_server.importers.blocks.services import opened
from tamizdat_server.importers.blocks.showing import Shows, short
from tamizdat_server.importers.blocks.styles import SCRIPTS, is_raised, is_struck, marks_of, quotation_marks, styled
from tamizdat_server.importers.blocks.tables import read_table
from tamizdat_server.importers.blocks.tree import BOUNDARIES, Element
from tamizdat_server.importers.text import clean

HEADINGS: Final[Mapping[str, int]] = {f"h{level}": level for level in range(1, 7)}
_PLAIN: Final = frozenset(
    "html body span u small sub mark abbr acronym time font ins bdi bdo big label data nobr ruby rb rt rp rtc picture"
    " noscript button wbr track source param area map slot blink center tamizdat-notes".split()
)
_CODE: Final = frozenset(("code", "kbd", "samp", "tt"))
_TERMS: Final = frozenset(("dt", "summary", "legend"))
_language = re.compile(r"(?:language-|lang-|brush:\s*)\{?\.?([\w+#.-]{1,100})")
_ATTACHMENT: Final = re.compile(r"[?&]attachment_id=|/attachment/")

_Reading: TypeAlias = Callable[[Element, Line, Context], None]


class Reader:
    """`notes`: the ids of footnotes that there are. `top`: the level of the text's highest heading."""

    def __init__(self, surroundings: Surroundings, *, notes: frozenset[str], top: int) -> None:
        self._around, self._notes, self._top = surroundings, notes, top
        self._shows = Shows(surroundings, self)
        self._readings = self._table_of_readings()

    def flow(self, element: Element, context: Context | None = None) -> list[Block]:
        """All that an element holds, as blocks: runs of text become paragraphs."""
        flow = Flow()
        self._content(element, flow, context or Context())
        return flow.finished()

    def line(self, element: Element, context: Context) -> Line:
        """All that an element holds, as one line."""
        line = Line()
        self._content(element, line, context)
        return line

    # -- walking -------------------------------------------------------------------------------------------------------

    def _content(self, element: Element, into: Line, context: Context) -> None:
        for child in element.children:
            if isinstance(child, str):
                into.text(child, context)
            else:
                self._element(child, into, context)

    def _element(self, element: Element, into: Line, context: Context) -> None:
        if element.attributes and self._is_special(element, into, context):
            return None
        if "style" in element.attributes:
            context = styled(element, context)
            if is_struck(element) and element.tag not in BOUNDARIES:
                return self._struck(element, into, context)
        if reading := self._readings.get(element.tag):
            return reading(element, into, context)
        if element.tag in BOUNDARIES:
            return self._boxed(element, into, context)
        if element.tag not in _PLAIN and element.words():
            self._around.warnings.add(f"<{re.sub('[^a-z0-9-]', '', element.tag)[:40]}>: only its text was kept")
        return self._content(element, into, context)

    def _is_special(self, element: Element, into: Line, context: Context) -> bool:
        """Reads an element that its class or its attributes make more than its tag says."""
        if "wp-block-file__button" in element.classes():
            into.text(" ", Context())
        if (shown := embeds.post(element)) and self._shows.post(shown, into, context):
            return True
        if {"wp-block-embed__wrapper", "wp-block-embed"}.intersection(element.classes()):
            address = self._shows.address(embeds.alone(element))
            if address:
                into.add([embed(opened(address))])
            return bool(address)
        if is_caption(element) and isinstance(into, FigureFlow):
            self._caption(element, into, context)
            return True
        if is_figure(element) and element.tag != "figure":
            self._figure(element, into, context)
            return True
        return False

    def _table_of_readings(self) -> Mapping[str, _Reading]:
        readings: dict[str, _Reading] = {
            "br": lambda _, into, context: into.leaf(Break(), context),
            "hr": lambda _, into, __: into.add([Rule()]),
            "a": self._link, "q": self._quoted, "ruby": self._ruby, "math": self._math, "svg": self._drawing,
            "figure": self._figure, "figcaption": self._caption, "blockquote": self._quote, "cite": self._cite,
            "table": lambda element, into, context: into.add(read_table(element, self, context)),
            "pre": self._code, "listing": self._code, "xmp": self._code, "plaintext": self._code,
            NOTE: self._note, "sup": self._raised, "script": self._nothing,
        }  # fmt: skip
        readings |= dict.fromkeys(HEADINGS, self._heading)
        readings |= dict.fromkeys(("ul", "ol", "menu", "dir"), self._list)
        readings |= dict.fromkeys(("del", "s", "strike"), self._struck)
        readings |= dict.fromkeys(("strong", "b", "em", "i", "dfn", "var"), self._marked)
        readings |= dict.fromkeys(_CODE, self._code_span)
        readings |= dict.fromkeys(_TERMS, self._term)
        readings |= dict.fromkeys(pictures.PICTURES, self._shows.picture)
        return readings | dict.fromkeys(embeds.PLAYERS, self._shows.player)

    def _nothing(self, element: Element, into: Line, context: Context) -> None:
        """A script that stands for nothing known."""

    # -- words ---------------------------------------------------------------------------------------------------------

    def _link(self, element: Element, into: Line, context: Context) -> None:
        href = element.get("href")
        says = bool(element.words())
        if says and href and (address := self._shows.address(href)):
            context = context.marked(Mark("link", address))
        elif href and not says:
            # Where it leads is decided where its picture is read.
            is_own = "attachment" in element.get("rel") or _ATTACHMENT.search(href)
            context = context.marked(Mark("link", "" if is_own else href, says=False))
        self._content(element, into, context)

    def _marked(self, element: Element, into: Line, context: Context) -> None:
        self._content(element, into, marks_of(element, context))

    def _cite(self, element: Element, into: Line, context: Context) -> None:
        if isinstance(into, FigureFlow) and into.blocks and (credit := element.words()):
            into.credit(credit)
        else:
            self._content(element, into, context.marked(Mark("emphasis")))

    def _struck(self, element: Element, into: Line, context: Context) -> None:
        if not element.words():
            return self._content(element, into, context)
        self._around.warnings.add(RULES["struck"].warning)
        into.text("~~", context)
        self._content(element, into, context)
        return into.text("~~", context)

    def _quoted(self, element: Element, into: Line, context: Context) -> None:
        opening, closing = quotation_marks(element.words())
        into.text(opening, context)
        self._content(element, into, context)
        into.text(closing, context)

    def _ruby(self, element: Element, into: Line, context: Context) -> None:
        if next(element.walk("rp"), None) is None:
            for reading in element.walk("rt"):
                reading.children = ["(", *reading.children, ")"]
        self._content(element, into, context)

    def _raised(self, element: Element, into: Line, context: Context) -> None:
        words = element.words()
        if is_raised(words):
            context = msgspec.structs.replace(context, raised=True)
        elif not SCRIPTS.fullmatch(words):
            self._around.warnings.add(RULES["raised"].warning)
        self._content(element, into, context)

    def _code_span(self, element: Element, into: Line, context: Context) -> None:
        self._content(element, into, msgspec.structs.replace(context, code=True))

    def _note(self, element: Element, into: Line, context: Context) -> None:
        if element.get("id") in self._notes:
            into.leaf(NoteRef(element.get("id")), context.without_marks("link"))

    def _math(self, element: Element, into: Line, context: Context) -> None:
        notations = (part for part in element.walk("annotation") if "tex" in part.get("encoding").lower())
        tex = next((part.words() for part in notations), "") or element.get("alttext")
        if tex:
            return into.leaf(CodeSpan(tex), context)
        self._around.warnings.add("<math>: only its text was kept")
        return self._content(element, into, context)

    def _drawing(self, element: Element, into: Line, context: Context) -> None:
        words = " ".join(part.words() for part in element.walk("text", "foreignobject") if part.words())
        if words:
            self._around.warnings.add("<svg>: only its text was kept")
            into.text(f" {words} ", context)

    # -- blocks --------------------------------------------------------------------------------------------------------

    def _boxed(self, element: Element, into: Line, context: Context) -> None:
        into.boundary()
        self._content(element, into, context)
        into.boundary()

    def _heading(self, element: Element, into: Line, context: Context) -> None:
        level = min(4, 2 + HEADINGS[element.tag] - self._top)
        line = self.line(element, context)
        into.add([*([Heading(level, text)] if (text := line.inlines()) else []), *line.aside])

    def _term(self, element: Element, into: Line, context: Context) -> None:
        self._boxed(element, into, context.marked(Mark("strong")))

    def _quote(self, element: Element, into: Line, context: Context) -> None:
        inner = self.flow(element, context)
        into.add([Quote(inner)] if inner else [])

    def _list(self, element: Element, into: Line, context: Context) -> None:
        items: list[list[Block]] = []
        numbers = numbers_of(element) if element.tag == "ol" else []
        said = iter(numbers)
        for holder, is_own in items_of(element):
            number = next(said, "") if is_own else ""
            if item := self._item(holder, context):
                items.append(numbered(item, number) if number else item)
        if items and all(isinstance(block, Figure) for item in items for block in item):
            # A gallery: each picture stands for itself.
            return into.add([block for item in items for block in item])
        is_ordered = element.tag == "ol" and not numbers
        return into.add([ListBlock(items, ordered=is_ordered)] if items else [])

    def _item(self, holder: Element, context: Context) -> list[Block]:
        if is_figure(holder):
            return self._figure_blocks(holder, context)
        if len(holder.children) == 1 and isinstance(only := holder.children[0], Element) and only.tag in ("ul", "ol"):
            return self.flow(holder, context)
        return self.flow(holder, styled(holder, context))

    def _code(self, element: Element, into: Line, context: Context) -> None:
        if "verse" in element.get("class") or next(element.walk("img", *embeds.PLAYERS), None) is not None:
            return self._boxed(element, into, msgspec.structs.replace(context, lines=True))
        for line_break in element.walk("br"):
            line_break.tag = "span"
            line_break.children = ["\n"]
        text = clean("".join(_verbatim(element))).strip("\n")
        inside = [element, *element.elements()]
        found = _language.search(" ".join(part.get("class") for part in inside))
        return into.add([Code(text, language=found[1] if found else "")] if text.strip() else [])

    # -- figures -------------------------------------------------------------------------------------------------------

    def _figure(self, element: Element, into: Line, context: Context) -> None:
        into.add(self._figure_blocks(element, context))

    def _figure_blocks(self, element: Element, context: Context) -> list[Block]:
        flow = FigureFlow()
        self._content(element, flow, msgspec.structs.replace(context, caption=caption_of(element)))
        blocks = flow.finished()
        if flow.link is not None and len(blocks) == 1 and isinstance(only := blocks[0], Figure):
            caption = linked(only.caption, flow.link, short(flow.link.href))
            return [Figure(only.image, caption=caption, credit=only.credit)]
        return blocks

    def _caption(self, element: Element, into: Line, context: Context) -> None:
        if not isinstance(into, FigureFlow):
            return self._boxed(element, into, context)
        rest, credit = credit_of(element)
        link, has_links = into.link, next(element.walk("a"), None) is not None
        into.link = None
        line = self.line(rest, context.marked(link) if link is not None and not has_links else context)
        text = line.inlines()
        if text or credit:
            into.caption(text, credit, self._shows.stand_ins)
        return into.add(line.aside)


def _verbatim(element: Element) -> list[str]:
    """All of its text as it stands; boxes, as some have around each line, begin and end on lines of their own."""
    parts: list[str] = []
    stack: list[Element | str | None] = [element]
    while stack:
        piece = stack.pop()
        if isinstance(piece, str):
            parts.append(piece)
        elif piece is not None:
            apart = [None] if piece.tag in BOUNDARIES else []
            stack += [*apart, *reversed(piece.children), *apart]
        elif parts and not parts[-1].endswith("\n"):
            parts.append("\n")
    return parts
