"""A copy of a publication in a folder: a mounted stick, a synced folder, a newsroom's own `public/`."""

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

from tamizdat.errors import FileMissing, ForbiddenAddress, TooLarge, Unreachable
from tamizdat.format.names import sha256 as digest_of
from tamizdat.transport.base import HeldHead, Meter, check_path


class FolderTransport:
    """Reads a publication from `folder`. Never writes there, and never follows a link that leads out of it."""

    def __init__(self, folder: Path, *, meter: Meter) -> None:
        """Raises: Unreachable where `folder` is no folder."""
        self.where = str(folder)
        self._meter = meter
        try:
            self._folder = folder.resolve(strict=True)
        except (OSError, RuntimeError) as error:
            raise Unreachable(where=self.where, reason="no such folder") from error
        if not self._folder.is_dir():
            raise Unreachable(where=self.where, reason="not a folder")

    def fetch(self, path: str, *, max_bytes: int, partial: Path | None = None) -> bytes:  # noqa: ARG002
        """As `Transport.fetch`, in one go. Raises also: ForbiddenAddress for a link that leads out."""
        self._meter.asked()
        try:
            with self._open(check_path(path)) as file:
                data = file.read(max_bytes + 1)
        except RuntimeError as error:  # a circle of links, up to Python 3.12
            raise FileMissing(where=self.where, path=path) from error
        except OSError as error:
            raise self._failure(path, error) from error
        if len(data) > max_bytes:
            raise TooLarge(where=self.where, path=path, limit=max_bytes)
        self._meter.received(len(data))
        return data

    def fetch_head(self, path: str, *, max_bytes: int, held: HeldHead | None) -> bytes | None:
        """As `Transport.fetch_head`."""
        data = self.fetch(path, max_bytes=max_bytes)
        return None if held and digest_of(data) == held.sha256 else data

    def close(self) -> None:
        """Nothing is held open."""

    def _open(self, path: str) -> BinaryIO:
        real = (self._folder / path).resolve(strict=True)
        if not real.is_relative_to(self._folder):
            raise ForbiddenAddress(where=f"{self.where}/{path}", reason="it is a link that leads out of the folder")
        if not stat.S_ISREG(real.stat().st_mode):
            raise FileMissing(where=self.where, path=path)
        return os.fdopen(_open_now(real), "rb")

    def _failure(self, path: str, error: OSError) -> FileMissing | Unreachable:
        if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG):
            return FileMissing(where=self.where, path=path)
        return Unreachable(where=self.where, path=path, reason=error.strerror or str(error))


def _open_now(file: Path) -> int:
    # Should a pipe have taken the file's place meanwhile, opening it must not wait for its other end.
    return os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
