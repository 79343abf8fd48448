"""The queries that the archive offers: each says what it is, answers as it says, and asks an index."""

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from datasette.utils import escape_fts

from archive import METADATA, Archive
from conftest import Ferry
from tamizdat.library import Library
from tamizdat.library.public import guard

QUERIES: dict[str, dict[str, Any]] = METADATA["queries"]
EVERY = pytest.mark.parametrize("name", QUERIES)
# A walk over the few rows of a small table, of a subquery's own result, or over the words of an index.
CHEAP_SCANS = (
    r"SCAN (?:editions|spans|newest|chosen|held|tags USING COVERING INDEX|articles USING INDEX|articles_fts V)"
)


@pytest.fixture(scope="module")
def archive(ferry: Ferry) -> Archive:
    return Archive(ferry.library)


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """An empty library as strangers get it, with the functions that Datasette adds."""
    path = tmp_path_factory.mktemp("library") / "library.db"
    Library.open(path).close()
    connection = sqlite3.connect(path)
    connection.create_function("escape_fts", 1, escape_fts)
    guard(connection)
    yield connection
    connection.close()


def keys(rows: list[dict[str, Any]]) -> list[str]:
    return [row["key"] for row in rows]


@EVERY
def test_a_query_says_what_it_is_and_names_its_parameters(name: str):
    query = QUERIES[name]
    assert re.fullmatch(r"[a-z]+(?:-[a-z]+)*", name)
    assert query["title"]
    assert query["description"].endswith(".")
    assert query["params"] == list(dict.fromkeys(re.findall(r"(?<!:):([a-z_]+)", query["sql"])))
    assert all(parameter in query["description"].lower() for parameter in query["params"] if parameter != "edition")


@EVERY
def test_a_query_gives_something_to_look_at_before_anything_is_filled_in(archive: Archive, name: str):
    page = archive.get(f"/library/{name}")
    assert page.status_code == 200
    assert QUERIES[name]["title"] in page.text.replace("&#39;", "'")
    if name not in ("full-text", "images-without-words"):  # no words, and no such picture in the sample
        assert archive.rows(f"/library/{name}")


@EVERY
def test_a_query_asks_an_index(db: sqlite3.Connection, name: str):
    values = dict.fromkeys(QUERIES[name]["params"], "")
    steps = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {QUERIES[name]['sql']}", values)]
    assert not [step for step in steps if step.startswith("SCAN") and not re.match(CHEAP_SCANS, step)]


@EVERY
@pytest.mark.parametrize("input_", ["'", '"', "%", "* NEAR(", "2026-11-22", "x" * 300])
def test_a_query_takes_whatever_is_typed(archive: Archive, name: str, input_: str):
    answer = archive.get(f"/library/{name}.json", **dict.fromkeys(QUERIES[name]["params"], input_))
    assert answer.status_code == 200, answer.text


@EVERY
def test_a_query_finds_nothing_where_nothing_is(db: sqlite3.Connection, name: str):
    assert db.execute(QUERIES[name]["sql"], dict.fromkeys(QUERIES[name]["params"], "")).fetchall() == []


def test_articles_of_a_tag_between_two_dates(archive: Archive):
    everything = archive.rows("/library/articles-of-a-tag", tag="bridge")
    assert keys(everything) == ["en/bridge"]
    day = everything[0]["published"][:10]
    assert keys(archive.rows("/library/articles-of-a-tag", tag="bridge", since=day)) == ["en/bridge"]
    assert archive.rows("/library/articles-of-a-tag", tag="bridge", until=day) == []
    assert archive.rows("/library/articles-of-a-tag", tag="bridge", edition="ru") == []


def test_tags_by_use(archive: Archive):
    rows = archive.rows("/library/tags-by-use")
    assert [row["articles"] for row in rows] == sorted((row["articles"] for row in rows), reverse=True)
    assert {row["tag"] for row in archive.rows("/library/tags-by-use", part="ridg")} == {"bridge"}


def test_articles_by_section_and_month(archive: Archive):
    year = archive.rows("/library/articles", _col="published")[0]["published"][:4]
    rows = archive.rows("/library/sections-by-month", year=year)
    assert rows == archive.rows("/library/sections-by-month")
    assert {"section": "Town", "articles": 1} in [{k: row[k] for k in ("section", "articles")} for row in rows]
    assert archive.rows("/library/sections-by-month", year="1999") == []


