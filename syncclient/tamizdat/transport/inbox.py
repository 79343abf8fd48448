"""What has arrived of one file, in memory and, where asked for, in a partial file that outlives a cut connection."""

import errno
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from tamizdat.errors import DiskFull, LibraryReadOnly

_NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Inbox:
    """The bytes of one file so far, at most `limit`, written to `partial` as they come."""

    def __init__(self, partial: Path | None, *, limit: int) -> None:
        """Takes up what `partial` holds from before. Raises: DiskFull, LibraryReadOnly."""
        self._partial, self._limit = partial, limit
        self._file: BinaryIO | None = None
        self.data = bytearray()
        if partial is not None:
            self._take_up(partial)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def __len__(self) -> int:
        return len(self.data)

    def fits(self, count: int) -> bool:
        """Whether `count` more bytes stay within the limit."""
        return len(self.data) + count <= self._limit

    @property
    def full(self) -> bool:
        """Whether nothing more may come: what is here is the whole file, or none of it is."""
        return len(self.data) == self._limit > 0

    def add(self, piece: bytes) -> None:
        """Keep one more piece. Raises: DiskFull, LibraryReadOnly."""
        self.data += piece
        if self._partial is None:
            return
        try:
            # Unbuffered, so that a killed process has lost nothing that arrived.
            self._file = self._file or self._partial.open("ab", buffering=0)
            self._file.write(piece)
        except OSError as error:
            raise storage_error(self._partial, error) from error

    def discard(self) -> None:
        """Forget everything, in memory and on disk."""
        self.data.clear()
        self._close()
        if self._partial is None:
            return
        try:
            self._partial.unlink(missing_ok=True)
        except OSError as error:
            raise storage_error(self._partial, error) from error

    def _take_up(self, partial: Path) -> None:
        try:
            with partial.open("rb") as file:
                self.data += file.read(self._limit + 1)
        except FileNotFoundError:
            return
        except OSError as error:
            raise storage_error(partial, error) from error
        if len(self.data) > self._limit:
            self.discard()

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def storage_error(path: Path, error: OSError) -> DiskFull | LibraryReadOnly:
    """What an OSError on writing to this machine's own disk means to the reader."""
    return DiskFull(library=str(path)) if error.errno in _NO_SPACE else LibraryReadOnly(library=str(path))
