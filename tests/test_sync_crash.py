"""kill -9 of `tamizdat sync` at random moments: the library is whole, reading works, and the next run goes on."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from following import Follower, assert_alike, picture
from httpd import Handler, Httpd, serve
from publishing import SMALL, Desk, words
from tamizdat.library import Library
from tamizdat_server.images import Pictures

SETTINGS = msgspec.structs.replace(SMALL, segment_raw_bytes=30_000, newest_raw_bytes=15_000)
ARTICLES = 60


@dataclass
class Slow:
    """Gives files piece by piece, with pauses, so that a kill comes in the middle of some."""

    seconds: float = 0.004

    def __call__(self, handler: Handler, file: Path | None) -> None:
        if (
            handler.asked.path.startswith(("bundles/", "media/", "lists/"))
            and file
            and "range" not in handler.asked.headers
        ):
            data = file.read_bytes()
            handler.start(200, {"Content-Length": str(len(data))})
            for at in range(0, len(data), 2000):
                if not handler.wait(self.seconds):
                    return
                handler.send(data[at : at + 2000])
        else:
            handler.wait(self.seconds)
            serve(handler, file)


def newsroom(folder: Path) -> Desk:
    """Sixty articles, some with pictures, at version 1."""
    desk = Desk(folder / "desk", settings=SETTINGS)
    desk.now = int(time.time()) - 7200
    store = Pictures(desk.newsroom.media)
    for number in range(ARTICLES):
        image = store.add(picture(number), alt="A picture") if number % 6 == 0 else None
        desk.put(f"news/{number:03}", secret(number) + words(random.Random(number), 500), image=image,
                 published=f"2026-{1 + number // 20:02}-{1 + number % 20:02}T00:00:00Z")  # fmt: skip
    desk.publish(after=60)
    return desk


def secret(number: int) -> str:
    return f"quizzaciously{number:03} "


def change(desk: Desk) -> None:
    """Ten versions of edits: the way by deltas."""
    for version in range(10):
        for number in range(version, ARTICLES, 7):
            desk.put(f"news/{number:03}", f"version {version} " + words(random.Random(number + version), 400))
        desk.publish(after=60)


def withdraw(desk: Desk) -> None:
    """A retraction of nine articles, which the library must shrink after."""
    for number in range(0, 45, 5):
        desk.retract(f"news/{number:03}")
    desk.publish(after=60)


def sync_command(library: Path, url: str, *words: str) -> list[str]:
    run = [sys.executable, "-m", "tamizdat", "sync", url, "--trust-first-use", "--accept-retractions", *words]
    return [*run, "--library", str(library), "--json"]


def start(library: Path, url: str, *words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        sync_command(library, url, *words), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=dict(os.environ)
    )


def assert_whole(library: Path) -> int:
    """SQLite and the index find nothing wrong, and what is there can be read. How many articles that is."""
    if not library.exists():
        return 0
    with Library.open(library, create=False) as opened:
        assert opened.row("PRAGMA integrity_check") == ("ok",)
        assert list(opened.rows("PRAGMA foreign_key_check")) == []
        opened.db.execute("INSERT INTO articles_fts (articles_fts, rank) VALUES ('integrity-check', 1)")
        listed = opened.articles(limit=1000)
        for summary in listed[:5]:
            assert opened.article(summary.key).article.title == summary.title
    with Library.open(library, create=False, readonly=True) as opened:
        return len(opened.articles(limit=1000))


@dataclass
class Campaign:
    """Syncs that are killed, again and again, and one at the end that isn't."""

    library: Path
    httpd: Httpd
    words: tuple[str, ...]
    rng: random.Random
    longest: float
    killed: int = 0

    def run(self, times: int) -> None:
        for _ in range(times):
            process = start(self.library, self.httpd.url, *self.words)
            time.sleep(0.25 + self.rng.uniform(0, self.longest))
            if process.poll() is None:
                process.kill()
                self.killed += 1
            _, said = process.communicate()
            assert process.returncode in (0, -9), said.decode()
            assert_whole(self.library)
        self.finish()

    def finish(self) -> None:
        ended = subprocess.run(
            sync_command(self.library, self.httpd.url, *self.words), capture_output=True, check=False
        )
        assert ended.returncode == 0, ended.stderr.decode() + ended.stdout.decode()
        assert_whole(self.library)
        assert not Path(f"{self.library}.partial").exists()


def campaign(desk: Desk, library: Path, httpd: Httpd, *words: str, seed: int, longest: float, times: int) -> Campaign:
    httpd.tell("*", Slow())
    made = Campaign(library, httpd, words, random.Random(seed), longest)
    made.run(times)
    return made


# -- the four ways -----------------------------------------------------------------------------------------------------


def first_sync(folder: Path, *, seed: int, times: int) -> None:
    desk = newsroom(folder)
    with Httpd(desk.public) as httpd:
        made = campaign(desk, folder / "library.db", httpd, "--media", "standard", seed=seed, longest=0.9, times=times)
        once = sum(file.stat().st_size for kind in ("bundles", "lists") for file in (desk.public / kind).iterdir())
        once += sum(file.stat().st_size for file in (desk.public / "media").glob("*.tar"))
        sent = sum(a.sent for a in httpd.log if a.path.startswith(("bundles/", "lists/", "media/")))
    assert made.killed > 0
    # What was on its way when a sync was killed may be lost on the way, and is little beside the whole.
    assert sent <= once * 1.15 + made.killed * 4 * 4000
    assert_alike(desk, Follower(folder / "library.db"))


def by_deltas(folder: Path, *, seed: int, times: int) -> None:
    desk = newsroom(folder)
    with Httpd(desk.public) as httpd:
        Campaign(folder / "library.db", httpd, (), random.Random(), 0).finish()
        change(desk)
        campaign(desk, folder / "library.db", httpd, "--revisions", seed=seed, longest=0.5, times=times)
    assert_alike(desk, Follower(folder / "library.db"))


def retraction_and_shrink(folder: Path, *, seed: int, times: int) -> None:
    desk = newsroom(folder)
    library = folder / "library.db"
    with Httpd(desk.public) as httpd:
        Campaign(library, httpd, ("--media", "previews"), random.Random(), 0).finish()
        assert secret(5).strip().encode() in library.read_bytes()
        withdraw(desk)
        campaign(desk, library, httpd, seed=seed, longest=0.35, times=times)
    follower = Follower(library)
    assert_alike(desk, follower)
    held = follower.bytes()
    assert [number for number in range(0, 45, 5) if secret(number).strip().encode() in held] == []


WAYS = [first_sync, by_deltas, retraction_and_shrink]


@pytest.mark.parametrize("way", WAYS)
def test_a_sync_that_is_killed_goes_on_and_ends_with_the_newsrooms_records(
    tmp_path: Path, way: Callable[..., None]
) -> None:
    way(tmp_path, seed=7, times=3)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("way", WAYS)
def test_a_sync_that_is_killed_hundreds_of_times_ends_with_the_newsrooms_records(
    tmp_path: Path, way: Callable[..., None], seed: int
) -> None:
    way(tmp_path, seed=seed, times=20)
