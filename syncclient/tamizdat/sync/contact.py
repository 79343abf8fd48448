"""Finding a mirror that offers an acceptable state: steps 2 and 3 of a sync. docs/format.md, section 10."""

from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from tamizdat.errors import (
    FileMissing,
    FormatError,
    TamizdatError,
    TransportError,
    TrustError,
)
from tamizdat.format.limits import LIMITS
from tamizdat.format.names import Fingerprint, sha256
from tamizdat.format.pack import decode_pack
from tamizdat.format.state import Accepted, Held
from tamizdat.transport import Transport
from tamizdat.transport.mirrors import Mirrors
from tamizdat.transport.overlay import Overlay
from tamizdat.trust import accept

ROOT_1: Final = "metadata/1.root.json"
TIMESTAMP: Final = "metadata/timestamp.json"


class HeldHead(msgspec.Struct, frozen=True):
    """The head that was taken last: its path, SHA-256, and when its timestamp was signed (Unix seconds)."""

    path: str
    sha256: str
    signed: int


class Offer(msgspec.Struct, frozen=True):
    """What a mirror offered and passed every check. `accepted` None: the mirror has nothing newer than what is held."""

    mirror: Transport
    source: Transport
    accepted: Accepted | None
    head: HeldHead | None


class Contact:
    """Asks mirrors in turn for a state newer than, or equal to, what is held."""

    def __init__(
        self,
        *,
        held: Held | None,
        fingerprint: Fingerprint | None,
        first_use: bool,
        carried: bool,
        clock: Callable[[], float],
    ) -> None:
        self.held, self.fingerprint, self.first_use = held, fingerprint, first_use
        self.carried, self.clock = carried, clock
        self.problems: list[tuple[str, TamizdatError]] = []

    def first_good(self, mirrors: Sequence[Transport], *, head_path: str, head: HeldHead | None) -> Offer:
        """The first acceptable offer; a mirror that fails, lies or lags is passed over and told in `problems`.

        Raises: as `Mirrors.attempt`, once all have failed.
        """
        asked = Mirrors(mirrors)
        try:
            return asked.attempt(lambda mirror: self._ask(mirror, head_path, head))
        finally:
            self.problems = asked.problems

    def _ask(self, mirror: Transport, path: str, head: HeldHead | None) -> Offer:
        conditional = head if head and head.path == path else None
        data = self._fetch_head(mirror, path, conditional)
        if conditional and (data is None or sha256(data) == conditional.sha256):
            self._check_still_fresh()
            return Offer(mirror, mirror, None, conditional)
        overlay = _overlay(mirror, data)
        accepted = self._accept_by(mirror, overlay)
        taken = HeldHead(path, sha256(data), accepted.signed) if data and overlay is not mirror else None
        return Offer(mirror, overlay, accepted, taken)

    def _fetch_head(self, mirror: Transport, path: str, head: HeldHead | None) -> bytes | None:
        try:
            return mirror.fetch_head(
                path, max_bytes=LIMITS.head_bytes, sha256=head.sha256 if head else "", signed=head.signed if head else 0
            )
        except TransportError as error:
            if error.code not in ("missing", "too-large"):
                raise
            return b""  # a mirror without usable heads: format.md 9.2, go on by the plain files

    def _accept_by(self, mirror: Transport, overlay: Transport) -> Accepted:
        try:
            return self._accept(overlay)
        except (TrustError, FormatError):
            if overlay is mirror or (self.held is None and self.fingerprint is None):
                raise
            return self._accept(mirror)  # format.md 9.2: a bad head means one retry by the plain files

    def _accept(self, source: Transport) -> Accepted:
        return accept(
            self.held,
            source.fetch,
            now=int(self.clock()),
            fingerprint=self.fingerprint,
            first_use=self.first_use,
            carried=self.carried,
        )

    def _check_still_fresh(self) -> None:
        # format.md 10.2: a 304 does not make anything fresh. Raises: ExpiredError.
        if self.held:
            accept(self.held, self._held_file, now=int(self.clock()), fingerprint=self.fingerprint)

    def _held_file(self, path: str, *, max_bytes: int) -> bytes:  # noqa: ARG002
        if self.held and path == TIMESTAMP:
            return self.held.timestamp
        raise FileMissing(where="the library", path=path)


def _overlay(mirror: Transport, data: bytes | None) -> Transport:
    if not data:
        return mirror
    try:
        return Overlay(decode_pack(data, path="head"), mirror)
    except FormatError:
        return mirror
