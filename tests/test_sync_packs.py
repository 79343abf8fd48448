"""Packs that came by hand: they open no connection, may have expired, and say what they lack."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from following import ALL, PLAIN, Follower, assert_alike, picture
from packing import pack, pack_since
from publishing import DAY, Desk, Tree
from tamizdat.errors import DamagedPack, RollbackError
from tamizdat.format.names import bundle_path, list_path, media_bundle_path
from tamizdat_server.images import Pictures
from test_sync_publications import Doorbell, list_mirror


@pytest.fixture
def bell() -> Iterator[Doorbell]:
    with Doorbell() as bell:
        yield bell


@pytest.fixture
def desk(tmp_path: Path, bell: Doorbell) -> Desk:
    """Six versions with pictures, corrections and a retraction, and a mirror in the catalog that rings."""
    desk = Desk(tmp_path / "desk")
    list_mirror(desk, bell.url)
    for number in range(6):
        image = Pictures(desk.newsroom.media).add(picture(number), alt="A picture") if number < 4 else None
        desk.put(f"news/{number}", f"text {number}", image=image)
        desk.put("news/often", f"for the {number}th time")
        if number == 4:
            desk.retract("news/0", "no longer")
        desk.publish()
    return desk


@pytest.fixture
def follower(tmp_path: Path, bell: Doorbell) -> Iterator[Follower]:
    """A reader whose every sync must leave the mirror alone."""
    yield Follower(tmp_path / "library.db", ALL)
    assert bell.rings == 0


def test_the_mirror_of_these_tests_would_be_rung_at(desk: Desk, tmp_path: Path, bell: Doorbell) -> None:
    follower = Follower(tmp_path / "curious.db", ALL)
    follower.sync(desk, pack(desk.public, tmp_path / "all.pack"))
    with pytest.raises(Exception, match="reach"):
        follower.sync(desk, None)
    assert bell.rings > 0


def test_a_pack_of_everything_makes_a_whole_library(desk: Desk, follower: Follower, tmp_path: Path) -> None:
    report = follower.sync(desk, pack(desk.public, tmp_path / "all.pack"), media="standard")
    assert (report.complete, report.missing, report.problems) == (True, [], [])
    assert_alike(desk, follower)
    assert len(follower.pictures()) == 6


def test_a_pack_since_a_version_brings_who_stands_there_up_to_date(
    desk: Desk, follower: Follower, tmp_path: Path
) -> None:
    follower.options = PLAIN
    follower.sync(desk, pack(desk.public, tmp_path / "all.pack"))
    for number in range(20):
        desk.put("news/often", f"later, for the {number}th time")
        desk.publish()
    report = follower.sync(desk, pack_since(desk.public, tmp_path / "since.pack", 6))
    assert (report.complete, report.missing) == (True, [])
    assert_alike(desk, follower)


def test_a_pack_since_a_version_says_to_who_stands_lower_what_it_lacks(
    desk: Desk, follower: Follower, tmp_path: Path
) -> None:
    since = pack_since(desk.public, tmp_path / "since.pack", 5)
    report = follower.sync(desk, since)
    assert not report.complete
    assert report.missing
    assert follower.current(desk) == []
    follower.sync(desk, pack(desk.public, tmp_path / "all.pack"))
    assert_alike(desk, follower)


def is_single(path: str) -> bool:
    """Whether this is a picture outside of the bundles, which would do as well."""
    return path.startswith("media/") and not path.endswith(".tar")


def holes(desk: Desk, kind: str) -> list[str]:
    """Some of the files of this kind that a beginner needs."""
    tree = Tree(desk.public)
    match kind:
        case "segments":
            return [bundle_path(ref.sha256) for ref in tree.snapshot("en").segments[::2]]
        case "revisions":
            return [bundle_path(ref.sha256) for ref in tree.revisions("en").bundles[1:3]]
        case "pictures":
            return [media_bundle_path(ref.sha256) for ref in tree.media("en").bundles[:3]]
        case _:
            edition = tree.catalog.editions["en"]
            return [list_path(ref.sha256) for ref in (edition.revisions, edition.media)]


@pytest.mark.parametrize("kind", ["segments", "revisions", "pictures", "lists"])
def test_a_pack_with_holes_tells_each_and_another_pack_fills_them(
    desk: Desk, follower: Follower, tmp_path: Path, kind: str
) -> None:
    lacking = holes(desk, kind)
    assert lacking
    made = pack(desk.public, tmp_path / "holes.pack", keep=lambda path: path not in lacking and not is_single(path))
    report = follower.sync(desk, made, media="standard")
    assert (report.complete, sorted(report.missing)) == (False, sorted(lacking))
    assert follower.sync(desk, pack(desk.public, tmp_path / "all.pack")).complete
    assert_alike(desk, follower)
    assert len(follower.pictures()) == 6


def test_a_dry_run_of_a_pack_tells_what_it_lacks_and_changes_nothing(
    desk: Desk, follower: Follower, tmp_path: Path
) -> None:
    holes = pack(desk.public, tmp_path / "holes.pack", keep=lambda path: not path.startswith("media/"))
    report = follower.sync(desk, holes, media="previews", dry_run=True)
    assert report.planned
    assert follower.current(desk) == []


def test_an_expired_pack_is_accepted_and_says_how_old_it_is(desk: Desk, follower: Follower, tmp_path: Path) -> None:
    signed = desk.at
    desk.now += 200 * DAY
    report = follower.sync(desk, pack(desk.public, tmp_path / "all.pack"))
    assert (report.fresh, report.signed) == ("very old", signed)
    assert_alike(desk, follower)


def test_an_older_pack_than_the_library_is_refused(desk: Desk, follower: Follower, tmp_path: Path) -> None:
    older = pack(desk.public, tmp_path / "older.pack")
    desk.put("news/often", "at last")
    desk.publish()
    follower.sync(desk, pack(desk.public, tmp_path / "all.pack"))
    with pytest.raises(RollbackError):
        follower.sync(desk, older)
    assert_alike(desk, follower)


@pytest.mark.parametrize("at", [0.1, 0.5, 0.9, -1])
def test_a_damaged_pack_is_refused_whole(desk: Desk, follower: Follower, tmp_path: Path, at: float) -> None:
    path = pack(desk.public, tmp_path / "all.pack")
    data = bytearray(path.read_bytes())
    data[int(len(data) * at) if at > 0 else -1] ^= 1
    path.write_bytes(data)
    with pytest.raises(DamagedPack):
        follower.sync(desk, path)
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(DamagedPack):
        follower.sync(desk, path)
    assert follower.current(desk) == []


def test_online_a_pack_with_holes_is_completed_from_mirrors(desk: Desk, tmp_path: Path) -> None:
    follower = Follower(tmp_path / "online.db", ALL)
    follower.sync(desk)
    desk.put("news/new", "text")
    desk.publish()
    bare = pack(desk.public, tmp_path / "bare.pack", keep=lambda path: path.startswith(("metadata/", "targets/")))
    assert not follower.sync(desk, bare).complete
    assert follower.sync(desk, bare, online=True).complete
    assert_alike(desk, follower)
