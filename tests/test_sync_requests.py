"""What a sync asks for and how many bytes come back, counted at a real HTTP server."""

from pathlib import Path

import msgspec
import pytest

from conftest import Clock
from httpd import Httpd
from paper import Paper, Reader, draft
from tamizdat.format import zstd
from tamizdat.format.limits import LIMITS
from tamizdat.sync import SyncOptions
from tamizdat_server.heads import build_heads
from tamizdat_server.keys import Signer

LANGUAGES = ("en", "ru", "kk")


@pytest.fixture
def paper(tmp_path: Path, clock: Clock) -> Paper:
    paper = Paper(tmp_path / "paper", clock, LANGUAGES)
    paper.publish(*(draft(f"{code}/{n}", edition=code, day=1 + n % 20) for code in LANGUAGES for n in range(60)))
    return paper


@pytest.fixture
def reader(tmp_path: Path, clock: Clock) -> Reader:
    return Reader(tmp_path / "reader.db", clock)


def resign(paper: Paper) -> None:
    for path, data in Signer(paper.public, paper.newsroom.keys).resign(now=paper.clock.now):
        (paper.public / path).write_bytes(data)
    for path, data in build_heads(paper.public):
        (paper.public / path).write_bytes(data)


def test_a_reader_of_yesterday_needs_one_request_for_all_editions(paper: Paper, reader: Reader) -> None:
    with Httpd(paper.public) as httpd:
        reader.sync(httpd.url)
        paper.publish(*(draft(f"{code}/new", edition=code, day=21) for code in LANGUAGES))
        before = httpd.requests
        report = reader.sync()
    assert httpd.requests - before == report.requests == 1
    assert (report.from_, report.to, report.complete) == (1, 2, True)
    assert all(reader.lines(code) == paper.lines(code) for code in LANGUAGES)


@pytest.mark.parametrize("publishes", [3, 9, 24])
def test_a_reader_of_yesterday_needs_one_request_at_any_rhythm_up_to_hourly(
    paper: Paper, reader: Reader, publishes: int
) -> None:
    with Httpd(paper.public) as httpd:
        reader.sync(httpd.url)
        for number in range(publishes):
            paper.publish(
                draft(f"en/{number}", f"Changed {number}"), draft(f"ru/{number}", edition="ru"), hours=24 / publishes
            )
        report = reader.sync()
    assert report.requests == 1
    assert all(reader.lines(code) == paper.lines(code) for code in LANGUAGES)


def test_every_position_of_the_last_day_is_served_by_the_head_alone(paper: Paper, tmp_path: Path) -> None:
    readers = [Reader(tmp_path / f"{number}.db", paper.clock) for number in range(24)]
    with Httpd(paper.public) as httpd:
        for number, reader in enumerate(readers):
            reader.sync(httpd.url)
            paper.publish(draft(f"en/{number}", f"Changed {number}"), hours=1)
        assert [reader.sync().requests for reader in readers] == [1] * 24
    assert all(reader.lines() == paper.lines() for reader in readers)


def test_nothing_new_is_one_request_of_at_most_500_bytes(paper: Paper, reader: Reader) -> None:
    with Httpd(paper.public) as httpd:
        reader.sync(httpd.url)
        paper.clock.turn(hours=3)
        report = reader.sync()
    assert report.requests == 1
    assert report.bytes <= 500
    assert httpd.log[-1].status == 304
    assert report.complete


def test_only_signed_again_is_one_request_of_at_most_4_kb(paper: Paper, reader: Reader) -> None:
    with Httpd(paper.public) as httpd:
        reader.sync(httpd.url)
        paper.clock.turn(days=3)
        resign(paper)
        report = reader.sync()
    assert report.requests == 1
    assert report.bytes <= 4096
    assert report.fresh == "fresh"


def test_one_edition_has_a_head_of_its_own(paper: Paper, reader: Reader) -> None:
    only = SyncOptions(editions=frozenset({"kk"}), trust_first_use=True, allow_private=True)
    with Httpd(paper.public) as httpd:
        reader.sync(httpd.url, only)
        paper.publish(*(draft(f"{code}/new", edition=code, day=21) for code in LANGUAGES))
        report = reader.sync()
    assert [asked.path for asked in httpd.log][-1].endswith("head-kk.tar.zst")
    assert report.requests == 1
    assert (reader.lines("kk"), reader.lines("ru")) == (paper.lines("kk"), [])


def test_thirty_versions_away_takes_at_most_six_requests_an_edition(paper: Paper, tmp_path: Path) -> None:
    """Wherever in a group of eight a reader stands."""
    readers = [Reader(tmp_path / f"{start}.db", paper.clock) for start in range(8)]
    with Httpd(paper.public) as httpd:
        for number in range(30 + len(readers)):
            if number < len(readers):
                readers[number].sync(httpd.url)
            if number >= 30:
                assert readers[number - 30].sync().requests <= 6
                assert readers[number - 30].lines() == paper.lines()
            paper.publish(draft(f"en/{number}", f"Changed {number}"), draft(f"en/n{number}", day=20))


def test_the_catalog_costs_at_most_1_kb_and_1_kb_an_edition(paper: Paper) -> None:
    for number in range(40):
        paper.publish(*(draft(f"{code}/{number}", "Again.", edition=code) for code in LANGUAGES), hours=1)
    (path,) = [p for p in (paper.public / "targets").glob("*.catalog.json") if current(paper, p)]
    assert len(zstd.compress(path.read_bytes())) <= 1024 * (1 + len(LANGUAGES))
    assert path.stat().st_size <= LIMITS.catalog_bytes


def current(paper: Paper, path: Path) -> bool:
    return msgspec.json.decode(path.read_bytes())["version"] == paper.newsroom.version
