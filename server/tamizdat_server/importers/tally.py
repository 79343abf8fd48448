"""Counts what a report tells of an import's items."""

from typing import Final

from tamizdat.format.article import Article, images_of
from tamizdat_server.articles import Outcome
from tamizdat_server.draft import Draft
from tamizdat_server.importers.items import Imported, Skipped
from tamizdat_server.importers.report import Undescribed, Warned

WARNINGS: Final = 500
"""So many kinds of warnings are told apart, since sources may make up their own."""
NAMED: Final = 100
_OTHERS: Final = "warnings of still other kinds"


class Tally:
    """`history`: the same source comes again and again, and the last word about it counts."""

    def __init__(self, *, history: bool) -> None:
        self.outcomes: dict[Outcome, int] = {"added": 0, "revised": 0, "unchanged": 0}
        self.pictures = 0
        self.undescribed = Undescribed()
        self._history = history
        self._skipped: dict[str, Skipped] = {}
        self._warned: dict[str, dict[str, None]] = {}

    @property
    def taken(self) -> int:
        """How many articles came in, changed or not."""
        return sum(self.outcomes.values())

    def skip(self, skipped: Skipped) -> None:
        """This one was left out."""
        self._skipped[skipped.source if self._history else str(len(self._skipped))] = skipped

    def take(self, item: Imported, outcome: Outcome) -> None:
        """This one came in."""
        self.outcomes[outcome] += 1
        if self._history:
            self._skipped.pop(item.source, None)
        for warning in item.warnings:
            told = warning if warning in self._warned or len(self._warned) < WARNINGS else _OTHERS
            self._warned.setdefault(told, {})[item.source] = None
        self._look_at_pictures(item)

    def skipped(self) -> list[Skipped]:
        """What was left out, in the order of the source."""
        return [*self._skipped.values()]

    def warnings(self) -> list[Warned]:
        """Every kind of warning, the most frequent first."""
        warned = [Warned(text, len(sources), next(iter(sources))) for text, sources in self._warned.items()]
        return sorted(warned, key=lambda warned: (-warned.articles, warned.warning))

    def _look_at_pictures(self, item: Imported) -> None:
        images = [*images_of(_as_article(item.draft))]
        undescribed = sum(not image.alt.strip() for image in images)
        self.pictures += len(images)
        self.undescribed.pictures += undescribed
        self.undescribed.articles += bool(undescribed)
        if undescribed and len(self.undescribed.first) < NAMED and item.source not in self.undescribed.first:
            self.undescribed.first.append(item.source)


def _as_article(draft: Draft) -> Article:
    return Article(
        key=draft.key,
        edition=draft.edition,
        revision=1,
        title=draft.title,
        published="",
        updated="",
        image=draft.image,
        body=draft.body,
        footnotes=draft.footnotes,
    )
