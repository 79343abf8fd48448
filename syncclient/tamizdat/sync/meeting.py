"""Whom to ask, and what may be accepted of it: steps 1 to 3 of a sync. docs/format.md, section 10."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import Final

from tamizdat.errors import (
    ExpiredError,
    FileMissing,
    NothingReachable,
    RollbackError,
    TamizdatError,
    TooSlow,
    UsageError,
    WrongRoot,
)
from tamizdat.format.catalog import Catalog
from tamizdat.format.names import IMMUTABLE_PATH, Address, Fingerprint, sha256
from tamizdat.format.state import Held
from tamizdat.library import Choice, Library, MirrorNote, Publication
from tamizdat.sync import known
from tamizdat.sync.choices import check_editions, choice_of, chosen_editions, head_of, in_order
from tamizdat.sync.contact import Contact, Offer
from tamizdat.sync.options import Clock, Progress, SyncOptions
from tamizdat.sync.outcome import utc
from tamizdat.transport import HeldHead, Meter, Transport, open_mirror, open_source
from tamizdat.transport.lazy import Unopened
from tamizdat.transport.pack import PackTransport
from tamizdat.transport.race import PATIENCE_SECONDS, PROXIED_PATIENCE_SECONDS, Race

_STILL_OF_USE: Final = FileMissing | ExpiredError | RollbackError | TooSlow
"""What doesn't keep a mirror from having files of the catalog that somebody else showed."""


