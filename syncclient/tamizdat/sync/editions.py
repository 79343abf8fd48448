"""Bringing the chosen editions up to date: steps 4 to 7 of a sync. docs/format.md, section 10."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeVar

import msgspec

from tamizdat.errors import FormatError, HistoryError, MassRetraction
from tamizdat.format.bundle import VerifiedBundle, check_raw, decode_bundle, prefix_name, unpack
from tamizdat.format.catalog import (
    Catalog,
    DeltaRef,
    Edition,
    HistoryList,
    ListRef,
    SegmentRef,
    SnapshotList,
    decode_list,
)
from tamizdat.format.names import bundle_path, list_path
from tamizdat.library import Applied, Library, Standing
from tamizdat.sync.fetch import Fetcher, Wanted
from tamizdat.sync.plan import Available, Bound, Reach, carried, segments_newest_first, shortest_path, wanted_segments

SUSPICIOUS_COUNT: Final = 10
SUSPICIOUS_SHARE: Final = 0.02
L = TypeVar("L", HistoryList, SnapshotList)


class PrefixMissing(Exception):
    """The library doesn't hold the prefix that a delta was compressed against; its plain encoding is needed."""


class DeltaTask(msgspec.Struct, frozen=True):
    """Fetch and apply one delta."""

    edition: str
    ref: DeltaRef

    @property
    def wanted(self) -> Wanted:
        return Wanted(bundle_path(self.ref.sha256), self.ref.bytes, self.ref.sha256)


class SegmentTask(msgspec.Struct, frozen=True):
    """Fetch and apply one segment, or a part of the `tombstones`; `end` is where the next one starts."""

    edition: str
    ref: SegmentRef
    path: str
    end: Bound | None = None
    tombstones: bool = False

    @property
    def plain(self) -> bool:
        return self.path.endswith(".jsonl")

    @property
    def wanted(self) -> Wanted:
        if self.plain:
            return Wanted(self.path, self.ref.raw_bytes, self.ref.raw_sha256)
        return Wanted(self.path, self.ref.bytes, self.ref.sha256)


Task = DeltaTask | SegmentTask


class EditionPlan(msgspec.Struct):
    """What one edition still needs. `missing` can't be had here.

    Where segments are read, `version` is where they lead, and `complete_since` how far back.
    """

    code: str
    edition: Edition
    standing: Standing
    reach: Reach
    tasks: list[Task] = []
    missing: list[str] = []
    version: int = 0
    complete_since: str | None = None

    @property
    def bytes(self) -> int:
        return sum(task.wanted.bytes for task in self.tasks)

    @property
    def done(self) -> bool:
        """Nothing left: the edition stands at the catalog's version, as far back as was asked for."""
        return not self.tasks and not self.missing and self.complete_since is None


