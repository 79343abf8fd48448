"""The memory of packing, and of taking a pack, doesn't grow with what is packed."""

import subprocess
import sys
from pathlib import Path

import pytest

from test_sync_memory import MEGABYTE, SYNC, published

PACK = """
import re, sys
from pathlib import Path
import tamizdat.pack.holdings, tamizdat.pack.tree, tamizdat.transport.folder, tamizdat.trust
from tamizdat.library import Library
from tamizdat.pack import pack
peak = lambda: 1024 * int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
before = peak()
if sys.argv[1].endswith(".db"):
    with Library.open(Path(sys.argv[1]), readonly=True) as library:
        report = pack(library, Path(sys.argv[2]), clock=lambda: int(sys.argv[3]))
else:
    report = pack(sys.argv[1], Path(sys.argv[2]), clock=lambda: int(sys.argv[3]))
assert report.complete
print(peak() - before, report.raw_bytes)
"""


def run(code: str, *words: object) -> tuple[int, int]:
    command = [sys.executable, "-c", code, *map(str, words)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    peak, size = map(int, ran.stdout.split())
    return peak, size


def peaks(folder: Path, count: int) -> dict[str, int]:
    """How many bytes more than loading the code each step takes at its peak, with so many articles."""
    desk = published(folder / "desk", count, length=400)
    now, library = desk.now, folder / "library.db"
    found = {"sync": run(SYNC, desk.public, library, now)[0]}
    found["pack a tree"] = run(PACK, desk.public, folder / "tree.pack", now)[0]
    found["pack a library"], size = run(PACK, library, folder / "own.pack", now)
    assert size > count * 3_000
    found["sync from a reader's pack"] = run(SYNC, folder / "own.pack", folder / "new.db", now)[0]
    return found


@pytest.mark.long
def test_four_times_the_articles_take_hardly_more_memory_and_less_than_100_mb(tmp_path: Path) -> None:
    small, large = (peaks(tmp_path / str(count), count) for count in (4_000, 16_000))
    print(small, large)
    for step in ("pack a tree", "pack a library", "sync from a reader's pack"):
        assert large[step] < 100 * MEGABYTE, step
        assert large[step] < small[step] + 15 * MEGABYTE, step
