"""Reading goes on in other processes while a sync writes: never an error, never half of anything."""

import os
import subprocess
import sys
from pathlib import Path

from following import PLAIN, Follower, assert_alike
from publishing import Desk
from tamizdat.library import Library
from test_sync_crash import change, newsroom, withdraw

READER = """
import sys
from pathlib import Path
from tamizdat.library import Library
from tamizdat.search import search
from tamizdat.errors import NoSuchArticle
path, stop = Path(sys.argv[1]), Path(sys.argv[2])
looks, held, gone = 0, set(), 0
print("ready", flush=True)
while not stop.exists():
    with Library.open(path, create=False, readonly=True) as library:
        listed = library.articles(limit=1000)
        held.add(len(listed))
        for summary in listed[:: max(1, len(listed) // 7)]:
            try:
                article = library.article(summary.key).article
            except NoSuchArticle:
                gone += 1  # retracted since the list was made
                continue
            assert article.revision >= summary.revision
        for hit in search(library.db, "quizzaciously007"):
            assert hit.key == "news/007"
    looks += 1
print(looks, min(held), max(held), gone)
"""


def start_reading(library: Path, stop: Path) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", READER, library, stop], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=dict(os.environ),
    )  # fmt: skip
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


def read_while(desk: Desk, follower: Follower, folder: Path) -> list[int]:
    """Sync while another process reads; what that one saw: looks, fewest and most articles, gone in between."""
    stop = folder / "stop"
    stop.unlink(missing_ok=True)
    process = start_reading(follower.path, stop)
    try:
        assert follower.sync(desk).complete
    finally:
        stop.touch()
        seen, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    return [int(number) for number in seen.split()]


def test_another_process_reads_through_a_first_sync_an_update_and_a_retraction(tmp_path: Path) -> None:
    desk = newsroom(tmp_path)
    follower = Follower(tmp_path / "library.db", PLAIN)
    Library.open(follower.path).close()
    looks, fewest, most, _ = read_while(desk, follower, tmp_path)
    assert looks > 0
    assert 0 <= fewest <= most <= 60
    change(desk)
    assert read_while(desk, follower, tmp_path)[1:] == [60, 60, 0]
    withdraw(desk)
    _, fewest, most, _ = read_while(desk, follower, tmp_path)
    assert (fewest, most) in ((51, 60), (51, 51), (60, 60))
    follower.sync(desk)
    assert_alike(desk, follower)
