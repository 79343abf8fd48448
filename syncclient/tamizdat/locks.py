"""Locks between processes, on every system: the system frees that of a process that dies."""

import sys
from typing import IO, Any

if sys.platform == "win32":
    import msvcrt

    def acquire(file: IO[Any]) -> None:
        """Lock a file for as long as it is open. Raises: BlockingIOError where another process has it; OSError."""
        file.seek(0)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError from error

else:
    import fcntl

    def acquire(file: IO[Any]) -> None:
        """Lock a file for as long as it is open. Raises: BlockingIOError where another process has it; OSError."""
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
