"""One sync of one publication, its steps numbered as in docs/format.md, section 10."""

import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, nullcontext, suppress
from typing import Final

from tamizdat.errors import FileMissing, Incomplete, LibraryError, TamizdatError
from tamizdat.format.catalog import Catalog
from tamizdat.format.names import Address
from tamizdat.library import Library
from tamizdat.sync.choices import check_editions, chosen_editions, reach_of
from tamizdat.sync.contact import Offer
from tamizdat.sync.editions import Editions
from tamizdat.sync.extras import Extras
from tamizdat.sync.fetch import CapReached, Fetcher, partial_folder
from tamizdat.sync.learning import learn_mirrors
from tamizdat.sync.meeting import Meeting
from tamizdat.sync.options import Clock, Problem, Progress, Silent, SyncOptions, SyncReport
from tamizdat.sync.outcome import edition_report, figures, planned_files, utc
from tamizdat.sync.plan import Available, Reach
from tamizdat.sync.planner import Planner
from tamizdat.sync.roots import learn_roots
from tamizdat.sync.tasks import EditionPlan, named_digests
from tamizdat.transport.mirrors import Mirrors
from tamizdat.transport.pack import PackTransport
from tamizdat.trust import freshness

ROUNDS: Final = 4
"""How often a sync asks again after a file of its catalog was missing."""
PLANS: Final = 8
"""How often it plans again: after a prefix that wasn't held, or for what could be known only later."""


def sync(
    library: Library,
    source: str | Address | None = None,
    *,
    publication: str | None = None,
    options: SyncOptions | None = None,
    progress: Progress | None = None,
    clock: Clock = time.time,
) -> SyncReport:
    """As `tamizdat.sync.sync`."""
    address = Address.parse(source) if isinstance(source, str) else source
    options = options or SyncOptions()
    lock = nullcontext() if options.dry_run else library.lock()
    with lock, ExitStack() as stack:
        meeting = Meeting(library, options, progress or Silent(), clock, stack)
        meeting.begin(address, publication)
        return Session(meeting).run()


