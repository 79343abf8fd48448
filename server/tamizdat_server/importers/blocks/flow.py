"""Where words and blocks go while a tree is read: into a flow of blocks, or all into one line."""

import re
from collections.abc import Iterable, Sequence
from typing import Final, Literal, TypeAlias

import msgspec

from tamizdat.format.article import (
    Block,
    Break,
    CodeSpan,
    Embed,
    Emphasis,
    Figure,
    Inline,
    Link,
    NoteRef,
    Paragraph,
    Rule,
    Strong,
)  # fmt: skip
from tamizdat_server.importers.blocks.inlines import embed, inlined, spoken
from tamizdat_server.importers.text import clean

RAISED: Final = {ord(plain): raised for plain, raised in zip("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ", strict=True)}
# The format allows little nesting; emphasis in emphasis in emphasis says no more than the first.
_MARKS: Final = 3
# Characters without a width: a paragraph of nothing else is empty.
_UNSEEN: Final = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060"))
_spaces = re.compile(r"[ \t\n\r\f]+")


class Mark:
    """What a stretch of text is: strong, emphasised, or a link. `says`: the link holds words of its own.

    `picture`: the link leads to a picture and stands for it.
    """

    __slots__ = ("href", "kind", "picture", "says")

    def __init__(
        self, kind: Literal["strong", "emphasis", "link"], href: str = "", *, says: bool = True, picture: bool = False
    ) -> None:
        self.kind, self.href, self.says, self.picture = kind, href, says, picture


class Context(msgspec.Struct, frozen=True):
    """What holds where a text is being read. `raised`: digits stand above the line."""

    marks: tuple[Mark, ...] = ()
    code: bool = False
    lines: bool = False
    raised: bool = False
    caption: str = ""

    def marked(self, mark: Mark) -> "Context":
        """With one mark more, unless it says nothing new: a link inside a link means nothing."""
        if len(self.marks) >= _MARKS or any(known.kind == mark.kind for known in self.marks):
            return self
        return msgspec.structs.replace(self, marks=(*self.marks, mark))

    def without_marks(self, *kinds: str) -> "Context":
        """Without the marks of these kinds."""
        return msgspec.structs.replace(self, marks=tuple(mark for mark in self.marks if mark.kind not in kinds))

    @property
    def link(self) -> Mark | None:
        return next((mark for mark in self.marks if mark.kind == "link"), None)


Leaf: TypeAlias = str | CodeSpan | Break | NoteRef
_Run: TypeAlias = list[tuple[tuple[Mark, ...], Leaf]]


class Line:
    """Takes all that it is given as one line; pictures stand `aside`, to follow it."""

    def __init__(self) -> None:
        self.run: _Run = []
        self.aside: list[Block] = []

    def text(self, text: str, context: Context) -> None:
        """Words as they stand in the source, spaces and all."""
        if context.raised:
            text = text.translate(RAISED)
        if context.lines:
            for number, part in enumerate(re.split("\r\n|[\r\n]", text)):
                if number:
                    self.leaf(Break(), context)
                self._words(part, context)
        else:
            self._words(text, context)

    def leaf(self, leaf: Leaf, context: Context) -> None:
        self.run.append((context.marks, leaf))

    def boundary(self) -> None:
        """A block begins or ends here."""
        self.run.append(((), Break()))

    def add(self, blocks: Iterable[Block]) -> None:
        """Blocks, of which only the words can stand here."""
        for block in blocks:
            if isinstance(block, Figure):
                self.aside.append(Figure(block.image))
                self._lines([*block.caption, *([" ", block.credit] if block.credit else [])])
            elif not isinstance(block, Rule):
                self._lines(inlined(block))

    def inlines(self) -> list[Inline]:
        """The line: merged, its spaces as they are shown, no break at its ends nor two in a row."""
        return folded(self.run)

    def _words(self, text: str, context: Context) -> None:
        if text:
            self.leaf(CodeSpan(clean(text)) if context.code else text, context)

    def _lines(self, inlines: Sequence[Inline]) -> None:
        self.boundary()
        self.run += _unfolded(inlines, ())
        self.boundary()


