"""What strangers may read of a library: what was published, and nothing of whoever keeps it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from conftest import Ferry
from hosting import Host, hosting
from tamizdat.library import Library
from tamizdat.library.public import PUBLIC, Forbidden, Inspector, guard
from tamizdat.library.store import open_readonly

pytest.importorskip("datasette.app", reason="Datasette is not installed (extra: datasette)")

SECRET = "en/bus"
PRIVATE = ("saved", "choices", "syncs", "chores", "trust", "roots", "catalogs", "segments", "taken", "mirrors")


@pytest.fixture(scope="module")
def library(ferry: Ferry, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A reader's library, with something that the reader saved."""
    copy = tmp_path_factory.mktemp("library") / "library.db"
    with closing(sqlite3.connect(ferry.library)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    with Library.open(copy) as opened:
        opened.save(SECRET)
    return copy


@pytest.fixture(scope="module")
def host(library: Path) -> Iterator[Host]:
    with hosting("datasette", str(library)) as running:
        yield running


@pytest.fixture
def guarded(library: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_readonly(library)) as db:
        guard(db)
        yield db


def tables(db: sqlite3.Connection) -> set[str]:
    return {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def test_what_is_listed_as_public_is_there_with_the_columns_that_are_hidden(library: Path):
    with closing(open_readonly(library)) as db:
        held = tables(db)
        for table, hidden in PUBLIC.items():
            if not table.startswith("articles_"):
                assert table in held
                assert hidden <= {row[1] for row in db.execute(f"PRAGMA table_info({table})")}


def test_every_table_is_public_because_it_is_listed_or_private(library: Path):
    with closing(open_readonly(library)) as db:
        held = tables(db)
    with closing(open_readonly(library)) as db:
        guard(db)
        for table in held:
            if table in PUBLIC:
                db.execute(f"SELECT * FROM [{table}] LIMIT 1").fetchall()
            else:
                with pytest.raises(sqlite3.DatabaseError):
                    db.execute(f"SELECT * FROM [{table}] LIMIT 1")
    assert set(PRIVATE) <= held - PUBLIC.keys()


def test_a_table_that_a_later_version_adds_is_private(library: Path, tmp_path: Path):
    with closing(sqlite3.connect(library)) as source, closing(sqlite3.connect(tmp_path / "later.db")) as later:
        source.backup(later)
        later.executescript("CREATE TABLE diary(day); INSERT INTO diary VALUES ('a day')")
        guard(later)
        for sql in ("SELECT * FROM diary", "SELECT count(*) FROM diary", "SELECT rowid FROM diary"):
            with pytest.raises(sqlite3.DatabaseError):
                later.execute(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "select * from saved",
        "select * from SAVED",
        'select * from "saved"',
        "select * from [saved]",
        "select * from `saved`",
        "select * from main.saved",
        "select * from /**/ saved --",
        "select count(*) from saved",
        "select count(*) from main.Saved as s",
        "select 1 from saved where key = 'en/bus'",
        "select exists (select 1 from saved where key > 'en/a')",
        "select key from articles where key in (select key from saved)",
        "select a.key from articles a join saved s on s.key = a.key",
        "with s as (select key from saved) select * from s",
        "with recursive s(k) as (select key from saved union select k from s) select * from s",
        "select (select group_concat(key) from saved)",
        "select key from articles union select key from saved",
        "select key from articles order by (select max(key) from saved)",
        "select max(key) over () from saved",
        "values ((select key from saved))",
        "explain select key from saved",
        "select json_group_array(key) from saved",
        "select * from json_each((select json_group_array(key) from saved))",
        "select * from sqlite_dbpage",
        "select * from dbstat where name = 'saved'",
        "select * from pragma_database_list",
        "select file from pragma_database_list()",
        "select * from sqlite_stmt",
        "select * from _sqlite_migrations",
    ],
)
def test_no_spelling_reads_a_private_table(guarded: sqlite3.Connection, sql: str):
    with pytest.raises(sqlite3.DatabaseError):
        guarded.execute(sql).fetchall()


@pytest.mark.parametrize(
    "sql",
    [
        "select a.key from articles a natural join saved",
        "select a.key from articles a join main.'SAVED' using (key)",
        "select a.key from saved natural join articles a",
        "select a.key from articles a left join saved using (key, edition)",
        "select 1 from chores natural join (select 'shrink' as name)",
        "select key from articles where exists (select 1 from saved join records using (key))",
        "select key from articles join (select key from articles natural join saved) using (key)",
        "with guess(place) as (values ('https://news.example/')) select 1 from guess join publications using (place)",
        "with guess(data) as (values (x'00')) select 1 from media natural join guess",
    ],
)
def test_no_join_compares_with_what_is_private(host: Host, guarded: sqlite3.Connection, sql: str):
    with pytest.raises(Forbidden):
        Inspector(guarded).check(sql)
    refused = host.sql(sql)
    assert (refused.status_code, refused.json()["rows"]) == (400, [])
    assert "prohibited" in refused.json()["error"]


def test_a_library_whose_tables_moved_in_the_file_is_looked_into_anew(ferry_library: Path):
    """VACUUM, after a retraction, gives every table another place."""
    sql = "select a.key from articles a natural join "
    with closing(open_readonly(ferry_library)) as db, closing(sqlite3.connect(ferry_library)) as other:
        guard(db)
        inspector = Inspector(db)
        for _ in range(4):
            inspector.check(f"{sql} records")
            with pytest.raises(Forbidden):
                inspector.check(f"{sql} saved")
            other.executescript("CREATE TABLE moved (x); DROP TABLE moved; VACUUM")


def test_joins_of_what_is_public_are_answered(host: Host):
    for sql in (
        "select a.title, e.title from articles a join editions e using (publication, edition)",
        "select key from articles natural join records where edition = 'en'",
        "select tag from tags join articles on id = article order by published desc",
        "explain query plan select * from articles",
    ):
        answer = host.sql(sql)
        assert (answer.status_code, answer.json()["error"]) == (200, None)
        assert answer.json()["rows"]


@pytest.mark.parametrize(
    "sql",
    [
        "insert into saved values (1, 'en', 'en/bridge')",
        "update articles set title = ''",
        "delete from articles",
        "drop table articles",
        "create table mine(x)",
        "create temp table mine as select * from articles",
        "create view mine as select * from articles",
        "attach database '/tmp/other.db' as other",
        "attach ':memory:' as other",
        "vacuum into '/tmp/copy.db'",
        "pragma writable_schema = on",
        "pragma query_only = off",
        "pragma hard_heap_limit = 0",
        "pragma temp_store_directory = '/'",
        "pragma journal_mode = delete",
        "pragma wal_checkpoint(truncate)",
        "begin",
        "savepoint here",
        "analyze",
        "reindex",
        "detach main",
        "select load_extension('x')",
        "select fts3_tokenizer('simple')",
        "insert into articles_fts (articles_fts) values ('optimize')",
    ],
)
def test_nothing_but_reading_is_allowed(guarded: sqlite3.Connection, sql: str):
    with pytest.raises(sqlite3.DatabaseError):
        guarded.execute(sql).fetchall()


def test_columns_that_tell_of_whoever_keeps_it_read_as_nothing(guarded: sqlite3.Connection):
    row = guarded.execute("SELECT title, place, last_good, head_path, head_sha256 FROM publications").fetchone()
    assert tuple(row) == ("The Ferry", None, None, None, None)
    assert not guarded.execute("SELECT 1 FROM publications WHERE place <> ''").fetchall()
    assert guarded.execute("SELECT count(*), count(data) FROM media").fetchone()[1] == 0


def test_everything_published_can_be_read(guarded: sqlite3.Connection):
    assert guarded.execute("SELECT count(*) FROM articles").fetchone()[0] == 12
    assert guarded.execute("SELECT rowid FROM articles_fts('bridge')").fetchall()
    assert guarded.execute("SELECT snippet(articles_fts, -1, '', '', '', 9) FROM articles_fts('bridge')").fetchone()[0]
    assert guarded.execute("WITH saved AS (SELECT 1 AS key) SELECT key FROM saved").fetchone()[0] == 1
    assert guarded.execute("SELECT name FROM pragma_table_info('articles')").fetchall()
    assert guarded.execute("SELECT value FROM json_each('[1]')").fetchall()


def test_no_page_of_datasette_shows_anything_private(host: Host, library: Path):
    for table in PRIVATE:
        for path in (f"/library/{table}", f"/library/{table}.json", f"/library/{table}.csv", f"/library/{table}/1"):
            assert host.get(path).status_code in (403, 404), path
        refused = host.sql(f"select * from {table}")
        assert refused.status_code == 400
        assert refused.json()["rows"] == []
    pages = [host.get(path).text for path in ("/", "/library", "/library.json", "/-/metadata.json", "/about")]
    assert all(str(library.parent) not in page and 'tables": "saved' not in page for page in pages)


def test_filters_of_a_public_table_lead_to_no_private_one(host: Host):
    through = '{"table": "saved", "column": "key", "value": "en/bus"}'
    for arguments in (
        {"_where": "key in (select key from saved)"},
        {"_through": through},
        {"_search": "bus", "_fts_table": "saved"},
        {"_sort": "place"},
    ):
        for path in ("/library/articles.json", "/library/publications.json"):
            answer = host.get(path, **arguments)
            rows = answer.json().get("rows", []) if answer.status_code == 200 else []
            assert SECRET not in str(rows) or "_sort" in arguments
            assert answer.status_code == 200 or 400 <= answer.status_code < 500, answer.text
