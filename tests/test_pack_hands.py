"""Random lives of readers who sync, and hand on to one another: nobody ever holds what the newsroom didn't publish."""

import random
from pathlib import Path

import msgspec
import pytest

from following import PLAIN, Follower
from publishing import DAY, HOUR, Desk, words
from tamizdat.errors import RollbackError, UsageError
from tamizdat.format import stock
from tamizdat.format.article import decode_record
from tamizdat.library import Library
from tamizdat.pack import PackOptions, pack
from tamizdat.sync import Keep, SyncReport
from tamizdat_server.clock import rfc3339
from tamizdat_server.publish import stock as publishing


class Lives:
    """A newsroom, five readers of whom two keep only the newest, and what was published at each version."""

    def __init__(self, folder: Path, rng: random.Random) -> None:
        self.folder, self.rng, self.desk = folder, rng, Desk(folder / "desk")
        keeps = [None, None, None, 15, 40]
        self.readers = [
            Follower(folder / f"{number}.db", msgspec.structs.replace(PLAIN, keep=Keep(days=days)))
            for number, days in enumerate(keeps)
        ]
        self.lines: dict[int, set[bytes]] = {}
        self.taken = self.whole = 0
        for number in range(40):
            self.put(f"news/{number}", days=number)
        self.publish()

    def put(self, key: str, *, days: float) -> None:
        self.desk.put(key, words(self.rng, 6), published=rfc3339(int(self.desk.now - days * DAY)))

    def publish(self) -> None:
        self.desk.publish(after=self.rng.choice([HOUR, DAY]))
        self.lines[self.desk.catalog().version] = set(self.desk.lines())

    def edit(self) -> None:
        """A few changes of every kind, then a version."""
        for _ in range(self.rng.randrange(1, 6)):
            key = f"news/{self.rng.randrange(50)}"
            held = [line for line in self.desk.lines() if f'"{key}"'.encode() in line]
            if self.rng.random() < 0.25 and held and b'"retraction"' not in held[0]:
                self.desk.retract(key)
            else:
                self.put(key, days=self.rng.randrange(45))
        self.publish()

    def sync(self) -> None:
        reader = self.rng.choice(self.readers)
        self.check(reader, reader.sync(self.desk))

    def hand_on(self) -> None:
        giver, reader = self.rng.sample(self.readers, 2)
        file = self.folder / "handed.pack"
        since = self.rng.choice([None, None, reader_version(reader), self.rng.randrange(len(self.lines) + 1)])
        try:
            with Library.open(giver.path) as library:
                options = PackOptions(since=since, overwrite=True)
                pack(library, file, options=options, clock=lambda: self.desk.now)
            report = reader.sync(self.desk, f"{file}#{self.desk.newsroom.fingerprint}", trust_first_use=False)
        except (RollbackError, UsageError):
            return  # it was older than what the reader has, or the giver has nothing yet
        self.taken += 1
        self.whole += report.complete
        self.check(reader, report)

    def check(self, reader: Follower, report: SyncReport) -> None:
        current, standing = set(reader.current(self.desk)), reader.standing(self.desk)
        published = self.lines[report.to]
        if standing.version != report.to:  # every version here changes the one edition
            assert not report.complete
            assert current <= set().union(*self.lines.values())
            return
        assert current <= published
        assert {line for line in published if is_since(line, standing.complete_since)} <= current
        if reader.options.keep == Keep() and report.complete:
            assert current == published


def reader_version(reader: Follower) -> int | None:
    with Library.open(reader.path) as library:
        known = library.publications()
        return library.standing(known[0].publication, "en").version if known else None


def is_since(line: bytes, since: str) -> bool:
    """Whether a reader complete since then holds this: retractions always."""
    record = decode_record(line).record
    return getattr(record, "published", "~") >= since


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (stock, publishing):
        monkeypatch.setattr(module, "begins_part", lambda key: stock.hashlib.sha256(key.encode()).digest()[0] < 50)


def live(folder: Path, seed: int, steps: int) -> Lives:
    lives = Lives(folder, random.Random(seed))
    lives.readers[0].sync(lives.desk)
    for _ in range(steps):
        lives.rng.choice([lives.edit, lives.sync, lives.hand_on, lives.hand_on, lives.hand_on])()
    for reader in lives.readers:
        lives.check(reader, reader.sync(lives.desk))
    return lives


@pytest.mark.parametrize("seed", range(3))
def test_nobody_ever_holds_what_was_not_published(tmp_path: Path, seed: int):
    lives = live(tmp_path, seed, steps=30)
    assert lives.taken > 3
    assert lives.whole


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 160))
def test_nobody_ever_holds_what_was_not_published_through_long_lives(tmp_path: Path, seed: int):
    lives = live(tmp_path, seed, steps=120)
    assert lives.whole > 5
