"""One at a time: the lock of a newsroom's folder, also where only a part of one lies, as on a machine that re-signs."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tamizdat.errors import NewsroomLocked
from tamizdat.locks import acquire
from tamizdat_server.wrapping import newsroom_errors


@contextmanager
def newsroom_lock(folder: Path, *, name: str = "lock") -> Generator[None]:
    """Keep every other process from changing this newsroom; the system frees the lock of a process that dies.

    `name`: of the lock's file, where it is for something else than changes.
    Raises: NewsroomLocked; NewsroomError, also for what the system refuses inside.
    """
    with newsroom_errors(folder), (folder / name).open("w") as file:
        try:
            acquire(file)
        except BlockingIOError as error:
            raise NewsroomLocked(folder=str(folder)) from error
        yield
