"""No space left: a clear error, nothing lost, and it goes on once there is space."""

import subprocess
import sys
from pathlib import Path

import pytest

from shelf import PUBLICATION, apply, article, assert_sound, keys, retraction, shelf
from tamizdat.errors import DiskFull
from tamizdat.library import Library

TESTS = str(Path(__file__).parent)
# A limit on the size of files makes the operating system itself refuse a write, as a full disk or a quota does.
_UNDER_A_LIMIT = """
import resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from shelf import apply, article, shelf
from tamizdat.errors import DiskFull
from tamizdat.library import Library
limit = int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    with Library.open(Path(sys.argv[1])) as library:
        for version in range(2, 200):
            apply(library, *(article(f"key-{version}-{n}", 1, "words " * 2000) for n in range(10)), to=version)
except DiskFull as error:
    print(error.code, error.exit_code)
"""


def run_under_a_limit(path: Path, limit: int) -> list[str]:
    ran = subprocess.run(
        [sys.executable, "-c", _UNDER_A_LIMIT, path, str(limit), TESTS], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.split()


def test_when_the_disk_is_full_what_was_finished_is_kept(tmp_path: Path):
    path = tmp_path / "library.db"
    with shelf(path) as library:
        apply(library, article("first"))
    assert run_under_a_limit(path, path.stat().st_size + 1_500_000) == ["disk-full", "5"]
    with Library.open(path) as library:
        assert_sound(library)
        version = library.standing(PUBLICATION, "en").version
        assert len(keys(library)) == 1 + 10 * (version - 1)
        apply(library, article("more"), to=version + 1)
        assert "more" in keys(library)


def test_where_not_even_a_new_library_fits_none_is_left(tmp_path: Path):
    path = tmp_path / "library.db"
    assert run_under_a_limit(path, 10_000) == ["disk-full", "5"]
    assert not path.exists()
    shelf(path).close()


def test_a_full_database_rolls_back_the_whole_bundle_and_goes_on_later(tmp_path: Path):
    with shelf(tmp_path / "library.db") as library:
        apply(library, article("one"), to=1)
        pages = library.db.execute("PRAGMA page_count").fetchone()[0]
        library.db.execute(f"PRAGMA max_page_count = {pages + 20}")
        records = [article(f"key-{n}", text="words " * 3000) for n in range(20)]
        with pytest.raises(DiskFull):
            apply(library, *records, to=2)
        assert keys(library) == ["one"]
        assert library.standing(PUBLICATION, "en").version == 1
        assert_sound(library)
        library.db.execute("PRAGMA max_page_count = 1000000")
        apply(library, *records, to=2)
        assert len(keys(library)) == 21


def test_shrinking_that_finds_no_space_is_still_due(tmp_path: Path):
    with shelf(tmp_path / "library.db") as library:
        apply(library, *(article(f"key-{n}", text="words " * 3000) for n in range(50)))
        apply(library, retraction("key-1"))
        pages = library.db.execute("PRAGMA page_count").fetchone()[0]
        library.db.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(DiskFull):
            library.shrink_after_retractions()
        assert library.needs_shrinking
        library.db.execute("PRAGMA max_page_count = 1000000")
        assert library.shrink_after_retractions()
        assert_sound(library)
