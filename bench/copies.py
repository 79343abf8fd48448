#!/usr/bin/env python3
"""Measure what docs/operating-a-mirror.md says of a copy's size and of the traffic that keeps it fresh. Some minutes.

Thirty days of the workload: the size of the tree, and what `tamizdat mirror` fetches once a day.
"""

import tempfile
from pathlib import Path

from room import Room
from tamizdat.mirror import MirrorOptions, mirror
from workload import CHECKOUT, Workload

WORK = CHECKOUT / "build" / "bench"
SHOWN = (0, 1, 7, 14, 21, 30)


def main() -> None:
    workload = Workload.make(WORK, articles=10_000, days=30)
    with tempfile.TemporaryDirectory(dir=WORK) as scratch:
        room, copy = Room.make(Path(scratch) / "newsroom", workload), Path(scratch) / "copy"
        news = Path(scratch) / "news"
        for day in range(31):
            if day:
                room.play(day)
                room.publish()
            found, newest = fetch(room, copy), fetch(room, news, newest=30)
            if day in SHOWN:
                print(f"day {day}: copy {size(copy):,} bytes in {files(copy)} files, fetched {found:,};", end=" ")
                print(f"newest 30 days {size(news):,} bytes, fetched {newest:,}")


def fetch(room: Room, folder: Path, *, newest: int = 0) -> int:
    """Bytes that a run took."""
    options = MirrorOptions(newest=newest, durable=False)
    return mirror(room.address(str(room.public)), folder, options=options, clock=lambda: room.today).bytes


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def files(folder: Path) -> int:
    return sum(1 for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    main()
