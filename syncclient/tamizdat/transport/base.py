"""What every transport promises: whole files by their path, bounded, with typed failures; and how bytes are counted."""

import re
import threading
from pathlib import Path
from typing import Final, Protocol

import msgspec

from tamizdat.errors import FormatError
from tamizdat.format.names import HEAD_PATH, SITE_PATH, is_pack_path

_DOTS: Final = re.compile(r"(?:^|/)\.{1,2}(?:/|$)")


class Meter:
    """Counts what was asked for and what arrived (bodies, in bytes), over any number of transports and threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.requests = 0
        self.bytes = 0

    def asked(self) -> None:
        """One more request."""
        with self._lock:
            self.requests += 1

    def received(self, count: int) -> None:
        """`count` more bytes of bodies."""
        with self._lock:
            self.bytes += count


class HeldHead(msgspec.Struct, frozen=True):
    """The head that was taken last: its path, SHA-256 and size, and when its timestamp was signed (Unix seconds)."""

    path: str
    sha256: str
    bytes: int
    signed: int


class Transport(Protocol):
    """One copy of a publication. `where` is how messages name it. Safe to use from several threads at once."""

    @property
    def where(self) -> str: ...

    def fetch(self, path: str, *, max_bytes: int, partial: Path | None = None) -> bytes:
        """Return the whole file at `path` (POSIX, relative to the publication), at most `max_bytes` long.

        A transport that can be cut off keeps in `partial` what arrived and goes on from there next time. The caller
        deletes it, at the latest when what was returned turns out to be wrong: nothing has been verified here.

        Raises: FileMissing; TooLarge as soon as the limit is passed; other TransportErrors; FormatError where `path`
        is none of a publication.
        """
        ...

    def fetch_head(self, path: str, *, max_bytes: int, held: HeldHead | None) -> bytes | None:
        """Return the head at `path`, or None where the mirror says that it is still the one held.

        A mirror that can't tell sends the same bytes again.

        Raises: as `fetch`.
        """
        ...

    def close(self) -> None:
        """Let go of connections and files. The transport is not used afterwards."""
        ...


def check_path(path: str) -> str:
    """`path` itself, if a publication can have a file of that name. Raises: FormatError."""
    known = is_pack_path(path) or HEAD_PATH.fullmatch(path) or (SITE_PATH.fullmatch(path) and not _DOTS.search(path))
    if not known:
        raise FormatError(f"{path[:120]!r} is no path of a publication")
    return path
