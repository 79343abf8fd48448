"""The one loop that every importer runs through: items in, a changed newsroom and a report out."""

from collections.abc import Iterable
from contextlib import suppress

import msgspec

from tamizdat.errors import FormatError, NoSuchKey
from tamizdat_server.importers.items import Complete, Imported, Item, Reached, Removed, Skipped
from tamizdat_server.newsroom import Newsroom


class Warned(msgspec.Struct):
    """A warning, and in how many articles it was given, the first of which is named."""

    warning: str
    articles: int
    first: str


class Report(msgspec.Struct):
    """What an import did. Replaying a history counts each change."""

    dry_run: bool = False
    added: int = 0
    revised: int = 0
    unchanged: int = 0
    removed: int = 0
    skipped: list[Skipped] = []
    warnings: list[Warned] = []


class _DryRun(Exception):
    """Undoes what a dry run did."""


def run(newsroom: Newsroom, items: Iterable[Item], *, remember_as: str = "", dry_run: bool = False) -> Report:
    """Put every item into the newsroom, all of them or, after an error, none.

    `remember_as`: under which name the newsroom keeps the place that was reached. A dry run changes nothing and reports
    the same. Raises: what `items` raise; NewsroomError.
    """
    tally = _Tally(newsroom, remember_as)
    with suppress(_DryRun), newsroom.editing():
        for item in items:
            tally.take(item)
        if dry_run:
            raise _DryRun
    return tally.report(dry_run=dry_run)


class _Tally:
    def __init__(self, newsroom: Newsroom, remember_as: str) -> None:
        self._newsroom, self._remember_as = newsroom, remember_as
        self._counts = {"added": 0, "revised": 0, "unchanged": 0, "removed": 0}
        self._skipped: dict[str, Skipped] = {}
        self._warned: dict[str, dict[str, None]] = {}

    def take(self, item: Item) -> None:
        match item:
            case Imported():
                self._put(item)
            case Removed(key=key, at=at):
                self._remove(key, at)
            case Skipped(source=source):
                self._skipped[source] = item
            case Complete():
                pass
            case Reached(place=place):
                if self._remember_as:
                    self._newsroom.remember(self._remember_as, place)

    def report(self, *, dry_run: bool) -> Report:
        standing = dict(self._newsroom.standing_sources())
        skipped = [_told(skipped, standing) for skipped in self._skipped.values()]
        warned = [Warned(text, len(sources), next(iter(sources))) for text, sources in self._warned.items()]
        warned.sort(key=lambda warned: (-warned.articles, warned.warning))
        return Report(dry_run=dry_run, **self._counts, skipped=skipped, warnings=warned)

    def _put(self, item: Imported) -> None:
        try:
            outcome = self._newsroom.put(item.draft, source=item.source, at=item.at)
        except FormatError as error:
            self._skipped[item.source] = Skipped(item.source, f"not an article that the format allows: {error.what}")
            return
        self._counts[outcome] += 1
        self._skipped.pop(item.source, None)
        for warning in item.warnings:
            self._warned.setdefault(warning, {})[item.source] = None

    def _remove(self, key: str, at: str) -> None:
        # What was never imported (a draft, say) is gone already.
        with suppress(NoSuchKey):
            self._counts["removed"] += self._newsroom.retract(key, at=at)


def _told(skipped: Skipped, standing: dict[str, str]) -> Skipped:
    """A skipped article that an earlier import brought still stands, which its author should know."""
    if skipped.source not in standing:
        return skipped
    reason = f"{skipped.reason}; what was imported before still stands: 'tamizdat retract' withdraws it"
    return Skipped(skipped.source, reason, hidden=skipped.hidden)
