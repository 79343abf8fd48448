"""How large a pack to carry by hand is, and how long it takes to make."""

import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from reader import Reader
from room import Room
from server import Served
from tables import table
from tamizdat import Library
from tamizdat.pack import PackOptions, pack

WEEK = 7


@dataclass(frozen=True)
class Pack:
    """What was packed; the file's bytes, how many files are in it, and the CPU seconds that it took."""

    name: str
    bytes: int
    files: int
    cpu: float


def measure(room: Room, served: Served, scratch: Path) -> list[Pack]:
    """Pack a week after the base was published, from the tree and from a reader's library."""
    reader = Reader(scratch / "packed.db")
    reader.sync(room, served)
    for number in range(1, WEEK + 1):
        room.play(number)
        room.publish()
        reader.sync(room, served)
    now = room.catalog.version
    return [
        _pack(room, scratch, "everything", PackOptions()),
        _pack(room, scratch, "one edition (kk)", PackOptions(editions=frozenset({"kk"}))),
        _pack(room, scratch, "the last week", PackOptions(since=now - WEEK)),
        _pack(room, scratch, "the last day", PackOptions(since=now - 1)),
        _pack(room, scratch, "everything, by a reader", PackOptions(), library=reader.path),
        _pack(room, scratch, "the last week, by a reader", PackOptions(since=now - WEEK), library=reader.path),
    ]


def _pack(room: Room, scratch: Path, name: str, options: PackOptions, *, library: Path | None = None) -> Pack:
    file = scratch / f"{name}.tar.zst"
    begun = time.process_time()
    with ExitStack() as stack:
        source = stack.enter_context(Library.open(library)) if library else room.address(str(room.public))
        report = pack(source, file, options=options, clock=lambda: room.today)
    cpu = time.process_time() - begun
    return Pack(name, report.bytes, report.files, cpu)


def lines(found: list[Pack]) -> list[str]:
    """The table."""
    return table(
        ["packed", "bytes", "files in it", "CPU"],
        [(pack.name, pack.bytes, pack.files, f"{pack.cpu:.1f} s") for pack in found],
    )
