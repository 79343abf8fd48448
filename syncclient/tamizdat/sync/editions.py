"""Bringing the chosen editions up to date: steps 5 to 7 of a sync. docs/format.md, section 10."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from tamizdat.errors import FormatError, MassRetraction
from tamizdat.format.article import Article
from tamizdat.format.bundle import VerifiedBundle, check_raw, decode_bundle, unpack
from tamizdat.format.catalog import Catalog
from tamizdat.library import Applied, Library
from tamizdat.sync.fetch import Fetcher
from tamizdat.sync.options import Clock
from tamizdat.sync.outcome import utc
from tamizdat.sync.plan import Bound
from tamizdat.sync.planner import Planner
from tamizdat.sync.stocks import check_news
from tamizdat.sync.tasks import DeltaTask, EditionPlan, NewsTask, SegmentTask, Task

SUSPICIOUS_COUNT: Final = 10
SUSPICIOUS_SHARE: Final = 0.02


class PrefixMissing(Exception):
    """The library doesn't hold the prefix that a delta was compressed against; its plain encoding is needed."""


class Editions:
    """Fetches and applies what was planned of one catalog's editions. `applied` counts records by edition."""

    def __init__(
        self,
        library: Library,
        catalog: Catalog,
        fetcher: Fetcher,
        planner: Planner,
        *,
        accept_retractions: bool,
        clock: Clock,
    ) -> None:
        self.library, self.fetcher, self.planner, self.clock = library, fetcher, planner, clock
        self.accept_retractions = accept_retractions
        self.publication = catalog.publication
        self.applied: Counter[str] = Counter()
        self._retracted: Counter[str] = Counter()
        self._coming: dict[str, frozenset[str]] = {}
        self._tombstones: dict[str, list[VerifiedBundle]] = {}

    def run(self, plans: Iterable[EditionPlan]) -> None:
        """Fetch and apply every task, each in a transaction of its own; what is finished stays finished.

        An edition whose prefix turns out not to be held keeps its tasks: plan again, and it goes on without prefixes.
        """
        by_code = {plan.code: plan for plan in plans}
        for plan in by_code.values():
            self._look_ahead(plan)
            self._finish_if_settled(plan)
        jobs = [(task.wanted, task) for plan in by_code.values() for task in plan.tasks]
        halted: set[str] = set()
        for task, data in self.fetcher.each(jobs):
            if task.edition not in halted and not self._apply(by_code[task.edition], task, data):
                halted.add(task.edition)
            self.fetcher.applied(task.wanted.sha256)

    def _look_ahead(self, plan: EditionPlan) -> None:
        """Before segments take away what they lack of held articles: which of these come back by the deltas after."""
        deltas = [task for task in plan.tasks if isinstance(task, DeltaTask)]
        if not plan.settling or not deltas or not self.library.holding(self.publication, plan.code).articles:
            return
        bundles = (self._decode(task, self._unpack_delta(task, data)) for task, data in self._fetched(deltas))
        records = (entry.record for bundle in bundles for entry in bundle.entries)
        self._coming[plan.code] = frozenset(record.key for record in records if isinstance(record, Article))

    def _fetched(self, tasks: list[DeltaTask]) -> Iterable[tuple[DeltaTask, bytes]]:
        return self.fetcher.each([(task.wanted, task) for task in tasks])

    def _apply(self, plan: EditionPlan, task: Task, data: bytes) -> bool:
        """Apply one task; False where nothing more of this edition can be applied for now."""
        if isinstance(task, NewsTask):
            self._apply_news(plan, task, data)
        elif isinstance(task, DeltaTask):
            if plan.settling:  # a part of the snapshot is missing, and what follows waits for it
                return False
            try:
                self._apply_delta(plan, task, data)
            except PrefixMissing:
                self.planner.without_prefix.add(plan.code)
                return False
        else:
            self._apply_segment(plan, task, data)
        plan.tasks.remove(task)
        self._finish_if_settled(plan)
        return True

    # -- deltas --------------------------------------------------------------------------------------------------------

    def _apply_delta(self, plan: EditionPlan, task: DeltaTask, data: bytes) -> None:
        raw = self._unpack_delta(task, data)
        bundle = self._decode(task, raw)
        if (bundle.header.kind, bundle.header.from_, bundle.header.to) != ("delta", task.ref.from_, task.ref.to):
            raise FormatError("is not the delta that it is listed as", path=task.wanted.path)
        self._check_retractions(plan, bundle)
        since = plan.standing.complete_since
        applied = self.library.apply_delta(bundle, to=task.ref.to, since=since, at=utc(self.clock()))
        self._count(plan, applied)

    def _unpack_delta(self, task: DeltaTask, data: bytes) -> bytes:
        if not task.ref.prefix:
            return unpack(data, task.ref.encoding, path=task.wanted.path)
        prefix = self.planner.prefix(task.edition, task.ref)
        if prefix is None:
            raise PrefixMissing
        return unpack(data, task.ref.encoding, prefix=prefix, path=task.wanted.path)

    def _apply_news(self, plan: EditionPlan, task: NewsTask, data: bytes) -> None:
        bundle = check_news(data, task, publication=self.publication)
        self._check_retractions(plan, bundle)
        if task.since:
            self.library.trim(self.publication, plan.code, since=task.since)
        since = max(task.since, plan.standing.complete_since)
        applied = self.library.apply_delta(bundle, to=task.to, since=since, at=utc(self.clock()))
        if task.since:  # what has moved to before then
            self.library.trim(self.publication, plan.code, since=task.since)
        self._count(plan, applied)

    # -- segments ------------------------------------------------------------------------------------------------------

    def _apply_segment(self, plan: EditionPlan, task: SegmentTask, data: bytes) -> None:
        encoding, path = task.ref.encoding, task.path
        raw = check_raw(data, encoding, path=path) if task.plain else unpack(data, encoding, path=path)
        bundle = self._decode(task, raw)
        if bundle.header.kind != ("tombstones" if task.tombstones else "segment"):
            raise FormatError("is not the segment that it is listed as", path=path)
        if task.tombstones:
            self._apply_tombstones(plan, task, bundle)
        else:
            start, end = task.ref.start, task.end
            self._check_retractions(plan, bundle, start=start, end=end)
            self._count(plan, self.library.apply_segment(bundle, start=start, end=end, version=plan.version))

    def _apply_tombstones(self, plan: EditionPlan, task: SegmentTask, bundle: VerifiedBundle) -> None:
        self._check_retractions(plan, bundle)
        bundles = self._tombstones.setdefault(plan.code, [])
        bundles.append(bundle)
        if not any(isinstance(t, SegmentTask) and t.tombstones and t is not task for t in plan.tasks):
            self._settle_tombstones(plan, bundles)
            bundles.clear()

    def _settle_tombstones(self, plan: EditionPlan, bundles: list[VerifiedBundle]) -> None:
        applied = self.library.apply_tombstones(self.publication, plan.code, bundles, version=plan.version)
        self._count(plan, applied)

    def _finish_if_settled(self, plan: EditionPlan) -> None:
        """Say that the snapshot is held, once all of it is; the edition goes on by deltas then."""
        if not plan.settled:
            return
        if plan.no_tombstones:
            self._settle_tombstones(plan, [])
        since, at = plan.complete_since or "", utc(self.clock())
        self.library.finish_snapshot(
            self.publication, plan.code, version=plan.version, complete_since=since, at=at, newest=plan.edition.version
        )
        plan.complete_since = None
        plan.standing = self.library.standing(self.publication, plan.code)

    # -- both ----------------------------------------------------------------------------------------------------------

    def _count(self, plan: EditionPlan, applied: Applied) -> None:
        self.applied[plan.code] += applied.articles + applied.retracted

    def _decode(self, task: Task, raw: bytes) -> VerifiedBundle:
        return decode_bundle(raw, publication=self.publication, edition=task.edition, path=task.wanted.path)

    def _check_retractions(
        self, plan: EditionPlan, bundle: VerifiedBundle, *, start: Bound = ("", ""), end: Bound | None = None
    ) -> None:
        # format.md 10.7: a coerced editor is not to wipe every phone at once.
        coming = self._coming.get(plan.code, frozenset())
        gone, held = self.library.retractions_in(bundle, start=start, end=end, coming=coming)
        self._retracted[plan.code] += gone
        count = self._retracted[plan.code]
        if not self.accept_retractions and count > max(SUSPICIOUS_COUNT, SUSPICIOUS_SHARE * held):
            raise MassRetraction(edition=plan.code, retractions=count, held=held)
