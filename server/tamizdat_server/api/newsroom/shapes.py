"""What the newsroom API takes and gives. The schema at /api/newsroom/openapi.json is made from these."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from tamizdat.format.article import Block, Blocks, Image, Key, Language, Line, NoteId, Text, Time
from tamizdat.format.limits import LIMITS
from tamizdat_server.api.shapes import Cursor
from tamizdat_server.desk.jobs import Job

_HTTP = r"^(?:|https?://[^\x00-\x20]+)\Z"
ArticleStanding = Literal["new", "changed", "published", "retracted", "held"]
Outcome = Literal["added", "revised", "unchanged"]

Written = Annotated[str, Meta(max_length=LIMITS.segment_bytes)]
"""No article can be longer than a segment; and making blocks of a text costs time by its length."""
_AT_MOST = f"At most {LIMITS.segment_bytes:,} characters."
Note = Annotated[str, Meta(min_length=1, max_length=20_000, description="A public note of what was corrected.")]
Notice = Annotated[str, Meta(max_length=20_000, description="What readers are told in the article's place.")]


class Content(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An article as it is to stand from the next publish on, whole: what is left out is empty then.

    The text is in one of `markdown`, `html` and `blocks`. In Markdown and HTML, a picture that was handed in is named
    by its `path`; no other is fetched.
    """

    title: Annotated[Line, Meta(min_length=1)]
    edition: Annotated[Language, Meta(description="The language code of one of the newsroom's editions.")]
    published: Annotated[
        Time | None, Meta(description="RFC 3339, UTC, with Z, not in the future; when it was handed in first.")
    ] = None
    updated: Annotated[Time | None, Meta(description="RFC 3339, UTC, with Z; when it was handed in last.")] = None
    byline: Line = ""
    place: Line = ""
    section: Line = ""
    tags: Annotated[list[Line], Meta(max_length=100)] = []
    summary: Text = ""
    source_url: Annotated[str, Meta(pattern=_HTTP, max_length=4_000, description="Where it is on your site.")] = ""
    translation_group: Annotated[str, Meta(max_length=200, description="The same for all translations.")] = ""
    image: Annotated[Image | None, Meta(description="The lead picture, as POST /pictures answered.")] = None
    markdown: Annotated[Written | None, Meta(description=f"CommonMark with tables and footnotes. {_AT_MOST}")] = None
    html: Annotated[Written | None, Meta(description=f"HTML; what has no block becomes its words. {_AT_MOST}")] = None
    blocks: Annotated[Blocks | None, Meta(description="The text as typed blocks: docs/format.md, section 6.")] = None
    footnotes: Annotated[dict[NoteId, Blocks], Meta(max_length=5_000, description="Of `blocks`, by their ids.")] = {}
    correction: Annotated[str, Meta(max_length=20_000, description="A public note of what this corrects.")] = ""


class NewContent(Content, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An article that isn't there yet."""

    key: Annotated[Key, Meta(description="Its stable name, unique in the newsroom, such as `2026/bridge`.")]


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """An article as a list shows it."""

    key: Annotated[str, Meta(description="Its stable name.")]
    edition: str
    title: str
    state: Annotated[
        ArticleStanding,
        Meta(
            description="new: never published. changed: published, and different since. published: as it is here."
            " retracted: withdrawn. held: its source has it no more, and somebody has to confirm that."
        ),
    ]
    waits: Annotated[bool, Meta(description="Whether the next publish carries a change of it.")]
    revision: Annotated[int, Meta(description="The newest that was published; 0 for none.")]
    published: str
    updated: str
    source: Annotated[str, Meta(description="What brought it.")]


class Articles(msgspec.Struct, frozen=True):
    """A page of articles, the one that changed last first."""

    articles: list[Summary]
    next: Cursor


class Correction(msgspec.Struct, frozen=True):
    """A public note. `revision` 0: the next one, which is still to be published."""

    revision: int
    at: str
    note: str


class Article(Summary, frozen=True, kw_only=True):
    """A whole article as it stands in the newsroom, published or not."""

    byline: str
    place: str
    section: str
    tags: list[str]
    summary: str
    source_url: str
    translation_group: str
    image: Image | None
    body: list[Block]
    footnotes: dict[str, list[Block]]
    corrections: list[Correction]
    retracted: Annotated[str, Meta(description="When it was retracted; empty where it stands.")]
    notice: str
    hold: Annotated[bool, Meta(description="Retracted by an editor: no import brings it back.")]


class Put(msgspec.Struct, frozen=True):
    """What became of an article that was handed in."""

    outcome: Outcome
    article: Summary
    warnings: Annotated[list[str], Meta(description="What of the text couldn't be kept as it was.")]


class CorrectionIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A correction of an article whose corrected text was handed in, or will be before the next publish."""

    key: Key
    note: Note


class RetractionIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The withdrawal of an article, from readers' libraries too. `hold`: no import brings it back."""

    key: Key
    notice: Notice = ""
    hold: bool = True


class Picture(msgspec.Struct, frozen=True):
    """A picture, made fit for publication: no metadata, two sizes."""

    image: Annotated[Image, Meta(description="To be given as `image` of an article, or in a `figure` of its blocks.")]
    path: Annotated[str, Meta(description="How Markdown and HTML name it: `![alt](media/…)`.")]
    warnings: list[str]


class Import(msgspec.Struct, frozen=True):
    """A source that tamizdat.toml names."""

    name: str
    kind: str


class Imports(msgspec.Struct, frozen=True):
    """Every source that tamizdat.toml names."""

    imports: list[Import]


class Jobs(msgspec.Struct, frozen=True):
    """A page of jobs, the newest first."""

    jobs: list[Job]
    next: Annotated[int | None, Meta(description="Give this as `before` to get older ones; null for no more.")]


class Hooked(msgspec.Struct, frozen=True):
    """The two jobs that a call of the hook asks for; of several calls in a row, the same two."""

    imported: Job
    published: Job


class Entry(msgspec.Struct, frozen=True):
    """Something that was done to the newsroom."""

    at: str
    who: Annotated[str, Meta(description="The name of a token; empty for who was at the newsroom's own machine.")]
    action: str
    subject: str
    detail: str


class Audit(msgspec.Struct, frozen=True):
    """A page of the log, the newest first."""

    entries: list[Entry]
    next: Cursor
