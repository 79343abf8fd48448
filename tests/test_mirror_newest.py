"""A small host holds the news of the last days, by choice that it remembers; readers get the rest elsewhere."""

import random
from pathlib import Path

import pytest

from following import Follower, assert_alike, picture
from httpd import Httpd
from mirroring import Copy, reopen
from publishing import DAY, NOW, Desk, Tree, words
from tamizdat.errors import FileMissing
from tamizdat.format.catalog import DeltaRef, SegmentRef, SnapshotList
from tamizdat.mirror.folder import OWN
from tamizdat.mirror.rhythm import utc, version_at
from tamizdat.mirror.selection import Selection
from tamizdat.mirror.state import Seen
from tamizdat.sync import Keep
from tamizdat_server.clock import rfc3339
from tamizdat_server.images import Pictures


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty days of a daily paper, some of it with pictures."""
    desk = Desk(tmp_path_factory.mktemp("made") / "desk")
    store = Pictures(desk.newsroom.media)
    for day in range(60):
        desk.now = NOW + day * DAY
        image = store.add(picture(day), alt="A picture") if day % 5 == 0 else None
        desk.put(f"a/{day:03}", words(random.Random(day), 100), image=image, published=rfc3339(desk.now))
        desk.publish(after=0)
    desk.newsroom.close()
    return desk.newsroom.folder


@pytest.fixture
def desk(made: Path, tmp_path: Path) -> Desk:
    return reopen(made, tmp_path / "desk")


@pytest.fixture
def copy(desk: Desk, tmp_path: Path) -> Copy:
    copy = Copy(tmp_path / "copy", desk)
    copy.run(newest=10)
    return copy


def size(copy: Copy) -> int:
    return sum(map(len, copy.files.values()))


def test_only_the_news_of_so_many_days_is_held_and_nothing_is_called_missing(desk: Desk, copy: Copy):
    whole = sum(map(len, desk.files().values()))
    assert size(copy) < whole / 3
    report = copy.verify()
    assert (report.newest, report.missing, report.broken, report.exit_code) == (10, [], [], 0)
    assert report.left_out > 10


def test_the_choice_is_remembered_and_what_grows_old_goes(desk: Desk, copy: Copy):
    before = copy.files.keys()
    for day in range(60, 82):
        desk.now = NOW + day * DAY
        desk.put(f"a/{day:03}", words(random.Random(day), 100), published=rfc3339(desk.now))
        desk.publish(after=0)
        report = copy.run()
    assert report.newest == 10
    assert {path for path in before if path.startswith("media/")} & copy.files.keys() == set()
    assert size(copy) < sum(map(len, desk.files().values())) / 2
    assert copy.verify().exit_code == 0


def test_all_fetches_the_rest_and_a_smaller_choice_deletes_it_again(desk: Desk, copy: Copy):
    small = copy.files
    assert copy.run(newest=0).newest == 0
    assert copy.verify().newest == 0
    copy.assert_whole()
    copy.run(newest=10)
    assert copy.files.keys() <= small.keys() | {path for path in copy.files if path.startswith(("metadata", "targets"))}
    copy.run(newest=3)
    assert size(copy) < sum(map(len, small.values()))
    assert copy.verify().exit_code == 0


def test_a_reader_who_keeps_as_many_days_needs_nothing_else(desk: Desk, copy: Copy):
    follower = Follower(copy.folder.with_name("reader.db"))
    report = follower.sync(desk, copy.folder, keep=Keep(days=7), media="standard", only=True)
    assert report.complete
    assert set(desk.lines()[-7:]) <= set(follower.current(desk))


def test_a_reader_who_syncs_daily_needs_nothing_else(desk: Desk, copy: Copy):
    follower = Follower(copy.folder.with_name("reader.db"))
    follower.sync(desk)
    for day in range(60, 64):
        desk.now = NOW + day * DAY
        desk.put(f"a/{day:03}", words(random.Random(day), 100), published=rfc3339(desk.now))
        desk.publish(after=0)
    copy.run()
    follower.sync(desk, copy.folder, only=True)
    assert_alike(desk, follower)


def test_a_reader_who_wants_everything_takes_older_news_from_another_mirror(desk: Desk, copy: Copy):
    from test_mirror_holes import set_mirrors

    with Httpd(desk.public) as other, Httpd(copy.folder) as httpd:
        set_mirrors(desk, [other.url])
        desk.publish()
        copy.run()
        follower = Follower(copy.folder.with_name("reader.db"))
        assert follower.sync(desk, httpd.url).complete
    assert_alike(desk, follower)


def test_a_reader_who_finds_no_other_mirror_is_told_and_keeps_the_newest(desk: Desk, copy: Copy):
    follower = Follower(copy.folder.with_name("reader.db"))
    with pytest.raises(FileMissing):
        follower.sync(desk, copy.folder)
    assert desk.lines()[-1] in follower.current(desk)


def test_a_small_copy_can_be_made_from_a_small_copy(desk: Desk, copy: Copy, tmp_path: Path):
    other = Copy(tmp_path / "other", desk)
    assert other.run(copy.folder, newest=5).exit_code == 0
    assert other.verify().exit_code == 0
    assert Copy(tmp_path / "whole", desk).run(copy.folder).exit_code == 5


def test_a_lost_memory_makes_it_whole_again_or_small_where_that_is_said(desk: Desk, copy: Copy):
    (copy.folder / OWN / "state.json").unlink()
    assert copy.run(newest=10).exit_code == 0
    assert copy.verify().newest == 10


# -- the reckoning -----------------------------------------------------------------------------------------------------


def seen(**versions: int) -> dict[int, Seen]:
    """Versions and the days on which they were published."""
    return {int(version.removeprefix("v")): Seen("", utc(NOW + day * DAY)) for version, day in versions.items()}


@pytest.mark.parametrize(
    ("known", "day", "version"),
    [
        (seen(v10=10, v20=20), 15, 15),  # in between
        (seen(v10=10, v20=20), 10, 10),
        (seen(v10=10, v20=20), 5, 5),  # before, at the same rhythm
        (seen(v10=10, v20=20), -5, 0),  # before the first
        (seen(v10=10, v20=20), 25, 20),  # after the newest
        (seen(v1000=10), 0, 760),  # nothing known: 24 a day
        (seen(v5=10), 0, 0),
    ],
)
def test_the_version_at_a_time_is_known_or_reckoned(known: dict[int, Seen], day: int, version: int):
    assert version_at(NOW + day * DAY, known, a_day=24) == version


def segment(published: str) -> SegmentRef:
    return SegmentRef("0" * 64, 1, "0" * 64, 1, 1, published, "k" if published else "")


def test_segments_are_held_that_end_within_the_days_and_the_newest_always():
    starts = ["", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"]
    snapshot = SnapshotList("tamizdat.snapshot.1", "en", 1, [segment(start) for start in starts])
    for since, held in (("2026-02-15T00:00:00Z", 2), ("2026-03-01T00:00:00Z", 1), ("2027-01-01T00:00:00Z", 1)):
        taken = [chosen for _, chosen in Selection(days=1, since=since).segments(snapshot)]
        assert taken == [False] * (4 - held) + [True] * held
    assert all(chosen for _, chosen in Selection().segments(snapshot))
    assert list(Selection().segments(SnapshotList("tamizdat.snapshot.1", "en", 0, []))) == []


def test_plain_deltas_are_held_however_old():
    old = DeltaRef(1, 2, "", "0" * 64, 1, "0" * 64, 1, prefix="0" * 16)
    plain = DeltaRef(1, 2, "", "0" * 64, 1, "0" * 64, 1)
    selection = Selection(days=1, since="2026", version=5)
    assert [selection.takes_delta(delta) for delta in (old, plain)] == [False, True]


def test_our_server_reads_a_small_copy_as_any_other(desk: Desk, copy: Copy):
    from tamizdat.library import Library
    from tamizdat_server.housekeeping import Upkeep
    from tamizdat_server.place import Place

    for day in range(0, 60, 3):
        desk.put(f"a/{day:03}", words(random.Random(-day), 100), published=rfc3339(NOW + day * DAY))
        desk.publish()
    for day in range(30):
        desk.put(f"b/{day:03}", words(random.Random(day), 50))
        desk.publish(after=DAY)
    copy.run()
    assert Tree(desk.public).revisions("en").bundles[0].to < copy.state.selection.version
    place = Place.of(copy.folder)
    upkeep = Upkeep(place, clock=lambda: desk.now)
    upkeep.look()
    assert upkeep._synced is not None, "it is tried again and again"
    with Library.open(place.library, readonly=True) as library:
        (known,) = library.publications()
        assert known.version == desk.catalog().version
        assert library.standing(known.publication, "en").version == desk.catalog().editions["en"].version
