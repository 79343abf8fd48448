"""Finding a mirror that offers an acceptable state: steps 2 and 3 of a sync. docs/format.md, section 10."""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from tamizdat.errors import (
    FileMissing,
    FormatError,
    TamizdatError,
    TooLarge,
    TransportError,
    TrustError,
    Unreachable,
)
from tamizdat.format.limits import LIMITS
from tamizdat.format.names import Fingerprint, sha256
from tamizdat.format.pack import decode_pack
from tamizdat.format.state import Accepted, Held
from tamizdat.transport import HeldHead, Transport
from tamizdat.transport.overlay import Overlay
from tamizdat.transport.pack import PackTransport
from tamizdat.transport.race import Race
from tamizdat.trust import accept
from tamizdat.trust.updater import is_html

ROOT_1: Final = "metadata/1.root.json"
TIMESTAMP: Final = "metadata/timestamp.json"
PORTAL: Final = "a web page answers in its place; perhaps this network wants you to log in first"


class Offer(msgspec.Struct, frozen=True):
    """What a mirror offered and passed every check. `accepted` None: the mirror has nothing newer than what is held.

    `source`: the mirror, with the files that came with its head before it; `at_hand`: whether a path is one of those.
    `cost`: path and size of everything that was read from mirrors to come so far.
    """

    mirror: Transport
    source: Transport
    accepted: Accepted | None
    head: HeldHead | None
    at_hand: Callable[[str], bool]
    cost: list[tuple[str, int]]


class Noted:
    """A mirror, and a note of every file that it gave."""

    def __init__(self, mirror: Transport, given: list[tuple[str, int]]) -> None:
        self.where, self._mirror, self._given = mirror.where, mirror, given

    def fetch(self, path: str, *, max_bytes: int, partial: Path | None = None) -> bytes:
        """As `Transport.fetch`."""
        data = self._mirror.fetch(path, max_bytes=max_bytes, partial=partial)
        self._given.append((path, len(data)))
        return data

    def fetch_head(self, path: str, *, max_bytes: int, held: HeldHead | None) -> bytes | None:
        """As `Transport.fetch_head`."""
        data = self._mirror.fetch_head(path, max_bytes=max_bytes, held=held)
        if data is not None:
            self._given.append((path, len(data)))
        return data

    def close(self) -> None:
        """Nothing: the mirror is closed by who opened it."""


class Contact:
    """Asks mirrors in turn for a state newer than, or equal to, what is held.

    `problems`: who was passed over, and why; `sent_held`: who sent a head that was held, so knows no conditions.
    """

    def __init__(
        self,
        *,
        held: Held | None,
        fingerprint: Fingerprint | None,
        first_use: bool,
        clock: Callable[[], float],
        small_first: Collection[str] = (),
    ) -> None:
        """`small_first`: mirrors that know none of our conditions, and so are asked for their timestamp first."""
        self.held, self.fingerprint, self.first_use = held, fingerprint, first_use
        self.clock, self.small_first = clock, small_first
        self.problems: list[tuple[str, TamizdatError]] = []
        self.sent_held: set[str] = set()
        self._given: list[tuple[str, int]] = []

    def first_good(
        self, mirrors: Sequence[Transport], *, head_path: str, head: HeldHead | None, race: Race[Offer]
    ) -> Offer:
        """The first acceptable offer; a mirror that fails, lies, lags or stays silent is told of in `problems`.

        Raises: as `Mirrors.attempt`, once all have failed.
        """
        try:
            return race.run(mirrors, lambda mirror: self._ask(mirror, head_path, head))
        finally:
            self.problems = race.problems

    def _ask(self, mirror: Transport, path: str, head: HeldHead | None) -> Offer:
        noted = Noted(mirror, self._given)
        conditional = head if head and head.path == path else None
        data = self._fetch_head(noted, path, conditional)
        if conditional and (data is None or sha256(data) == conditional.sha256):
            if data is not None:
                self.sent_held.add(mirror.where)
            self._check_still_fresh()
            return Offer(mirror, mirror, None, conditional, _nothing, list(self._given))
        files = _unpacked(data)
        try:
            carried = isinstance(mirror, PackTransport)
            accepted = self._accept_by(noted, Overlay(files, noted) if files else noted, carried=carried)
        except FormatError as error:
            if data and is_html(data):
                raise Unreachable(where=mirror.where, reason=PORTAL) from error
            raise
        taken = HeldHead(path, sha256(data), len(data), accepted.signed) if data and files else None
        source = Overlay(files, mirror) if files else mirror
        return Offer(mirror, source, accepted, taken, files.__contains__, list(self._given))

    def _fetch_head(self, mirror: Transport, path: str, head: HeldHead | None) -> bytes | None:
        if head and mirror.where in self.small_first:
            if self._shows_held_timestamp(mirror):
                return None
            head = None
        try:
            return mirror.fetch_head(path, max_bytes=LIMITS.head_bytes, held=head)
        except TransportError as error:
            if error.code not in ("missing", "too-large"):
                raise
            return b""  # a mirror without usable heads: format.md 9.2, go on by the plain files

    def _shows_held_timestamp(self, mirror: Transport) -> bool:
        try:
            data = mirror.fetch(TIMESTAMP, max_bytes=LIMITS.timestamp_bytes)
        except (FileMissing, TooLarge):
            return False
        return self.held is not None and data == self.held.timestamp

    def _accept_by(self, mirror: Transport, overlay: Transport, *, carried: bool) -> Accepted:
        try:
            return self._accept(overlay, carried=carried)
        except (TrustError, FormatError):
            if overlay is mirror or (self.held is None and self.fingerprint is None):
                raise
            return self._accept(mirror, carried=carried)  # format.md 9.2: a bad head means one retry by the plain files

    def _accept(self, source: Transport, *, carried: bool) -> Accepted:
        return accept(
            self.held,
            source.fetch,
            now=int(self.clock()),
            fingerprint=self.fingerprint,
            first_use=self.first_use,
            carried=carried,  # what came by hand may have expired on the way
        )

    def _check_still_fresh(self) -> None:
        # format.md 10.2: a 304 does not make anything fresh. Raises: ExpiredError.
        if self.held:
            accept(self.held, self._held_file, now=int(self.clock()), fingerprint=self.fingerprint)

    def _held_file(self, path: str, *, max_bytes: int) -> bytes:  # noqa: ARG002
        if self.held and path == TIMESTAMP:
            return self.held.timestamp
        raise FileMissing(where="the library", path=path)


def _unpacked(data: bytes | None) -> Mapping[str, bytes]:
    """The files of a head; none where it isn't one, which is no reason to give up on its mirror."""
    try:
        return decode_pack(data, path="head") if data else {}
    except FormatError:
        return {}


def _nothing(_path: str) -> bool:
    return False
