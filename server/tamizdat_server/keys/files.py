"""Writing files so that a crash leaves the old one or the new one, whole."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from tamizdat.errors import KeyProblem


def write_durably(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Put `data` at `path` under a temporary name, synced, then renamed. Raises: KeyProblem."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with open(part, "wb", opener=lambda name, flags: os.open(name, flags | os.O_EXCL, mode)) as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise KeyProblem(f"{path} can't be written: {error}") from error


def write_all(public: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Write files of the publication tree, in this order. Raises: KeyProblem."""
    for name, data in files:
        path = public / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_durably(path, data)


def _sync_folder(folder: Path) -> None:
    # Not every file system lets a folder be opened; there the rename has to do.
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
