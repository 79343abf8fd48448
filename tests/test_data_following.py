"""`tamizdat datasette --sync`: a library that is made and kept fresh under its readers."""

import os
import signal
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hosting import Host, hosting, until
from httpd import Handler, Httpd
from newsrooms import draft, make_newsroom, publish_now, put
from tamizdat.cli import app
from tamizdat.library import Library
from tamizdat_server.cli.datasette import seconds
from tamizdat_server.newsroom import Newsroom

pytest.importorskip("datasette.app", reason="Datasette is not installed (extra: datasette)")

SECRET = "zheltoksan"


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    with make_newsroom(tmp_path / "newsroom") as made:
        put(made, draft(1), draft(2), draft(3, text=f"a word, {SECRET}, that is withdrawn later"))
        publish_now(made)
        yield made


def address(newsroom: Newsroom, place: str | Path = "") -> str:
    return f"{place or newsroom.public}#{newsroom.fingerprint}"


def titles(host: Host) -> list[str]:
    return [title for (title,) in host.sql("select title from articles order by title").json()["rows"]]


def test_a_library_that_isn_t_there_yet_is_made_and_shown_as_it_comes(newsroom: Newsroom, tmp_path: Path):
    with Httpd(newsroom.public) as origin:
        gate = threading.Event()

        def hold(handler: Handler, _file: Path | None) -> None:
            gate.wait(60)
            handler.hang_up()

        origin.tell("*", hold)
        path = tmp_path / "made" / "library.db"
        with hosting("datasette", str(path), "--sync", address(newsroom, origin.url), "--every", "1s") as host:
            waiting = host.get("/")
            assert (waiting.status_code, waiting.headers["retry-after"]) == (503, "5")
            assert "being fetched" in waiting.text
            assert 'http-equiv="refresh"' in waiting.text
            assert host.get("/library/articles.json").json()["status"] == 503
            origin.modes.clear()
            gate.set()
            until(lambda: host.get("/").status_code == 200)
            until(lambda: len(titles(host)) == 3)
            assert "Article 1" in host.get("/").text


def test_news_corrections_and_retractions_appear_under_the_readers(newsroom: Newsroom, tmp_path: Path):
    path = tmp_path / "library.db"
    with hosting("datasette", str(path), "--sync", address(newsroom), "--every", "1s") as host:
        until(lambda: host.get("/").status_code == 200 and len(titles(host)) == 3)
        put(newsroom, draft(4), draft(1, text="other words"))
        newsroom.retract("ru/article-0003", "It was wrong.", at="2026-11-22T06:00:00Z")
        publish_now(newsroom)
        until(
            lambda: (
                host.get("/article/ru/article-0003").status_code == 410
                or "It was wrong" in host.get("/retractions").text
            )
        )
        until(lambda: len(titles(host)) == 3)
        assert host.get("/article/ru/article-0004").status_code == 200
        assert "other words" in host.get("/article/ru/article-0001").text
        assert host.get("/article/ru/article-0001/revision/1").status_code == 200


def test_no_word_of_what_was_retracted_stays_in_the_file_while_people_read(newsroom: Newsroom, tmp_path: Path):
    path = tmp_path / "library.db"

    def traces() -> bool:
        parts = (Path(f"{path}{suffix}") for suffix in ("", "-wal"))
        return any(SECRET.encode() in part.read_bytes() for part in parts if part.exists())

    with hosting("datasette", str(path), "--sync", address(newsroom), "--every", "1s") as host:
        until(lambda: host.get("/").status_code == 200 and len(titles(host)) == 3)
        assert traces()
        over = threading.Event()

        def browse() -> None:
            while not over.is_set():
                for page in ("/", "/library/articles", "/article/ru/article-0001", "/search?q=words"):
                    host.get(page)

        readers = [threading.Thread(target=browse) for _ in range(3)]
        for reader in readers:
            reader.start()
        newsroom.retract("ru/article-0003", "", at="2026-11-22T06:00:00Z")
        publish_now(newsroom)
        try:
            until(lambda: len(titles(host)) == 2)
            until(lambda: not traces())
        finally:
            over.set()
            for reader in readers:
                reader.join()


def test_an_origin_that_is_gone_is_said_once_and_the_archive_goes_on(newsroom: Newsroom, tmp_path: Path):
    path = tmp_path / "library.db"
    with Httpd(newsroom.public) as origin:
        place = origin.url
        with Library.open(path):
            pass
        with hosting("datasette", str(path), "--sync", address(newsroom, place), "--every", "1s") as host:
            until(lambda: host.get("/").status_code == 200 and len(titles(host)) == 3)
            origin.__exit__(None, None, None)
            until(lambda: any("the sync failed" in line for line in host.log))
            assert host.get("/").status_code == 200
            assert sum("the sync failed" in line for line in host.log) == 1


def test_whatever_is_killed_the_library_stays_whole_and_following_goes_on(newsroom: Newsroom, tmp_path: Path):
    path = tmp_path / "library.db"
    options = ("datasette", str(path), "--sync", address(newsroom), "--every", "1s")
    with hosting(*options) as host:
        until(lambda: host.get("/").status_code == 200)
        for number in (10, 11):
            os.kill(host.child("data.following"), signal.SIGKILL)
            put(newsroom, draft(number))
            publish_now(newsroom)
            until(lambda number=number: f"Article {number} <&>" in titles(host))
        family = host.family()
        host.end(signal.SIGKILL)
        until(lambda: not any(runs(pid) for pid in family))
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    with hosting(*options) as host:
        until(lambda: host.get("/").status_code == 200)
        assert len(titles(host)) == 5


def test_an_address_without_a_fingerprint_is_refused_since_nobody_is_there_to_compare_it(
    newsroom: Newsroom, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    path = tmp_path / "library.db"
    assert app.run(["datasette", str(path), "--sync", str(newsroom.public)]) == 2
    assert "lacks the fingerprint" in capsys.readouterr().err


def test_how_to_sync_is_nothing_without_from_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert app.run(["datasette", str(tmp_path / "library.db"), "--proxy", "socks5h://127.0.0.1:9050"]) == 2
    assert "give --sync ADDRESS" in capsys.readouterr().err


@pytest.mark.parametrize(("span", "expected"), [("90s", 90), ("10m", 600), ("6h", 21600), ("1d", 86400)])
def test_a_span_is_read(span: str, expected: int):
    assert seconds(span) == expected


@pytest.mark.parametrize("span", ["", "0s", "10", "m", "-1m", "1.5h", "1w", "9999999m"])
def test_a_span_that_is_none_is_refused(span: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert app.run(["datasette", str(tmp_path / "l.db"), "--sync", "https://x/#1.a", "--every", span]) == 2
    assert "say a number of seconds" in capsys.readouterr().err


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
