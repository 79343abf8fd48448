"""The memory of a sync doesn't grow with the number of segments."""

import random
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from publishing import HOUR, Desk, words
from tamizdat_server.clock import rfc3339
from tamizdat_server.publish import Settings

# The sizes of a real publication, at a level that doesn't take an hour.
REAL = msgspec.structs.replace(
    Settings(), durable=False, delta_level=1, segment_level=1, newest_segment_level=1, rebuild_level=1
)
MEGABYTE = 1_000_000
SYNC = """
import re, sys
from pathlib import Path
import tamizdat.sync.session, tamizdat.transport.folder, tamizdat.transport.http
from tamizdat.library import Library
from tamizdat.sync import SyncOptions, sync
# Not getrusage: that begins with the peak of whoever started this process.
peak = lambda: 1024 * int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
before = peak()
with Library.open(Path(sys.argv[2])) as library:
    report = sync(library, sys.argv[1], options=SyncOptions(trust_first_use=True), clock=lambda: int(sys.argv[3]))
assert report.complete
print(peak() - before, report.articles)
"""


def published(folder: Path, count: int, *, length: int) -> Desk:
    desk = Desk(folder, settings=REAL)
    rng = random.Random(1)
    with desk.newsroom.editing():
        for number in range(count):
            when = rfc3339(desk.now - number * HOUR)
            desk.put(f"archive/{number:06}", words(rng, length), published=when)
    desk.publish()
    return desk


def peak_above_imports(folder: Path, count: int) -> int:
    """How many bytes more a first sync of so many articles takes at its peak than loading the code."""
    desk = published(folder / "desk", count, length=400)
    command = [sys.executable, "-c", SYNC, desk.public, folder / "library.db", str(desk.now)]
    ran = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    peak, articles = map(int, ran.stdout.split())
    assert articles == count
    return peak


@pytest.mark.long
def test_four_times_the_segments_take_no_more_memory_and_less_than_100_mb(tmp_path: Path) -> None:
    for name in ("few", "many"):
        (tmp_path / name).mkdir()
    few, many = peak_above_imports(tmp_path / "few", 5_000), peak_above_imports(tmp_path / "many", 20_000)
    print(f"\npeak above imports: {few / MEGABYTE:.0f} MB of 5,000 articles, {many / MEGABYTE:.0f} MB of 20,000")
    assert many < 100 * MEGABYTE
    assert many < few * 1.3 + 5 * MEGABYTE


def test_a_sync_holds_few_files_at_once(tmp_path: Path) -> None:
    """However many are to be fetched, no more than four are on their way or waiting to be applied."""
    from tamizdat.sync.fetch import PARALLEL, Fetcher, Wanted
    from tamizdat.sync.options import Silent

    class Counting:
        given = 0

        def fetch(self, path: str, *, max_bytes: int, check: object, partial: Path | None = None) -> bytes:
            self.given += 1
            return b""

    source = Counting()
    fetcher = Fetcher(source, tmp_path / "partial", progress=Silent())
    jobs = [(Wanted(f"bundles/{n}", 1, str(n)), n) for n in range(50)]
    for seen, (number, _) in enumerate(fetcher.each(jobs), start=1):
        assert number == seen - 1
        assert source.given <= seen + PARALLEL
    assert source.given == 50
