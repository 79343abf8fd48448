"""One run of `tamizdat mirror`: from what the source offers to what the folder shows.

1. Lock the folder, and look what its own metadata vouch for.
2. Ask the source, conditionally where the last run left nothing to do, and verify what it offers.
3. Fetch heads and lists; decide which files are wanted, what is to be fetched and what deleted; say it.
4. Fetch immutable files, each verified and then renamed into place, where nothing that is live names it yet.
5. Go live: pages, catalog and site.json, targets, snapshot, timestamp.json, and the heads last. All of it was fetched
   before, so that nothing but renaming is left.
6. Delete what is withdrawn, and what no catalog has named for two weeks.

Killed anywhere, the folder shows the old version or the new one, whole, and the next run does what is left.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Final

from tamizdat.errors import ForbiddenAddress, RollbackError, UsageError, WrongPublication
from tamizdat.format.names import Address, Fingerprint, head_path, sha256
from tamizdat.format.state import Accepted
from tamizdat.mirror.fetching import Budget, Fetcher
from tamizdat.mirror.folder import Folder
from tamizdat.mirror.gathering import SourceMoved
from tamizdat.mirror.options import Clock, MirrorOptions, MirrorReport, Planned, Progress, Silent
from tamizdat.mirror.rhythm import utc
from tamizdat.mirror.source import Offer, Source, held_of, is_expired, named_by, read_copy
from tamizdat.mirror.taking import Taking
from tamizdat.transport import HeldHead, Meter, Transport, open_mirror, open_source
from tamizdat.transport.pack import PackTransport
from tamizdat.trust import freshness

ROUNDS: Final = 3
PAUSE_SECONDS: Final = 1.0
Announce = Callable[[Planned], None]


def mirror(
    source: str,
    folder: Path,
    *,
    options: MirrorOptions = MirrorOptions(),  # noqa: B008 - frozen
    progress: Progress | None = None,
    clock: Clock = time.time,
    planned: Announce | None = None,
) -> MirrorReport:
    """Make `folder` a copy of the publication at `source`: an address, a folder or a pack, perhaps with a fingerprint.

    `planned` is told what will be done before it is done. The report's `exit_code` says whether the copy is whole.
    Raises: FirstContact, TrustError, TransportError, FormatError, Incomplete, MirrorError, UsageError. What the folder
    showed before it shows then, too.
    """
    address = Address.parse(source)
    check_places(address, folder)
    target = Folder(folder, durable=options.durable)
    with ExitStack() as stack:
        if not options.dry_run:
            stack.enter_context(target.lock())
        run = Mirroring(address, target, options, progress or Silent(), clock, stack)
        return run.run(planned or _nobody)


def _nobody(_planned: Planned) -> None:
    """Is told, and says nothing."""


def check_places(address: Address, folder: Path) -> None:
    """That a copy would not overwrite a newsroom or the very source. Raises: UsageError."""
    target = folder.expanduser().resolve()
    if any((place / "tamizdat.toml").exists() for place in (target, target.parent)):
        raise UsageError(f"{folder} belongs to a newsroom; a copy needs a folder of its own")
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file; a copy needs a folder")
    if not address.is_url:
        source = Path(address.place).expanduser().resolve()
        if source.is_dir() and (target.is_relative_to(source) or source.is_relative_to(target)):
            raise UsageError(f"{folder} and the source {address.place} lie in one another; take another folder")


class Mirroring:
    """One run."""

    def __init__(
        self,
        address: Address,
        folder: Folder,
        options: MirrorOptions,
        progress: Progress,
        clock: Clock,
        stack: ExitStack,
    ) -> None:
        self.begun = time.monotonic()
        self.folder, self.options, self.progress, self.clock = folder, options, progress, clock
        self.meter = Meter()
        self.state = folder.state()
        self.copy = read_copy(folder, self.state)
        self._is_url, self._stack = address.is_url, stack
        transport = self._opened(open_source, address.place)
        self.packed = isinstance(transport, PackTransport)
        known = named_by(folder, self.state) if self.copy is None else None
        self.source = Source(
            transport, clock, fingerprint=address.fingerprint or known, first_use=options.trust_first_use
        )

    def _opened(self, opener: Callable[..., Transport], place: str) -> Transport:
        options = self.options
        transport = opener(place, meter=self.meter, proxy=options.proxy, allow_private=options.allow_private)
        self._stack.callback(transport.close)
        return transport

    def run(self, planned: Announce) -> MirrorReport:
        """Everything, asking again where the source publishes meanwhile."""
        held = held_of(self.copy, self.state) if self.copy else None
        for number in range(ROUNDS):
            self.progress.say(f"asking {self.source.transport.where}")
            offer = self.source.ask(held, self._held_head() if number == 0 else None)
            if offer is None:
                return self._unchanged()
            self._check(offer.accepted)
            with suppress(SourceMoved):
                return self._take(offer, planned, number=number)
            time.sleep(PAUSE_SECONDS * number)
        raise AssertionError("the last round doesn't ask again")

    # -- 2. asking -----------------------------------------------------------------------------------------------------

    def _held_head(self) -> HeldHead | None:
        """The head to ask for conditionally: only where nothing else is to be done if it is still the same."""
        state, copy, options = self.state, self.copy, self.options
        same = options.newest in (None, state.selection.days) and not options.check
        if not (copy and same and state.complete and state.signed == copy.signed and self._is_named(copy)):
            return None
        data = self.folder.read(head_path())
        return HeldHead(head_path(), sha256(data), len(data), copy.signed) if data else None

    def _is_named(self, copy: Accepted) -> bool:
        """Whether the copy is what the address names; where that is an open question, all has to be asked for."""
        named = self.source.fingerprint
        return named is None or Fingerprint.of(named.version, copy.roots.get(named.version, b"")) == named

    def _check(self, accepted: Accepted) -> None:
        """That the offer is of what lies here, also where the copy's own metadata are damaged or gone."""
        state = self.state
        if state.publication and state.publication != accepted.publication:
            raise WrongPublication(expected=state.publication, offered=accepted.publication)
        if self.copy is None and accepted.signed < state.signed:
            raise RollbackError(role="timestamp", accepted=state.signed, offered=accepted.signed)

    # -- 3. to 6. ------------------------------------------------------------------------------------------------------

    def _take(self, offer: Offer, planned: Announce, *, number: int) -> MirrorReport:
        """Bring the copy to what was offered. Raises: SourceMoved, not in the last round."""
        last = number == ROUNDS - 1 or self.packed
        report = self._report(offer.accepted, expired=offer.expired)
        taking = Taking(offer, self._fetcher(offer), self.folder, self.state, report, self.options)
        taking.gather(self.copy, packed=self.packed, last=last)
        planned(taking.plan())
        if not self.options.dry_run:
            holes = taking.fetch()
            if holes and not last and (number == 0 or self.source.has_moved(offer.accepted)):
                raise SourceMoved
            taking.go_live()
        return self._finished(report)

    def _fetcher(self, offer: Offer) -> Fetcher:
        others: list[Transport] = []
        for url in offer.accepted.catalog.mirrors if self._is_url else []:
            with suppress(ForbiddenAddress):
                others.append(self._opened(open_mirror, url))
        budget = Budget(self.options.max_bytes)
        budget.spend(self.meter.bytes)
        return Fetcher(
            self.source.transport,
            others,
            self.folder,
            at_hand=dict(offer.files),
            budget=budget,
            progress=self.progress,
            keeps=not self.options.dry_run,
        )

    # -- telling -------------------------------------------------------------------------------------------------------

    def _unchanged(self) -> MirrorReport:
        assert self.copy
        expired = is_expired(held_of(self.copy, self.state), int(self.clock()))
        report = self._report(self.copy, expired=expired)
        report.live, report.newest = True, self.state.selection.days
        return self._finished(report)

    def _report(self, accepted: Accepted, *, expired: bool) -> MirrorReport:
        return MirrorReport(
            publication=accepted.publication,
            title=accepted.catalog.title,
            from_=self.copy.catalog.version if self.copy else 0,
            to=accepted.catalog.version,
            fresh=freshness(accepted.signed, int(self.clock())),
            signed=utc(accepted.signed),
            expired=expired,
        )

    def _finished(self, report: MirrorReport) -> MirrorReport:
        report.bytes, report.requests = self.meter.bytes, self.meter.requests
        report.seconds = round(time.monotonic() - self.begun, 3)
        return report
