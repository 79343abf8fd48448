"""A copy from a pack that came by hand: whole, or told what is missing and not shown; and no connection is opened."""

import random
from pathlib import Path

import pytest

from following import Follower, assert_alike, picture
from httpd import Httpd
from mirroring import Copy, reopen
from packing import pack, pack_since
from publishing import DAY, Desk, words
from tamizdat.errors import FirstContact, RollbackError
from tamizdat.mirror import verify
from tamizdat.pack import PackOptions
from tamizdat.pack import pack as pack_publication
from tamizdat_server.images import Pictures


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    desk = Desk(tmp_path_factory.mktemp("made") / "desk", editions=("en", "ru"))
    store = Pictures(desk.newsroom.media)
    for number in range(12):
        image = store.add(picture(number), alt="A picture") if number % 5 == 0 else None
        desk.put(f"a/{number}", words(random.Random(number), 60), image=image)
        desk.put(f"b/{number}", words(random.Random(-number), 60), edition="ru")
    desk.publish()
    desk.newsroom.close()
    return desk.newsroom.folder


@pytest.fixture
def desk(made: Path, tmp_path: Path) -> Desk:
    return reopen(made, tmp_path / "desk")


@pytest.fixture
def copy(desk: Desk, tmp_path: Path) -> Copy:
    return Copy(tmp_path / "copy", desk)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "made.pack"


def edit(desk: Desk) -> None:
    desk.put("a/1", words(random.Random(desk.now), 60))
    desk.publish()


def assert_serves(copy: Copy) -> None:
    """Readers get everything from this copy alone."""
    follower = Follower(copy.folder.with_name(f"reader{copy.desk.now}.db"))
    with Httpd(copy.folder) as httpd:
        assert follower.sync(copy.desk, httpd.url, media="standard", only=True).complete
    assert_alike(copy.desk, follower, editions=("en", "ru"))


def test_a_pack_of_everything_makes_a_copy_that_readers_sync_from(desk: Desk, copy: Copy, file: Path):
    source = f"{desk.public}#{desk.newsroom.fingerprint}"
    pack_publication(source, file, options=PackOptions(), clock=lambda: desk.now)
    report = copy.run(file)
    assert (report.live, report.missing, report.exit_code) == (True, [], 0)
    found = copy.verify()
    assert (found.packed, found.missing, found.broken, found.exit_code) == (True, [], [], 0)
    assert_serves(copy)


def test_a_pack_that_is_months_old_is_copied_and_told(desk: Desk, copy: Copy, file: Path):
    pack(desk.public, file)
    desk.now += 120 * DAY
    report = copy.run(file)
    assert (report.live, report.expired, report.fresh, report.exit_code) == (True, True, "very old", 4)


def test_a_pack_with_holes_shows_nothing_and_tells_them(desk: Desk, copy: Copy, file: Path):
    lost = sorted(path.relative_to(desk.public).as_posix() for path in (desk.public / "bundles").iterdir())[:2]
    pack(desk.public, file, keep=lambda path: path not in lost)
    report = copy.run(file)
    assert (report.live, report.missing, report.exit_code) == (False, lost, 5)
    assert not (copy.folder / "metadata").exists()
    assert copy.run().live
    copy.assert_whole()


def test_a_pack_of_what_is_new_brings_a_copy_forward(desk: Desk, copy: Copy, file: Path):
    copy.run()
    for _ in range(3):
        edit(desk)
    edition = desk.catalog().editions["en"]
    fresh = {f"lists/{ref.sha256}.json.zst" for ref in (edition.history, edition.snapshot, edition.revisions) if ref}
    held = copy.files
    pack(desk.public, file, keep=lambda path: path not in held or path in fresh or path.startswith("metadata/"))
    report = copy.run(file)
    assert (report.live, report.from_, report.to, report.exit_code) == (True, 1, 4, 0)
    assert_serves(copy)


def test_pages_and_heads_of_the_version_before_do_not_stay_beside_what_a_pack_brought(
    desk: Desk, copy: Copy, file: Path
):
    copy.run()
    old = {path: data for path, data in copy.files.items() if path.startswith(("head", "feeds/")) or "." in path[:6]}
    edit(desk)
    pack(desk.public, file)
    copy.run(file)
    assert not [path for path, data in old.items() if copy.files.get(path) == data and data != desk.files()[path]]
    assert copy.verify().exit_code == 0
    assert copy.run().live
    copy.assert_whole()


def test_a_pack_opens_no_connection(desk: Desk, copy: Copy, file: Path):
    from test_mirror_holes import set_mirrors

    with Httpd(desk.public) as other:
        set_mirrors(desk, [other.url])
        edit(desk)
        lost = next((desk.public / "bundles").iterdir()).relative_to(desk.public).as_posix()
        pack(desk.public, file, keep=lambda path: path != lost)
        assert copy.run(file).missing == [lost]
    assert other.requests == 0


def test_an_old_pack_is_refused_where_the_copy_is_newer(desk: Desk, copy: Copy, file: Path):
    pack(desk.public, file)
    edit(desk)
    copy.run()
    with pytest.raises(RollbackError):
        copy.run(file)
    copy.assert_whole()


def test_a_pack_needs_a_fingerprint_the_first_time(desk: Desk, copy: Copy, file: Path):
    pack(desk.public, file)
    with pytest.raises(FirstContact):
        copy.run(file, trust_first_use=False)
    assert copy.run(f"{file}#{desk.newsroom.fingerprint}", trust_first_use=False).live


def test_a_copy_of_a_copy_that_came_by_pack_serves_readers_and_says_what_it_lacks(
    desk: Desk, copy: Copy, file: Path, tmp_path: Path
):
    pack(desk.public, file)
    copy.run(file)
    second = Copy(tmp_path / "second", desk)
    with Httpd(copy.folder) as httpd:
        report = second.run(httpd)
    assert (report.live, report.exit_code) == (True, 5)
    assert {path for path in report.missing if not path.startswith("head")} >= {"index.html", "feeds/en.atom"}
    assert_serves(second)


# -- verify ------------------------------------------------------------------------------------------------------------


def test_verify_reads_a_pack_and_expects_neither_pages_nor_heads(desk: Desk, file: Path):
    pack(desk.public, file)
    report = verify(str(file), clock=lambda: desk.now)
    assert (report.packed, report.missing, report.broken, report.stale, report.exit_code) == (True, [], [], [], 0)


def test_verify_names_what_a_pack_lacks(desk: Desk, file: Path):
    for _ in range(3):
        edit(desk)
    pack_since(desk.public, file, 2)
    report = verify(str(file), clock=lambda: desk.now)
    assert report.exit_code == 5
    assert {path.split("/")[0] for path in report.missing} == {"bundles", "lists"}
    assert report.broken == []
