"""What a feed says, in one form for all formats: only what may be published, as far as the feed itself knows."""

from collections.abc import Sequence
from typing import Literal

import msgspec

Kind = Literal["image", "audio", "video", "other"]


class Medium(msgspec.Struct, frozen=True):
    """A file that goes with an entry. `alt`: what it shows, in words."""

    address: str
    kind: Kind
    alt: str = ""


class Entry(msgspec.Struct, frozen=True):
    """One entry. Addresses are absolute where that could be known; titles, texts and names are HTML; dates as written.

    `base`: what the relative addresses in its texts are relative to. `language` is said of the entry itself.
    `translations`: the same in other languages. `hidden`: why its author keeps it from the public. `unfit`: why it is
    no article, though public. `whole`: not cut off with the file that it stood in.
    """

    id: str = ""
    link: str = ""
    title: str = ""
    content: str = ""
    summary: str = ""
    published: Sequence[str] = ()
    updated: Sequence[str] = ()
    names: Sequence[str] = ()
    tags: Sequence[str] = ()
    language: str = ""
    base: str = ""
    media: Sequence[Medium] = ()
    translations: Sequence[str] = ()
    hidden: str = ""
    unfit: str = ""
    whole: bool = True


class Feed(msgspec.Struct, frozen=True):
    """A feed. `address`: where it says that it lies; `link`: the site that it is of; `next`: where older entries are.

    `private`: why it isn't public.
    """

    version: str
    title: str = ""
    address: str = ""
    link: str = ""
    next: str = ""
    language: str = ""
    names: Sequence[str] = ()
    private: str = ""
    entries: Sequence[Entry] = ()


class NotAFeed(Exception):
    """Why these bytes are no feed that may be imported, in words for people."""
