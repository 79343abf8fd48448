"""Writing keys and signed files, so that a crash leaves the old one or the new one, whole."""

from collections.abc import Iterable
from pathlib import Path

from tamizdat.errors import KeyProblem
from tamizdat_server.durable import sync_folder, write_whole


def write_durably(path: Path, data: bytes, *, mode: int = 0o644, modified: int | None = None) -> None:
    """Put `data` at `path`, to stay there. Raises: KeyProblem; what was there stands then."""
    try:
        write_whole(path, data, mode=mode, modified=modified)
        sync_folder(path.parent)
    except OSError as error:
        raise KeyProblem(f"{path} can't be written: {error}") from error


def write_all(public: Path, files: Iterable[tuple[str, bytes]], *, modified: int) -> None:
    """Write files of the publication tree, in this order, dated `modified`. Raises: KeyProblem."""
    for name, data in files:
        write_durably(public / name, data, modified=modified)
