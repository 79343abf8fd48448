"""Where files wait that were fetched over the network, until all of them are known to be sound."""

import tempfile
from types import TracebackType
from typing import IO, Self


class Spool:
    """Files by their path in one temporary file, which the system frees by itself."""

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None
        self._places: dict[str, tuple[int, int]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file:
            self._file.close()

    def __contains__(self, path: str) -> bool:
        return path in self._places

    def put(self, path: str, data: bytes) -> None:
        """Keep a file."""
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 (closed at the end of the block)
        self._places[path] = self._file.seek(0, 2), len(data)
        self._file.write(data)

    def get(self, path: str) -> bytes:
        """The file that was kept."""
        assert self._file
        place, size = self._places[path]
        self._file.seek(place)
        return self._file.read(size)
