"""What every importer takes and gives: options that hold for all kinds, and a source opened, ready to be read."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec

from tamizdat_server.images import Pictures
from tamizdat_server.importers.items import Item
from tamizdat_server.importers.web.fetching import Fetcher

PictureChoice: TypeAlias = Literal["fetch", "local", "none"]


def _nothing(_: str) -> None:
    return None


class Options(msgspec.Struct, frozen=True):
    """What holds for a whole import. Times are RFC 3339 UTC with `Z`.

    `date`: for articles that have none. `zone`: the time zone (IANA name, or an offset such as +05:00) of dates that
    name none; UTC where it is empty. `language`: of articles that say none. `site`: where relative links of files lead.
    `recall`: the place that the last import of an origin reached, if there was one. `pictures`: fetched where they lie,
    taken only from files at hand (`uploads`: folders to look in), or left out. `pages`: pages that aren't articles (a
    site's "about us") come, too. `types`: of posts that are articles, beside WordPress' own. `follow`: fetch the page
    that an entry of a feed links to. `fetcher`: None where nothing may be fetched. `git`, `until`: replay the source's
    history, up to that commit.
    """

    store: Pictures
    now: str
    editions: Sequence[str] = ()
    date: str | None = None
    zone: str = ""
    language: str = ""
    site: str = ""
    recall: Callable[[str], str | None] = _nothing
    pictures: PictureChoice = "fetch"
    uploads: Sequence[Path] = ()
    pages: bool = False
    types: Sequence[str] = ()
    follow: bool = False
    fetcher: Fetcher | None = None
    git: bool = False
    until: str | None = None


class Source(msgspec.Struct, frozen=True):
    """A source, opened.

    `origin` names it for ever: articles of one origin never take those of another away. `items` may be read once;
    where it is a generator, it is closed in the end. `total`: how many items it has, where that is known. `history`:
    its items are changes in the order in which they happened, so they are taken in all together or not at all; else
    each stands for itself and an import that was interrupted keeps what it did. `fixed_keys`: its articles are known by
    the keys that it proposes, whoever else has them; else a key that is taken is exchanged for one like it, and an
    article keeps the key under which it came first. `splits`: a text in several languages is an article in each, called
    `SOURCE CODE`, while elsewhere or at another time only one of them may show, called `SOURCE`.
    """

    origin: str
    items: Iterator[Item]
    total: int | None = None
    history: bool = False
    fixed_keys: bool = False
    splits: bool = False