def test_articles_by_an_author(archive: Archive):
    byline = archive.rows("/library/articles", edition="en", _sort="published")[0]["byline"]
    rows = archive.rows("/library/articles-by-an-author", author=byline.split()[-1].upper())
    assert rows
    assert {row["byline"] for row in rows} == {byline}


def test_full_text(archive: Archive):
    rows = archive.rows("/library/full-text", words="lorries dam")
    assert keys(rows)[0] == "en/bridge"
    assert "orries" in rows[0]["snippet"]
    assert archive.rows("/library/full-text", words="lorries", edition="kk") == []
    assert archive.rows("/library/full-text") == []


def test_corrections_of_a_year(archive: Archive):
    rows = archive.rows("/library/corrections-of-a-year", edition="en")
    assert [(row["key"], row["revision"]) for row in rows] == [("en/bridge", 2)]
    assert archive.rows("/library/corrections-of-a-year", year=rows[0]["at"][:4], edition="en") == rows
    assert archive.rows("/library/corrections-of-a-year", year="1999") == []


def test_retractions_since_a_date(archive: Archive):
    rows = archive.rows("/library/retractions-since")
    assert keys(rows) == ["en/gravel", "ru/gravel"]
    assert "apologise" in rows[0]["notice"]
    assert archive.rows("/library/retractions-since", since="2999-01-01") == []


def test_revisions_of_an_article(archive: Archive):
    rows = archive.rows("/library/revisions-of-an-article", key="en/bridge")
    assert [row["revision"] for row in rows] == [3, 2, 1]
    assert [bool(row["corrections"]) for row in rows] == [False, True, False]
    assert all(row["characters"] > 100 for row in rows)


def test_changes_of_a_version(archive: Archive, ferry: Ferry):
    # The fixture's library came all at once; a reader who followed has the steps.
    rows = archive.rows("/library/changes-of-a-version", edition="en")
    assert rows
    assert {row["to_version"] for row in rows} == {rows[0]["to_version"]}
    assert archive.rows("/library/changes-of-a-version", version="999") == []


def test_translations_side_by_side(archive: Archive):
    rows = archive.rows("/library/translations", edition="kk", other="en")
    pairs = {row["key"]: row["other_key"] for row in rows}
    assert pairs["kk/bridge"] == "en/bridge"
    assert pairs["kk/bread"] is None
    assert {row["edition"] for row in archive.rows("/library/translations")} == {"en"}


def test_pictures_without_a_description(ferry_library: Path):
    with sqlite3.connect(ferry_library) as connection:
        connection.execute("UPDATE images SET alt = '' WHERE article = (SELECT id FROM articles WHERE key = 'en/bus')")
    connection.close()
    rows = Archive(ferry_library).rows("/library/images-without-words")
    assert [(row["key"], row["width"]) for row in rows] == [("en/bus", 800)]


def test_a_key_leads_to_the_article(archive: Archive):
    assert '<a href="/article/en/bridge">en/bridge</a>' in archive.get("/library/articles-of-a-tag", tag="bridge").text


def test_a_key_of_another_publication_leads_nowhere_else(ferry_library: Path):
    with sqlite3.connect(ferry_library) as connection:
        connection.execute("UPDATE records SET key = 'en/a~b?c' WHERE key = 'en/bus'")
        connection.execute("UPDATE records SET publication = 2 WHERE key = 'en/water'")
    connection.close()
    page = Archive(ferry_library).get("/library/records").text
    assert '<a href="/article/en/a~7Eb~3Fc">en/a~b?c</a>' in page
    assert "en/water" in page
    assert "/article/en/water" not in page


def test_the_forms_work_under_a_path(ferry: Ferry):
    below = Archive(ferry.library, base="/data/")
    filtered = below.get("/library/articles", _filter_column="edition", _filter_op="exact", _filter_value="kk")
    assert filtered.url.path == "/data/library/articles"
    assert filtered.url.query == b"edition__exact=kk"
    assert filtered.status_code == 200
    assert '<a href="/data/article/kk/bread">' in filtered.text
