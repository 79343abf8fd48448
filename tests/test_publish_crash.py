"""Killed or out of space at any moment: the old version or the new one is whole, and the next publish heals."""

import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from publishing import HOUR, Desk, Reader, words
from tamizdat.errors import NewsroomFull
from tamizdat_server.live import read_live
from tamizdat_server.newsroom import Newsroom
from tamizdat_server.publish import publish

CHILD = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from publishing import SMALL
from tamizdat_server.newsroom import Newsroom
from tamizdat_server.publish import publish
with Newsroom.open(Path(sys.argv[2])) as newsroom:
    print("ready", flush=True)
    publish(newsroom, now=int(sys.argv[3]), settings=SMALL)
print("done", flush=True)
"""


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A newsroom with a past, and something of every kind waiting to be published."""
    desk, rng = Desk(tmp_path_factory.mktemp("busy") / "desk"), random.Random(3)
    for _ in range(15):
        for _ in range(3):
            desk.put(f"a/{rng.randrange(40)}", words(rng, 40))
        desk.publish()
    desk.retract("a/1") if desk.newsroom.key_of("a/1.md") else None
    for number in range(6):
        desk.put(f"a/{number * 3}", words(rng, 60))
    desk.newsroom.close()
    return desk.newsroom.folder


class Copy(Desk):
    """The busy newsroom once more, to be killed; `reader` stands at its last version."""

    def __init__(self, busy: Path, folder: Path) -> None:
        shutil.copytree(busy, folder)
        self.newsroom = Newsroom.open(folder)
        self.public = self.newsroom.public
        self.settings = Desk.__init__.__kwdefaults__["settings"]
        live = read_live(self.public)
        self.now = live.signed + HOUR
        self.reader = Reader().sync(self.public)

    def start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", CHILD, str(Path(__file__).parent), str(self.newsroom.folder), str(self.now)]
        child = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert child.stdout.readline() == b"ready\n"
        return child

    def check_old_or_new(self, old: int) -> None:
        assert self.newsroom.db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        reader = self.reader.copy().sync(self.public)
        assert reader.version in (old, old + 1)
        assert reader.lines() == Reader().sync(self.public).lines()

    def check_healed(self, old: int) -> None:
        self.now += HOUR
        report = publish(self.newsroom, now=self.now, settings=self.settings)
        assert report.version == old + 1
        for reader in (self.reader, Reader()):
            assert reader.sync(self.public).take_revisions(self.public).lines() == self.lines()
        named = {path for (path,) in self.newsroom.db.execute("SELECT path FROM files")}
        there = {path for path in self.files() if path.startswith(("bundles/", "lists/", "media/"))}
        assert there == named
        assert not list(self.public.rglob("*.tmp"))
        self.newsroom.close()


def kill_after(busy: Path, folder: Path, delay: float) -> str:
    copy = Copy(busy, folder)
    old = copy.newsroom.version
    child = copy.start()
    time.sleep(delay)
    child.send_signal(signal.SIGKILL)
    with child:
        ended = "done" if b"done" in child.stdout.read() else "killed"
    copy.check_old_or_new(old)
    copy.check_healed(old)
    shutil.rmtree(folder)
    return ended


@pytest.fixture(scope="module")
def duration(busy: Path, tmp_path_factory: pytest.TempPathFactory) -> float:
    """Seconds that the child takes from `ready` to `done`."""
    copy = Copy(busy, tmp_path_factory.mktemp("timed") / "desk")
    copy.newsroom.close()
    with copy.start() as child:
        began = time.monotonic()
        assert child.stdout.readline() == b"done\n"
        return time.monotonic() - began


@pytest.mark.parametrize("part", [0.2, 0.5, 0.7, 0.9])
def test_a_killed_publish_leaves_a_whole_version_and_the_next_one_heals(
    busy: Path, duration: float, tmp_path: Path, part: float
):
    kill_after(busy, tmp_path / "desk", part * duration)


@pytest.mark.long
def test_a_campaign_of_killed_publishes_never_leaves_half_a_version(busy: Path, duration: float, tmp_path: Path):
    rng, killed = random.Random(1), 0
    while killed < 300:
        if kill_after(busy, tmp_path / "desk", rng.uniform(0, duration)) == "killed":
            killed += 1
        else:
            duration *= 0.97  # this machine is quicker now than when it was timed


@pytest.mark.parametrize("count", [0, 7, 12, 14, 15, 16, 17, 18, 20])
def test_a_publish_that_stopped_before_writing_a_file_heals(busy: Path, tmp_path: Path, count: int):
    assert fails_at_write(busy, tmp_path / "desk", count)


@pytest.mark.long
def test_a_publish_that_stopped_before_writing_any_of_its_files_heals(busy: Path, tmp_path: Path):
    count = 0
    while fails_at_write(busy, tmp_path / f"desk{count}", count):
        count += 1
    assert count > 20


class Stop(BaseException):
    """What a kill looks like from inside, without the cost of a process."""


def fails_at_write(busy: Path, folder: Path, count: int) -> bool:
    from tamizdat_server.publish.files import Tree

    copy, left, write = Copy(busy, folder), [count], Tree.replace
    old = copy.newsroom.version

    def limited(self: Tree, path: str, data: bytes, *, modified: int | None = None) -> None:
        if not left[0]:
            raise Stop
        left[0] -= 1
        write(self, path, data, modified=modified)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Tree, "replace", limited)
        try:
            publish(copy.newsroom, now=copy.now, settings=copy.settings)
            return False
        except Stop:
            pass
        finally:
            patch.undo()
    copy.check_old_or_new(old)
    copy.check_healed(old)
    shutil.rmtree(folder)
    return True


def test_out_of_space_is_said_and_what_was_published_stands(busy: Path, tmp_path: Path):
    copy = Copy(busy, tmp_path / "desk")
    old = copy.newsroom.version
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3_000, hard))
    try:
        with pytest.raises(NewsroomFull) as caught:
            publish(copy.newsroom, now=copy.now, settings=copy.settings)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert caught.value.exit_code == 5
    copy.check_old_or_new(old)
    copy.check_healed(old)
