"""What datasette/metadata.yaml says of tables and columns is what there is: nothing is left out, nothing made up."""

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest

from archive import METADATA
from tamizdat.library import Library
from tamizdat.library.public import PUBLIC

TABLES: dict[str, Any] = METADATA["tables"]
CLOSED = {"hidden": True, "allow": False}


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """A library that was just made, with every table that there is."""
    path = tmp_path_factory.mktemp("fresh") / "library.db"
    Library.open(path).close()
    connection = sqlite3.connect(path)
    yield connection
    connection.close()


def tables(db: sqlite3.Connection) -> set[str]:
    """Tables and views, but for full-text indexes and the tables of their words: Datasette hides those by itself."""
    indexes = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%'")]
    named = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")}
    return {name for name in named if not name.startswith(("sqlite_", *indexes))}


def columns(db: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in db.execute(f"PRAGMA table_info({table})")]


def test_every_table_is_either_described_or_closed(fresh: sqlite3.Connection):
    public = tables(fresh) & PUBLIC.keys()
    assert {table for table in TABLES if TABLES[table] != CLOSED} == public
    servers = {table for table in TABLES if table.startswith("server_")}  # made by a server in its own library
    assert {table for table in TABLES if TABLES[table] == CLOSED} - servers == tables(fresh) - public
    assert all(TABLES[table]["title"] and TABLES[table]["description"].endswith(".") for table in public)


def test_every_column_of_a_public_table_has_its_meaning(fresh: sqlite3.Connection):
    for table in tables(fresh) & PUBLIC.keys():
        meanings = TABLES[table]["columns"]
        # Migrations add columns at the end, a reader of the page looks for them where they belong: order is free.
        assert sorted(meanings) == sorted(columns(fresh, table)), table
        assert all(meaning.endswith(".") and len(meaning) > 4 for meaning in meanings.values()), table


def test_columns_that_are_kept_back_say_that_they_are_empty():
    for table in [table for table in TABLES if TABLES[table] != CLOSED]:
        empty = {column for column, meaning in TABLES[table]["columns"].items() if "empty here" in meaning}
        assert empty == PUBLIC[table], table


def test_what_a_table_is_sorted_and_labelled_by_is_a_column(fresh: sqlite3.Connection):
    for table in tables(fresh) & PUBLIC.keys():
        named = {TABLES[table].get(choice) for choice in ("sort", "sort_desc", "label_column")} - {None}
        assert named <= set(columns(fresh, table)), table


def test_tables_are_sorted_by_what_an_index_or_few_rows_make_cheap(fresh: sqlite3.Connection):
    for table in ("articles", "corrections", "spans"):
        sql = f"SELECT * FROM {table} ORDER BY {TABLES[table]['sort_desc']} DESC LIMIT 50"
        assert "TEMP B-TREE" not in str(fresh.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()), table
