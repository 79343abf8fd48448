"""Writing files so that a crash leaves the old one or the new one, whole."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from tamizdat.errors import KeyProblem


def write_durably(path: Path, data: bytes, *, mode: int = 0o644, modified: int | None = None) -> None:
    """Put `data` at `path` under a temporary name, synced, then renamed. Raises: KeyProblem."""
    aside = path.with_name(f".{path.name}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.unlink(missing_ok=True)
        with open(aside, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if modified is not None:
            os.utime(aside, (modified, modified))
        aside.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            aside.unlink()
        raise KeyProblem(f"{path} can't be written: {error}") from error


def write_all(public: Path, files: Iterable[tuple[str, bytes]], *, modified: int) -> None:
    """Write files of the publication tree, in this order, dated `modified`. Raises: KeyProblem."""
    for name, data in files:
        write_durably(public / name, data, modified=modified)


def _sync_folder(folder: Path) -> None:
    # Not every file system lets a folder be opened; there the rename has to do.
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
