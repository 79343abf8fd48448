"""Writing files so that a crash, or a power cut, leaves the old one or the new one, whole."""

import errno
import os
from contextlib import suppress
from pathlib import Path
from typing import Final

TEMPORARY: Final = ".tmp"
"""How the names of half-written files end; they begin with a dot."""


def write_whole(
    path: Path, data: bytes, *, mode: int = 0o644, modified: int | None = None, durable: bool = True
) -> None:
    """Put `data` at `path` in one step. `modified`: Unix seconds; `durable`: wait until the disk has the bytes.

    Its name outlasts a power cut once `sync_folder` was called. Raises: OSError; what was at `path` stands then.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}{TEMPORARY}")
    aside.unlink(missing_ok=True)
    try:
        with open(aside, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
            file.write(data)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        if modified is not None:
            os.utime(aside, (modified, modified))
        aside.replace(path)
    except BaseException:
        with suppress(OSError):
            aside.unlink()
        raise


def sync_folder(folder: Path) -> None:
    """Make the names of the files in a folder outlast a power cut. Raises: OSError."""
    # Not every file system lets a folder be opened or synced; there the rename has to do.
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
    finally:
        os.close(descriptor)
