"""Segments: bounds that stay, bytes that stay, sizes that fit."""

import random
from pathlib import Path

import msgspec
import pytest

from publishing import DAY, SMALL, Desk, Reader, Tree, words
from tamizdat_server.clock import rfc3339


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "desk")


def archive(desk: Desk, count: int, *, seed: int = 1, first: int = 0) -> None:
    """Articles of one a day."""
    rng = random.Random(seed)
    for number in range(first, first + count):
        desk.put(f"a/{number:04}", words(rng, 40), published=rfc3339(desk.now - (1000 - number) * DAY))


def test_new_articles_leave_the_old_segments_their_bytes(desk: Desk):
    archive(desk, 100)
    desk.publish()
    old = [ref.sha256 for ref in Tree(desk.public).snapshot("en").segments]
    archive(desk, 5, first=100, seed=2)
    desk.publish()
    new = [ref.sha256 for ref in Tree(desk.public).snapshot("en").segments]
    assert len(old) > 5
    assert new[: len(old) - 1] == old[:-1]


def test_an_old_articles_edit_is_taken_into_its_segment_by_a_refresh_and_by_nothing_before(desk: Desk):
    archive(desk, 100)
    desk.publish()
    old = Tree(desk.public).snapshot("en")
    versions = []
    for number in range(20):
        desk.put("a/0001", words(random.Random(number), 300), published=rfc3339(desk.now - 999 * DAY))
        desk.publish()
        snapshot = Tree(desk.public).snapshot("en")
        versions.append(snapshot.version)
        if snapshot.version == old.version:
            assert snapshot.segments[:-1] == old.segments[:-1]
        assert Reader().sync(desk.public).lines() == desk.lines()
    assert {1, 8, 16} == set(versions)
    changed = {a.sha256 for a in old.segments} ^ {a.sha256 for a in Tree(desk.public).snapshot("en").segments}
    assert len(changed) == 2


def test_a_segment_that_a_retraction_rebuilt_in_haste_is_done_better_afterwards(tmp_path: Path):
    hasty = msgspec.structs.replace(SMALL, rebuild_level=1, segment_level=19, newest_segment_level=19, refresh_share=9)
    desk, rng = Desk(tmp_path / "desk", settings=hasty), random.Random(5)
    sentence = words(rng, 8)
    for number in range(40):
        desk.put(
            f"a/{number:04}", f"{sentence} {words(rng, 2)} " * 8, published=rfc3339(desk.now - (99 - number) * DAY)
        )
    desk.publish()
    desk.retract("a/0003")
    desk.publish()
    rough = Tree(desk.public).snapshot("en").segments[0]
    for number in range(7):
        desk.put("one", f"a word {number}")
        desk.publish()
    better = Tree(desk.public).snapshot("en").segments[0]
    assert better.raw_sha256 == rough.raw_sha256
    assert better.bytes < rough.bytes


def test_small_pieces_cut_off_the_newest_segment_are_joined_by_a_refresh(desk: Desk):
    for number in range(0, 160, 4):
        archive(desk, 4, first=number, seed=number)
        desk.publish()
    sizes = [ref.raw_bytes for ref in Tree(desk.public).snapshot("en").segments]
    assert len(sizes) < 30
    assert sum(size < SMALL.segment_raw_bytes // 2 for size in sizes) <= 12
    assert max(sizes) < 2 * SMALL.segment_raw_bytes


def test_the_newest_segment_stays_small_enough_to_be_encoded_each_time(desk: Desk):
    for number in range(25):
        archive(desk, 3, first=3 * number, seed=number)
        desk.publish()
        newest = Tree(desk.public).snapshot("en").segments[-1]
        assert newest.raw_bytes <= SMALL.newest_raw_bytes + 400


def test_a_late_import_of_an_old_archive_cuts_the_segment_that_it_falls_into(desk: Desk):
    archive(desk, 10, first=500)
    desk.publish()
    archive(desk, 100)
    for number in range(8):
        desk.publish()
        desk.put("one", f"a word {number}")
    snapshot = Tree(desk.public).snapshot("en")
    assert len(snapshot.segments) > 5
    assert max(ref.raw_bytes for ref in snapshot.segments) < 2 * SMALL.segment_raw_bytes
    assert Reader().sync(desk.public).lines() == desk.lines()


def test_text_that_hardly_compresses_still_makes_segments_within_the_formats_bound(tmp_path: Path):
    roomy = msgspec.structs.replace(SMALL, segment_raw_bytes=6_000_000, newest_raw_bytes=6_000_000)
    desk, rng = Desk(tmp_path / "desk", settings=roomy), random.Random(4)
    alphabet = "".join(map(chr, range(0x4E00, 0x9E00)))
    for number in range(40):
        desk.put(f"a/{number}", "".join(rng.choices(alphabet, k=30_000)))
    desk.publish()
    snapshot = Tree(desk.public).snapshot("en")
    assert len(snapshot.segments) > 2
    assert max(ref.bytes for ref in snapshot.segments) <= 1024 * 1024
    assert Reader().sync(desk.public).lines() == desk.lines()


def test_an_edition_that_loses_every_article_has_tombstones_and_no_segments(desk: Desk):
    archive(desk, 20)
    desk.publish()
    for number in range(20):
        desk.retract(f"a/{number:04}")
    desk.publish()
    snapshot = Tree(desk.public).snapshot("en")
    assert (snapshot.segments, desk.catalog().editions["en"].articles) == ([], 0)
    assert Reader().sync(desk.public).lines() == desk.lines()
    archive(desk, 3)
    desk.publish()
    assert Reader().sync(desk.public).lines() == desk.lines()


def test_what_the_live_catalog_names_is_there_after_a_refresh_and_long_afterwards(desk: Desk):
    archive(desk, 60)
    desk.publish()
    for number in range(7):
        desk.put("a/0001", words(random.Random(number), 300))
        desk.publish()
    assert desk.newsroom.version == 8
    desk.publish(after=60 * DAY)
    assert desk.newsroom.version == 8
    assert Reader().sync(desk.public).lines() == desk.lines()


def test_files_that_no_catalog_named_for_two_weeks_are_deleted_and_others_kept(desk: Desk):
    archive(desk, 20)
    desk.publish()
    old = set(desk.files())
    for number in range(20):
        desk.put("a/0001", words(random.Random(number), 30))
        desk.publish()
    assert {path for path in old if path.startswith("bundles/")} <= set(desk.files())
    desk.put("a/0001", "later")
    desk.publish(after=15 * DAY)
    desk.put("a/0001", "latest")
    desk.publish()
    left = set(desk.files())
    assert not {path for path in old if path.startswith(("targets/", "lists/"))} & left
    assert not {path for path in old if "metadata" in path and "timestamp" not in path and "root" not in path} & left
    assert "metadata/1.root.json" in left
    assert len(left) < 100
