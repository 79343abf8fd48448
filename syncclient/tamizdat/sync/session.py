"""One sync of one publication, its steps numbered as in docs/format.md, section 10."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tamizdat.errors import FileMissing, FormatError, Incomplete, TamizdatError, TransportError, UsageError, WrongRoot
from tamizdat.format.catalog import Catalog
from tamizdat.format.limits import LIMITS
from tamizdat.format.names import Address, Fingerprint, head_path, sha256
from tamizdat.format.state import Held
from tamizdat.library import Choice, Library, Publication, Sync
from tamizdat.sync.contact import ROOT_1, Contact, HeldHead, Offer
from tamizdat.sync.editions import EditionPlan, Editions
from tamizdat.sync.extras import fetch_media, fetch_revisions
from tamizdat.sync.fetch import CapReached, Fetcher, clear_folder
from tamizdat.sync.options import EditionReport, Keep, Progress, Silent, SyncOptions, SyncReport
from tamizdat.sync.plan import Reach
from tamizdat.transport import Meter, Transport, open_mirror, open_source
from tamizdat.transport.mirrors import Mirrors
from tamizdat.transport.pack import PackTransport
from tamizdat.trust import freshness

ROUNDS: Final = 4
"""How often a sync asks again after a file of its catalog was missing or a prefix was not held."""

Clock = Callable[[], float]


def sync(
    library: Library,
    source: str | Address | None = None,
    *,
    options: SyncOptions | None = None,
    progress: Progress | None = None,
    clock: Clock = time.time,
) -> SyncReport:
    """Bring one publication up to date: from an address, a folder or a pack file, or from the mirrors known of it.

    Without `source` the library must hold exactly one publication. What is finished stays finished, whatever goes
    wrong later. Raises: TrustError, TransportError, FormatError, LibraryError, Incomplete, UsageError.
    """
    address = Address.parse(source) if isinstance(source, str) else source
    with library.lock(), ExitStack() as stack:
        session = Session(library, address, options or SyncOptions(), progress or Silent(), clock, stack)
        return session.run()


class Session:
    """The state of one sync while it runs."""

    def __init__(
        self,
        library: Library,
        address: Address | None,
        options: SyncOptions,
        progress: Progress,
        clock: Clock,
        stack: ExitStack,
    ) -> None:
        self.library, self.options, self.progress, self.clock, self._stack = library, options, progress, clock, stack
        self.meter = Meter()
        self.begun = time.monotonic()
        self.typed = self._open(address.place, typed=True) if address else None
        self.carried = bool(address and _is_pack(address.place))
        self.known = self._known(address)
        self.address = address or self._last_address()
        self.fingerprint = self.address.fingerprint or (self.known.fingerprint if self.known else None)
        self.held: Held | None = library.held(self.known.publication) if self.known else None
        self.version_before = max(self.held.catalogs, default=0) if self.held else 0
        self._plans: list[EditionPlan] = []
        self._versions_before: dict[str, int] = {}
        self.problems: list[tuple[str, TamizdatError]] = []

    # -- 1. what is known ----------------------------------------------------------------------------------------------

    def _known(self, address: Address | None) -> Publication | None:
        known = self.library.publications()
        if address is None:
            if len(known) != 1:
                raise UsageError(f"this library holds {len(known)} publications: say which to sync, by its address")
            return known[0]
        if not known:
            return None
        here = [p for p in known if address.place in (p.place, p.last_good) and address.fingerprint is None]
        if not here:
            identity = self._identity(address)
            here = [p for p in known if p.publication == identity]
        return here[0] if here else None

    def _identity(self, address: Address) -> str | None:
        fingerprint = address.fingerprint
        if fingerprint and fingerprint.version == 1:
            return fingerprint.sha256
        try:
            assert self.typed
            return sha256(self.typed.fetch(ROOT_1, max_bytes=LIMITS.root_bytes))
        except (TransportError, FormatError):
            return None

    def _last_address(self) -> Address:
        assert self.known
        return self.known.address

    def _open(self, place: str, *, typed: bool) -> Transport:
        opener = open_source if typed else open_mirror
        transport = opener(place, meter=self.meter, proxy=self.options.proxy, allow_private=self.options.allow_private)
        self._stack.callback(transport.close)
        return transport

    def _mirrors(self, first: Transport | None, catalog: Catalog | None) -> list[Transport]:
        """The typed source first, else the last good one; then every other that is known. A pack stands alone."""
        opened = {first.where: first} if first else {}
        if self.carried and not self.options.online:
            return list(opened.values())
        signed = catalog.mirrors if catalog else []
        remembered = [self.known.last_good, self.known.place] if self.known else []
        for place in [*remembered, *signed]:
            if place and place not in opened:
                try:
                    opened[place] = self._open(place, typed=place not in signed)
                except TransportError as error:
                    self.problems.append((place, error))
        return list(opened.values())

    # -- the workflow --------------------------------------------------------------------------------------------------

    def run(self) -> SyncReport:
        """Steps 2 to 10. Raises: as `sync`."""
        for _ in range(ROUNDS - 1):
            try:
                return self._round()
            except FileMissing:
                # format.md 10.5: the mirror moved on meanwhile. Ask for the head again; what is finished stays.
                self.held = self.library.held(self.known.publication) if self.known else None
        return self._round()

    def _round(self) -> SyncReport:
        offer, catalog = self._contact()  # 2. and 3.
        chosen = self._choose(catalog)
        fetcher = self._fetcher(offer, catalog)
        editions = Editions(
            self.library,
            catalog,
            fetcher,
            available=_availability(offer.mirror),
            accept_retractions=self.options.accept_retractions,
        )
        reaches = {code: self._reach() for code in chosen}
        if self.options.dry_run:
            return self._report(offer, catalog, editions, editions.plan(reaches))
        try:
            plans = self._editions(editions, reaches)  # 4. to 7.
            self._extras(catalog, fetcher, chosen)  # 8.
        except CapReached as error:
            left = sum(plan.bytes for plan in self._plans)
            raise Incomplete(reason="the byte cap is reached", missing_bytes=left) from error
        self._keep(catalog, chosen)  # 9.
        return self._finish(offer, catalog, editions, plans)  # 10.

    # -- 2. head, 3. trust ---------------------------------------------------------------------------------------------

    def _contact(self) -> tuple[Offer, Catalog]:
        contact = Contact(
            held=self.held,
            fingerprint=self.fingerprint,
            first_use=self.options.trust_first_use,
            carried=self.carried,
            clock=self.clock,
        )
        catalog = self.library.catalog(self.known.publication) if self.known else None
        mirrors = self._mirrors(self.typed, catalog)
        self.progress.say(f"asking {mirrors[0].where}" if mirrors else "no mirror is known")
        try:
            offer = contact.first_good(mirrors, head_path=self._head_path(catalog), head=self._held_head())
        finally:
            self.problems += contact.problems
        return offer, self._commit(offer, catalog)

    def _commit(self, offer: Offer, catalog: Catalog | None) -> Catalog:
        accepted = offer.accepted
        if accepted is None:
            assert catalog
            return catalog
        self._check_fingerprint(accepted.roots)
        fingerprint = self.fingerprint or Fingerprint(1, accepted.publication)
        if not self.options.dry_run:
            head = (offer.head.path, offer.head.sha256) if offer.head else None
            place = "" if self.carried else offer.mirror.where
            self.library.accept(accepted, fingerprint=fingerprint, place=place, head=head)
            self.known = self.library.publication(accepted.publication)
            self.fingerprint = fingerprint
        return accepted.catalog

    def _check_fingerprint(self, roots: Mapping[int, bytes]) -> None:
        expected = self.fingerprint
        if expected and (root := roots.get(expected.version)) and sha256(root) != expected.sha256:
            raise WrongRoot(expected=str(expected), offered=str(Fingerprint.of(expected.version, root)))

    def _head_path(self, catalog: Catalog | None) -> str:
        chosen = self._choice().editions
        alone = len(chosen) == 1 and (catalog is None or len(catalog.editions) > 1)
        return head_path(chosen[0] if alone else None)

    def _held_head(self) -> HeldHead | None:
        """The head for a conditional request: only where every chosen edition was complete with it."""
        known = self.known
        catalog = self.library.catalog(known.publication) if known else None
        if not known or not known.head or not catalog or self.carried:
            return None
        behind = [
            code
            for code in self._codes(catalog)
            if self.library.standing(known.publication, code).version != catalog.editions[code].version
        ]
        return None if behind else HeldHead(*known.head, known.signed)

    # -- choices -------------------------------------------------------------------------------------------------------

    def _choice(self) -> Choice:
        """What was chosen before, with what this sync's options say instead."""
        before, options = self.known.choice if self.known else Choice(), self.options
        keep = options.keep or Keep(before.keep_days, before.keep_megabytes)
        return Choice(
            editions=before.editions if options.editions is None else tuple(sorted(options.editions)),
            keep_days=keep.days,
            keep_megabytes=keep.megabytes,
            media=options.media or before.media,
            revisions=before.revisions if options.revisions is None else options.revisions,
        )

    def _codes(self, catalog: Catalog) -> list[str]:
        chosen = self._choice().editions
        return [code for code in catalog.editions if not chosen or code in chosen]

    def _choose(self, catalog: Catalog) -> list[str]:
        unknown = sorted((self.options.editions or frozenset()) - catalog.editions.keys())
        if unknown:
            raise UsageError(f"no edition {', '.join(unknown)}; there are {', '.join(sorted(catalog.editions))}")
        choice = self._choice()
        if not self.options.dry_run and self.known and choice != self.known.choice:
            self.library.choose(catalog.publication, choice)
            self.known = self.library.publication(catalog.publication)
        return self._codes(catalog)

    def _reach(self) -> Reach:
        choice = self._choice()
        if choice.keep_days is not None:
            return Reach(since=utc(self.clock() - choice.keep_days * 86_400))
        return Reach(max_raw_bytes=choice.keep_megabytes * 1_000_000 if choice.keep_megabytes is not None else None)

    # -- 4. to 9. ------------------------------------------------------------------------------------------------------

    def _fetcher(self, offer: Offer, catalog: Catalog) -> Fetcher:
        others = [t for t in self._mirrors(offer.mirror, catalog) if t is not offer.mirror]
        folder = Path(f"{self.library.path}.partial")
        return Fetcher(
            Mirrors([offer.source, *others]), folder, progress=self.progress, max_bytes=self.options.max_bytes
        )

    def _editions(self, editions: Editions, reaches: Mapping[str, Reach]) -> list[EditionPlan]:
        """Plan and apply until nothing is left; a prefix that isn't held takes another round."""
        plans = editions.plan(reaches)
        self._versions_before = {plan.code: plan.standing.version for plan in plans} | self._versions_before
        for _ in range(ROUNDS):
            if not any(plan.tasks or (plan.complete_since is not None and not plan.missing) for plan in plans):
                break
            self._plans = plans
            self.progress.total(sum(plan.bytes for plan in plans))
            editions.run(plans)
            plans = editions.plan(reaches)
        return plans

    def _extras(self, catalog: Catalog, fetcher: Fetcher, chosen: Sequence[str]) -> None:
        choice = self._choice()
        for code in chosen:
            if choice.revisions:
                fetch_revisions(self.library, catalog, code, fetcher)
            if choice.media != "none":
                fetch_media(self.library, catalog, code, fetcher, media=choice.media)

    def _keep(self, catalog: Catalog, chosen: Sequence[str]) -> None:
        reach = self._reach()
        for code in chosen:
            if reach != Reach():
                self.library.trim(catalog.publication, code, since=reach.since, max_bytes=reach.max_raw_bytes)

    # -- 10. report ----------------------------------------------------------------------------------------------------

    def _finish(self, offer: Offer, catalog: Catalog, editions: Editions, plans: list[EditionPlan]) -> SyncReport:
        self.library.shrink_after_retractions()
        clear_folder(editions.fetcher.folder, keep=frozenset())
        if not self.carried:
            self.library.remember_mirror(catalog.publication, offer.mirror.where)
        report = self._report(offer, catalog, editions, plans)
        self.library.note_sync(catalog.publication, self._figures(report))
        return report

    def _figures(self, report: SyncReport) -> Sync:
        return Sync(
            at=utc(self.clock()),
            mirror=report.mirror,
            from_version=report.from_,
            to_version=report.to,
            articles=report.articles,
            bytes=report.bytes,
            requests=report.requests,
            seconds=report.seconds,
        )

    def _report(self, offer: Offer, catalog: Catalog, editions: Editions, plans: list[EditionPlan]) -> SyncReport:
        signed = offer.accepted.signed if offer.accepted else self.known.signed if self.known else 0
        tasks = [task for plan in plans for task in plan.tasks]
        missing = [path for plan in plans for path in plan.missing]
        return SyncReport(
            publication=catalog.publication,
            title=catalog.title,
            from_=self.version_before,
            to=catalog.version,
            fresh=freshness(signed, int(self.clock())),
            signed=utc(signed),
            editions={plan.code: self._edition_report(plan, editions) for plan in plans},
            articles=sum(self._news(catalog, plan, editions) for plan in plans),
            bytes=self.meter.bytes,
            requests=self.meter.requests,
            mirror=offer.mirror.where,
            seconds=round(time.monotonic() - self.begun, 3),
            complete=not tasks and not missing,
            problems=[f"{where}: {error}" for where, error in self.problems],
            missing=missing,
            planned=[(task.wanted.path, task.wanted.bytes) for task in tasks] if self.options.dry_run else None,
        )

    def _news(self, catalog: Catalog, plan: EditionPlan, editions: Editions) -> int:
        """How many articles came, changed or went: for a beginner those held, however many bundles touched each."""
        applied = editions.applied[plan.code]
        if self._versions_before.get(plan.code):
            return applied
        return min(applied, self.library.holding(catalog.publication, plan.code).articles)

    def _edition_report(self, plan: EditionPlan, editions: Editions) -> EditionReport:
        return EditionReport(
            from_=self._versions_before.get(plan.code, 0),
            to=plan.standing.version,
            applied=editions.applied[plan.code],
            articles=plan.edition.articles,
            complete_since=plan.standing.complete_since,
            missing_bytes=plan.bytes,
        )


def utc(moment: float) -> str:
    """RFC 3339 with Z of Unix seconds."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _is_pack(place: str) -> bool:
    return "://" not in place and Path(place).is_file()


def _availability(mirror: Transport) -> Callable[[str], bool]:
    """A pack knows what it holds; of any other mirror everything is expected."""
    return frozenset(mirror.paths()).__contains__ if isinstance(mirror, PackTransport) else lambda _path: True
