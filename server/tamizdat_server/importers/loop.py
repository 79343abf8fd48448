"""The one loop that every importer runs through: items in, a changed newsroom and a report out."""

from contextlib import suppress

from tamizdat.errors import FormatError, NoSuchKey
from tamizdat_server.importers.items import Complete, Imported, Item, Reached, Removed, Skipped
from tamizdat_server.importers.report import Progress, Report, Warned
from tamizdat_server.importers.source import Source
from tamizdat_server.newsroom import Newsroom


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
    """Take a source's articles into the newsroom; a history all together or, after an error, not at all.

    What the source has no more is retracted without notice, or held where that is much at once, unless `confirm` says
    that it is right. `correction`: a public note for the one article that is revised. A dry run changes nothing and
    reports the same. `now`: RFC 3339. Raises: what the source's items raise; UsageError; NewsroomError.
    """
    del now, confirm, correction, progress
    tally = _Tally(newsroom, source.origin)
    with suppress(_DryRun), newsroom.editing():
        for item in source.items:
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
        report = Report(dry_run=dry_run, origin=self._remember_as, skipped=skipped, warnings=warned)
        report.added, report.revised = self._counts["added"], self._counts["revised"]
        report.unchanged, report.removed = self._counts["unchanged"], self._counts["removed"]
        return report

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
