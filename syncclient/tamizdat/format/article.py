"""Articles and retractions: typed block trees, decoded strictly from one line each.

A client can't be handed a script, because the type has no room for one. docs/format.md, sections 5 and 6.
"""

import re
from collections.abc import Iterator
from typing import Annotated, Final, Literal, TypeAlias

import msgspec
from msgspec import Meta

from tamizdat.errors import FormatError
from tamizdat.format.later import without_unknown_nodes
from tamizdat.format.limits import LIMITS
from tamizdat.format.nesting import check_nesting

# -- bounded scalars ---------------------------------------------------------------------------------------------------

# Ends are \Z: before `$` a newline may stand. Digits are [0-9]: \d is any script's.
_DATE = r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_TIME = rf"^{_DATE}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z\Z"
_KEY = r"^[^\x00-\x20\x7f-\xa0/\\]+(?:/[^\x00-\x20\x7f-\xa0/\\]+)*\Z"

Key: TypeAlias = Annotated[str, Meta(pattern=_KEY, max_length=200)]
Language: TypeAlias = Annotated[str, Meta(pattern=r"^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}\Z", max_length=32)]
Revision: TypeAlias = Annotated[int, Meta(ge=1, le=2**31 - 1)]
Time: TypeAlias = Annotated[str, Meta(pattern=_TIME, max_length=20)]
Digest: TypeAlias = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z", max_length=64)]
Line: TypeAlias = Annotated[str, Meta(max_length=1_000)]
Text: TypeAlias = Annotated[str, Meta(max_length=200_000)]
Href: TypeAlias = Annotated[
    str, Meta(pattern=r"^(?:[Hh][Tt][Tt][Pp][Ss]?://|[Mm][Aa][Ii][Ll][Tt][Oo]:)[^\x00-\x20]+\Z", max_length=4_000)
]
NoteId: TypeAlias = Annotated[str, Meta(pattern=r"^[^\x00-\x20\x7f]{1,64}\Z", max_length=64)]
Pixels: TypeAlias = Annotated[int, Meta(ge=1, le=100_000)]

# -- inlines -----------------------------------------------------------------------------------------------------------


class Node(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type"):
    """Base of all tagged values; `type` is the first field of each."""


class Strong(Node, frozen=True, tag="strong"):
    text: "Inlines"


class Emphasis(Node, frozen=True, tag="emphasis"):
    text: "Inlines"


class CodeSpan(Node, frozen=True, tag="code"):
    text: Text


class Link(Node, frozen=True, tag="link"):
    href: Href
    text: "Inlines"


class Break(Node, frozen=True, tag="break"):
    """A line break inside a paragraph."""


class NoteRef(Node, frozen=True, tag="note"):
    """Refers to one of the article's footnotes."""

    id: NoteId


Inline: TypeAlias = Text | Strong | Emphasis | CodeSpan | Link | Break | NoteRef
Inlines: TypeAlias = Annotated[list["Inline"], Meta(max_length=20_000)]

# -- pictures ----------------------------------------------------------------------------------------------------------


class Variant(msgspec.Struct, frozen=True, omit_defaults=True):
    """One file of a picture, at `media/<sha256>.<ext>`; `role` is its size."""

    role: Literal["preview", "standard"]
    sha256: Digest
    type: Literal["image/jpeg", "image/png", "image/webp", "image/avif", "image/gif"]
    width: Pixels
    height: Pixels
    bytes: Annotated[int, Meta(ge=1, le=LIMITS.media_bytes)]

    @property
    def path(self) -> str:
        return f"media/{self.sha256}.{EXTENSIONS[self.type]}"


EXTENSIONS: Final = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/avif": "avif",
    "image/gif": "gif",
}


class Image(msgspec.Struct, frozen=True, omit_defaults=True):
    """A picture: what it shows in words, its full size in pixels, and the files to be had."""

    width: Pixels
    height: Pixels
    variants: Annotated[list[Variant], Meta(min_length=1, max_length=8)]
    alt: Text = ""


