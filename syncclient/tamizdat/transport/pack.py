"""A pack carried by hand: one file that answers for the paths in it, and opens no connection."""

import hashlib
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, BinaryIO, Final, cast

from tamizdat.errors import DamagedPack, DiskFull, FileMissing, FormatError, TooLarge, Unreachable
from tamizdat.format import zstd
from tamizdat.format.names import is_pack_path
from tamizdat.format.names import sha256 as digest_of
from tamizdat.format.pack import SEAL_BYTES, tar_entries
from tamizdat.transport.base import HeldHead, Meter, check_path
from tamizdat.transport.inbox import storage_error

PIECE: Final = 1024 * 1024
SPARE_BYTES: Final = 16 * 1024 * 1024
MOST_BYTES: Final = 1 << 40
SMALL_BYTES: Final = 64 * 1024 * 1024
MOST_TIMES: Final = 256
"""So many times its own size a pack may hold, where that is much: text takes a tenth, a bomb a thirty-thousandth."""


class PackTransport:
    """Reads a publication from the pack `file`, unpacked once into a temporary file that the system frees by itself.

    However big the pack, little of it is in memory: the index of its paths, and the file that is being read.
    """

    def __init__(self, file: Path, *, meter: Meter, scratch: Path | None = None) -> None:
        """`scratch`: the folder for the temporary file; one of the system's own if not given.

        Raises: DamagedPack, FormatError, Unreachable where it can't be read, DiskFull where there is no room.
        """
        self.where = str(file)
        self._meter = meter
        self._lock = threading.Lock()
        try:
            with file.open("rb") as source:
                self._tar = _unpack(source, scratch or scratch_folder(), self.where)
        except OSError as error:
            raise Unreachable(where=self.where, reason=error.strerror or str(error)) from error
        try:
            self._index = _read_index(self._tar, self.where)
        except BaseException:
            self._tar.close()
            raise

    def paths(self) -> list[str]:
        """What the pack holds, in its order."""
        return list(self._index)

    def size(self, path: str) -> int:
        """The size in bytes of a file that the pack holds."""
        return self._index[path][1]

    def fetch(self, path: str, *, max_bytes: int, partial: Path | None = None) -> bytes:  # noqa: ARG002
        """As `Transport.fetch`, in one go."""
        self._meter.asked()
        if check_path(path) not in self._index:
            raise FileMissing(where=self.where, path=path)
        start, size = self._index[path]
        if size > max_bytes:
            raise TooLarge(where=self.where, path=path, limit=max_bytes)
        with self._lock:
            self._tar.seek(start)
            data = self._tar.read(size)
        self._meter.received(len(data))
        return data

    def fetch_head(self, path: str, *, max_bytes: int, held: HeldHead | None) -> bytes | None:
        """As `Transport.fetch_head`; since a pack holds no heads, FileMissing is raised."""
        data = self.fetch(path, max_bytes=max_bytes)
        return None if held and digest_of(data) == held.sha256 else data

    def close(self) -> None:
        """Free the temporary file."""
        self._tar.close()


def scratch_folder() -> Path:
    """Where large temporary files belong: often what is called temporary lies in memory, which they would fill."""
    disk = Path("/var/tmp")  # noqa: S108 (the file has no name there, and nobody else can open it)
    own = any(os.environ.get(name) for name in ("TMPDIR", "TEMP", "TMP"))
    return disk if not own and os.access(disk, os.W_OK) else Path(tempfile.gettempdir())


def _unpack(source: BinaryIO, scratch: Path, where: str) -> BinaryIO:
    start = source.read(zstd.FRAME_HEADER_BYTES)
    if not start.startswith(zstd.FRAME):
        raise FormatError("not a pack", path=where)
    length = _check_seal(source, where)
    size = zstd.content_size(start, limit=min(MOST_BYTES, max(SMALL_BYTES, length * MOST_TIMES)), path=where)
    if shutil.disk_usage(scratch).free < size + SPARE_BYTES:
        raise DiskFull(library=str(scratch))
    source.seek(0)
    target = cast(BinaryIO, tempfile.TemporaryFile(dir=scratch))  # noqa: SIM115 (the transport closes it)
    try:
        _copy(zstd.decompress_pieces(_pieces(source, length), raw_bytes=size, path=where), target, scratch)
    except BaseException:
        target.close()
        raise
    return target


def _check_seal(source: BinaryIO, where: str) -> int:
    """The length of what is sealed. Raises: DamagedPack."""
    length = source.seek(0, 2) - SEAL_BYTES
    if length <= 0:
        raise DamagedPack(path=where)
    source.seek(0)
    digest = hashlib.sha256()
    for piece in _pieces(source, length):
        digest.update(piece)
    if source.read() != zstd.skippable(digest.digest()):
        raise DamagedPack(path=where)
    return length


def _pieces(source: IO[bytes], length: int) -> Iterator[bytes]:
    while length > 0 and (piece := source.read(min(PIECE, length))):
        length -= len(piece)
        yield piece


def _copy(pieces: Iterator[bytes], target: BinaryIO, scratch: Path) -> None:
    for piece in pieces:
        try:
            target.write(piece)
        except OSError as error:
            raise storage_error(scratch, error) from error
    try:
        target.flush()
    except OSError as error:
        raise storage_error(scratch, error) from error


def _read_index(tar: BinaryIO, where: str) -> dict[str, tuple[int, int]]:
    tar.seek(0)
    index = {name: (tar.tell(), size) for name, size in tar_entries(tar, allowed=is_pack_path, path=where)}
    if tar.read(1):
        raise FormatError("something behind the end of the tar", path=where)
    return index
