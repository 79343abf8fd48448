"""A lock between processes, held by the operating system and freed by it however the process ends."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tamizdat.errors import LibraryLocked


@contextmanager
def exclusive(path: Path) -> Generator[None]:
    """Hold the lock file beside `path`. Raises: LibraryLocked at once where another process holds it; OSError."""
    with path.with_name(f"{path.name}.lock").open("ab") as file:
        try:
            _acquire(file)
        except BlockingIOError as error:
            raise LibraryLocked(library=str(path)) from error
        yield


if sys.platform == "win32":
    import msvcrt

    def _acquire(file: IO[bytes]) -> None:
        file.seek(0)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError from error

else:
    import fcntl

    def _acquire(file: IO[bytes]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