# -- blocks ------------------------------------------------------------------------------------------------------------


class Paragraph(Node, frozen=True, tag="paragraph"):
    text: Inlines


class Heading(Node, frozen=True, tag="heading"):
    level: Annotated[int, Meta(ge=2, le=4)]
    text: Inlines


class Quote(Node, frozen=True, tag="quote"):
    blocks: "Blocks"


class ListBlock(Node, frozen=True, tag="list"):
    items: Annotated[list["Blocks"], Meta(max_length=10_000)]
    ordered: bool = False


class Figure(Node, frozen=True, tag="figure"):
    image: Image
    caption: Inlines = []
    credit: Line = ""


class Table(Node, frozen=True, tag="table"):
    """A header row, which may be empty, and rows of cells."""

    header: Annotated[list[Inlines], Meta(max_length=100)]
    rows: Annotated[list[Annotated[list[Inlines], Meta(max_length=100)]], Meta(max_length=10_000)]


class Code(Node, frozen=True, tag="pre"):
    text: Text
    language: Line = ""


class Rule(Node, frozen=True, tag="rule"):
    """A thematic break."""


class Embed(Node, frozen=True, tag="embed"):
    """A labelled link to something that lives elsewhere; never a frame."""

    service: Line
    url: Href
    title: Line = ""


Block: TypeAlias = Paragraph | Heading | Quote | ListBlock | Figure | Table | Code | Rule | Embed
Blocks: TypeAlias = Annotated[list["Block"], Meta(max_length=20_000)]

# -- records -----------------------------------------------------------------------------------------------------------


class Correction(msgspec.Struct, frozen=True, omit_defaults=True):
    """A public note of what a revision corrected."""

    revision: Revision
    at: Time
    note: Text


class Article(Node, frozen=True, tag="article"):
    """A text at one revision. `cleared`: revisions up to this one are withdrawn, and readers delete them."""

    key: Key
    edition: Language
    revision: Revision
    title: Line
    published: Time
    updated: Time
    byline: Line = ""
    place: Line = ""
    section: Line = ""
    tags: Annotated[list[Line], Meta(max_length=100)] = []
    summary: Text = ""
    corrections: Annotated[list[Correction], Meta(max_length=1_000)] = []
    source_url: Annotated[str, Meta(pattern=r"^(?:|https?://[^\x00-\x20]+)\Z", max_length=4_000)] = ""
    translation_group: Annotated[str, Meta(max_length=200)] = ""
    cleared: Annotated[int, Meta(ge=0, le=2**31 - 1)] = 0
    image: Image | None = None
    body: Blocks = []
    footnotes: Annotated[dict[NoteId, Blocks], Meta(max_length=5_000)] = {}


class Retraction(Node, frozen=True, tag="retraction"):
    """The withdrawal of an article at its next revision, with a public notice or without one."""

    key: Key
    edition: Language
    revision: Revision
    at: Time
    notice: Text = ""


Record: TypeAlias = Article | Retraction


class Entry(msgspec.Struct, frozen=True):
    """A record that passed every check: its exact line (no newline), the typed value, and its plain text."""

    line: bytes
    record: Record
    text: str


# -- bytes <-> values --------------------------------------------------------------------------------------------------

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Record] = msgspec.json.Decoder(Record)
_escape = re.compile(rb"(?<!\\)(?:\\\\)*\\u(?!00[01][0-9a-f])")
_BIDI: Final = [chr(point).encode() for point in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))]


def encode_record(record: Record) -> bytes:
    """One line of a bundle, without its newline. Raises: FormatError where the value is out of bounds."""
    line = _encoder.encode(record)
    decode_record(line)
    return line


