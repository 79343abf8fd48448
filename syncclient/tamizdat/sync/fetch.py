"""Fetching many files at once: four at a time, verified on arrival, resumable, under a byte cap."""

import contextlib
import shutil
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final, Protocol, TypeVar

import msgspec

from tamizdat.errors import HashMismatch
from tamizdat.format.names import sha256
from tamizdat.sync.options import Progress
from tamizdat.transport.inbox import storage_error
from tamizdat.waiting import result_of

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
    """The next file, of `size` bytes, would pass the reader's byte cap."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


class Fetcher:
    """Fetches files into memory, keeping what has arrived of each in `folder` until it was applied.

    Lists are kept until the end, as a sync that goes on later plans by them again. `keeps` False: what lies in the
    folder is used, and nothing is changed there. `max_bytes` caps what is fetched in all; a file that would pass it is
    not begun. Files that are `at_hand`, since they came with the head, cost nothing.
    """

    def __init__(
        self,
        source: Source,
        folder: Path,
        *,
        progress: Progress,
        keeps: bool = True,
        max_bytes: int | None = None,
        at_hand: Callable[[str], bool] = lambda _path: False,
    ) -> None:
        self.source, self.folder, self.progress = source, folder, progress
        self.keeps, self.at_hand = keeps, at_hand
        self._lock = threading.Lock()
        self._left = max_bytes

    def one(self, wanted: Wanted) -> bytes:
        """The whole file, from disk where it had arrived before. Raises: CapReached, TransportError, TrustError."""
        data = self._arrived(wanted)
        if data is None:
            self._count(self.still_to_come(wanted))
            data = self._fetch(wanted)
        self.progress.advance(wanted.bytes)
        return data

    def still_to_come(self, wanted: Wanted) -> int:
        """How many bytes of a file are yet to be fetched."""
        return 0 if self.at_hand(wanted.path) else wanted.bytes - _size(self._partial(wanted))

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
        if self.keeps:
            with contextlib.suppress(OSError):
                (self.folder / digest).unlink(missing_ok=True)

    def keep_only(self, digests: Collection[str]) -> None:
        """Remove what arrived of other files: what a newer catalog doesn't name may hold what was retracted."""
        if self.keeps and self.folder.is_dir():
            with contextlib.suppress(OSError):
                for path in self.folder.iterdir():
                    if path.name not in digests:
                        path.unlink(missing_ok=True)

    def clear(self) -> None:
        """Remove what arrived and was never applied, as nothing asks for it any more."""
        if self.keeps:
            with contextlib.suppress(OSError):
                shutil.rmtree(self.folder)
                self.folder.parent.rmdir()  # where no other publication's files are on their way

    def _count(self, size: int) -> None:
        with self._lock:
            if self._left is not None:
                if size > self._left:
                    raise CapReached(size)
                self._left -= size

    def _partial(self, wanted: Wanted) -> Path:
        return self.folder / wanted.sha256

    def _arrived(self, wanted: Wanted) -> bytes | None:
        partial = self._partial(wanted)
        if _size(partial) != wanted.bytes:
            return None
        with contextlib.suppress(OSError, HashMismatch):
            return check(partial.read_bytes(), wanted)
        self.applied(wanted.sha256)  # not what it should be
        return None

    def _fetch(self, wanted: Wanted) -> bytes:
        if self.keeps:
            try:
                self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError as error:
                raise storage_error(self.folder, error) from error
        partial = self._partial(wanted) if self.keeps else None
        return self.source.fetch(
            wanted.path, max_bytes=wanted.bytes, check=lambda data: check(data, wanted), partial=partial
        )


def partial_folder(library: Path, publication: str) -> Path:
    """Where what has arrived of a publication's files waits to be applied."""
    return library.with_name(f"{library.name}.partial") / publication[:16]


def _first(running: "deque[tuple[T, Future[bytes]]]") -> tuple[T, bytes]:
    tag, future = running.popleft()
    return tag, result_of(future)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
