"""The folder that a copy is kept in: written so that a kill or a power cut leaves each file old or new, never half."""

import errno
import itertools
import os
import shutil
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from tamizdat.errors import DiskFull, LibraryReadOnly, MirrorError, MirrorFull, MirrorLocked, MirrorReadOnly
from tamizdat.locks import acquire
from tamizdat.mirror import state
from tamizdat.mirror.state import State

OWN: Final = ".tamizdat"
"""What a mirror keeps for itself. It is no part of the publication, and never served by ours."""

IMMUTABLE_TIME: Final = 946_684_800
"""When every file that never changes was last changed, on every mirror alike: the beginning of 2000."""

_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_READ_ONLY: Final = (errno.EROFS, errno.EACCES, errno.EPERM)


class Folder:
    """A copy at `root`. New files are written below `.tamizdat` and renamed: a reader sees them whole or not at all.

    `durable`: wait until the disk has each file, so that a power cut loses nothing. Safe to use from several threads.
    """

    def __init__(self, root: Path, *, durable: bool = True) -> None:
        self.root, self.durable = root, durable
        self._own = root / OWN
        self._numbers = itertools.count()
        # Also what an earlier run renamed there, and was killed before it came to this.
        self._unsynced = {root / name for name in ("bundles", "lists", "media", "metadata", "targets")}

    # -- this run ------------------------------------------------------------------------------------------------------

    @contextmanager
    def lock(self) -> Generator[None]:
        """Keep every other process away; the system frees the lock of one that dies. Makes the folder.

        Raises: MirrorLocked at once; MirrorReadOnly, MirrorError.
        """
        with self.errors():
            self._own.mkdir(parents=True, exist_ok=True)
            file = (self._own / "lock").open("ab")
        with file:
            try:
                acquire(file)
            except BlockingIOError as error:
                raise MirrorLocked(folder=str(self.root)) from error
            except OSError as error:
                raise MirrorError(f"{self.root} can't be locked: {error.strerror}", folder=str(self.root)) from error
            with self.errors():
                self._clear("new", keep=())
                (self._own / "new").mkdir(exist_ok=True)
                (self._own / "partial").mkdir(exist_ok=True)
            yield

    @contextmanager
    def errors(self) -> Generator[None]:
        """What the system refuses inside, as errors of a mirror. Raises: MirrorFull, MirrorReadOnly, MirrorError."""
        try:
            yield
        except DiskFull as error:
            raise MirrorFull(folder=str(self.root)) from error
        except LibraryReadOnly as error:
            raise MirrorReadOnly(folder=str(self.root), reason="not permitted") from error
        except OSError as error:
            raise self._error(error) from error

    def _error(self, error: OSError) -> MirrorError:
        folder, reason = str(self.root), error.strerror or str(error)
        if error.errno in _FULL:
            return MirrorFull(folder=folder)
        if error.errno in _READ_ONLY:
            return MirrorReadOnly(folder=folder, reason=reason)
        return MirrorError(f"{error.filename or folder}: {reason}; the copy stays as it was", folder=folder)

    # -- looking -------------------------------------------------------------------------------------------------------

    def files(self) -> dict[str, int]:
        """Path and size of every file of the folder but the mirror's own; a link counts as a file without bytes.

        Raises: MirrorError where some folder can't be looked into.
        """
        try:
            return dict(_files(self.root, "")) if self.root.is_dir() else {}
        except OSError as error:
            told = f"{error.filename or self.root} can't be read ({error.strerror or error})"
            raise MirrorError(told, folder=str(self.root)) from error

    def read(self, path: str) -> bytes:
        """A file's bytes; none where there is no such file."""
        place = self.root / path
        with suppress(OSError):
            if place.is_file() and not place.is_symlink():
                return place.read_bytes()
        return b""

    def free(self) -> int:
        """Bytes that can still be written, of the nearest folder that is there already."""
        there = next(path for path in (self.root, *self.root.absolute().parents) if path.exists())
        with self.errors():
            return shutil.disk_usage(there).free

    def partial(self, digest: str) -> Path:
        """Where what has arrived of a file waits for the rest."""
        return self._own / "partial" / digest

    def arrived(self, digest: str) -> int:
        """How many bytes of a file have arrived so far."""
        with suppress(OSError):
            return self.partial(digest).stat().st_size
        return 0

    # -- writing -------------------------------------------------------------------------------------------------------

    def put(self, path: str, data: bytes, *, modified: int = IMMUTABLE_TIME) -> None:
        """Put a file in place in one step. Raises: MirrorFull, MirrorReadOnly, MirrorError."""
        with self.errors():
            self._rename(self._write(data, modified), path)

    def prepare(self, files: Iterable[tuple[str, bytes, int]]) -> list[tuple[Path, str]]:
        """Write files, each with its bytes and time, where nobody sees them, for `reveal` to put in place quickly."""
        with self.errors():
            return [(self._write(data, modified), path) for path, data, modified in files]

    def reveal(self, prepared: Iterable[tuple[Path, str]]) -> None:
        """Put prepared files in place, one after the other in this order."""
        with self.errors():
            for aside, path in prepared:
                self._rename(aside, path)

    def sync(self) -> None:
        """Make the names of all files written so far outlast a power cut."""
        with self.errors():
            for folder in sorted(self._unsynced) if self.durable else ():
                _sync_folder(folder)
        self._unsynced.clear()

    def _write(self, data: bytes, modified: int) -> Path:
        aside = self._own / "new" / str(next(self._numbers))
        with aside.open("xb") as file:
            file.write(data)
            file.flush()
            if self.durable:
                os.fsync(file.fileno())
        # Some file systems know no such time, or let the owner alone set it; the copy is as good without.
        with suppress(OSError):
            os.utime(aside, (modified, modified))
        return aside

    def _rename(self, aside: Path, path: str) -> None:
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        aside.replace(place)
        self._unsynced.add(place.parent)

    # -- deleting ------------------------------------------------------------------------------------------------------

    def delete(self, paths: Iterable[str]) -> None:
        """Delete files of the copy, and folders that are empty then."""
        with self.errors():
            for path in paths:
                (self.root / path).unlink(missing_ok=True)
                with suppress(OSError):
                    (self.root / path).parent.rmdir()

    def forget_partials(self, keep: Iterable[str]) -> None:
        """Delete what has arrived of files that nobody wants any more: it may hold what was retracted."""
        with self.errors():
            self._clear("partial", keep=set(keep))

    def _clear(self, name: str, *, keep: Iterable[str]) -> None:
        with suppress(FileNotFoundError):
            for file in (self._own / name).iterdir():
                if file.name not in keep:
                    file.unlink(missing_ok=True)

    # -- remembering ---------------------------------------------------------------------------------------------------

    def state(self) -> State:
        """What was remembered last."""
        return read_state(self.root)

    def remember(self, value: State) -> None:
        """Remember this from now on."""
        with self.errors():
            self._write(value.encode(), IMMUTABLE_TIME).replace(self._own / state.NAME)
            if self.durable:
                _sync_folder(self._own)


def read_state(root: Path) -> State:
    """What the mirror at `root` remembers; nothing, where there is none."""
    with suppress(OSError):
        return State.decode((root / OWN / state.NAME).read_bytes())
    return State()


def _files(folder: Path, prefix: str) -> Iterator[tuple[str, int]]:
    for entry in os.scandir(folder):
        path = prefix + entry.name
        if entry.is_dir(follow_symlinks=False):
            if path != OWN:
                yield from _files(folder / entry.name, f"{path}/")
        elif entry.is_file(follow_symlinks=False):
            yield path, entry.stat(follow_symlinks=False).st_size
        else:
            yield path, -1


def _sync_folder(folder: Path) -> None:
    # Not every file system lets a folder be opened or synced; there the rename has to do.
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
