"""Opening a library: what may stand at its path, and what must be left as it is."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlite_utils

from shelf import PUBLICATION, apply, article, assert_sound, keys, shelf
from tamizdat.errors import DamagedLibrary, LibraryError, LibraryReadOnly, NewerSchema, NotALibrary
from tamizdat.library import SCHEMA, Library


def test_a_new_library_is_whole_and_nobody_elses_business(tmp_path: Path):
    path = tmp_path / "deep" / "down" / "library.db"
    with Library.open(path) as library:
        assert library.publications() == []
        assert_sound(library)
    assert path.stat().st_mode & 0o077 == 0
    assert [file.name for file in path.parent.iterdir() if "new" in file.name] == []


def test_what_a_killed_making_left_behind_is_not_in_the_way(tmp_path: Path):
    (tmp_path / ".library.db.new").write_bytes(b"half a library")
    with Library.open(tmp_path / "library.db") as library:
        assert_sound(library)


def test_an_open_library_keeps_its_content(tmp_path: Path):
    with shelf(tmp_path / "library.db") as library:
        apply(library, article("one"))
    with Library.open(tmp_path / "library.db") as library:
        assert keys(library) == ["one"]


@pytest.mark.parametrize("make", [False, True], ids=["readonly", "without create"])
def test_where_there_is_no_file_none_is_made_unless_asked_for(tmp_path: Path, make: bool):
    with pytest.raises(NotALibrary, match="tamizdat sync"):
        Library.open(tmp_path / "library.db", create=make, readonly=make)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"\0", b"SQLite format 3", b"not a library\n" * 1000], ids=len)
def test_another_file_is_refused_and_left_as_it_is(tmp_path: Path, content: bytes):
    path = tmp_path / "library.db"
    path.write_bytes(content)
    with pytest.raises(NotALibrary):
        Library.open(path)
    assert path.read_bytes() == content
    assert [file.name for file in tmp_path.iterdir()] == ["library.db"]


def test_a_database_of_something_else_is_refused_and_left_as_it_is(tmp_path: Path):
    path = tmp_path / "library.db"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE articles (id)")
    db.close()
    before = path.read_bytes()
    with pytest.raises(NotALibrary, match="something else"):
        Library.open(path)
    assert path.read_bytes() == before


def test_a_folder_in_its_place_is_refused(tmp_path: Path):
    (tmp_path / "library.db").mkdir()
    with pytest.raises(NotALibrary, match="isn't a file"):
        Library.open(tmp_path / "library.db")


def test_a_file_where_its_folder_should_be_is_a_library_error(tmp_path: Path):
    (tmp_path / "folder").write_text("in the way")
    with pytest.raises(LibraryError):
        Library.open(tmp_path / "folder" / "library.db")


def test_the_library_of_a_newer_tamizdat_is_left_alone(tmp_path: Path):
    path = tmp_path / "library.db"
    with shelf(path) as library:
        library.db.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    with pytest.raises(NewerSchema) as caught:
        Library.open(path)
    assert (caught.value.schema, caught.value.known) == (SCHEMA + 1, SCHEMA)


def test_a_damaged_library_says_so(tmp_path: Path):
    path = tmp_path / "library.db"
    with shelf(path) as library:
        apply(library, *(article(f"key-{n}", text="words " * 2000) for n in range(50)))
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))
    with pytest.raises(DamagedLibrary), Library.open(path) as library:
        library.articles()


# -- where nothing may be written ------------------------------------------------------------------------------------

_READER = """
import os, sys
from pathlib import Path
from tamizdat.errors import LibraryReadOnly
from tamizdat.library import Library
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
with Library.open(Path(sys.argv[1])) as library:
    print([summary.key for summary in library.articles()])
    for change in (lambda: library.save("one"), lambda: library.lock().__enter__()):
        try:
            change()
        except LibraryReadOnly as error:
            print(error.code)
"""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that any user may look into, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def _read_as_somebody(path: Path) -> list[str]:
    # As somebody who owns nothing, also where tests run as root, whom no permission stops.
    ran = subprocess.run([sys.executable, "-c", _READER, path], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.splitlines()


@pytest.mark.parametrize("closed", [True, False], ids=["closed", "left open"])
def test_in_a_folder_that_cannot_be_written_to_reading_works_and_writing_says_why(open_folder: Path, closed: bool):
    path = open_folder / "library.db"
    library = shelf(path)
    apply(library, article("one"))
    if closed:
        library.close()
    for file in open_folder.iterdir():
        file.chmod(0o444)
    open_folder.chmod(0o555)
    assert _read_as_somebody(path) == ["['one']", "read-only", "read-only"]
    library.close()


def test_a_library_opened_for_reading_refuses_every_change(tmp_path: Path):
    path = tmp_path / "library.db"
    shelf(path).close()
    with Library.open(path, readonly=True) as library:
        for change in (lambda: apply(library, article("one")), lambda: library.remember_mirror(PUBLICATION, "x")):
            with pytest.raises(LibraryReadOnly):
                change()
        assert keys(library) == []


def test_reading_sees_what_another_process_writes_meanwhile(tmp_path: Path):
    path = tmp_path / "library.db"
    with shelf(path) as writer, Library.open(path, readonly=True) as reader:
        apply(writer, article("one"))
        assert keys(reader) == ["one"]


# -- for those who open it with other tools --------------------------------------------------------------------------


def test_other_tools_find_plain_tables_foreign_keys_and_the_text_index(tmp_path: Path):
    path = tmp_path / "library.db"
    with shelf(path) as library:
        apply(library, article("one", tags=["bridges"]))
    db = sqlite_utils.Database(path)
    assert [rowid for (rowid,) in db.execute("SELECT rowid FROM articles_fts WHERE articles_fts MATCH 'title'")] == [1]
    assert {key.other_table for key in db["tags"].foreign_keys} == {"articles"}
    assert {key.column for key in db["articles"].foreign_keys} >= {"id", "publication"}
    row = next(iter(db.query("SELECT title, line ->> '$.key' AS key FROM articles JOIN records USING (id)")))
    assert row == {"title": "Title of one", "key": "one"}
    db.close()


def test_reading_a_library_does_not_load_what_only_the_schema_needs(tmp_path: Path):
    path = tmp_path / "library.db"
    shelf(path).close()
    code = "import sys; from pathlib import Path; from tamizdat.library import Library; Library.open(Path(sys.argv[1]))"
    check = f"{code}; sys.exit('sqlite_utils' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check, path], env=dict(os.environ), check=False).returncode == 0
