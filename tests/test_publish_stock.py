"""The catalog vouches for what a complete reader holds: the stock list's digest, kept up publish by publish."""

import random
from pathlib import Path

import pytest

from publishing import DAY, Desk
from tamizdat.format import stock
from tamizdat.format.article import Article, decode_record
from tamizdat.format.catalog import StockRef
from tamizdat_server.clock import rfc3339
from tamizdat_server.publish import stock as publishing


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """One key in eight begins a part, and a part holds few lines, so that few articles go through every case."""
    for module in (stock, publishing):
        monkeypatch.setattr(module, "begins_part", lambda key: stock.hashlib.sha256(key.encode()).digest()[0] < 32)
    monkeypatch.setattr(stock, "PART_BYTES", 1_500)


def expected(desk: Desk, edition: str = "en") -> StockRef:
    """What a reader makes of the newsroom's lines, knowing nothing else."""
    articles, retractions = [], []
    for line in desk.lines(edition):
        record = decode_record(line).record
        if isinstance(record, Article):
            articles.append(((record.published, record.key), line))
        else:
            retractions.append((("", record.key), line))
    publication, version = desk.newsroom.publication, desk.catalog().editions[edition].version
    lists = [
        [part for part, _ in stock.parts(stock.Whole(publication, edition, kind), sorted(items))]
        for kind, items in (("segment", articles), ("tombstones", retractions))
    ]
    return stock.encode_stock(stock.StockList("tamizdat.stock.1", edition, version, *lists))[1]


def assert_true(desk: Desk) -> None:
    for code, edition in desk.catalog().editions.items():
        assert edition.stock == expected(desk, code)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_published_the_catalog_names_what_readers_hold(tmp_path: Path, seed: int):
    rng = random.Random(seed)
    desk = Desk(tmp_path / "desk", editions=("en", "ru"))
    desk.publish()
    assert_true(desk)
    for _ in range(12):
        for _ in range(rng.randrange(1, 12)):
            key, when = f"news/{rng.randrange(60)}", rfc3339(desk.now - rng.randrange(30) * DAY)
            if rng.random() < 0.2:
                desk.newsroom.retract(f"en/{key}", at=desk.at) if known(desk, f"en/{key}") else None
            else:
                edition = rng.choice(("en", "ru"))
                desk.put(
                    f"{edition}/{key}", f"text {rng.random()}" * rng.randrange(1, 9), edition=edition, published=when
                )
        desk.publish()
        assert_true(desk)


def known(desk: Desk, key: str) -> bool:
    row = desk.newsroom.db.execute("SELECT 1 FROM articles WHERE key = ? AND retracted IS NULL", (key,)).fetchone()
    return row is not None


def test_a_newsroom_of_before_learns_its_stock_at_the_next_publish(tmp_path: Path):
    desk = Desk(tmp_path / "desk")
    for number in range(40):
        desk.put(f"news/{number}")
    desk.publish()
    desk.newsroom.db.execute("DELETE FROM stock")
    desk.newsroom.db.execute("DELETE FROM stocked")
    desk.put("news/another")
    desk.publish()
    assert_true(desk)


def test_a_publish_reads_only_what_stands_near_a_change(tmp_path: Path):
    desk = Desk(tmp_path / "desk")
    for number in range(200):
        desk.put(f"news/{number:03}", published=rfc3339(desk.now - number * DAY))
    desk.publish()
    before = {row["raw_sha256"] for row in desk.newsroom.db.execute("SELECT raw_sha256 FROM stock")}
    desk.put("news/100", "anew", published=rfc3339(desk.now - 100 * DAY))
    desk.publish()
    after = {row["raw_sha256"] for row in desk.newsroom.db.execute("SELECT raw_sha256 FROM stock")}
    assert len(before - after) == len(after - before) == 1
    assert_true(desk)
