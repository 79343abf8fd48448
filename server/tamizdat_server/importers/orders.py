"""An import as it was ordered, at the command line or in tamizdat.toml, and how it is carried out."""

import os
import tempfile
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import msgspec

from tamizdat_server.clock import unix
from tamizdat_server.images import Pictures
from tamizdat_server.importers.kinds import KINDS
from tamizdat_server.importers.loop import run
from tamizdat_server.importers.report import Progress, Report, Silent
from tamizdat_server.importers.source import Options, PictureChoice
from tamizdat_server.importers.web.fetching import Fetcher, Web
from tamizdat_server.newsroom import Newsroom


class Order(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is imported, and how. Its fields are named as the options of `tamizdat import`.

    `source`: one, or for pages several. `date`: RFC 3339. `uploads`: folders where pictures are looked for.
    `type`: those of posts that are articles, beside WordPress' own.
    """

    kind: str
    source: list[str]
    date: str | None = None
    zone: str = ""
    language: str = ""
    git: bool = False
    until: str | None = None
    fetch: bool = False
    pictures: PictureChoice = "fetch"
    uploads: list[str] = []
    pages: bool = False
    type: list[str] = []
    allow_private: bool = False
    proxy: str | None = None


def carry_out(
    newsroom: Newsroom,
    order: Order,
    *,
    now: str,
    dry_run: bool = False,
    confirm: bool = False,
    correction: str = "",
    progress: Progress | None = None,
) -> Report:
    """Import what is ordered; nobody else may change the newsroom meanwhile. `now`: RFC 3339.

    The other words mean what they do in `run`. Raises: UsageError, UnreadableSource, TransportError, NewsroomError.
    """
    newsroom.check_clock(unix(now))
    with newsroom.lock(), _pictures(newsroom, dry_run=dry_run) as store, _web(order) as fetcher:
        options = _options(newsroom, order, store=store, fetcher=fetcher, now=now)
        source = KINDS[order.kind].open(order.source, options)
        return run(
            newsroom,
            source,
            now=now,
            dry_run=dry_run,
            confirm=confirm,
            correction=correction,
            progress=progress or Silent(),
        )


def _options(newsroom: Newsroom, order: Order, *, store: Pictures, fetcher: Fetcher | None, now: str) -> Options:
    return Options(
        store=store,
        now=now,
        editions=[*newsroom.config.editions],
        date=order.date,
        zone=order.zone,
        language=order.language,
        site=newsroom.config.site,
        recall=newsroom.recall,
        pictures=order.pictures,
        uploads=[Path(folder) for folder in order.uploads],
        pages=order.pages,
        types=order.type,
        follow=order.fetch,
        fetcher=fetcher,
        git=order.git,
        until=order.until,
    )


@contextmanager
def _web(order: Order) -> Generator[Fetcher | None]:
    """What fetches, for those kinds that do."""
    if order.kind == "markdown":
        yield None
        return
    with closing(Web(allow_private=order.allow_private, proxy=order.proxy)) as web:
        yield web


@contextmanager
def _pictures(newsroom: Newsroom, *, dry_run: bool) -> Generator[Pictures]:
    """Where pictures go: a dry run leaves none behind, and makes or fetches none that the newsroom has."""
    if not dry_run:
        yield Pictures(newsroom.media)
        return
    with tempfile.TemporaryDirectory(prefix="tamizdat-") as folder:
        _lend(newsroom.media, Path(folder))
        yield Pictures(Path(folder))


def _lend(media: Path, folder: Path) -> None:
    """Let every file of `media` seem to be in `folder`; what is written there replaces a link, not what it leads to."""
    # Where links may not be made, a dry run makes each picture anew.
    with suppress(OSError):
        for place, _, names in os.walk(media):
            beside = folder / Path(place).relative_to(media)
            beside.mkdir(exist_ok=True)
            for name in names:
                (beside / name).symlink_to(Path(place).resolve() / name)
