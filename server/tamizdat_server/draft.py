"""An article's content before it has a revision: what importers yield and the newsroom keeps."""

import msgspec

from tamizdat.format.article import Block, Image


class Draft(msgspec.Struct, frozen=True, omit_defaults=True):
    """The fields of an `Article` that its source decides; times are RFC 3339 UTC with `Z`.

    `published` None: the source names no date. `updated` None: it changed when it was imported, or at its commit.
    Two equal drafts mean that nothing changed.
    """

    key: str
    edition: str
    title: str
    published: str | None = None
    updated: str | None = None
    byline: str = ""
    place: str = ""
    section: str = ""
    tags: list[str] = []
    summary: str = ""
    source_url: str = ""
    translation_group: str = ""
    image: Image | None = None
    body: list[Block] = []
    footnotes: dict[str, list[Block]] = {}


class Told(msgspec.Struct, frozen=True):
    """What the source of an article says beside its text.

    `origin`: which source that is; empty: none that has articles to take away. `stamp`: its own word for this version;
    `form`: how it was told of. The stamp that was told last, in another form, means no change. `corrections`: public
    notes.
    """

    origin: str = ""
    stamp: str = ""
    form: str = ""
    corrections: list[str] = []
