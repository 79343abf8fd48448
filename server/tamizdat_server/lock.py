"""One at a time: the lock of a newsroom's folder, also where only a part of one lies, as on a machine that re-signs."""

import fcntl
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tamizdat.errors import NewsroomLocked
from tamizdat_server.wrapping import newsroom_errors


@contextmanager
def newsroom_lock(folder: Path) -> Generator[None]:
    """Keep every other process from changing this newsroom; the system frees the lock of a process that dies.

    Raises: NewsroomLocked; NewsroomError, also for what the system refuses inside.
    """
    with newsroom_errors(folder), (folder / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise NewsroomLocked(folder=str(folder)) from error
        yield
