"""Whoever reads the tree, from wherever they stand, ends with exactly the newsroom's own records."""

import random
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publishing import DAY, HOUR, SMALL, Desk, Reader, Tree, words
from tamizdat_server.clock import rfc3339

KEYS = [f"news/{number}" for number in range(12)]


def edit(desk: Desk, rng: random.Random, keys: list[str], edition: str = "en") -> None:
    """One change that an editor might make."""
    key = rng.choice(keys)
    match rng.randrange(10):
        case 0 | 1 if desk.newsroom.key_of(f"{key}.md"):
            desk.retract(key)
        case 2 if any(found == key for _, found in desk.newsroom.standing_sources()):
            desk.newsroom.correct(key, words(rng, 3), at=desk.at)
        case 3:
            desk.put(key, words(rng, 20), edition=edition, published=rfc3339(desk.now - rng.randrange(90) * DAY))
        case _:
            desk.put(key, words(rng, rng.randrange(5, 60)), edition=edition)


def history(desk: Desk, rng: random.Random, versions: int, keys: list[str]) -> dict[int, Reader]:
    """Publish so many versions, and return a reader who stands at each, every one having synced each version."""
    readers: dict[int, Reader] = {}
    daily = Reader()
    while len(readers) < versions:
        for _ in range(rng.randrange(1, 5)):
            edit(desk, rng, keys)
        if desk.publish(after=rng.choice([HOUR, DAY])).changed:
            readers[desk.newsroom.version] = daily.sync(desk.public).copy()
            assert daily.lines() == desk.lines()
    return readers


@pytest.mark.parametrize("seed", range(2))
def test_from_every_version_a_reader_comes_to_the_newsrooms_own_records(tmp_path: Path, seed: int):
    desk, rng = Desk(tmp_path / "desk"), random.Random(seed)
    readers = history(desk, rng, 36, [f"news/{number}" for number in range(30)])
    for reader in readers.values():
        held = reader.copy().sync(desk.public).take_revisions(desk.public)
        assert held.lines() == desk.lines()
        assert held.old_lines() == list(desk.newsroom.superseded("en"))


def test_thirty_versions_away_are_at_most_five_deltas(tmp_path: Path):
    desk, rng = Desk(tmp_path / "desk"), random.Random(5)
    readers: dict[int, Reader] = {}
    daily = Reader()
    for number in range(41):
        desk.put(f"news/{number}", words(rng, 30))
        desk.publish(after=DAY)
        readers[number + 1] = daily.sync(desk.public).copy()
    for version in range(11, 41):
        reader = readers[version]
        assert reader.sync(desk.public).lines() == desk.lines()
        assert len(reader.fetched) <= 5


@pytest.mark.parametrize("newest_first", [True, False])
def test_segments_in_any_order_and_the_plain_deltas_after_them_make_a_library(tmp_path: Path, newest_first: bool):
    desk, rng = Desk(tmp_path / "desk"), random.Random(6)
    for _ in range(18):
        for _ in range(5):
            edit(desk, rng, [f"news/{number}" for number in range(60)])
        desk.publish()
        reader = Reader()
        tree = Tree(desk.public)
        reader.settle(tree, newest_first=newest_first)
        assert reader.version <= tree.catalog.editions["en"].version
        assert reader.sync(desk.public).lines() == desk.lines()


def test_a_reader_who_settles_over_what_was_held_before_ends_with_the_same(tmp_path: Path):
    desk, rng = Desk(tmp_path / "desk"), random.Random(7)
    readers = history(desk, rng, 25, [f"news/{number}" for number in range(40)])
    for reader in readers.values():
        assert reader.copy().sync(desk.public, by_deltas=False).lines() == desk.lines()


def test_editions_that_did_not_change_keep_their_version_and_their_deltas(tmp_path: Path):
    desk = Desk(tmp_path / "desk", editions=("en", "ru"))
    desk.put("a", edition="en")
    desk.put("b", edition="ru")
    desk.publish()
    desk.put("a", "other words", edition="en")
    desk.publish()
    editions = desk.catalog().editions
    assert (editions["en"].version, editions["ru"].version) == (2, 1)
    assert Reader("ru").sync(desk.public).lines() == desk.lines("ru")


def test_a_second_publish_far_larger_than_the_first_leads_readers_to_the_segments(tmp_path: Path):
    small = msgspec.structs.replace(SMALL, delta_raw_bytes=2_000)
    desk, rng = Desk(tmp_path / "desk", settings=small), random.Random(8)
    desk.put("first", words(rng, 10))
    desk.publish()
    reader = Reader().sync(desk.public)
    for number in range(60):
        desk.put(f"archive/{number}", words(rng, 40))
    desk.publish()
    assert desk.catalog().editions["en"].deltas == []
    assert reader.sync(desk.public).lines() == desk.lines()


VERBS = ["put", "retract", "restore", "correct", "move", "publish", "sync"]
OPERATIONS = st.lists(
    st.tuples(st.sampled_from(VERBS), st.sampled_from(KEYS), st.integers(0, 5)), min_size=5, max_size=60
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(operations=OPERATIONS)
def test_random_histories_end_alike_for_readers_who_sync_always_sometimes_or_once(tmp_path_factory, operations):
    _play(tmp_path_factory.mktemp("history"), operations)


@pytest.mark.long
@settings(max_examples=1500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(operations=OPERATIONS)
def test_a_campaign_of_random_histories_ends_alike_for_every_reader(tmp_path_factory, operations):
    _play(tmp_path_factory.mktemp("history"), operations)


def _play(folder: Path, operations: list[tuple[str, str, int]]) -> None:
    desk = Desk(folder / "desk")
    always, sometimes = Reader(), Reader()
    for what, key, number in [*operations, ("publish", "", 0)]:
        _act(desk, what, key, number)
        if what == "publish" and desk.newsroom.version:
            assert always.sync(desk.public).lines() == desk.lines()
        if what == "sync" and desk.newsroom.version:
            sometimes.sync(desk.public)
    if not desk.newsroom.version:
        return
    for reader in (always, sometimes, Reader()):
        assert reader.sync(desk.public).lines() == desk.lines()
        assert reader.take_revisions(desk.public).old_lines() == list(desk.newsroom.superseded("en"))
    desk.newsroom.close()


def _act(desk: Desk, what: str, key: str, number: int) -> None:
    known = dict(tuple(row) for row in desk.newsroom.db.execute("SELECT key, retracted FROM articles"))
    match what:
        case "put":
            desk.put(key, f"words {number} " * (number + 1))
        case "move":
            desk.put(key, f"words {number}", published=f"2026-0{number + 1}-01T00:00:00Z")
        case "retract" if key in known:
            desk.retract(key)
        case "restore" if known.get(key):
            desk.newsroom.restore(key, at=desk.at)
        case "correct" if key in known and not known[key]:
            desk.newsroom.correct(key, f"note {number}", at=desk.at)
        case "publish":
            desk.publish()
        case _:
            pass
