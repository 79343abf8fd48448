"""A library of before is given the new index when it is opened, whole, and forgets as well as a new one."""

import sqlite3
from pathlib import Path

import pytest
from sqlite_utils import Database

from shelf import apply, article, assert_sound, retraction, shelf
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


def test_where_it_cannot_be_written_to_it_says_so(old: Path):
    with pytest.raises(LibraryReadOnly):
        Library.open(old, readonly=True)