class Session:
    """The state of one sync while it runs."""

    def __init__(self, meeting: Meeting) -> None:
        self.meeting, self.library, self.options = meeting, meeting.library, meeting.options
        self.progress, self.clock, self.meter = meeting.progress, meeting.clock, meeting.meter
        self.begun = time.monotonic()
        self._versions_before: dict[str, int] = {}
        self._plans: list[EditionPlan] = []
        self._asked: list[Mirrors] = []

    # -- the workflow --------------------------------------------------------------------------------------------------

    def run(self) -> SyncReport:
        """Steps 2 to 10. Raises: as `sync`."""
        try:
            return self._rounds()
        except TamizdatError:
            if not self.options.dry_run:
                with suppress(LibraryError):  # what was retracted is to leave the file, whatever else went wrong
                    self.library.shrink_after_retractions()
                    self._note_problems()
                    self.meeting.note_mirrors()
            raise

    def _rounds(self) -> SyncReport:
        before = None
        for number in range(ROUNDS):
            offer, catalog = self.meeting.agree()  # 2. and 3.
            last = catalog == before or number == ROUNDS - 1
            try:
                return self._round(offer, catalog, last=last)
            except FileMissing:
                if last:
                    raise
                # format.md 10.5: the mirror moved on meanwhile. Ask for the head again; what is finished stays.
                before = catalog
                self._note_problems()
        raise AssertionError

    def _round(self, offer: Offer, catalog: Catalog, *, last: bool) -> SyncReport:
        chosen = self._choose(catalog)
        available = self._availability(offer)
        fetcher = self._fetcher(offer, catalog)
        carried = frozenset(offer.mirror.paths()) if isinstance(offer.mirror, PackTransport) else frozenset[str]()
        planner = Planner(self.library, catalog, fetcher, available=available, carried=carried)
        extras = {code: Extras(self.library, catalog, code, fetcher, available, carried) for code in chosen}
        reaches = dict.fromkeys(chosen, self._reach())
        if self.options.dry_run:
            return self._dry(offer, catalog, planner, reaches, extras)
        accept = self.options.accept_retractions
        editions = Editions(self.library, catalog, fetcher, planner, accept_retractions=accept, clock=self.clock)
        try:
            plans = self._editions(editions, reaches)  # 4. to 7.
            done = [plan.code for plan in plans if plan.done]
            self._keep(catalog, done)
            learn_mirrors(self.library, catalog, fetcher, available)  # 8.
            self._learn_roots(catalog, fetcher, available)
            missing = self._extras([extras[code] for code in done], last=last)
        except CapReached as error:
            raise self._capped(error) from error
        self._keep(catalog, done)  # 9.
        self._note_problems()
        for plan in plans:
            plan.standing = self.library.standing(catalog.publication, plan.code)
        report = self._report(offer, catalog, plans, editions.applied, missing)  # 10.
        self._finish(offer, fetcher, report)
        return report

    # -- choices -------------------------------------------------------------------------------------------------------

    def _reach(self) -> Reach:
        return reach_of(self.meeting.choice, int(self.clock()))

    def _choose(self, catalog: Catalog) -> list[str]:
        check_editions(self.options.editions or (), catalog)
        choice = self.meeting.choice
        chosen = chosen_editions(choice, catalog)
        if not self.options.dry_run and self.meeting.known:
            if choice != self.meeting.known.choice:
                self.library.choose(catalog.publication, choice)
                self.meeting.known = self.library.publication(catalog.publication)
            self._forget(catalog, set(catalog.editions) - set(chosen))
        return chosen

    def _forget(self, catalog: Catalog, unwanted: set[str]) -> None:
        # What is never synced again would never be retracted either.
        for code in sorted(unwanted):
            standing = self.library.standing(catalog.publication, code)
            if standing.version or standing.segments or any(self.library.holding(catalog.publication, code)):
                self.library.forget(catalog.publication, code)

    # -- 4. to 9. ------------------------------------------------------------------------------------------------------

    def _availability(self, offer: Offer) -> Available:
        """A pack knows what it holds; of any other mirror, and of all of them, everything is expected."""
        if self.meeting.offline and isinstance(offer.mirror, PackTransport):
            return frozenset(offer.mirror.paths()).__contains__
        return _everything

    def _fetcher(self, offer: Offer, catalog: Catalog) -> Fetcher:
        dry, cap = self.options.dry_run, self.options.max_bytes
        mirrors = Mirrors([offer.source, *self.meeting.helpers(offer, catalog)])
        mirrors.prefer(offer.source)
        self._asked.append(mirrors)
        return Fetcher(
            mirrors,
            partial_folder(self.library.path, catalog.publication),
            progress=self.progress,
            keeps=not dry,
            max_bytes=None if dry or cap is None else max(0, cap - self.meter.bytes),
            at_hand=offer.at_hand,
        )

    def _editions(self, editions: Editions, reaches: Mapping[str, Reach]) -> list[EditionPlan]:
        """Plan and apply until nothing is left, or nothing more can be had."""
        plans = editions.planner.plan(reaches)
        self._versions_before = {plan.code: plan.standing.version for plan in plans} | self._versions_before
        if any(plan.tasks for plan in plans):
            editions.fetcher.keep_only(set(named_digests(plans)))
        for _ in range(PLANS):
            if not any(plan.tasks or plan.settled for plan in plans):
                break
            self._plans = plans
            self.progress.total(sum(plan.bytes for plan in plans))
            editions.run(plans)
            plans = editions.planner.plan(reaches)
        for plan in plans:
            if plan.done and plan.standing.wants_older:
                self.library.finish_widening(editions.publication, plan.code)
        self._plans = []
        return plans

    def _capped(self, reached: CapReached) -> Incomplete:
        reason = "the byte cap is reached"
        if self.options.max_bytes is not None and reached.size > self.options.max_bytes:
            reason = f"the byte cap is below the next file's {reached.size} bytes"
        left = sum(plan.bytes for plan in self._plans)
        return Incomplete(reason=reason, missing_bytes=max(left, reached.size))

    def _extras(self, editions: Sequence[Extras], *, last: bool) -> list[str]:
        """Fetch them; returns the paths that nobody has."""
        choice = self.meeting.choice
        for extras in editions:
            try:
                if choice.revisions:
                    extras.fetch_revisions()
                extras.fetch_media(choice.media)
            except FileMissing as error:
                if not last:
                    raise
                extras.missing.append(error.path)
        return [path for extras in editions for path in extras.missing]

    def _note_problems(self) -> None:
        for mirrors in self._asked:
            self.meeting.note_problems(mirrors.problems)

    def _learn_roots(self, catalog: Catalog, fetcher: Fetcher, available: Available) -> None:
        # Over the network only once, at first contact: who lacks them is no worse off, and each is a request.
        if self.meeting.offline or not self.meeting.version_before:
            learn_roots(self.library, catalog.publication, fetcher.source, available, now=int(self.clock()))

    def _keep(self, catalog: Catalog, codes: Sequence[str]) -> None:
        reach = self._reach()
        for code in codes:
            if reach != Reach():
                self.library.trim(catalog.publication, code, since=reach.since, max_bytes=reach.max_raw_bytes)

    def _finish(self, offer: Offer, fetcher: Fetcher, report: SyncReport) -> None:
        self.library.shrink_after_retractions()
        if report.complete:
            fetcher.clear()
        self.meeting.note_mirrors(offer.mirror.where)
        self.library.note_sync(report.publication, figures(report, self.clock()))

    # -- 10. report ----------------------------------------------------------------------------------------------------

    def _dry(
        self,
        offer: Offer,
        catalog: Catalog,
        planner: Planner,
        reaches: Mapping[str, Reach],
        extras: Mapping[str, Extras],
    ) -> SyncReport:
        plans, choice = planner.plan(reaches), self.meeting.choice
        self._versions_before = {plan.code: plan.standing.version for plan in plans}
        tasks = [task for plan in plans for task in (*plan.tasks, *plan.later)]
        more = [
            wanted
            for plan in plans
            if not plan.missing
            for wanted in extras[plan.code].planned(plan, revisions=choice.revisions, media=choice.media)
        ]
        missing = [path for one in extras.values() for path in one.missing]
        wanted = [*planner.lists, *(task.wanted for task in tasks), *more]
        planned = planned_files(offer.cost, wanted, planner.fetcher.still_to_come)
        return self._report(offer, catalog, plans, {}, missing, planned)

    def _report(
        self,
        offer: Offer,
        catalog: Catalog,
        plans: Sequence[EditionPlan],
        applied: Mapping[str, int],
        missing: Sequence[str],
        planned: list[tuple[str, int]] | None = None,
    ) -> SyncReport:
        signed = offer.accepted.signed if offer.accepted else self.meeting.known.signed if self.meeting.known else 0
        missing = list(dict.fromkeys([*(path for plan in plans for path in plan.missing), *missing]))
        before = self._versions_before
        return SyncReport(
            publication=catalog.publication,
            title=catalog.title,
            from_=self.meeting.version_before,
            to=catalog.version,
            fresh=freshness(signed, int(self.clock())),
            signed=utc(signed),
            editions={
                plan.code: edition_report(plan, before=before.get(plan.code, 0), applied=applied.get(plan.code, 0))
                for plan in plans
            },
            articles=sum(self._news(catalog, plan, applied.get(plan.code, 0)) for plan in plans),
            bytes=self.meter.bytes,
            requests=self.meter.requests,
            mirror=offer.mirror.where,
            seconds=round(time.monotonic() - self.begun, 3),
            complete=not missing and not any(plan.tasks for plan in plans),
            problems=[Problem(where, error.code, str(error)) for where, error in self.meeting.problems],
            missing=missing,
            planned=planned,
        )

    def _news(self, catalog: Catalog, plan: EditionPlan, applied: int) -> int:
        """How many articles came, changed or went: for a beginner those held, however many bundles touched each."""
        if self._versions_before.get(plan.code):
            return applied
        return min(applied, self.library.holding(catalog.publication, plan.code).articles)


def _everything(_path: str) -> bool:
    return True
