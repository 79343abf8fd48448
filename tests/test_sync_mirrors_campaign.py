"""Weeks of bad mirrors: whatever each of them does from day to day, readers move on while one is good."""

import random
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import msgspec
import pytest

import httpd as answers
from conftest import Clock
from httpd import Cut, Drip, Httpd, Redirect, Stall, Status
from paper import Paper, Reader, draft
from tamizdat.sync import meeting

WRONG: Final[dict[str, answers.Mode]] = {
    "hangs up": answers.hang_up,
    "portal": answers.portal,
    "empty": Status(404),
    "out of order": Status(503),
    "sends elsewhere": Redirect("http://127.0.0.2:9/"),
    "endless": answers.endless,
    "silent": Stall(),
    "drips": Drip(seconds=0.05),
    "cuts": Cut(after=300),
}
MIRRORS: Final = 6


@pytest.fixture(autouse=True)
def little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meeting, "PATIENCE_SECONDS", 0.2)


class World:
    """A paper and its mirrors, each in a mood."""

    def __init__(self, folder: Path, rng: random.Random, stack: ExitStack) -> None:
        self.folder, self.rng, self.clock = folder, rng, Clock()
        self.paper = Paper(folder / "paper", self.clock)
        self.copies = [folder / f"copy-{number}" for number in range(MIRRORS)]
        for copy in self.copies:
            copy.mkdir()
        self.httpds = [stack.enter_context(Httpd(copy)) for copy in self.copies]
        config = self.paper.folder / "tamizdat.toml"
        urls = msgspec.json.encode([httpd.url for httpd in self.httpds]).decode()
        config.write_text(config.read_text().replace("mirrors = []", f"mirrors = {urls}"))
        self.lines: dict[int, list[bytes]] = {}
        self.moods: dict[str, str] = {}

    def publish(self) -> None:
        number = len(self.lines)
        drafts = [draft(f"{number}/{n}", "new " * self.rng.choice((10, 2000)), day=21) for n in range(4)]
        self.paper.publish(*drafts, hours=self.rng.choice((1, 6, 30)))
        self.lines[self.paper.newsroom.version] = self.paper.lines()

    def change_moods(self) -> None:
        """Each mirror is good, wrong, behind, or damaged, for a day; one is good."""
        good = self.rng.randrange(MIRRORS)
        for number, (httpd, copy) in enumerate(zip(self.httpds, self.copies, strict=True)):
            mood = "good" if number == good else self.rng.choice(["good", "behind", "damaged", *WRONG])
            self.moods[httpd.url] = mood
            httpd.modes.clear()
            if mood in WRONG:
                httpd.tell("*", WRONG[mood])
            if mood != "behind" or not any(copy.iterdir()):
                shutil.rmtree(copy)
                shutil.copytree(self.paper.public, copy)
            if mood == "damaged":
                self._damage(copy)

    def _damage(self, copy: Path) -> None:
        for path in [*copy.glob("bundles/*"), *copy.glob("lists/*"), *copy.glob("head*")]:
            if self.rng.random() < 0.7:
                data = bytearray(path.read_bytes())
                data[self.rng.randrange(len(data))] ^= 1 << self.rng.randrange(8)
                path.write_bytes(data)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def live_through(world: World, reader: Reader, *, days: int) -> None:
    """Sync once a day, and look after each what is held and who was blamed."""
    version = 0
    for _ in range(days):
        world.publish()
        world.change_moods()
        source = f"{world.httpds[0].url}#{world.paper.fingerprint}" if not version else None
        if not version:
            world.moods[world.httpds[0].url] = "good"
            world.httpds[0].modes.clear()
            shutil.copytree(world.paper.public, world.copies[0], dirs_exist_ok=True)
        report = reader.sync(source)
        assert report.to >= version
        assert reader.lines() == world.lines[report.to]
        if "behind" not in world.moods.values():
            assert report.to == max(world.lines)
        blamed = {problem.mirror for problem in report.problems}
        assert not [url for url in blamed if world.moods[url] == "good"], (blamed, world.moods)
        version = report.to


def test_a_fortnight_of_bad_mirrors(tmp_path: Path, stack: ExitStack) -> None:
    world = World(tmp_path, random.Random(3), stack)
    live_through(world, Reader(tmp_path / "reader.db", world.clock), days=14)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(6))
def test_forty_days_of_bad_mirrors(tmp_path: Path, stack: ExitStack, seed: int) -> None:
    world = World(tmp_path, random.Random(100 + seed), stack)
    live_through(world, Reader(tmp_path / "reader.db", world.clock), days=40)
