"""kill -9 while bundles are applied: the library is whole, and its progress mark tells what is in it."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from shelf import PUBLICATION, assert_sound, shelf
from tamizdat.library import Library

TESTS = Path(__file__).parent
# Delta n brings revision n of articles n to n+9 and takes article n-20 away: the version tells all that is held.
_WRITER = """
import itertools, sys
from pathlib import Path
from shelf import PUBLICATION, apply, article, retraction
from tamizdat.library import Library
with Library.open(Path(sys.argv[1])) as library:
    print("begun", flush=True)
    for version in itertools.count(library.standing(PUBLICATION, "en").version + 1):
        changed = [article(f"key-{n:05}", version, f"Version {version}. " * 300) for n in range(version, version + 10)]
        gone = [retraction(f"key-{version - 20:05}", version)] if version > 20 else []
        apply(library, *changed, *gone, to=version)
        if version % 7 == 0:
            library.shrink_after_retractions()
"""


def kill_while_it_writes(path: Path, after: float) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS), *filter(None, sys.path)])}
    with subprocess.Popen([sys.executable, "-c", _WRITER, path], stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"begun\n"
        time.sleep(after)
        process.kill()


def assert_what_is_held_follows_from_the_version(path: Path) -> int:
    with Library.open(path) as library:
        assert_sound(library)
        version = library.standing(PUBLICATION, "en").version
        held = {summary.key: summary.revision for summary in library.articles(limit=100_000)}
        first = max(1, version - 19)
        last = version + 9 if version else 0
        assert held == {f"key-{n:05}": min(n, version) for n in range(first, last + 1)}
        assert library.holding(PUBLICATION, "en").retractions == first - 1
        for key in list(held)[:3]:
            assert library.article(key).article.revision == held[key]
    return version


def kill_again_and_again(path: Path, *, times: int, seed: int) -> None:
    shelf(path).close()
    rng, version = random.Random(seed), 0
    for _ in range(times):
        kill_while_it_writes(path, rng.uniform(0, 0.25))
        reached = assert_what_is_held_follows_from_the_version(path)
        assert reached >= version
        version = reached
    assert version > 0


def test_a_library_whose_writer_is_killed_is_whole_and_stands_where_it_says(tmp_path: Path):
    kill_again_and_again(tmp_path / "library.db", times=6, seed=1)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
def test_a_library_whose_writer_is_killed_hundreds_of_times_is_whole(tmp_path: Path, seed: int):
    kill_again_and_again(tmp_path / "library.db", times=40, seed=seed)