class Flow(Line):
    """Makes paragraphs of runs of text, with blocks between them, all in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[Block] = []

    def boundary(self) -> None:
        """What was said so far is a paragraph; two line ends in a row part one from the next."""
        run, self.run = self.run, []
        for part in _paragraphs(run):
            if text := folded(part):
                self.blocks.append(_picture(part) or Paragraph(text))

    def add(self, blocks: Iterable[Block]) -> None:
        self.boundary()
        self.blocks += blocks

    def finished(self) -> list[Block]:
        self.boundary()
        return self.blocks


# -- runs --------------------------------------------------------------------------------------------------------------


def folded(run: _Run) -> list[Inline]:
    """Inlines of a run, or none where it says nothing."""
    spaced = _spaced(run)
    if not any(isinstance(leaf, NoteRef) or (not isinstance(leaf, Break) and _said(leaf)) for _, leaf in spaced):
        return []
    return _nested(spaced, 0)


def _said(leaf: Leaf) -> bool:
    text = leaf if isinstance(leaf, str) else leaf.text if isinstance(leaf, CodeSpan) else ""
    return bool(text.translate(_UNSEEN).strip())


def _spaced(run: _Run) -> _Run:
    """With its spaces as a page shows them: one between words, none around a line's ends."""
    out: _Run = []
    gap = True
    for marks, leaf in run:
        if isinstance(leaf, str):
            text = _spaces.sub(" ", clean(leaf))
            text = text[1:] if gap and text.startswith(" ") else text
            if not text:
                continue
            gap = text.endswith(" ")
            leaf = text
        elif isinstance(leaf, Break):
            _trim(out)
            if not out or isinstance(out[-1][1], Break):
                continue
            gap = True
        elif isinstance(leaf, CodeSpan):
            gap = False
        out.append((marks, leaf))
    _trim(out)
    while out and isinstance(out[-1][1], Break):
        out.pop()
        _trim(out)
    return out


def _trim(run: _Run) -> None:
    while run and isinstance(last := run[-1][1], str):
        text = last.rstrip(" ")
        if text:
            run[-1] = (run[-1][0], text)
            return
        run.pop()


def _nested(run: _Run, depth: int) -> list[Inline]:
    out: list[Inline] = []
    start = 0
    while start < len(run):
        mark = run[start][0][depth] if len(run[start][0]) > depth else None
        end = start + 1
        while end < len(run) and (run[end][0][depth] if len(run[end][0]) > depth else None) is mark:
            end += 1
        if mark is None:
            out += _merged([leaf for _, leaf in run[start:end]])
        else:
            out += _wrapped(mark, _nested(run[start:end], depth + 1))
        start = end
    return out


def _wrapped(mark: Mark, inner: list[Inline]) -> list[Inline]:
    if not spoken(inner).strip() and not any(isinstance(inline, NoteRef) for inline in inner):
        return inner
    if mark.kind == "link":
        # Nobody has asked yet where one leads that has no words of its own.
        return [Link(mark.href, inner)] if mark.says else inner
    return [Strong(inner) if mark.kind == "strong" else Emphasis(inner)]


def _merged(leaves: Iterable[Leaf]) -> list[Inline]:
    out: list[Inline] = []
    texts: list[str] = []
    for leaf in leaves:
        if isinstance(leaf, str):
            texts.append(leaf)
            continue
        if texts:
            out.append(clean("".join(texts)))
            texts.clear()
        if isinstance(leaf, CodeSpan) and out and isinstance(last := out[-1], CodeSpan):
            out[-1] = CodeSpan(last.text + leaf.text)
        else:
            out.append(leaf)
    if texts:
        out.append(clean("".join(texts)))
    return out


def _paragraphs(run: _Run) -> Iterable[_Run]:
    part: _Run = []
    breaks = 0
    for marks, leaf in run:
        if isinstance(leaf, Break):
            breaks += 1
        elif not isinstance(leaf, str) or leaf.strip(" \t\n\r\f"):
            if breaks > 1:
                yield part
                part = []
            breaks = 0
        part.append((marks, leaf))
    yield part


def _picture(run: _Run) -> Embed | None:
    """A picture that lies elsewhere and stands alone: a labelled link of its own."""
    leaves = [(marks, leaf) for marks, leaf in run if not isinstance(leaf, str) or leaf.strip()]
    if len(leaves) == 1 and isinstance(text := leaves[0][1], str):
        for mark in leaves[0][0]:
            if mark.picture:
                return embed(mark.href, text)
    return None


def _unfolded(inlines: Sequence[Inline], marks: tuple[Mark, ...]) -> _Run:
    run: _Run = []
    for inline in inlines:
        match inline:
            case Strong(text=text):
                run += _unfolded(text, (*marks, Mark("strong")))
            case Emphasis(text=text):
                run += _unfolded(text, (*marks, Mark("emphasis")))
            case Link(text=text):
                run += _unfolded(text, (*marks, Mark("link", inline.href)))
            case _:
                run.append((marks, inline))
    return run
