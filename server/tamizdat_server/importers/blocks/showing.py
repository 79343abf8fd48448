"""What a page shows beside its words: pictures, and what lives elsewhere."""

import re
from typing import Final, Protocol

from tamizdat.format.article import Block, CodeSpan, Emphasis, Figure, Image, Quote
from tamizdat_server.importers.blocks import embeds, pictures
from tamizdat_server.importers.blocks.figures import FigureFlow, linked
from tamizdat_server.importers.blocks.flow import Context, Line, Mark
from tamizdat_server.importers.blocks.inlines import Surroundings, embed
from tamizdat_server.importers.blocks.services import opened
from tamizdat_server.importers.blocks.tracking import without_tracking
from tamizdat_server.importers.blocks.tree import Element
from tamizdat_server.importers.text import clean

_SOURCES: Final = 4


class Reads(Protocol):
    """Reads what an element holds."""

    def flow(self, element: Element, context: Context) -> list[Block]: ...


class Shows:
    """Reads pictures, players and posts of one text. `stand_ins`: what stands for pictures that are missing."""

    def __init__(self, surroundings: Surroundings, reader: Reads) -> None:
        self._around, self._reader = surroundings, reader
        self.stand_ins: list[Emphasis] = []
        self._posts: set[str] = set()

    def address(self, href: str) -> str:
        """What a link leads to, without what tracks readers; nothing where that can't be in an article."""
        address = self._around.address(href) if href else None
        return without_tracking(address) if address else ""

    def picture(self, element: Element, into: Line, context: Context) -> None:
        """A picture, or the character or formula that it was drawn for."""
        link, context = self._picture_link(context)
        if character := pictures.symbol(element):
            return into.text(character, self._leading(link, context))
        if tex := pictures.formula(element):
            return into.leaf(CodeSpan(clean(tex)), self._leading(link, context))
        full = link.href if link is not None and pictures.leads_to_picture(link.href) else ""
        sources = pictures.sources_of(element, full=full)
        alt, caption = self._told(element, context, sources)
        found = self._found(sources, alt)
        onward = None if full or link is None else self._onward(link)
        if isinstance(found, Image):
            return self._show(Figure(found, caption=[caption] if caption else []), onward, into)
        context = context.marked(onward) if onward is not None else context
        return self._stand_in(found, alt or caption, into, context)

    def _picture_link(self, context: Context) -> tuple[Mark | None, Context]:
        """The link that holds nothing but this picture, and the context without it."""
        link = context.link
        if link is None or link.says:
            return None, context
        return link, context.without_marks("link")

    def _leading(self, link: Mark | None, context: Context) -> Context:
        """The context of words that stand for a picture, and lead where it led."""
        onward = self._onward(link) if link is not None else None
        return context.marked(onward) if onward is not None else context

    def _onward(self, link: Mark) -> Mark | None:
        address = self.address(link.href)
        return Mark("link", address) if address and not pictures.leads_to_picture(address) else None

    def _show(self, figure: Figure, onward: Mark | None, into: Line) -> None:
        if isinstance(into, FigureFlow):
            into.link = onward
        elif onward is not None:
            caption = linked(figure.caption, onward, figure.image.alt or short(onward.href))
            figure = Figure(figure.image, caption=caption)
        into.add([figure])

    def _told(self, element: Element, context: Context, sources: list[str]) -> tuple[str, str]:
        """Its alt text, and its title where that says more; under a caption there is only room in the alt text."""
        alt, title = element.get("alt"), element.get("title")
        more = pictures.told(f"{alt} {context.caption}", title, sources[0] if sources else "")
        if not alt or not more:
            return alt or more, ""
        return (f"{alt} ({more})", "") if context.caption else (alt, more)

    def _found(self, sources: list[str], alt: str) -> Image | str | None:
        warnings = self._around.warnings
        earlier, elsewhere = set(warnings.list()), None
        for source in sources[:_SOURCES]:
            failed = set(warnings.list()) - earlier
            found = self._around.picture(source, alt=alt)
            if isinstance(found, Image):
                warnings.take_back(failed)
                return found
            elsewhere = elsewhere or found
        return elsewhere

    def _stand_in(self, address: str | None, alt: str, into: Line, context: Context) -> None:
        """What stands for a picture that isn't to be had: a link to it, or what it shows in words."""
        if address:
            name = re.split("[?#]", address)[0].rstrip("/").rsplit("/", 1)[-1]
            context = context.without_marks("link").marked(Mark("link", without_tracking(address), picture=True))
        elif alt:
            self.stand_ins.append(Emphasis([alt]))
            name, context = "", context.marked(Mark("emphasis"))
        else:
            return
        # A picture stands apart from the words around it.
        apart = Context()
        into.text(" ", apart)
        into.text(alt or name, context)
        into.text(" ", apart)

    def player(self, element: Element, into: Line, context: Context) -> None:
        """A frame, a video, a sound: a labelled link to it."""
        shown = embeds.player(element)
        if shown and self.post(shown, into, context):
            return
        if element.tag not in ("iframe", "frame"):
            into.add(self._reader.flow(element, context))

    def post(self, shown: embeds.Shown, into: Line, context: Context) -> bool:
        """Puts a labelled link to what a page shows of another place; False where its address can't be one."""
        address = self.address(shown.address)
        if not address:
            return False
        address = opened(address)
        if address in self._posts:
            return True
        if shown.once:
            self._posts.add(address)
        if shown.quoted:
            quoted = Element("blockquote")
            quoted.children = shown.quoted
            inner = self._reader.flow(quoted, context)
            into.add([Quote(inner)] if inner else [])
        into.add([embed(address, shown.title)])
        return True


def short(address: str) -> str:
    """An address as people say it."""
    return re.sub(r"^(?:https?://(?:www\.)?|mailto:)|/$", "", address, flags=re.IGNORECASE)
