"""Fetching many files at once: four at a time, verified on arrival, resumable, under a byte cap."""

import contextlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final, Protocol, TypeVar

import msgspec

from tamizdat.errors import DiskFull, HashMismatch
from tamizdat.format.names import sha256
from tamizdat.sync.options import Progress

PARALLEL: Final = 4
T = TypeVar("T")


class Source(Protocol):
    """Where files come from: a mirror, or several behind one face."""

    def fetch(
        self, path: str, *, max_bytes: int, check: Callable[[bytes], bytes], partial: Path | None = None
    ) -> bytes: ...


class Wanted(msgspec.Struct, frozen=True):
    """A file to fetch: its path, exact size in bytes, and SHA-256."""

    path: str
    bytes: int
    sha256: str


def check(data: bytes, wanted: Wanted) -> bytes:
    """`data` itself, if it is the file wanted. Raises: HashMismatch."""
    if len(data) != wanted.bytes or sha256(data) != wanted.sha256:
        raise HashMismatch(path=wanted.path)
    return data


class CapReached(Exception):
    """The next file would pass the reader's byte cap."""


class Fetcher:
    """Fetches files into memory, keeping what has arrived of each in `folder` until it was applied.

    `max_bytes` caps what is fetched in all; a file that would pass it is not begun.
    """

    def __init__(self, source: Source, folder: Path, *, progress: Progress, max_bytes: int | None = None) -> None:
        self.source, self.folder, self.progress = source, folder, progress
        self._left = max_bytes

    def one(self, wanted: Wanted) -> bytes:
        """The whole file, from disk where it had arrived before. Raises: CapReached, TransportError, TrustError."""
        partial = self.folder / wanted.sha256
        data = _arrived(partial, wanted)
        if data is None:
            self._count(wanted.bytes - _size(partial))
            data = self._fetch(wanted, partial)
        self.progress.advance(wanted.bytes)
        return data

    def each(self, jobs: Iterable[tuple[Wanted, T]]) -> Iterator[tuple[T, bytes]]:
        """The files in the order asked for, up to four on their way at once. Raises: as `one`."""
        with ThreadPoolExecutor(PARALLEL, "fetch") as pool:
            running: deque[tuple[T, Future[bytes]]] = deque()
            try:
                for wanted, tag in jobs:
                    running.append((tag, pool.submit(self.one, wanted)))
                    if len(running) >= PARALLEL:
                        yield _first(running)
                while running:
                    yield _first(running)
            finally:
                for _, future in running:
                    future.cancel()

    def applied(self, digest: str) -> None:
        """Forget the copy on disk of a file that is in the library now."""
        (self.folder / digest).unlink(missing_ok=True)

    def _count(self, size: int) -> None:
        if self._left is not None:
            if size > self._left:
                raise CapReached
            self._left -= size

    def _fetch(self, wanted: Wanted, partial: Path) -> bytes:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            return self.source.fetch(
                wanted.path, max_bytes=wanted.bytes, check=lambda data: check(data, wanted), partial=partial
            )
        except OSError as error:
            raise DiskFull(library=str(self.folder)) from error


def clear_folder(folder: Path, keep: frozenset[str]) -> None:
    """Remove what lies in `folder` that no plan asks for any more; the folder too, once it is empty."""
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            if path.name not in keep:
                path.unlink(missing_ok=True)
        folder.rmdir()


def _first(running: "deque[tuple[T, Future[bytes]]]") -> tuple[T, bytes]:
    tag, future = running.popleft()
    return tag, future.result()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _arrived(partial: Path, wanted: Wanted) -> bytes | None:
    if _size(partial) != wanted.bytes:
        return None
    with contextlib.suppress(OSError, HashMismatch):
        return check(partial.read_bytes(), wanted)
    partial.unlink(missing_ok=True)
    return None