def decode_record(line: bytes) -> Entry:
    """Check and decode one line of a bundle.

    Unknown fields are allowed; an unknown node is replaced by its `text` or `blocks`. Raises: FormatError.
    """
    if len(line) > LIMITS.record_bytes:
        raise FormatError(f"a record of {len(line)} bytes")
    check_nesting(line)
    try:
        _check_characters(line)
        record = _decode(line)
        return Entry(line, record, plain_text(record))
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise FormatError(f"a record that is not format 1: {str(error) or 'nested too deep'}") from error


def _decode(line: bytes) -> Record:
    try:
        return _decoder.decode(line)
    except msgspec.ValidationError as error:
        if "Invalid value" not in str(error):
            raise
        return msgspec.convert(without_unknown_nodes(msgspec.json.decode(line)), Record)  # pyright: ignore[reportArgumentType]


def _check_characters(line: bytes) -> None:
    # format.md 5.2: escapes only for controls, so that a search of the bytes finds what it looks for.
    if b"\\u" in line and _escape.search(line):
        raise FormatError("a record with a \\u escape that isn't needed")
    line.decode("utf-8")  # all of it: msgspec passes over what is in unknown fields
    if any(character in line for character in _BIDI):
        raise FormatError("a record with bidirectional override characters")


# -- plain text --------------------------------------------------------------------------------------------------------


def plain_text(record: Record) -> str:
    """The body as plain text, a line a block, then the footnotes. Raises: FormatError where it is nested too deep."""
    if isinstance(record, Retraction):
        return record.notice
    lines: list[str] = []
    _collect(record.body, lines, 1)
    for _, note in sorted(record.footnotes.items()):  # by id: not every language keeps the order of members
        _collect(note, lines, 1)
    return "\n".join(lines)


def _collect(blocks: list[Block], lines: list[str], depth: int) -> None:
    if depth > LIMITS.depth:
        raise FormatError("a record nested too deep")
    for block in blocks:
        if isinstance(block, Paragraph | Heading):
            lines.append(inline_text(block.text, depth))
        elif isinstance(block, Quote):
            _collect(block.blocks, lines, depth + 1)
        elif isinstance(block, ListBlock):
            for item in block.items:
                _collect(item, lines, depth + 1)
        elif isinstance(block, Table):
            lines.extend(
                "\t".join(inline_text(cell, depth) for cell in row) for row in [block.header, *block.rows] if row
            )
        else:
            lines.extend(_leaf(block, depth))


def _leaf(block: Block, depth: int) -> Iterator[str]:
    match block:
        case Figure():
            yield from filter(None, (block.image.alt, inline_text(block.caption, depth), block.credit))
        case Code():
            yield block.text
        case Embed():
            yield block.title or block.url
        case _:
            return


def inline_text(inlines: list[Inline], depth: int = 1) -> str:
    """The words of a run of inlines. Raises: FormatError where it is nested too deep."""
    if depth > LIMITS.depth:
        raise FormatError("a record nested too deep")
    if len(inlines) == 1 and isinstance(inlines[0], str):
        return inlines[0]
    parts: list[str] = []
    for inline in inlines:
        if isinstance(inline, str):
            parts.append(inline)
        elif isinstance(inline, Break):
            parts.append("\n")
        elif isinstance(inline, CodeSpan):
            parts.append(inline.text)
        elif not isinstance(inline, NoteRef):
            parts.append(inline_text(inline.text, depth + 1))
    return "".join(parts)


def images_of(article: Article) -> Iterator[Image]:
    """Every picture of an article: the lead image, then those of the body and of the footnotes by id."""
    if article.image:
        yield article.image
    yield from _images(article.body)
    for _, note in sorted(article.footnotes.items()):
        yield from _images(note)


def _images(blocks: list[Block]) -> Iterator[Image]:
    for block in blocks:
        if isinstance(block, Figure):
            yield block.image
        elif isinstance(block, Quote):
            yield from _images(block.blocks)
        elif isinstance(block, ListBlock):
            for item in block.items:
                yield from _images(item)
