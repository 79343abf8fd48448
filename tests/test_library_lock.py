"""One writer at a time, and nobody waits for a dead one."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from shelf import apply, article, keys, shelf
from tamizdat.errors import LibraryLocked
from tamizdat.library import Library

_HOLDER = """
import sys
from pathlib import Path
from tamizdat.library import Library
with Library.open(Path(sys.argv[1])) as library, library.lock():
    print("locked", flush=True)
    sys.stdin.read()
"""


@contextmanager
def holder(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock."""
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDER, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "locked\n"
        try:
            yield process
        finally:
            process.kill()


def test_a_second_sync_is_told_at_once_and_reading_goes_on(tmp_path: Path):
    path = tmp_path / "library.db"
    with shelf(path) as library:
        apply(library, article("one"))
        with holder(path), pytest.raises(LibraryLocked), library.lock():
            pytest.fail("locked twice")
        assert keys(library) == ["one"]


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path):
    path = tmp_path / "library.db"
    with shelf(path) as library:
        with holder(path) as process:
            process.kill()
            process.wait()
        with library.lock():
            apply(library, article("one"))


def test_the_lock_can_be_taken_again_after_it_was_given_back(tmp_path: Path):
    with shelf(tmp_path / "library.db") as library:
        for _ in range(2):
            with library.lock():
                pass


def test_a_writer_that_finds_another_one_writing_says_that_it_is_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("tamizdat.library.store.BUSY_SECONDS", 0.05)
    path = tmp_path / "library.db"
    with shelf(path) as first, Library.open(path) as second, first.writing():
        with pytest.raises(LibraryLocked):
            apply(second, article("one"))
        assert keys(second) == []


def test_opening_a_library_twice_in_a_process_leaves_the_first_reader_its_locks(ferry_library: Path):
    """A writer elsewhere, as the last to close, would take the log away from under a reader that holds none."""
    shared = ferry_library.with_name(f"{ferry_library.name}-shm")
    write = (
        "import sys; from pathlib import Path; from tamizdat.library import Library\n"
        "with Library.open(Path(sys.argv[1])) as library, library.writing() as db:\n"
        "    db.execute('UPDATE publications SET title = title')"
    )
    with Library.open(ferry_library, readonly=True) as reader:
        reader.db.execute("BEGIN")
        reader.db.execute("SELECT count(*) FROM articles").fetchone()
        before = shared.stat().st_ino
        with Library.open(ferry_library, readonly=True):
            pass
        subprocess.run([sys.executable, "-c", write, str(ferry_library)], check=True)
        assert shared.stat().st_ino == before
