"""However a newsroom publishes and however readers follow it, they end with the newsroom's own records, to the byte."""

import random
import shutil
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from following import ALL, PLAIN, Follower, assert_alike
from publishing import DAY, HOUR, SMALL, Desk, words
from tamizdat.format.article import Article, decode_record
from tamizdat.library import Library
from tamizdat.sync import Keep

EDITIONS = ("en", "ru")
KEYS = [f"news/{number}" for number in range(14)]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new library, to be copied: making the tables takes longer than a sync."""
    path = tmp_path_factory.mktemp("empty") / "library.db"
    Library.open(path).close()
    return path


def assert_newest_alike(desk: Desk, follower: Follower) -> None:
    """Who keeps some days holds every tombstone, and the articles published since then."""
    for code in EDITIONS:
        with Library.open(follower.path) as library:
            since = library.standing(desk.newsroom.publication, code).complete_since
        records = [(line, decode_record(line).record) for line in desk.lines(code)]
        wanted = [line for line, r in records if not isinstance(r, Article) or r.published >= since]
        assert follower.current(desk, code) == wanted, code


# -- what an editor does -----------------------------------------------------------------------------------------------


def act(desk: Desk, what: str, key: str, number: int) -> None:
    edition = EDITIONS[len(key) % 2]
    rows = desk.newsroom.db.execute("SELECT key, retracted IS NOT NULL FROM articles")
    retracted = dict(tuple(row) for row in rows)
    match what:
        case "put":
            desk.put(key, f"{key} {number} " + words(random.Random(number), 12 * number), edition=edition)
        case "move":
            desk.put(key, f"moved {number}", edition=edition, published=f"2026-{number + 1:02}-03T00:00:00Z")
        case "retract" if key in retracted:
            desk.retract(key)
        case "restore" if retracted.get(key):
            desk.newsroom.restore(key, at=desk.at)
        case "correct" if key in retracted and not retracted[key]:
            desk.newsroom.correct(key, f"note {number}", at=desk.at)
        case "many":
            for other in range(number * 4):
                desk.put(f"archive/{key}/{other}", words(random.Random(other), 20), edition=edition,
                         published=f"2025-{1 + other % 12:02}-05T00:00:00Z")  # fmt: skip
        case _:
            pass


VERBS = ["put", "put", "move", "retract", "restore", "correct", "many", "publish", "publish", "sometimes", "capped"]
PROGRAMS = st.lists(
    st.tuples(st.sampled_from(VERBS), st.sampled_from(KEYS), st.integers(0, 7)), min_size=8, max_size=70
)
unhurried = {"deadline": None, "suppress_health_check": list(HealthCheck)}


def play(folder: Path, empty: Path, program: list[tuple[str, str, int]]) -> None:
    desk = Desk(folder / "desk", editions=EDITIONS)
    names = ("always", "sometimes", "capped", "days", "end", "end-plain")
    options = [ALL, ALL, PLAIN, msgspec.structs.replace(PLAIN, keep=Keep(days=120)), ALL, PLAIN]
    followers = {
        name: Follower(Path(shutil.copy(empty, folder / f"{name}.db")), each)
        for name, each in zip(names, options, strict=True)
    }
    with desk.newsroom:
        for what, key, number in [*program, ("publish", "", 0)]:
            act(desk, what, key, number)
            if what == "publish" and desk.publish(after=DAY if number > 4 else HOUR).version:
                followers["always"].sync(desk)
                assert_alike(desk, followers["always"], editions=EDITIONS)
            elif desk.newsroom.version and what == "sometimes":
                followers["sometimes"].sync(desk)
                followers["days"].sync(desk)
            elif desk.newsroom.version and what == "capped":
                followers["capped"].drop_out(desk, number * 700)
        if desk.newsroom.version:
            assert all(follower.sync(desk).complete for follower in followers.values())
            assert_newest_alike(desk, followers.pop("days"))
            assert_alike(desk, *followers.values(), editions=EDITIONS)


@settings(max_examples=12, **unhurried)
@given(program=PROGRAMS)
def test_readers_at_every_pace_end_with_the_newsrooms_own_records(
    tmp_path_factory: pytest.TempPathFactory, empty: Path, program: list[tuple[str, str, int]]
) -> None:
    play(tmp_path_factory.mktemp("history"), empty, program)


@pytest.mark.long
@settings(max_examples=600, **unhurried)
@given(program=PROGRAMS)
def test_readers_at_every_pace_end_alike_in_hundreds_of_histories(
    tmp_path_factory: pytest.TempPathFactory, empty: Path, program: list[tuple[str, str, int]]
) -> None:
    folder = tmp_path_factory.mktemp("history")
    play(folder, empty, program)
    shutil.rmtree(folder)


# -- long histories, in which spans, splits and refreshes all come up --------------------------------------------------


def follow_at_random(folder: Path, empty: Path, *, seed: int, versions: int) -> None:
    rng = random.Random(seed)
    small = msgspec.structs.replace(SMALL, refresh_share=rng.choice([0.01, 0.2]), group=rng.choice([4, 8]))
    desk = Desk(folder / "desk", editions=EDITIONS, settings=small)
    paces = [1, 2, 5, 9, 20, versions]
    followers = {
        pace: Follower(Path(shutil.copy(empty, folder / f"{pace}.db")), rng.choice([ALL, PLAIN])) for pace in paces
    }
    verbs = ["put"] * 6 + ["move", "move", "retract", "restore", "correct", "many"]
    keys = [f"news/{number}" for number in range(40)]
    with desk.newsroom:
        for number in range(1, versions + 1):
            for _ in range(rng.randrange(1, 7)):
                act(desk, rng.choice(verbs), rng.choice(keys), rng.randrange(8))
            desk.publish(after=rng.choice([HOUR, DAY]))
            for pace, follower in followers.items():
                if number % pace == 0 and desk.newsroom.version:
                    follower.drop_out(desk, rng.randrange(9000)) if rng.random() < 0.3 else follower.sync(desk)
        for follower in followers.values():
            assert follower.sync(desk).complete
        assert_alike(desk, *followers.values(), editions=EDITIONS)


def test_readers_follow_a_long_history_at_their_own_pace(tmp_path: Path, empty: Path) -> None:
    follow_at_random(tmp_path, empty, seed=1, versions=30)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(40))
def test_readers_follow_many_long_histories_at_their_own_pace(tmp_path: Path, empty: Path, seed: int) -> None:
    follow_at_random(tmp_path, empty, seed=seed, versions=90)
