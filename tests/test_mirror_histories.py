"""Random histories of a newsroom and of a copy: runs of all kinds, stopped anywhere, over disks that lose and damage.

After each step, readers of the copy find one whole version, never an older one than before; in the end the copy is what
a new one would be, and what it has beyond that goes within two weeks.
"""

import random
from contextlib import suppress
from pathlib import Path

import pytest

from following import Follower, picture
from mirroring import Copy, tree
from publishing import DAY, HOUR, Desk, Reader, words
from tamizdat.errors import ExpiredError, ThresholdError
from tamizdat.mirror.folder import OWN
from tamizdat.sync import Keep
from tamizdat_server.images import Pictures
from tamizdat_server.keys import Signer
from tamizdat_server.keys.operations import resign, rotate_keys
from test_mirror_order import Stop, watched

KEEP = Keep(days=2)


class History:
    """One newsroom, one copy, and readers of it."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.rng = random.Random(seed)
        self.desk = Desk(folder / "desk", editions=("en", "ru"))
        self.copy = Copy(folder / "copy", self.desk)
        self.store = Pictures(self.desk.newsroom.media)
        self.images = [self.store.add(picture(number), alt="A picture") for number in range(4)]
        self.seen, self.newest, self.done = 0, 0, list[str]()
        self.publish()

    def step(self) -> None:
        """Something happens."""
        ways = [self.publish, self.publish, self.retract, self.sign, self.rotate, self.mirror, self.mirror, self.stop,
                self.stop, self.choose, self.lose, self.damage, self.forget, self.wait]  # fmt: skip
        way = self.rng.choice(ways)
        self.done.append(way.__name__)
        way()

    # -- the newsroom --------------------------------------------------------------------------------------------------

    def publish(self) -> None:
        for _ in range(self.rng.randrange(1, 6)):
            code = self.rng.choice(("en", "ru"))
            image = self.rng.choice([*self.images, None, None, None, None])
            self.desk.put(f"{code}/{self.rng.randrange(25)}", words(self.rng, 40), edition=code, image=image)
        self.desk.publish()

    def retract(self) -> None:
        code = self.rng.choice(("en", "ru"))
        keys = [f"{code}/{n}" for n in range(25) if self.desk.newsroom.key_of(f"{code}/{n}.md")]
        for key in keys[:2]:
            self.desk.retract(key)
        self.desk.publish()

    def sign(self) -> None:
        self.desk.now += HOUR
        resign(Signer(self.desk.public, self.desk.newsroom.keys), now=self.desk.now)

    def rotate(self) -> None:
        self.desk.now += HOUR
        role = self.rng.choice(("timestamp", "snapshot"))
        rotate_keys(Signer(self.desk.public, self.desk.newsroom.keys), role, now=self.desk.now)

    def wait(self) -> None:
        self.desk.now += self.rng.randrange(1, 6) * DAY
        self.sign()

    # -- the copy ------------------------------------------------------------------------------------------------------

    def mirror(self, **options: object) -> None:
        report = self.copy.run(check=self.rng.random() < 0.2, **options)
        assert report.live
        assert report.exit_code in (0, 4)

    def stop(self) -> None:
        left = self.rng.randrange(60)

        def count(kind: str, path: object) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise Stop

        try:
            with watched(count):
                self.mirror()
        except Stop:
            pass

    def choose(self) -> None:
        self.newest = self.rng.choice((0, 0, 3, 20))
        self.mirror(newest=self.newest)

    def forget(self) -> None:
        (self.copy.folder / OWN / "state.json").unlink(missing_ok=True)
        self.mirror(newest=self.newest)

    def lose(self) -> None:
        for path in self.some_files():
            (self.copy.folder / path).unlink()
        self.sign()
        self.mirror()

    def damage(self) -> None:
        for path in self.some_files():
            data = bytearray((self.copy.folder / path).read_bytes())
            if data:
                data[self.rng.randrange(len(data))] ^= 1
                (self.copy.folder / path).write_bytes(data)
        self.sign()
        assert self.copy.run(check=True).live

    def some_files(self) -> list[str]:
        paths = sorted(tree(self.copy.folder)) if self.copy.folder.exists() else []
        return self.rng.sample(paths, min(3, len(paths)))

    # -- what holds ----------------------------------------------------------------------------------------------------

    def check(self) -> None:
        """A reader finds one whole version; of a copy that holds all, by the plain rules of the format."""
        if not (self.copy.folder / "metadata" / "timestamp.json").exists():
            return
        with suppress(ExpiredError):
            Follower(self.copy.folder.with_name("reader.db")).sync(self.desk, self.copy.folder, only=True, keep=KEEP)
        try:
            report = self.copy.verify()
        except ThresholdError:
            # Stopped between a new root and the timestamp of its keys: the heads led the reader above past that.
            assert self.done[-1] == "stop", self.done
            return
        assert report.missing == [], self.done
        # A run that was stopped may have left metadata of the next version, by a key that no root here names yet.
        read = ("bundles", "lists", "media") if self.done[-1] == "stop" else ("bundles", "lists", "media", "metadata")
        assert [path for path in report.broken if path.startswith(read)] == [], self.done
        assert report.version >= self.seen, self.done
        self.seen = report.version
        if not report.newest:
            assert len({Reader(code).sync(self.copy.folder).version > 0 for code in ("en", "ru")}) in (1, 2)

    def end(self, folder: Path) -> None:
        self.sign()
        self.copy.run(newest=0, check=True)
        self.copy.assert_whole()
        fresh = Copy(folder / "fresh", self.desk)
        fresh.run()
        assert fresh.files.items() <= self.copy.files.items()
        for _ in range(3):
            self.desk.now += 6 * DAY
            self.sign()
            self.copy.run()
        fresh.run()
        kept = {path for path in fresh.files if not path.startswith("metadata/")}
        assert {path for path in self.copy.files if not path.startswith("metadata/")} == kept, self.done


def live_through(folder: Path, *, seed: int, steps: int) -> None:
    history = History(folder, seed)
    for _ in range(steps):
        history.step()
        history.check()
    history.end(folder)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_copy_lives_through_random_histories(tmp_path: Path, seed: int):
    live_through(tmp_path, seed=seed, steps=12)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 140))
def test_a_copy_lives_through_long_random_histories(tmp_path: Path, seed: int):
    live_through(tmp_path, seed=seed, steps=50)
