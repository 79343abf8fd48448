"""list, search, read, save and status, on the sample paper's library: for a person, for a pipe, as JSON."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tamizdat import cli
from tamizdat.cli import app
from tamizdat.cli.read import WIDEST

FIELDS = {
    "publication", "edition", "key", "revision", "title", "byline", "place", "section", "summary", "published",
    "updated", "tags", "saved",
}  # fmt: skip
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def tamizdat(ferry_library: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a reader's command on a library of the sample: exit code, standard output, standard error."""

    def run(*words: str) -> tuple[int, str, str]:
        code = app.run([words[0], "--library", str(ferry_library), *words[1:]])
        return (code, *capsys.readouterr())

    return run


def documents(tamizdat: Run, *words: str) -> dict:
    code, out, err = tamizdat(words[0], "--json", *words[1:])
    assert (code, err) == (0, "")
    return json.loads(out)


def test_list_gives_every_article_newest_first(tamizdat: Run):
    articles = documents(tamizdat, "list")["articles"]
    assert len(articles) == 12
    assert set(articles[0]) == FIELDS
    assert [a["published"] for a in articles] == sorted((a["published"] for a in articles), reverse=True)


def test_list_for_a_pipe_is_one_line_an_article(tamizdat: Run):
    code, out, _ = tamizdat("list", "--edition", "kk")
    assert code == 0
    assert {line.split("\t")[2] for line in out.splitlines()} == {"kk/bread", "kk/bridge", "kk/library", "kk/water"}


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        (["--edition", "kk", "--section", "Зерттеу"], ["kk/water"]),
        (["--tag", "transport", "--edition", "en"], ["en/bus", "en/bridge"]),
        (["--limit", "1", "--offset", "1", "--edition", "en"], ["en/water"]),
        (["--publication", "the ferry", "--edition", "ru", "--tag", "хлеб"], ["ru/bread"]),
        (["--until", "2000-01-01"], []),
    ],
    ids=lambda value: " ".join(value),
)
def test_list_is_narrowed(tamizdat: Run, words: list[str], keys: list[str]):
    assert [article["key"] for article in documents(tamizdat, "list", *words)["articles"]] == keys


def test_an_unknown_publication_is_a_usage_error_that_names_those_there_are(tamizdat: Run):
    code, _, err = tamizdat("list", "--publication", "The Times")
    assert code == 2
    assert "The Ferry" in err


@pytest.mark.parametrize(
    ("words", "key"), [("lorries", "en/bridge"), ("колодцев", "ru/water"), ("кітапхана", "kk/library")]
)
def test_search_finds_with_rank_and_snippet(tamizdat: Run, words: str, key: str):
    hits = documents(tamizdat, "search", words)["articles"]
    assert key in [hit["key"] for hit in hits]
    assert {
        "publication",
        "edition",
        "key",
        "revision",
        "title",
        "byline",
        "published",
        "summary",
        "rank",
        "snippet",
    } <= set(hits[0])


@pytest.mark.parametrize("words", ['"', "AND OR", "a* NEAR(", "-ferry", "title:", "();--", "\0", "💧"])
def test_no_words_are_a_syntax_error(tamizdat: Run, words: str):
    code, _, err = tamizdat("search", "--", words)
    assert (code, err) == (0, "")


def test_read_shows_an_article_with_its_correction(tamizdat: Run):
    code, out, _ = tamizdat("read", "en/bridge")
    assert code == 0
    assert "three and a half tonnes" in out
    assert "An earlier version of this article" in out
    assert max(map(len, out.splitlines())) <= WIDEST
    assert "\x1b" not in out


def test_read_shows_earlier_revisions_on_demand(tamizdat: Run):
    code, out, _ = tamizdat("read", "en/bridge", "--revisions")
    assert code == 0
    flowing = re.sub(r"\s+", " ", out)
    assert "heavier than five tonnes" in flowing
    assert "heavier than three and a half tonnes" in flowing
    assert len(documents(tamizdat, "read", "en/bridge", "--revisions")["revisions"]) == 2


def test_read_gives_the_whole_article_as_json(tamizdat: Run):
    document = documents(tamizdat, "read", "ru/water")
    assert document["article"]["key"] == "ru/water"
    assert document["article"]["footnotes"].keys() == {"1", "2"}
    assert document["article"]["translation_group"] == "water"
    assert document["saved"] is False


def test_read_of_a_retracted_article_shows_the_notice_and_nothing_else(tamizdat: Run):
    code, out, _ = tamizdat("read", "en/gravel")
    assert code == 0
    assert "We withdraw our article" in out
    assert "flower shop" not in out
    assert documents(tamizdat, "read", "en/gravel")["retraction"]["key"] == "en/gravel"


def test_read_of_an_unknown_key_names_it(tamizdat: Run):
    code, out, err = tamizdat("read", "en/nothing")
    assert (code, out) == (36, "")
    assert "en/nothing" in err
    code, out, err = tamizdat("read", "en/nothing", "--json")
    assert (code, err) == (36, "")
    assert json.loads(out)["error"]["key"] == "en/nothing"


def test_saving_and_letting_go(tamizdat: Run):
    assert tamizdat("save", "en/bus")[0] == 0
    assert [a["key"] for a in documents(tamizdat, "list", "--saved")["articles"]] == ["en/bus"]
    assert documents(tamizdat, "save", "en/bus", "--undo") == {"key": "en/bus", "saved": False}
    assert documents(tamizdat, "list", "--saved")["articles"] == []
    assert tamizdat("save", "en/nothing")[0] == 36


def test_status_says_what_is_held_and_how_fresh(tamizdat: Run):
    status = documents(tamizdat, "status")
    (known,) = status["publications"]
    assert (known["title"], known["version"], known["fresh"]) == ("The Ferry", 4, "fresh")
    assert known["editions"]["ru"]["articles"] == 4
    assert known["editions"]["ru"]["retractions"] == 1
    assert known["address"].endswith(known["fingerprint"])
    assert known["syncs"][0]["to_version"] == 4
    code, out, _ = tamizdat("status")
    assert code == 0
    assert "4 articles, 1 retraction" in out


def test_without_a_library_readers_are_told_how_to_get_one(tmp_path: Path, capsys):
    for words in (["list"], ["search", "x"], ["read", "x"], ["save", "x"], ["status"]):
        assert app.run([*words, "--library", str(tmp_path / "none.db")]) == 34
        assert "tamizdat sync" in capsys.readouterr().err


def test_another_file_is_not_touched(tmp_path: Path, capsys):
    other = tmp_path / "notes.txt"
    other.write_text("buy bread")
    assert app.run(["list", "--library", str(other)]) == 34
    assert other.read_text() == "buy bread"


def test_the_library_is_found_by_the_environment(ferry_library: Path, monkeypatch, capsys):
    monkeypatch.setenv("TAMIZDAT_LIBRARY", str(ferry_library))
    assert app.run(["list", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["articles"]) == 12


def test_the_entry_point_is_main():
    assert callable(cli.main)
