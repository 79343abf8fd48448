"""A library of before is given the new index when it is opened, whole, and forgets as well as a new one."""

import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from shelf import apply, article, assert_sound, retraction, shelf
from tamizdat.cli import app
from tamizdat.errors import LibraryReadOnly
from tamizdat.library import SCHEMA, Library, schema
from tamizdat.search import search

OLD = """
DROP TABLE articles_words;
DROP TABLE articles_places;
DROP TABLE articles_fts;
DROP VIEW articles_folded;
CREATE VIRTUAL TABLE articles_fts USING fts5(
    title, byline, summary, text, content="articles", content_rowid="id", tokenize='unicode61 remove_diacritics 2'
);
INSERT INTO articles_fts (articles_fts) VALUES ('rebuild');
PRAGMA user_version = 3
"""
ENDLESS = """SELECT count(*) FROM (
    WITH RECURSIVE numbers(number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers) SELECT number FROM numbers
)"""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A library of the schema before search had its rule."""
    path = tmp_path / "library.db"
    with shelf(path) as library:
        apply(library, *(article(f"other-{n:03}", text="Ordinary words. " * n) for n in range(40)))
        apply(library, article("one", text="Ёлка у мы\u00adшей zqsecretword, тоқаевтың."))
    with sqlite3.connect(path) as db:
        db.executescript(OLD)
        latest = schema.migrations.applied(Database(db))[SCHEMA - 1]
        db.execute("DELETE FROM _sqlite_migrations WHERE name = ?", (latest.name,))
    db.close()
    return path


def test_an_older_library_is_searched_by_the_new_rule(old: Path):
    with Library.open(old) as library:
        assert library.row("PRAGMA user_version") == (SCHEMA,)
        assert [hit.key for hit in search(library.db, "елка мышей")] == ["one"]
        assert_sound(library)


def test_what_it_held_can_be_forgotten(old: Path):
    with Library.open(old) as library:
        apply(library, retraction("one"), to=2)
        assert library.shrink_after_retractions()
        assert search(library.db, "zqsecretword") == []
        assert_sound(library)
    assert b"zqsecretword" not in old.read_bytes()


def test_a_giving_that_fails_leaves_the_library_as_it_was(old: Path, monkeypatch: pytest.MonkeyPatch):
    broken = schema._SEARCH.replace("CREATE VIRTUAL TABLE articles_places", "CREATE VIRTUAL TABLE articles_words")
    monkeypatch.setattr(schema, "_SEARCH", broken)
    with pytest.raises(Exception, match="already exists"):
        Library.open(old)
    monkeypatch.undo()
    with Library.open(old) as library:
        assert_sound(library)
        assert [hit.key for hit in search(library.db, "ёлка")] == ["one"]


def test_the_command_line_says_so_on_standard_error_and_reads_on(old: Path, capsys: pytest.CaptureFixture[str]):
    assert app.run(["search", "--json", "--library", str(old), "елка"]) == 0
    first = capsys.readouterr()
    assert first.err == "tamizdat: bringing the library's index up to date …\n"
    assert '"one"' in first.out
    assert app.run(["search", "--json", "--library", str(old), "елка"]) == 0
    assert capsys.readouterr() == (first.out, "")


def test_an_interrupt_ends_it_at_once_and_leaves_the_library_as_it_was(old: Path, monkeypatch: pytest.MonkeyPatch):
    def run_on(db: Database, script: str) -> None:
        run(db, script)
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        db.conn.execute(ENDLESS)

    before, run = contents(old), schema._run
    monkeypatch.setattr(schema, "_run", run_on)
    sqlite3.enable_callback_tracebacks(True)  # as Datasette does: nothing may be raised out of a callback
    earlier = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            Library.open(old)
    finally:
        signal.signal(signal.SIGALRM, earlier)
    assert contents(old) == before
    monkeypatch.undo()
    with Library.open(old) as library:
        assert_sound(library)
        assert [hit.key for hit in search(library.db, "ёлка")] == ["one"]


def contents(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as db:
        return list(db.iterdump())


def test_where_it_cannot_be_written_to_it_says_so(old: Path):
    with pytest.raises(LibraryReadOnly):
        Library.open(old, readonly=True)
