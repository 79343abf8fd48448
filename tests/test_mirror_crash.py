"""kill -9 of `tamizdat mirror` at random moments, under readers who sync from its folder all the while over HTTP.

No reader ever sees anything but a whole version that was published, none older than one seen before, and what is left
is finished by the next run. That each single change in the folder may be the last is in test_mirror_order.py.
"""

import os
import random
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest

from following import ALL, Follower, digest
from httpd import Httpd
from mirroring import Copy
from publishing import Desk, words
from tamizdat.errors import FileMissing
from tamizdat.library import Library
from tamizdat.mirror.folder import OWN
from tamizdat.sync import sync
from test_sync_crash import SETTINGS, Slow

ARTICLES = 40
OPTIONS = msgspec.structs.replace(ALL, only=True)


@dataclass
class Readers:
    """One who syncs again and again from the copy, and each time one who begins. `faults`: what went wrong.

    `published`: each version by the digest of its records; `seen`: the versions that readers held. `births`: no process
    is started in the middle of a sync, as it would be born with the lock of a library.
    """

    desk: Desk
    url: str
    folder: Path
    published: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)
    syncs: int = 0
    ending: threading.Event = field(default_factory=threading.Event)
    births: threading.Lock = field(default_factory=threading.Lock)

    def note(self) -> None:
        """What the newsroom has now is a version."""
        self.published[digest(self.desk.lines())] = self.desk.newsroom.version

    def run(self) -> None:
        """Until told to end."""
        regular, newest = Follower(self.folder / "regular.db"), 0
        while not self.ending.wait(0.02):
            self.syncs += 1
            for follower in (regular, Follower(self.folder / f"new{self.syncs}.db")):
                version = self.sync(follower)
                if 0 < version < newest:
                    self.faults.append(f"version {version} was seen after {newest}")
                newest = max(newest, version)

    def sync(self, follower: Follower) -> int:
        """The version that a reader holds after a sync; 0 where there is no copy yet."""
        try:
            with self.births, Library.open(follower.path) as library:
                report = sync(library, self.url, options=OPTIONS)
                held = digest(library.records(report.publication, "en"))
        except FileMissing as error:
            if error.path != "metadata/1.root.json" or self.seen:
                self.faults.append(str(error))
            return 0
        except Exception as error:
            self.faults.append(f"{type(error).__name__}: {error}")
            return 0
        version = self.published.get(held, 0)
        if not report.complete or version != report.to:
            self.faults.append(f"a sync that says version {report.to} gave the records of {version or 'none'}")
        self.seen.add(version)
        return version


def newsroom(folder: Path) -> Desk:
    desk = Desk(folder / "desk", settings=SETTINGS)
    desk.now = int(time.time()) - 100_000
    for number in range(ARTICLES):
        published = f"2026-{1 + number // 20:02}-{1 + number % 20:02}T00:00:00Z"
        desk.put(f"news/{number:03}", words(random.Random(number), 300), published=published)
    desk.publish(after=60)
    return desk


def change(desk: Desk, rng: random.Random) -> None:
    """The next version, as far as it goes before it is published: edits, something new, and something retracted."""
    for number in rng.sample(range(ARTICLES), 6):
        desk.put(f"news/{number:03}", words(rng, 300))
    version = desk.newsroom.version
    desk.put(f"more/{version}", words(rng, 300))
    if desk.newsroom.key_of(f"more/{version - 2}.md"):
        desk.retract(f"more/{version - 2}")


def campaign(folder: Path, *, seed: int, kills: int, longest: float) -> None:
    """Publish, mirror and kill, until so many runs were killed; then look at what is left."""
    rng, desk, target = random.Random(seed), newsroom(folder), folder / "copy"
    target.mkdir()
    with Httpd(desk.public) as source, Httpd(target) as served:
        source.tell("*", Slow(seconds=0.006))
        readers = Readers(desk, served.url, folder)
        readers.note()
        thread = threading.Thread(target=readers.run)
        thread.start()
        try:
            while kills and not readers.faults:
                process = start(source.url, target, readers.births)
                kills -= run_and_kill(process, 0.3 + rng.uniform(0, longest))
                if rng.random() < 0.6:
                    change(desk, rng)
                    publish(desk, readers)
            last = start(source.url, target, readers.births)
            said = last.communicate()
            assert last.returncode == 0, said
            wait_for(readers, desk.newsroom.version)
        finally:
            readers.ending.set()
            thread.join()
    assert readers.faults == []
    assert_clean(Copy(target, desk))


def publish(desk: Desk, readers: Readers) -> None:
    """No mirror is at work now, so that no reader can be ahead of what is noted."""
    desk.publish(after=60)
    readers.note()


def wait_for(readers: Readers, version: int) -> None:
    until = time.monotonic() + 60
    while version not in readers.seen and not readers.faults and time.monotonic() < until:
        time.sleep(0.05)
    assert version in readers.seen or readers.faults


def start(source: str, target: Path, births: threading.Lock) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tamizdat", "mirror", source, str(target), "--trust-first-use", "--json"]
    with births:
        return subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ)
        )


def run_and_kill(process: subprocess.Popen[str], seconds: float) -> bool:
    """Whether the run was still at work after so many seconds, and was killed."""
    time.sleep(seconds)
    alive = process.poll() is None
    if alive:
        process.kill()
    _, said = process.communicate()
    assert process.returncode in (0, -9), said
    return alive


def assert_clean(copy: Copy) -> None:
    """Whole, and without a trace of the runs that were killed."""
    copy.assert_whole()
    assert list((copy.folder / OWN / "new").iterdir()) == []
    assert list((copy.folder / OWN / "partial").iterdir()) == []
    assert copy.verify().extra == []


@pytest.mark.long
def test_readers_of_a_copy_never_see_that_its_mirror_is_killed_again_and_again(tmp_path: Path):
    campaign(tmp_path, seed=1, kills=4, longest=1.2)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(6))
def test_readers_of_a_copy_never_see_that_its_mirror_is_killed_hundreds_of_times(tmp_path: Path, seed: int):
    campaign(tmp_path, seed=seed, kills=50, longest=1.5)
