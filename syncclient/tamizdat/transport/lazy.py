"""A mirror that is opened when it is asked for the first time, so that nothing is done, or said, about the others."""

import threading
from collections.abc import Callable
from pathlib import Path

from tamizdat.transport.base import HeldHead, Transport


class Unopened:
    """Stands for the transport that `opener` makes. What opening it raises, asking it raises."""

    def __init__(self, where: str, opener: Callable[[], Transport]) -> None:
        self.where = where
        self._opener = opener
        self._lock = threading.Lock()
        self._opened: Transport | None = None

    def fetch(self, path: str, *, max_bytes: int, partial: Path | None = None) -> bytes:
        """As `Transport.fetch`. Raises also: ForbiddenAddress."""
        return self._open().fetch(path, max_bytes=max_bytes, partial=partial)

    def fetch_head(self, path: str, *, max_bytes: int, held: HeldHead | None) -> bytes | None:
        """As `Transport.fetch_head`. Raises also: ForbiddenAddress."""
        return self._open().fetch_head(path, max_bytes=max_bytes, held=held)

    def close(self) -> None:
        """Close what was opened, if anything was."""
        if self._opened:
            self._opened.close()

    def _open(self) -> Transport:
        with self._lock:
            self._opened = self._opened or self._opener()
            return self._opened
