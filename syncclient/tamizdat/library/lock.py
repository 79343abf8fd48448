"""A lock between processes, held by the operating system and freed by it however the process ends."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tamizdat.errors import LibraryLocked
from tamizdat.locks import acquire


@contextmanager
def exclusive(path: Path) -> Generator[None]:
    """Hold the lock file beside `path`. Raises: LibraryLocked at once where another process holds it; OSError."""
    with path.with_name(f"{path.name}.lock").open("ab") as file:
        try:
            acquire(file)
        except BlockingIOError as error:
            raise LibraryLocked(library=str(path)) from error
        yield
