"""One at a time: the lock of a newsroom's folder, also where only a part of one lies, as on a machine that re-signs."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tamizdat.errors import NewsroomLocked
from tamizdat_server.wrapping import newsroom_errors


@contextmanager
def newsroom_lock(folder: Path, *, name: str = "lock") -> Generator[None]:
    """Keep every other process from changing this newsroom; the system frees the lock of a process that dies.

    `name`: of the lock's file, where it is for something else than changes.
    Raises: NewsroomLocked; NewsroomError, also for what the system refuses inside.
    """
    with newsroom_errors(folder), (folder / name).open("w") as file:
        try:
            _acquire(file)
        except BlockingIOError as error:
            raise NewsroomLocked(folder=str(folder)) from error
        yield


if sys.platform == "win32":
    import msvcrt

    def _acquire(file: IO[str]) -> None:
        file.seek(0)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError from error

else:
    import fcntl

    def _acquire(file: IO[str]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
