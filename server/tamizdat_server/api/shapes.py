"""What the read API answers with. The schema at /api/openapi.json is made from these."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from tamizdat.format.article import Block, Correction, Image

Time = Annotated[str, Meta(description="RFC 3339, UTC, with Z.", examples=["2026-11-22T06:00:00Z"])]
Code = Annotated[str, Meta(description="Language code of an edition.", examples=["ru"])]
Key = Annotated[str, Meta(description="The article's stable name, unique within the publication.")]
Identity = Annotated[str, Meta(description="Names the publication: SHA-256 of its first root metadata.")]
Revision = Annotated[int, Meta(description="Counts the article's changes, from 1.")]
Version = Annotated[int, Meta(description="The publication's number, one more at each publish.")]
Number = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Cursor = Annotated[
    str | None, Meta(description="Give this as `cursor` to get the page behind this one; null on the last page.")
]


class Edition(msgspec.Struct, frozen=True):
    """One language stream of the publication."""

    edition: Code
    title: Annotated[str, Meta(description="How the edition is called in its own language.")]
    direction: Literal["ltr", "rtl"]
    articles: Annotated[int, Meta(description="How many articles it has, retracted ones not counted.")]
    version: Annotated[int, Meta(description="The last publication version that changed it.")]
    applied: Annotated[int, Meta(description="The version that this API answers from; 0 until the first is whole.")]


class Publication(msgspec.Struct, frozen=True):
    """The publication that this server serves."""

    publication: Identity
    title: str
    fingerprint: Annotated[
        str, Meta(description="Of the root metadata; put it behind '#' in the address to sync from.")
    ]
    version: Version
    published: Time
    signed: Annotated[str, Meta(description="When its newest timestamp was signed.", examples=["2026-11-22T06:00:00Z"])]
    mirrors: Annotated[list[str], Meta(description="Other places to sync it from.")]
    editions: list[Edition]


class Editions(msgspec.Struct, frozen=True):
    """Every edition of the publication."""

    editions: list[Edition]


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """An article as a list shows it."""

    publication: Identity
    edition: Code
    key: Key
    revision: Revision
    title: str
    byline: str
    place: str
    section: str
    summary: str
    published: Time
    updated: Time
    tags: list[str]


class Articles(msgspec.Struct, frozen=True):
    """A page of articles, newest first."""

    articles: list[Summary]
    next: Cursor


class Hit(Summary, frozen=True, kw_only=True):
    """An article that a search found."""

    rank: Annotated[
        tuple[int, int, int, int],
        Meta(description="Tier, column, count and time of the match; the smaller, the better, compared from the left."),
    ]
    snippet: Annotated[str, Meta(description="Where the words stand in the text; plain text.")]


class Hits(msgspec.Struct, frozen=True):
    """What a search found, the best match first."""

    articles: list[Hit]
    next: Annotated[int | None, Meta(description="Give this as `offset` to get more; null where there is no more.")]


class RevisionInfo(msgspec.Struct, frozen=True):
    """One revision of an article that can be asked for."""

    revision: Revision
    title: str
    updated: Time


class Article(Summary, frozen=True, kw_only=True):
    """A whole article at one revision."""

    source_url: Annotated[str, Meta(description="Where it stands on the newsroom's own site, if it does.")]
    translation_group: Annotated[str, Meta(description="Articles with the same one are translations of each other.")]
    image: Annotated[Image | None, Meta(description="The lead image; its files are at `path` below the publication.")]
    body: Annotated[list[Block], Meta(description="The text as a tree of typed blocks: docs/format.md, section 6.")]
    footnotes: dict[str, list[Block]]
    html: Annotated[str, Meta(description="The body as HTML that holds no script, style or foreign resource.")]
    text: Annotated[str, Meta(description="The body as plain text.")]
    corrections: Annotated[list[Correction], Meta(description="Public notes of what was corrected.")]
    revisions: Annotated[list[RevisionInfo], Meta(description="What can be asked for as `revision`, newest first.")]


class Change(msgspec.Struct, frozen=True):
    """A record that changed. Fetch the article, unless it was retracted."""

    edition: Code
    key: Key
    revision: Revision
    type: Literal["article", "retraction"]
    version: Annotated[int, Meta(description="The publication version that brought the change, or a later one.")]


class Changes(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    """A page of changes, oldest first. Each record stands once, at its newest revision."""

    from_: Annotated[int, Meta(description="The version that was asked about.")]
    to: Annotated[int, Meta(description="Ask for the changes since this one next time.")]
    changes: list[Change]
    next: Cursor


class Health(msgspec.Struct, frozen=True):
    """How the server and its publication stand."""

    version: Annotated[int, Meta(description="Of the publication, as this API answers; 0 for none yet.")]
    published: Annotated[str, Meta(description="When that version was made; empty for none yet.")]
    signed: Annotated[str, Meta(description="When the newest timestamp in the tree was signed; empty for none.")]
    fresh: Annotated[
        Literal["fresh", "stale", "very old"] | None,
        Meta(description="How long ago that was, in a word; null for none."),
    ]
    in_step: Annotated[bool, Meta(description="Whether this API answers from the tree's newest state.")]
    resigns: Annotated[bool, Meta(description="Whether this server has keys to re-sign the publication daily.")]
    resign_due: Annotated[str | None, Meta(description="When the timestamp is to be signed anew; null for no tree.")]
    expires: Annotated[dict[str, str], Meta(description="When the metadata of each role expires.")]


class Problem(msgspec.Struct, frozen=True):
    """What went wrong, as a problem document (RFC 9457)."""

    title: Annotated[str, Meta(description="What kind of problem it is, in a few words.")]
    status: Annotated[int, Meta(description="The HTTP status.")]
    detail: Annotated[str, Meta(description="What is wrong here, and what to do.")]
    type: Annotated[str, Meta(description="`about:blank`: the status says what it is.")] = "about:blank"
    code: Annotated[str, Meta(description="The error's code, as in docs/format.md.")] = ""
    notice: Annotated[str, Meta(description="Of a retracted article: the public notice, where there is one.")] = ""
    retracted: Annotated[str, Meta(description="Of a retracted article: when it was retracted.")] = ""

    def encode(self) -> bytes:
        """As JSON, without what is empty."""
        return msgspec.json.encode({name: said for name, said in msgspec.structs.asdict(self).items() if said != ""})
