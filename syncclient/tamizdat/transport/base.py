"""What every transport promises: whole files by their path, bounded, with typed failures; and how bytes are counted."""

import re
import threading
from pathlib import Path
from typing import Final, Protocol

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

    def fetch_head(self, path: str, *, max_bytes: int, sha256: str, signed: int) -> bytes | None:
        """Return the head at `path`, or None where it is still the one held: of this `sha256`, signed at Unix time
        `signed`. An empty `sha256` says that none is held.

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
