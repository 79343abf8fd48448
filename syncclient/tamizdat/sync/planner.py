"""From a catalog and a library to the tasks of each edition: step 4 of a sync. docs/format.md, section 10."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TypeVar

from tamizdat.errors import HistoryError
from tamizdat.format.bundle import prefix_name
from tamizdat.format.catalog import Catalog, DeltaRef, HistoryList, ListRef, SegmentRef, SnapshotList, decode_list
from tamizdat.format.names import bundle_path, list_path, raw_bundle_path
from tamizdat.library import Library
from tamizdat.sync.fetch import Fetcher, Wanted
from tamizdat.sync.plan import (
    Available,
    Bound,
    Reach,
    carried,
    lacked_below,
    segments_newest_first,
    shortest_path,
    wanted_segments,
)
from tamizdat.sync.stocks import Stocks
from tamizdat.sync.tasks import DeltaTask, EditionPlan, SegmentTask, Task

L = TypeVar("L", HistoryList, SnapshotList)


class Planner:
    """Plans the editions of one catalog, and fetches the lists that this takes.

    `lists`: those that were fetched. `without_prefix`: editions that turned out to lack what a delta was compressed
    against.
    """

    def __init__(
        self,
        library: Library,
        catalog: Catalog,
        fetcher: Fetcher,
        *,
        available: Available,
        carried: Collection[str] = (),
    ) -> None:
        self.library, self.catalog, self.fetcher, self.available = library, catalog, fetcher, available
        self.publication = catalog.publication
        self.stocks = Stocks(library, catalog, fetcher, carried)
        self.lists: list[Wanted] = []
        self.without_prefix: set[str] = set()
        self._histories: dict[str, list[DeltaRef]] = {}
        self._read: dict[str, HistoryList | SnapshotList] = {}
        held = library.held(self.publication)
        self._shown: Mapping[int, str] = held.catalogs if held else {}

    def plan(self, reaches: Mapping[str, Reach]) -> list[EditionPlan]:
        """What each edition in `reaches` needs."""
        plans = [self._begin(code, reach) for code, reach in reaches.items()]
        wider = [plan for plan in plans if _is_wider(plan) and not self._widened_by_stock(plan)]
        for plan, snapshot in self._lists(wider, "snapshot", SnapshotList):
            self._widen(plan, snapshot, done=plan.standing.segments)
        behind = [p for p in plans if not p.settling and 0 < p.standing.version < p.edition.version]
        for plan in behind:
            plan.tasks += self._deltas(plan, plan.standing.version, history=False) or []
        self._read_histories(p for p in behind if not p.tasks)
        for plan in behind:
            plan.tasks = plan.tasks or self._deltas(plan, plan.standing.version) or []
        unserved = [p for p in plans if p.behind and not p.tasks and not p.settling and not p.missing]
        unserved = [plan for plan in unserved if not self._by_stock(plan)]
        for plan, snapshot in self._lists(unserved, "snapshot", SnapshotList):
            plan.later.clear()
            self._settle(plan, snapshot, done=plan.standing.segments)
        self._lead_on(plans)
        return plans

    def prefix(self, code: str, delta: DeltaRef) -> bytes | None:
        """The prefix that a delta was compressed against, if the library holds it now."""
        prefix = self.library.prefix(self.publication, code, newest=delta.newest, also=delta.also)
        return prefix if prefix_name(prefix) == delta.prefix else None

    def _begin(self, code: str, reach: Reach) -> EditionPlan:
        return EditionPlan(code, self.catalog.editions[code], self.library.standing(self.publication, code), reach)

    # -- deltas --------------------------------------------------------------------------------------------------------

    def _deltas(
        self, plan: EditionPlan, start: int, *, history: bool = True, prefixes: bool = True
    ) -> list[Task] | None:
        """The cheapest chain from version `start` to the edition's own; None where there is none."""
        code = plan.code
        known = [*plan.edition.deltas, *(self._histories.get(code, []) if history else [])]
        path = shortest_path(
            known,
            start=start,
            goal=plan.edition.version,
            prefixes=prefixes and self._holds_prefixes(code, [d for d in known if d.prefix and d.from_ == start]),
            available=self.available,
        )
        if path is None:
            return None
        for delta in path:
            self._check_history(delta)
        return [DeltaTask(code, delta) for delta in path]

    def _holds_prefixes(self, code: str, here: list[DeltaRef]) -> bool:
        """Whether prefixes can be used: all of those made for where the library stands are held.

        Later ones are taken to hold then; where one doesn't, it is noticed before anything is decoded.
        """
        return code not in self.without_prefix and all(self.prefix(code, delta) is not None for delta in here)

    def _check_history(self, delta: DeltaRef) -> None:
        shown = self._shown.get(delta.from_)
        if shown and delta.at_from and shown != delta.at_from:
            raise HistoryError(version=delta.from_)

    def _read_histories(self, plans: Iterable[EditionPlan]) -> None:
        lacking = [plan for plan in plans if plan.code not in self._histories]
        for plan, history in self._lists(lacking, "history", HistoryList):
            self._histories[plan.code] = history.deltas

    # -- segments ------------------------------------------------------------------------------------------------------

    def _widened_by_stock(self, plan: EditionPlan) -> bool:
        """Whether all that can be had here is what another reader packed; news alone don't widen anything."""
        listed = self.available(list_path(plan.edition.snapshot.sha256))
        if listed or plan.code not in self.stocks.lists:
            return False
        if self.stocks.has_parts(plan.code):
            done = self.stocks.held(plan.code)
            self._widen(plan, self.stocks.snapshot(plan.code), done=done, plain=True)
        return True

    def _widen(self, plan: EditionPlan, snapshot: SnapshotList, *, done: frozenset[str], plain: bool = False) -> None:
        """The segments older than what is held. The rest must stand no lower than the snapshot does."""
        target = plan if plan.standing.version >= snapshot.version else EditionPlan(
            plan.code, plan.edition, plan.standing, plan.reach
        )  # fmt: skip
        since = plan.standing.complete_since
        steps, complete_since = wanted_segments(
            segments_newest_first(snapshot), reach=plan.reach, done=done, below=lacked_below(snapshot, since)
        )
        if complete_since >= since:
            return
        target.version, target.complete_since = snapshot.version, complete_since
        for step in steps:
            self._add(target, step.ref, step.end, plain=plain)
        if target is not plan:
            plan.later = target.tasks

    def _by_stock(self, plan: EditionPlan) -> bool:
        """Whether what another reader packed leads to the edition's version, as far as the pack goes."""
        if plan.code not in self.stocks.lists:
            return False
        news = self.stocks.news(plan) if plan.standing.version else None
        if news is None and self.available(list_path(plan.edition.snapshot.sha256)) and self.stocks.lacks(plan.code):
            return False
        plan.later.clear()
        self.stocks.keep(plan.code, plan.reach)
        if news:
            plan.tasks.append(news)
        else:
            self._settle(plan, self.stocks.snapshot(plan.code), done=self.stocks.held(plan.code), plain=True)
        return True

    def _settle(self, plan: EditionPlan, snapshot: SnapshotList, *, done: frozenset[str], plain: bool = False) -> None:
        plan.version, plan.no_tombstones = snapshot.version, not snapshot.tombstones
        steps, plan.complete_since = wanted_segments(segments_newest_first(snapshot), reach=plan.reach, done=done)
        # All tombstones settle together, so a part that was applied before is fetched again with the others.
        if any(ref.raw_sha256 not in done for ref in snapshot.tombstones):
            for ref in snapshot.tombstones:
                self._add(plan, ref, None, tombstones=True, plain=plain)
        for step in steps:
            self._add(plan, step.ref, step.end, plain=plain)

    def _add(
        self, plan: EditionPlan, ref: SegmentRef, end: Bound | None, *, tombstones: bool = False, plain: bool = False
    ) -> None:
        """`plain`: it travels plain alone, in a pack."""
        path = carried(ref, self.stocks.carried.__contains__ if plain else self.available)
        if path is None:
            plan.missing.append(raw_bundle_path(ref.raw_sha256) if plain else bundle_path(ref.sha256))
        else:
            plan.tasks.append(SegmentTask(plan.code, ref, path, end, tombstones))

    def _lead_on(self, plans: Iterable[EditionPlan]) -> None:
        """Plain deltas bring who has settled at an older version to the newest."""
        waiting = [p for p in plans if p.settling and not p.missing and p.version < p.edition.version]
        chains = {p.code: self._deltas(p, p.version, history=False, prefixes=False) for p in waiting}
        self._read_histories(p for p in waiting if chains[p.code] is None)
        for plan in waiting:
            chain = chains[plan.code] or self._deltas(plan, plan.version, prefixes=False)
            plan.tasks += chain or []
            plan.missing += self._unavailable_deltas(plan) if chain is None else []

    def _unavailable_deltas(self, plan: EditionPlan) -> list[str]:
        history, known = plan.edition.history, self._histories.get(plan.code)
        if history and known is None:
            return [list_path(history.sha256)]
        paths = [bundle_path(d.sha256) for d in [*plan.edition.deltas, *(known or [])] if d.to > plan.version]
        return [path for path in paths if not self.available(path)]

    # -- lists ---------------------------------------------------------------------------------------------------------

    def _lists(self, plans: Iterable[EditionPlan], name: str, kind: type[L]) -> Iterator[tuple[EditionPlan, L]]:
        jobs: list[tuple[Wanted, tuple[EditionPlan, ListRef]]] = []
        for plan in plans:
            ref: ListRef | None = getattr(plan.edition, name)
            if ref and isinstance(known := self._read.get(ref.sha256), kind):
                yield plan, known
            elif ref and self.available(list_path(ref.sha256)):
                jobs.append((Wanted(list_path(ref.sha256), ref.bytes, ref.sha256), (plan, ref)))
            elif ref and kind is SnapshotList:
                plan.missing.append(list_path(ref.sha256))
        self.lists += [wanted for wanted, _ in jobs]
        for (plan, ref), data in self.fetcher.each(jobs):
            found = decode_list(data, ref, kind, edition=plan.code, path=list_path(ref.sha256))
            self._read[ref.sha256] = found
            yield plan, found


def _is_wider(plan: EditionPlan) -> bool:
    """Whether the reader asks for older articles than the library is complete for."""
    held = plan.standing.complete_since
    if not held or not plan.standing.version:
        return False
    return plan.standing.wants_older or (plan.reach.max_raw_bytes is None and plan.reach.since < held)
