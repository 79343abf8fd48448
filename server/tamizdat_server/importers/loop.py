"""The one loop that every importer runs through: a source in, a changed newsroom and a report out."""

from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager, suppress
from typing import Final

from tamizdat_server.importers.items import Item
from tamizdat_server.importers.report import Progress, Report, Silent
from tamizdat_server.importers.source import Source
from tamizdat_server.importers.taking import Taking
from tamizdat_server.newsroom import Newsroom

BATCH: Final = 50
"""So many items become part of the newsroom at once: what a crash may cost."""


class _DryRun(Exception):
    """Undoes what a dry run did."""


def run(
    newsroom: Newsroom,
    source: Source,
    *,
    now: str,
    dry_run: bool = False,
    confirm: bool = False,
    correction: str = "",
    progress: Progress | None = None,
) -> Report:
    """Take a source's articles into the newsroom, and let go of what the source has no more.

    After an error, or Ctrl-C, what was taken stays, and the next import goes on from there; of a history, nothing
    stays. What is gone is retracted without notice, or held where that is much at once, unless `confirm` says that it
    is right. `correction`: a public note for the one article that is revised; then it is all or nothing, too. A dry
    run changes nothing and reports the same. `now`: RFC 3339. Raises: what the source's items raise; UsageError;
    NewsroomError (NewsroomLocked, NewsroomFull).
    """
    telling = progress or Silent()
    taking = Taking(newsroom, source, now=now, confirm=confirm)
    with newsroom.lock(), _read(source, telling) as items:
        if dry_run or source.history or correction:
            with suppress(_DryRun):
                _all_at_once(newsroom, taking, items, correction=correction, dry_run=dry_run)
        else:
            _in_batches(newsroom, taking, items, kept=telling.kept)
    if not dry_run:
        telling.kept(taking.taken)
    return taking.report(dry_run=dry_run)


def _all_at_once(newsroom: Newsroom, taking: Taking, items: Iterator[Item], *, correction: str, dry_run: bool) -> None:
    with newsroom.editing():
        for item in items:
            taking.take(item)
        taking.settle()
        if correction:
            taking.correct(correction)
        if dry_run:
            raise _DryRun


def _in_batches(newsroom: Newsroom, taking: Taking, items: Iterator[Item], *, kept: Callable[[int], None]) -> None:
    batch: list[Item] = []

    def commit(*, last: bool = False) -> None:
        # Nothing is fetched or read in here: others may want to write to the same database.
        with newsroom.editing():
            while batch:
                taking.take(batch.pop(0))
            if last:
                taking.settle()
        kept(taking.taken)

    try:
        for item in items:
            batch.append(item)
            if len(batch) >= BATCH:
                commit()
    except BaseException:
        # Ctrl-C, a source that broke off: what it gave before is good.
        commit()
        raise
    commit(last=True)


@contextmanager
def _read(source: Source, progress: Progress) -> Generator[Iterator[Item]]:
    """The source's items, counted as they are read; a generator is closed in the end."""

    def counted() -> Generator[Item]:
        for number, item in enumerate(source.items, 1):
            progress.read(number, total=source.total)
            yield item

    with closing(counted()) as items:
        try:
            yield items
        finally:
            close = getattr(source.items, "close", None)
            if callable(close):
                close()
