"""A pack becomes a file: written aside in pieces, then renamed, so that nobody ever sees half of one."""

import errno
import glob
import os
import secrets
import time
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from tamizdat.errors import PackError, PackExists, PackFull, PackTooLarge
from tamizdat.format.pack import stream_pack, tar_bytes
from tamizdat.pack.options import PackOptions, Progress

_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
SUFFIX: Final = ".part"
LEFTOVER_SECONDS: Final = 3600


def check_target(file: Path, options: PackOptions) -> None:
    """Refuse what can't end well before anything is read. Raises: PackExists, PackError."""
    if file.is_dir():
        raise PackError(f"{file} is a folder; say the name of a file", file=str(file))
    if file.exists() and not options.overwrite:
        raise PackExists(file=str(file))
    if not file.parent.is_dir():
        raise PackError(f"there is no folder {file.parent}", file=str(file))


def check_size(file: Path, at_least: int, options: PackOptions) -> None:
    """Refuse a pack that would have so many bytes or more. Raises: PackTooLarge."""
    if options.max_bytes is not None and at_least > options.max_bytes:
        raise PackTooLarge(file=str(file), limit=options.max_bytes, at_least=at_least)


def write_pack(
    file: Path,
    files: Iterable[tuple[str, bytes]],
    sizes: Iterable[int],
    *,
    level: int,
    options: PackOptions,
    progress: Progress,
) -> int:
    """Write the pack of these files, whose `sizes` are known ahead; returns how many bytes the pack has.

    Killed at any moment, or failing, it leaves nothing under `file`'s name but what was there before. Raises: PackFull,
    PackTooLarge, PackError, and what reading the files raises.
    """
    with named_errors(file), _aside(file) as aside:
        with aside.open("xb") as target:
            written = 0
            for piece in stream_pack(_watched(files, progress), raw_bytes=tar_bytes(sizes), level=level):
                written += len(piece)
                if options.max_bytes is not None and written > options.max_bytes:
                    raise PackTooLarge(file=str(file), limit=options.max_bytes, at_least=written)
                target.write(piece)
            target.flush()
            os.fsync(target.fileno())
        if file.exists() and not options.overwrite:
            raise PackExists(file=str(file))
        aside.replace(file)
    return written


def _watched(files: Iterable[tuple[str, bytes]], progress: Progress) -> Iterator[tuple[str, bytes]]:
    for path, data in files:
        yield path, data
        progress.advance(len(data))


@contextmanager
def _aside(file: Path) -> Generator[Path]:
    """A name beside `file` that nobody else writes to; nothing lies there afterwards."""
    _clear_leftovers(file)
    aside = file.with_name(f".{file.name[:60]}.{secrets.token_hex(4)}{SUFFIX}")
    try:
        yield aside
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)


def _clear_leftovers(file: Path) -> None:
    """Remove what runs that were killed have left beside `file`; one that is still at work wrote just now."""
    with suppress(OSError):
        for path in file.parent.glob(f".{glob.escape(file.name[:60])}.*{SUFFIX}"):
            if path.stat().st_mtime < time.time() - LEFTOVER_SECONDS:
                path.unlink(missing_ok=True)


@contextmanager
def named_errors(file: Path) -> Generator[None]:
    """What the system refuses while `file` is made, as errors of a pack. Raises: PackFull, PackError."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise PackFull(file=str(file)) from error
        raise PackError(f"{file} can't be written: {error.strerror or error}", file=str(file)) from error
