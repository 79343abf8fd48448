"""Where files wait that were fetched over the network, until all of them are known to be sound."""

import tempfile
import threading
from types import TracebackType
from typing import IO, Self

from tamizdat.transport.pack import scratch_folder


class Spool:
    """Files by their path in one temporary file, which the system frees by itself. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._file: IO[bytes] | None = None
        self._places: dict[str, tuple[int, int]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file:
            self._file.close()

    def put(self, path: str, data: bytes) -> None:
        """Keep a file, if it isn't kept already. Raises: OSError."""
        with self._lock:
            if path not in self._places:
                self._file = self._file or tempfile.TemporaryFile(dir=scratch_folder())  # noqa: SIM115 (closed by the block)
                self._places[path] = self._file.seek(0, 2), len(data)
                self._file.write(data)

    def get(self, path: str) -> bytes | None:
        """A file that was kept. Raises: OSError."""
        with self._lock:
            if self._file is None or path not in self._places:
                return None
            place, size = self._places[path]
            self._file.seek(place)
            return self._file.read(size)
