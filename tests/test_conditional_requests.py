"""A head that is held is not sent again: by no server that people use, however little it knows of ours."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from conftest import START, Clock
from paper import Paper, Reader, draft
from serving import serving
from tamizdat.format.names import sha256
from tamizdat.library import Library
from tamizdat.transport import HeldHead
from tamizdat.transport.conditions import conditions
from tamizdat_server.heads import build_heads
from tamizdat_server.keys import Signer
from webservers import object_store, open_folder, plain_apache, plain_caddy, plain_nginx, python_server

EDITIONS = ("en", "ru", "kk")
SERVERS: dict[str, Callable[[Path], AbstractContextManager[str]]] = {
    "nginx": plain_nginx,
    "apache": plain_apache,
    "caddy": plain_caddy,
    "ours": lambda folder: _ours(folder),
}


class _ours(AbstractContextManager[str]):  # noqa: N801
    """`tamizdat serve` over a bare tree."""

    def __init__(self, folder: Path) -> None:
        self._serving = serving(folder)

    def __enter__(self) -> str:
        return self._serving.__enter__().url

    def __exit__(self, *error: object) -> None:
        self._serving.__exit__(None, None, None)


@pytest.fixture
def clock() -> Clock:
    """Long ago: Apache takes no notice of a file, or a condition, from the future."""
    return Clock(START - timedelta(days=1000))


@pytest.fixture
def paper(clock: Clock) -> Iterator[Paper]:
    with open_folder() as folder:
        paper = Paper(folder / "paper", clock, EDITIONS)
        (folder / "paper").chmod(0o755)
        paper.publish(*(draft(f"{code}/{n}", edition=code, day=1 + n) for code in EDITIONS for n in range(20)))
        yield paper


@pytest.fixture
def reader(tmp_path: Path, clock: Clock) -> Reader:
    return Reader(tmp_path / "reader.db", clock)


def resign(paper: Paper) -> None:
    signed = Signer(paper.public, paper.newsroom.keys).resign(now=paper.clock.now)
    for path, data in signed:
        (paper.public / path).write_bytes(data)
    for path, data in build_heads(paper.public):
        (paper.public / path).write_bytes(data)


@pytest.mark.parametrize("kind", SERVERS)
def test_nothing_new_is_one_request_of_at_most_500_bytes(paper: Paper, reader: Reader, kind: str) -> None:
    with SERVERS[kind](paper.public) as url:
        reader.sync(url)
        for _ in range(2):
            paper.clock.turn(hours=3)
            report = reader.sync()
            assert (report.requests, report.complete, report.mirror) == (1, True, url)
            assert report.bytes <= 500


@pytest.mark.parametrize("kind", SERVERS)
def test_a_new_version_comes_at_once(paper: Paper, reader: Reader, kind: str) -> None:
    with SERVERS[kind](paper.public) as url:
        reader.sync(url)
        paper.publish(draft("en/new", day=21))
        report = reader.sync()
    assert (report.to, report.requests) == (2, 1)
    assert reader.lines() == paper.lines()


@pytest.mark.parametrize("server", [python_server, object_store])
def test_a_server_that_knows_no_tags_is_asked_for_the_small_timestamp_first(
    paper: Paper, reader: Reader, server: Callable[[Path], AbstractContextManager[str]]
) -> None:
    with server(paper.public) as url:
        reader.sync(url)
        head = (paper.public / "head.tar.zst").stat().st_size
        reports = []
        for _ in range(3):
            paper.clock.turn(hours=3)
            reports.append(reader.sync())
    assert [report.requests for report in reports] == [1, 1, 1]
    assert reports[0].bytes == head  # so it was found out
    assert all(report.bytes <= 500 for report in reports[1:])


def test_after_the_small_timestamp_news_takes_one_request_more(paper: Paper, reader: Reader) -> None:
    with python_server(paper.public) as url:
        reader.sync(url)
        reader.sync()
        paper.publish(draft("en/new", day=21))
        report = reader.sync()
        assert (report.to, report.requests) == (2, 2)
        assert reader.lines() == paper.lines()
        paper.clock.turn(days=1)
        resign(paper)
        report = reader.sync()
        assert (report.requests, report.fresh) == (2, "fresh")


def test_what_is_known_of_a_server_is_kept_with_the_library(paper: Paper, reader: Reader) -> None:
    with python_server(paper.public) as url:
        reader.sync(url)
        reader.sync()
    with Library.open(reader.path, readonly=True) as library:
        known = library.publications()[0]
        notes = library.mirror_notes(known.publication)
    assert {place: (note.problem, note.sends_held) for place, note in notes.items()} == {url: ("", True)}


@pytest.mark.parametrize("kind", [*SERVERS])
def test_each_server_finds_its_own_tag_in_the_list(paper: Paper, kind: str) -> None:
    data = (paper.public / "head.tar.zst").read_bytes()
    held = HeldHead("head.tar.zst", sha256(data), len(data), paper.clock.now)
    with SERVERS[kind](paper.public) as url, httpx.Client(trust_env=False) as client:
        tag = client.get(f"{url}head.tar.zst").headers["etag"]
        assert tag.removeprefix("W/") in conditions(held)["If-None-Match"].split(", ")
        assert client.get(f"{url}head.tar.zst", headers=conditions(held)).status_code == 304


def test_a_library_of_before_takes_the_head_once_more_and_then_knows_its_size(paper: Paper, reader: Reader) -> None:
    with plain_nginx(paper.public) as url:
        reader.sync(url)
        with Library.open(reader.path) as library, library.writing() as db:
            db.execute("UPDATE publications SET head_bytes = 0")
        paper.clock.turn(hours=1)
        sizes = [reader.sync().bytes for _ in range(2)]
    assert sizes == [(paper.public / "head.tar.zst").stat().st_size, 0]
