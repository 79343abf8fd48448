"""The reader app's sync and packs, against real trees; and packs handed on between the app and the command line."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from app_trees import EDITIONS, make_trees
from following import digest
from tamizdat.library import Library
from tamizdat.sync import SyncOptions, SyncReport, sync

WEB = Path(__file__).parent.parent / "web"
TRUSTING = SyncOptions(trust_first_use=True, media="standard")
HAS_VITEST = (WEB / "node_modules").is_dir() and shutil.which("node") is not None
pytestmark = pytest.mark.skipif(not HAS_VITEST, reason="no vitest here")


class Trees:
    """What app_trees.py made, and what vitest said of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        make_trees(folder)
        self.story: dict[str, Any] = json.loads((folder / "story.json").read_text())
        self.vitest = self.run("tests/sync-")

    def run(self, tests: str, **surroundings: str) -> "subprocess.CompletedProcess[str]":
        """What vitest says of these tests."""
        command = ["node", "node_modules/vitest/vitest.mjs", "run", "--testTimeout=60000", tests]
        environment = os.environ | {"TAMIZDAT_TREES": str(self.folder)} | surroundings
        return subprocess.run(command, cwd=WEB, env=environment, capture_output=True, text=True, check=False)

    def expected(self, step: int, code: str) -> str:
        """The digest of the lines that a reader holds of an edition after this step."""
        return self.story["steps"][step]["editions"][code]["lines"]

    def read(self, library: Path, pack: str, step: int) -> SyncReport:
        """Sync a library from a pack that the app made, at the time of that step."""
        clock = lambda: self.story["steps"][step]["now"]  # noqa: E731
        with Library.open(library) as opened:
            return sync(opened, str(self.folder / "made" / f"{pack}.pack"), options=TRUSTING, clock=clock)

    def held(self, library: Path, code: str) -> str:
        with Library.open(library) as opened:
            return digest(opened.records(self.story["publication"], code))


@pytest.fixture(scope="module")
def trees(tmp_path_factory: pytest.TempPathFactory) -> Trees:
    return Trees(tmp_path_factory.mktemp("trees"))


def test_the_app_follows_a_newsroom_through_packs_hostile_mirrors_and_cut_lines(trees: Trees):
    assert trees.vitest.returncode == 0, trees.vitest.stdout[-6000:] + trees.vitest.stderr[-2000:]
    assert "skipped" not in trees.vitest.stdout


def test_a_library_packed_by_the_app_is_read_whole_by_the_command_line(trees: Trees, tmp_path: Path):
    step = len(trees.story["steps"]) - 1
    report = trees.read(tmp_path / "library.db", f"library-{step}", step)
    assert report.complete
    assert report.missing == []
    for code in EDITIONS:
        assert trees.held(tmp_path / "library.db", code) == trees.expected(step, code)
    with Library.open(tmp_path / "library.db") as library:
        assert len(library.pictures(trees.story["publication"], "en", role="standard")) > 3


def test_news_packed_by_the_app_lead_a_library_on(trees: Trees, tmp_path: Path):
    clock = lambda: trees.story["steps"][3]["now"]  # noqa: E731
    with Library.open(tmp_path / "library.db") as library:
        sync(library, str(trees.folder / "1"), options=TRUSTING, clock=clock)
    report = trees.read(tmp_path / "library.db", "news-3", 3)
    assert (report.complete, report.from_, report.to) == (True, 2, 4)
    for code in EDITIONS:
        assert trees.held(tmp_path / "library.db", code) == trees.expected(3, code)


def test_one_edition_packed_by_the_app_brings_that_one(trees: Trees, tmp_path: Path):
    report = trees.read(tmp_path / "library.db", "russian-1", 1)
    assert trees.held(tmp_path / "library.db", "ru") == trees.expected(1, "ru")
    assert report.editions["en"].to == 0


@pytest.mark.long
def test_readers_who_do_whatever_comes_to_mind_end_with_everything(trees: Trees):
    """A thousand of them, by cut lines, pauses, caps, packs and other choices."""
    told = trees.run("tests/sync-campaign", TAMIZDAT_SEEDS="1000", TAMIZDAT_FIRST_SEED="1000")
    assert told.returncode == 0, told.stdout[-6000:] + told.stderr[-2000:]
