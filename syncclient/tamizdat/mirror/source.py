"""Asking whoever has the publication for a state that may follow what a copy holds. docs/format.md, sections 10 and 11.

What a copy holds vouches for what may come next: the same rules as for a reader, only that metadata which has expired
is copied all the same. A copy claims nothing; readers judge its age by themselves.
"""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from tamizdat.errors import (
    ExpiredError,
    FormatError,
    TamizdatError,
    TransportError,
    TrustError,
    Unreachable,
    WrongRoot,
)
from tamizdat.format.limits import LIMITS
from tamizdat.format.names import Fingerprint, head_path, sha256
from tamizdat.format.state import Accepted, Held
from tamizdat.mirror.folder import Folder
from tamizdat.mirror.heads import TIMESTAMP, open_head
from tamizdat.mirror.state import State
from tamizdat.transport import HeldHead, Meter, Transport
from tamizdat.transport.folder import FolderTransport
from tamizdat.transport.overlay import Overlay
from tamizdat.trust import Fetch, accept
from tamizdat.trust.updater import is_html

PORTAL: Final = "a web page answers in its place; perhaps this network wants you to log in first"
EVER: Final = 1 << 40
"""A time after all signing: what was accepted once was signed in the past."""


class Offer(msgspec.Struct, frozen=True):
    """A state that may follow. `files` came with the head, whose bytes are `head`; empty where there is none.

    `expired`: all of it is signed, but some of it too long ago for a reader to accept.
    """

    accepted: Accepted
    expired: bool
    files: Mapping[str, bytes]
    head: bytes


class Source:
    """Where a copy is made from."""

    def __init__(
        self,
        transport: Transport,
        clock: Callable[[], float],
        *,
        fingerprint: Fingerprint | None = None,
        first_use: bool = False,
    ) -> None:
        self.transport, self.clock = transport, clock
        self.fingerprint, self.first_use = fingerprint, first_use

    def ask(self, held: Held | None, head: HeldHead | None) -> Offer | None:
        """What the source offers; None where its head is still `head`, the one held.

        Raises: FirstContact, TrustError, FormatError, TransportError.
        """
        data = self._head(head)
        if head and (data is None or sha256(data) == head.sha256):
            return None
        files = _unpacked(data or b"")
        try:
            return self._offer(held, Overlay(files, self.transport) if files else self.transport, files, data or b"")
        except (TrustError, FormatError) as error:
            if isinstance(error, FormatError) and is_html(data or b""):
                raise Unreachable(where=self.transport.where, reason=PORTAL) from error
            # format.md 9.2: anything wrong with a head means one retry by the plain files.
            if not files or (held is None and self.fingerprint is None):
                raise
            return self._offer(held, self.transport, {}, b"")

    def has_moved(self, accepted: Accepted) -> bool:
        """Whether the source shows another timestamp by now than the one accepted. Raises: TransportError."""
        return self.transport.fetch(TIMESTAMP, max_bytes=LIMITS.timestamp_bytes) != accepted.timestamp

    def _head(self, held: HeldHead | None) -> bytes | None:
        try:
            return self.transport.fetch_head(head_path(), max_bytes=LIMITS.head_bytes, held=held)
        except TransportError as error:
            if error.code not in ("missing", "too-large"):
                raise
            return b""

    def _offer(self, held: Held | None, below: Transport, files: Mapping[str, bytes], head: bytes) -> Offer:
        expired = False
        try:
            accepted = self._accept(held, below.fetch, carried=False)
        except ExpiredError:
            accepted, expired = self._accept(held, below.fetch, carried=True), True
        return Offer(_with_every_root(accepted, below), expired, files, head)

    def _accept(self, held: Held | None, fetch: Fetch, *, carried: bool) -> Accepted:
        return accept(
            held,
            fetch,
            now=int(self.clock()),
            fingerprint=self.fingerprint,
            first_use=self.first_use,
            carried=carried,
        )


def read_copy(folder: Folder, state: State) -> Accepted | None:
    """The state that the copy in `folder` holds; None where there is none, or none that can be verified."""
    named = named_by(folder, state)
    if named is None or not folder.read(TIMESTAMP):
        return None
    fetch = FolderTransport(folder.root, meter=Meter()).fetch
    try:
        return accept(None, fetch, now=EVER, fingerprint=named, carried=True)
    except TamizdatError:
        return None


def named_by(folder: Folder, state: State) -> Fingerprint | None:
    """Which publication the folder is a copy of, also where the rest of its metadata is damaged; None: of none."""
    first = folder.read("metadata/1.root.json")
    publication = state.publication or (sha256(first) if first else "")
    return Fingerprint(1, publication) if publication else None


def held_of(accepted: Accepted, state: State) -> Held:
    """What was accepted, as the next state is judged by."""
    known = {version: seen.sha256 for version, seen in state.versions.items()}
    return Held(
        publication=accepted.publication,
        roots=accepted.roots,
        timestamp=accepted.timestamp,
        snapshot=accepted.snapshot,
        targets=accepted.targets,
        catalog=accepted.catalog_bytes,
        catalogs={**known, accepted.catalog.version: accepted.catalog_sha256},
    )


def is_expired(held: Held, now: int) -> bool:
    """Whether a reader would refuse what is held for its age."""

    def fetch(path: str, *, max_bytes: int) -> bytes:  # noqa: ARG001 - of a state that is held, nothing else is asked
        return held.timestamp

    try:
        accept(held, fetch, now=now)
    except (ExpiredError, FormatError):
        return True
    return False


def _with_every_root(accepted: Accepted, below: Transport) -> Accepted:
    """A copy has every root from the first, also where trust began at a later one. Raises: as `accept`."""
    if set(accepted.roots) >= set(range(1, max(accepted.roots))):
        return accepted
    files = {f"metadata/{version}.root.json": data for version, data in accepted.roots.items()}
    files[TIMESTAMP] = accepted.timestamp
    fingerprint = Fingerprint(1, accepted.publication)
    walked = accept(None, Overlay(files, below).fetch, now=EVER, fingerprint=fingerprint, carried=True)
    for version, data in accepted.roots.items():
        if walked.roots.get(version) != data:
            ours, theirs = Fingerprint.of(version, data), Fingerprint.of(version, walked.roots.get(version, b""))
            raise WrongRoot(expected=str(ours), offered=str(theirs))
    return msgspec.structs.replace(accepted, roots=walked.roots)


def _unpacked(data: bytes) -> dict[str, bytes]:
    try:
        return open_head(data, path=head_path()) if data else {}
    except FormatError:
        return {}