class Meeting:
    """One sync's dealings with those who have the publication.

    `known`: what the library knows of it; `typed`: the source that was named; `problems`: who was passed over, and why.
    """

    def __init__(
        self, library: Library, options: SyncOptions, progress: Progress, clock: Clock, stack: ExitStack
    ) -> None:
        self.library, self.options, self.progress, self.clock, self._stack = library, options, progress, clock, stack
        self.meter = Meter()
        self.typed: Transport | None = None
        self.carried = False
        self.known: Publication | None = None
        self.version_before = 0
        self.problems: list[tuple[str, TamizdatError]] = []
        self._notes: dict[str, MirrorNote] = {}
        self._mirrors: dict[str, Transport] = {}
        self._sent_held: set[str] = set()
        self._fingerprint: Fingerprint | None = None
        self._held: Held | None = None

    # -- 1. what is known ----------------------------------------------------------------------------------------------

    def begin(self, address: Address | None, publication: str | None) -> None:
        """Find out which publication is meant, and what is known of it. Raises: UsageError, TransportError."""
        if address:
            address = known.absolute(address)
            self.typed = self._open(address.place, typed=True)
            self.carried = isinstance(self.typed, PackTransport)
            self._fingerprint = address.fingerprint
            meant = known.found_at(self.library, address, self.typed) if publication is None else None
        else:
            meant = known.the_only(self.library) if publication is None else None
        if self.options.only and not address:
            raise UsageError("only a source that is named can be the only one")
        self._recognise(known.named(self.library, publication) if publication is not None else meant)

    def _recognise(self, publication: Publication | None) -> None:
        self.known = publication
        if publication:
            self._fingerprint = self._fingerprint or publication.fingerprint
            self._held = self.library.held(publication.publication)
            self.version_before = max(self._held.catalogs, default=0) if self._held else 0
            self._notes = self.library.mirror_notes(publication.publication)

    @property
    def offline(self) -> bool:
        """Whether nobody but the source may be asked: a pack opens no connection."""
        return self.options.only or (self.carried and not self.options.online)

    def _open(self, place: str, *, typed: bool) -> Transport:
        opener = open_source if typed else open_mirror
        transport = opener(place, meter=self.meter, proxy=self.options.proxy, allow_private=self.options.allow_private)
        self._stack.callback(transport.close)
        return transport

    def mirrors(self, first: Transport | None, catalog: Catalog | None) -> list[Transport]:
        """The source first, else the last good one; then every other that is known, those that failed last time last.

        A web address that is no longer signed for is asked only where the reader typed it himself.
        """
        found = {first.where: first} if first else {}
        if self.offline:
            return list(found.values())
        signed = [*(catalog.mirrors if catalog else ()), *(self.known.mirrors if self.known else ())]
        place, last_good = (self.known.place, self.known.last_good) if self.known else ("", "")
        is_known = not _is_url(last_good) or last_good in (place, *signed)
        for where in in_order(
            [last_good if is_known else "", place, *signed], self._notes, proxied=self.options.proxy is not None
        ):
            if where not in found:
                found[where] = self._mirror(where, typed=where == place or not _is_url(where))
        return list(found.values())

    def _mirror(self, where: str, *, typed: bool) -> Transport:
        if where not in self._mirrors:
            self._mirrors[where] = Unopened(where, lambda: self._open(where, typed=typed))
        return self._mirrors[where]

    def helpers(self, offer: Offer, catalog: Catalog) -> list[Transport]:
        """Whom to ask for files beside who made the offer: nobody who failed, and last who was only passed over."""
        errors = dict(self.problems)
        others = [mirror for mirror in self.mirrors(offer.mirror, catalog) if mirror is not offer.mirror]
        of_use = [mirror for mirror in others if isinstance(errors.get(mirror.where), _STILL_OF_USE | None)]
        return sorted(of_use, key=lambda mirror: mirror.where in errors)

    def note_problems(self, problems: Sequence[tuple[str, TamizdatError]]) -> None:
        """Keep what is to be told of mirrors at the end: what each one did first."""
        for where, error in problems:
            if where not in [told for told, _ in self.problems]:
                self.problems.append((where, error))

    def note_mirrors(self, good: str = "") -> None:
        """Remember how each mirror answered that was asked, and which one was `good`. Raises: LibraryError."""
        if self.known is None or self.carried:
            return
        now, errors = utc(self.clock()), dict(self.problems)
        answered = {where: error.code for where, error in errors.items() if not _is_hole(error)}
        if good and isinstance(errors.get(good), FileMissing | None):
            answered[good] = ""
            self.library.remember_mirror(self.known.publication, good)
        notes = {where: MirrorNote(now, code, self._sends_held(where)) for where, code in answered.items()}
        self.library.note_mirrors(self.known.publication, notes)

    def _sends_held(self, where: str) -> bool:
        return where in self._sent_held or (where in self._notes and self._notes[where].sends_held)

    # -- 2. head, 3. trust ---------------------------------------------------------------------------------------------

    def agree(self) -> tuple[Offer, Catalog]:
        """The first acceptable offer, committed, and its catalog. Raises: as `Contact.first_good`, and LibraryError."""
        if self.known:
            self._held = self.library.held(self.known.publication)
        offer = self._ask()
        if offer.accepted and not self.known:
            # A source that hides its first root can't make a library forget what it knows of the publication.
            self._recognise(self.library.publication(offer.accepted.publication))
            offer = self._ask() if self.known else offer
        return offer, self._commit(offer)

    def _ask(self) -> Offer:
        contact = Contact(
            held=self._held,
            fingerprint=self._fingerprint,
            first_use=self.options.trust_first_use,
            clock=self.clock,
            small_first=[where for where, note in self._notes.items() if note.sends_held],
        )
        catalog = self.library.catalog(self.known.publication) if self.known else None
        mirrors = self.mirrors(self.typed, catalog)
        if not mirrors:
            raise self._nobody()
        self.progress.say(f"asking {mirrors[0].where}")
        path = head_of(self.choice, catalog)
        patience = PROXIED_PATIENCE_SECONDS if self.options.proxy else PATIENCE_SECONDS
        race = Race[Offer](path, meter=self.meter, patience_seconds=patience)
        try:
            return contact.first_good(mirrors, head_path=path, head=self._held_head(), race=race)
        finally:
            self.note_problems(contact.problems)
            self._sent_held |= contact.sent_held

    def _nobody(self) -> TamizdatError:
        if len(self.problems) == 1:
            return self.problems[0][1]
        told = [str(error) for _, error in self.problems]
        return NothingReachable(told or ["it came by a pack only, and no mirror of it is known: say where one is"])

    def _commit(self, offer: Offer) -> Catalog:
        accepted = offer.accepted
        if accepted is None:
            assert self.known
            catalog = self.library.catalog(self.known.publication)
            assert catalog
            return catalog
        self._check_fingerprint(accepted.roots)
        check_editions(self.options.editions or (), accepted.catalog)
        if not self.options.dry_run:
            fingerprint = self._fingerprint or Fingerprint(1, accepted.publication)
            head = (offer.head.path, offer.head.sha256, offer.head.bytes) if offer.head else None
            self.library.accept(accepted, fingerprint=fingerprint, place=self._new_place(offer), head=head)
            self.known = self.library.publication(accepted.publication)
            self._fingerprint = fingerprint
        return accepted.catalog

    def _check_fingerprint(self, roots: Mapping[int, bytes]) -> None:
        expected = self._fingerprint
        if expected and (root := roots.get(expected.version)) and sha256(root) != expected.sha256:
            raise WrongRoot(expected=str(expected), offered=str(Fingerprint.of(expected.version, root)))

    def _new_place(self, offer: Offer) -> str:
        """Where to look from now on; empty: where it was found before. A stick doesn't take a web address's place."""
        if self.carried or not self.typed or offer.mirror is not self.typed:
            return ""
        before = self.known.place if self.known else ""
        return "" if _is_url(before) and not _is_url(self.typed.where) else self.typed.where

    def _held_head(self) -> HeldHead | None:
        """The head for a conditional request: only where every chosen edition was complete with it."""
        meant = self.known
        catalog = self.library.catalog(meant.publication) if meant else None
        if not meant or not meant.head or not catalog or self.carried:
            return None
        behind = [
            code
            for code in chosen_editions(self.choice, catalog)
            if self.library.standing(meant.publication, code).version != catalog.editions[code].version
        ]
        return None if behind else HeldHead(*meant.head, meant.signed)

    # -- choices -------------------------------------------------------------------------------------------------------

    @property
    def choice(self) -> Choice:
        """What the reader wants from now on."""
        return choice_of(self.known.choice if self.known else Choice(), self.options)


def _is_hole(error: TamizdatError) -> bool:
    """Whether a mirror lacks a file that others may have: one that holds only the newest is a good one all the same."""
    return isinstance(error, FileMissing) and IMMUTABLE_PATH.fullmatch(error.path) is not None


def _is_url(place: str) -> bool:
    return place.startswith(("http://", "https://"))
