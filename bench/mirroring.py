"""What keeping a copy costs: `tamizdat mirror` over HTTP, and rsync of the same tree beside it."""

import re
import statistics
import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from room import Room
from server import Served
from tables import table
from tamizdat.mirror import MirrorOptions, mirror, verify
from workload import Limits


@dataclass(frozen=True)
class Copied:
    """One run: requests and bytes on the wire, files written and deleted, and the bytes that rsync moved for the same.

    `news`: what the day's changed records are, as JSON lines in one file, `zstd -19`.
    """

    requests: int
    bytes: int
    written: int
    deleted: int
    rsync: int
    news: int = 0


@dataclass(frozen=True)
class Copies:
    """A first copy of so many files and bytes, a run with nothing new, and one for each version of the workload."""

    articles: int
    files: int
    size: int
    first: Copied
    idle: Copied
    later: Sequence[Copied]


def measure(room: Room, served: Served, scratch: Path, limits: Limits) -> Copies:
    """Play all days of the room's workload."""
    ours, theirs = scratch / "copy", scratch / "rsync"
    first = _copy(room, served, ours, theirs)
    files = [file.stat().st_size for file in _files(ours)]
    idle = _copy(room, served, ours, theirs)
    later: list[Copied] = []
    for number, day in enumerate(room.workload.days, 1):
        room.play(number)
        room.publish()
        later.append(_copy(room, served, ours, theirs, news=limits.zstd_19_of_records(day["put"])))
    _check(room, ours)
    return Copies(len(room.workload.records), len(files), sum(files), first, idle, later)


def _copy(room: Room, served: Served, ours: Path, theirs: Path, *, news: int = 0) -> Copied:
    before = {file: file.stat().st_ino for file in _files(ours)}
    served.take()
    options = MirrorOptions(allow_private=True)
    report = mirror(room.address(served.url), ours, options=options, clock=lambda: room.today)
    assert report.exit_code == 0, report
    answers = served.take()
    after = {file: file.stat().st_ino for file in _files(ours)}
    written = sum(before.get(file) != inode for file, inode in after.items())
    size = sum(answer.body for answer in answers)
    return Copied(len(answers), size, written, len(before.keys() - after.keys()), _rsync(room.public, theirs), news)


def _files(folder: Path) -> list[Path]:
    """The files of a copy, without what the command keeps for itself."""
    return [file for file in folder.rglob("*") if file.is_file() and ".tamizdat" not in file.parts]


def _rsync(source: Path, target: Path) -> int:
    """Bytes that rsync sends and receives, as it would over a network."""
    command = ["rsync", "-az", "--no-whole-file", "--delete", "--stats", f"{source}/", f"{target}/"]
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return sum(int(number.replace(",", "")) for number in re.findall(r"Total bytes (?:sent|received): ([\d,]+)", said))


def _check(room: Room, copy: Path) -> None:
    """The copy must be whole, and show what the tree does."""
    found = verify(room.address(str(copy)), clock=lambda: room.today)
    assert found.exit_code == 0, found
    assert (copy / "head.tar.zst").read_bytes() == (room.public / "head.tar.zst").read_bytes()


def lines(found: Copies) -> list[str]:
    """The table."""
    head = [f"{found.articles:,} articles", "requests", "bytes", "files written", "deleted", "rsync -z: bytes"]
    rows = [
        _row(f"first copy: {found.files:,} files, {found.size:,} bytes", [found.first], max),
        _row("nothing new", [found.idle], max),
        _row(f"a new version, median of {len(found.later)}", found.later, statistics.median),
        _row("a new version, most", found.later, max),
    ]
    news = round(statistics.median(copied.news for copied in found.later))
    moved = round(statistics.median(copied.bytes for copied in found.later))
    beside = f"{moved / news:.1f} × that, and {moved / found.size:.2%} of the copy"
    said = f"A version's 33 new and edited articles alone are {news:,} bytes, `zstd -19`; a run moves {beside}."
    return [*table(head, rows), "", said]


def _row(name: str, runs: Iterable[Copied], pick: Callable[[Iterable[int]], float]) -> list[object]:
    costs = ("requests", "bytes", "written", "deleted", "rsync")
    runs = list(runs)
    return [name, *(round(pick(getattr(run, cost) for run in runs)) for cost in costs)]