class Editions:
    """Plans and applies the editions of one catalog. `applied` counts records by edition."""

    def __init__(
        self, library: Library, catalog: Catalog, fetcher: Fetcher, *, available: Available, accept_retractions: bool
    ) -> None:
        self.library, self.catalog, self.fetcher, self.available = library, catalog, fetcher, available
        self.accept_retractions = accept_retractions
        self.publication = catalog.publication
        self.applied: Counter[str] = Counter()
        self._without_prefix: set[str] = set()
        self._retracted: Counter[str] = Counter()
        self._tombstones: dict[str, list[VerifiedBundle]] = {}
        held = library.held(self.publication)
        self._shown: Mapping[int, str] = held.catalogs if held else {}

    # -- 4. plan -------------------------------------------------------------------------------------------------------

    def plan(self, reaches: Mapping[str, Reach]) -> list[EditionPlan]:
        """What each edition in `reaches` needs; fetches the lists that this takes, all editions' at once."""
        plans = [self._begin(code, reach) for code, reach in reaches.items()]
        behind = [plan for plan in plans if 0 < plan.standing.version < plan.edition.version]
        for plan in behind:
            self._by_deltas(plan, plan.edition.deltas)
        for plan, history in self._lists([p for p in behind if not p.tasks], "history", HistoryList):
            self._by_deltas(plan, [*plan.edition.deltas, *history.deltas])
        unserved = [p for p in plans if not p.tasks and (p.standing.version < p.edition.version or _is_wider(p))]
        for plan, snapshot in self._lists(unserved, "snapshot", SnapshotList):
            self._by_segments(plan, snapshot)
        return plans

    def _begin(self, code: str, reach: Reach) -> EditionPlan:
        return EditionPlan(code, self.catalog.editions[code], self.library.standing(self.publication, code), reach)

    def _by_deltas(self, plan: EditionPlan, deltas: Iterable[DeltaRef]) -> None:
        start, known = plan.standing.version, list(deltas)
        prefixes = self._holds_prefixes(plan.code, [d for d in known if d.prefix and d.from_ == start])
        path = shortest_path(
            known,
            start=start,
            goal=plan.edition.version,
            prefixes=prefixes,
            available=self.available,
        )
        for delta in path or []:
            self._check_history(delta)
            plan.tasks.append(DeltaTask(plan.code, delta))

    def _holds_prefixes(self, code: str, here: list[DeltaRef]) -> bool:
        """Whether prefixes can be used: all of those made for where the library stands are held.

        Later ones are taken to hold then; where one doesn't, `run` notices before it decodes.
        """
        return code not in self._without_prefix and all(self._prefix(code, delta) for delta in here)

    def _prefix(self, code: str, delta: DeltaRef) -> bytes | None:
        """The prefix that a delta was compressed against, if the library holds it now."""
        prefix = self.library.prefix(self.publication, code, newest=delta.newest, also=delta.also)
        return prefix if prefix_name(prefix) == delta.prefix else None

    def _check_history(self, delta: DeltaRef) -> None:
        shown = self._shown.get(delta.from_)
        if shown and delta.at_from and shown != delta.at_from:
            raise HistoryError(version=delta.from_)

    def _by_segments(self, plan: EditionPlan, snapshot: SnapshotList) -> None:
        widening = plan.standing.version == plan.edition.version
        plan.version = snapshot.version
        steps, plan.complete_since = wanted_segments(
            segments_newest_first(snapshot),
            reach=plan.reach,
            done=plan.standing.segments,
            below=(plan.standing.complete_since, "") if widening else None,
        )
        # All tombstones settle together, so a part that was applied before is fetched again with the others.
        if not widening and any(ref.raw_sha256 not in plan.standing.segments for ref in snapshot.tombstones):
            for ref in snapshot.tombstones:
                self._add(plan, ref, None, tombstones=True)
        for step in steps:
            self._add(plan, step.ref, step.end, tombstones=False)

    def _add(self, plan: EditionPlan, ref: SegmentRef, end: Bound | None, *, tombstones: bool) -> None:
        path = carried(ref, self.available)
        if path is None:
            plan.missing.append(bundle_path(ref.sha256))
        else:
            plan.tasks.append(SegmentTask(plan.code, ref, path, end, tombstones))

    def _lists(self, plans: Iterable[EditionPlan], name: str, kind: type[L]) -> Iterator[tuple[EditionPlan, L]]:
        jobs: list[tuple[Wanted, tuple[EditionPlan, ListRef]]] = []
        for plan in plans:
            ref: ListRef | None = getattr(plan.edition, name)
            if ref and self.available(list_path(ref.sha256)):
                jobs.append((Wanted(list_path(ref.sha256), ref.bytes, ref.sha256), (plan, ref)))
            elif ref and kind is SnapshotList:
                plan.missing.append(list_path(ref.sha256))
        for (plan, ref), data in self.fetcher.each(jobs):
            yield plan, decode_list(data, ref, kind, edition=plan.code, path=list_path(ref.sha256))
            self.fetcher.applied(ref.sha256)

    # -- 5. fetch, 6. verify, 7. apply ---------------------------------------------------------------------------------

    def run(self, plans: Iterable[EditionPlan]) -> None:
        """Fetch and apply every task, each in a transaction of its own; what is finished stays finished.

        An edition whose prefix turns out not to be held keeps its tasks: plan again, and it goes on without prefixes.
        """
        by_code = {plan.code: plan for plan in plans}
        jobs = [(task.wanted, task) for plan in by_code.values() for task in plan.tasks]
        halted: set[str] = set()
        for task, data in self.fetcher.each(jobs):
            if task.edition not in halted and not self._settle(by_code[task.edition], task, data):
                halted.add(task.edition)
            self.fetcher.applied(task.wanted.sha256)
        for plan in by_code.values():
            if plan.complete_since is not None and not plan.tasks and not plan.missing:
                self._finish(plan)

    def _settle(self, plan: EditionPlan, task: Task, data: bytes) -> bool:
        try:
            if isinstance(task, DeltaTask):
                self._apply_delta(plan, task, data)
            else:
                self._apply_segment(plan, task, data)
        except PrefixMissing:
            self._without_prefix.add(plan.code)
            return False
        plan.tasks.remove(task)
        return True

    def _apply_delta(self, plan: EditionPlan, task: DeltaTask, data: bytes) -> None:
        raw = self._unpack_delta(task, data)
        bundle = self._decode(task, raw)
        if (bundle.header.kind, bundle.header.from_, bundle.header.to) != ("delta", task.ref.from_, task.ref.to):
            raise FormatError("is not the delta that it is listed as", path=task.wanted.path)
        self._check_retractions(plan, bundle)
        since = plan.standing.complete_since
        self._count(plan, self.library.apply_delta(bundle, to=task.ref.to, since=since))

    def _unpack_delta(self, task: DeltaTask, data: bytes) -> bytes:
        if not task.ref.prefix:
            return unpack(data, task.ref.encoding, path=task.wanted.path)
        prefix = self._prefix(task.edition, task.ref)
        if prefix is None:
            raise PrefixMissing
        return unpack(data, task.ref.encoding, prefix=prefix, path=task.wanted.path)

    def _apply_segment(self, plan: EditionPlan, task: SegmentTask, data: bytes) -> None:
        encoding, path = task.ref.encoding, task.path
        raw = check_raw(data, encoding, path=path) if task.plain else unpack(data, encoding, path=path)
        bundle = self._decode(task, raw)
        if bundle.header.kind != ("tombstones" if task.tombstones else "segment"):
            raise FormatError("is not the segment that it is listed as", path=path)
        if task.tombstones:
            self._apply_tombstones(plan, task, bundle)
        else:
            self._check_retractions(plan, bundle, start=task.ref.start, end=task.end)
            self._count(plan, self.library.apply_segment(bundle, start=task.ref.start, end=task.end))

    def _apply_tombstones(self, plan: EditionPlan, task: SegmentTask, bundle: VerifiedBundle) -> None:
        self._check_retractions(plan, bundle)
        bundles = self._tombstones.setdefault(plan.code, [])
        bundles.append(bundle)
        if not any(isinstance(t, SegmentTask) and t.tombstones and t is not task for t in plan.tasks):
            self._count(plan, self.library.apply_tombstones(self.publication, plan.code, bundles))
            bundles.clear()

    def _count(self, plan: EditionPlan, applied: Applied) -> None:
        self.applied[plan.code] += applied.articles + applied.retracted

    def _decode(self, task: Task, raw: bytes) -> VerifiedBundle:
        return decode_bundle(raw, publication=self.publication, edition=task.edition, path=task.wanted.path)

    def _check_retractions(
        self, plan: EditionPlan, bundle: VerifiedBundle, *, start: Bound = ("", ""), end: Bound | None = None
    ) -> None:
        # format.md 10.7: a coerced editor is not to wipe every phone at once.
        gone, held = self.library.retractions_in(bundle, start=start, end=end)
        self._retracted[plan.code] += gone
        count = self._retracted[plan.code]
        if not self.accept_retractions and count > max(SUSPICIOUS_COUNT, SUSPICIOUS_SHARE * held):
            raise MassRetraction(edition=plan.code, retractions=count, held=held)

    def _finish(self, plan: EditionPlan) -> None:
        self.library.finish_snapshot(
            self.publication, plan.code, version=plan.version, complete_since=plan.complete_since or ""
        )
        plan.complete_since = None


def _is_wider(plan: EditionPlan) -> bool:
    """Whether the reader asks for older articles than the library is complete for."""
    held = plan.standing.complete_since
    return bool(held) and plan.reach.max_raw_bytes is None and plan.reach.since < held
