"""What a copy holds vouches for what may come next: nobody can lead it back, aside, or to another publication."""

import shutil
from pathlib import Path

import pytest

from mirroring import Copy, reopen, tree
from publishing import DAY, HOUR, Desk
from tamizdat.errors import (
    ClockError,
    FirstContact,
    HistoryError,
    RollbackError,
    TamizdatError,
    ThresholdError,
    TrustError,
    WrongPublication,
    WrongRoot,
)
from tamizdat.format.names import Fingerprint
from tamizdat.mirror.folder import OWN
from tamizdat_server.keys import Signer
from tamizdat_server.keys.operations import resign, rotate_keys


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    desk = Desk(tmp_path_factory.mktemp("made") / "desk")
    for number in range(6):
        desk.put(f"a/{number}")
    desk.publish()
    desk.newsroom.close()
    return desk.newsroom.folder


@pytest.fixture
def desk(made: Path, tmp_path: Path) -> Desk:
    return reopen(made, tmp_path / "desk")


@pytest.fixture
def copy(desk: Desk, tmp_path: Path) -> Copy:
    copy = Copy(tmp_path / "copy", desk)
    copy.run()
    return copy


def kept(desk: Desk, tmp_path: Path, name: str = "kept") -> Path:
    """The tree as it is now."""
    return Path(shutil.copytree(desk.public, tmp_path / name))


def assert_refused(copy: Copy, source: object, error: type[TamizdatError], **options: object) -> TamizdatError:
    """The run fails, and the copy is what it was."""
    before = copy.files
    with pytest.raises(error) as caught:
        copy.run(source, **options)
    assert copy.files == before
    return caught.value


def test_first_contact_shows_the_fingerprint_and_takes_nothing(desk: Desk, tmp_path: Path):
    copy = Copy(tmp_path / "copy", desk)
    error = assert_refused(copy, desk.public, FirstContact, trust_first_use=False)
    assert error.fields() == {"fingerprint": str(desk.newsroom.fingerprint)}
    assert error.exit_code == 2


def test_a_fingerprint_is_needed_once_and_the_copy_vouches_from_then_on(desk: Desk, tmp_path: Path):
    copy = Copy(tmp_path / "copy", desk)
    copy.run(f"{desk.public}#{desk.newsroom.fingerprint}", trust_first_use=False)
    desk.put("a/7")
    desk.publish()
    assert copy.run(desk.public, trust_first_use=False).to == 2


def test_a_wrong_fingerprint_is_refused_at_first_and_later(desk: Desk, copy: Copy, tmp_path: Path):
    other = Fingerprint(1, "0" * 64)
    assert_refused(Copy(tmp_path / "new", desk), f"{desk.public}#{other}", WrongRoot)
    assert_refused(copy, f"{desk.public}#{other}", WrongRoot)


def test_another_publication_never_takes_the_place_of_the_one_that_is_here(desk: Desk, copy: Copy, tmp_path: Path):
    other = Desk(tmp_path / "other")
    other.put("b/1")
    other.publish()
    assert_refused(copy, other.public, TrustError)
    assert_refused(copy, f"{other.public}#{other.newsroom.fingerprint}", TrustError)
    shutil.rmtree(copy.folder / "metadata")
    assert_refused(copy, other.public, WrongRoot)
    (copy.folder / OWN / "state.json").write_bytes(
        (copy.folder / OWN / "state.json").read_bytes().replace(b'"signed"', b'"signed_"')
    )
    assert_refused(copy, f"{other.public}#{other.newsroom.fingerprint}", WrongPublication)


def test_a_source_that_is_behind_the_copy_is_refused_and_the_copy_stays(desk: Desk, copy: Copy, tmp_path: Path):
    old = kept(desk, tmp_path)
    desk.put("a/7")
    desk.publish()
    copy.run()
    error = assert_refused(copy, old, RollbackError)
    assert error.exit_code == 21
    assert "older" in str(error)
    copy.assert_whole()


def test_a_copy_whose_own_metadata_are_lost_still_knows_how_new_it_was(desk: Desk, copy: Copy, tmp_path: Path):
    old = kept(desk, tmp_path)
    desk.put("a/7")
    desk.publish()
    copy.run()
    (copy.folder / "metadata" / "timestamp.json").write_bytes(b"damaged")
    with pytest.raises(RollbackError):
        copy.run(old)
    assert copy.run(trust_first_use=False).live
    copy.assert_whole()


@pytest.mark.parametrize("lost", ["metadata/1.root.json", "metadata/timestamp.json", "targets", "metadata", OWN])
def test_whatever_is_lost_of_a_copy_the_next_run_brings_it_back(desk: Desk, copy: Copy, lost: str):
    place = copy.folder / lost
    shutil.rmtree(place) if place.is_dir() else place.unlink()
    desk.now += HOUR
    resign(Signer(desk.public, desk.newsroom.keys), now=desk.now)
    assert copy.run(trust_first_use=False).live
    copy.assert_whole()


def test_a_second_history_is_refused(desk: Desk, copy: Copy, tmp_path: Path):
    shutil.copytree(desk.newsroom.folder, tmp_path / "twin")
    desk.put("a/7", "One story.")
    desk.publish()
    copy.run()
    from tamizdat_server.newsroom import Newsroom
    from tamizdat_server.publish import publish

    with Newsroom.open(tmp_path / "twin") as twin:
        twin.put(desk_draft("a/7", "Another story."), source="a/7.md", at=desk.at)
        publish(twin, now=desk.now + HOUR, settings=desk.settings)
    desk.now += HOUR
    error = assert_refused(copy, tmp_path / "twin" / "public", HistoryError)
    assert error.exit_code == 27


def desk_draft(key: str, text: str) -> object:
    from tamizdat.format.article import Paragraph
    from tamizdat_server.draft import Draft

    return Draft(key=key, edition="en", title=key, body=[Paragraph([text])])


def test_a_source_that_expired_is_copied_and_told_and_still_cannot_go_back(desk: Desk, copy: Copy, tmp_path: Path):
    old = kept(desk, tmp_path)
    desk.put("a/7")
    desk.publish()
    desk.now += 8 * DAY
    report = copy.run()
    assert (report.live, report.to, report.expired, report.fresh, report.exit_code) == (True, 2, True, "stale", 4)
    assert copy.run().exit_code == 4
    assert_refused(copy, old, RollbackError)
    late = Copy(tmp_path / "late", desk)
    assert late.run().live
    assert late.verify().stale == ["metadata/timestamp.json"]


def test_a_clock_that_is_behind_by_days_is_told(desk: Desk, copy: Copy):
    desk.put("a/7")
    desk.publish()
    desk.now -= 3 * DAY
    error = assert_refused(copy, desk.public, ClockError)
    assert "clock" in str(error)


def test_keys_that_were_replaced_are_followed_and_the_old_ones_refused(desk: Desk, copy: Copy, tmp_path: Path):
    thief = kept(desk, tmp_path)
    shutil.copytree(desk.newsroom.keys, tmp_path / "stolen")
    desk.now += HOUR
    rotate_keys(Signer(desk.public, desk.newsroom.keys), "timestamp", now=desk.now)
    copy.run()
    assert "metadata/2.root.json" in copy.files
    resign(Signer(thief, tmp_path / "stolen"), now=desk.now + HOUR)
    desk.now += HOUR
    assert_refused(copy, thief, ThresholdError)
    copy.assert_whole()


def test_what_a_thief_of_keys_published_is_left_behind_once_the_newsroom_replaced_them(
    desk: Desk, copy: Copy, tmp_path: Path
):
    from tamizdat_server.newsroom import Newsroom
    from tamizdat_server.publish import publish

    shutil.copytree(desk.newsroom.folder, tmp_path / "thief")
    with Newsroom.open(tmp_path / "thief") as thief:
        for number in range(3):
            thief.put(desk_draft("a/7", f"Lies, {number}."), source="a/7.md", at=desk.at)
            publish(thief, now=desk.now + (number + 1) * HOUR, settings=desk.settings)
    desk.now += 4 * HOUR
    assert copy.run(tmp_path / "thief" / "public").to == 4
    for role in ("targets", "snapshot", "timestamp"):
        rotate_keys(Signer(desk.public, desk.newsroom.keys), role, now=desk.now)
    desk.put("a/8", "True.")
    desk.publish()
    report = copy.run()
    assert (report.from_, report.to, report.live) == (4, 2, True)
    copy.assert_whole()
    assert copy.run().exit_code == 0


def test_a_fingerprint_of_a_later_root_brings_every_root_before_it(desk: Desk, tmp_path: Path):
    for _ in range(3):
        desk.now += HOUR
        rotate_keys(Signer(desk.public, desk.newsroom.keys), "snapshot", now=desk.now)
    later = Fingerprint.of(3, (desk.public / "metadata" / "3.root.json").read_bytes())
    copy = Copy(tmp_path / "copy", desk)
    copy.run(f"{desk.public}#{later}", trust_first_use=False)
    assert {f"metadata/{version}.root.json" for version in (1, 2, 3, 4)} <= copy.files.keys()
    copy.assert_whole()


def test_a_forged_root_from_before_is_refused(desk: Desk, tmp_path: Path):
    for _ in range(3):
        desk.now += HOUR
        rotate_keys(Signer(desk.public, desk.newsroom.keys), "snapshot", now=desk.now)
    source = kept(desk, tmp_path)
    later = Fingerprint.of(4, (source / "metadata" / "4.root.json").read_bytes())
    two = (source / "metadata" / "2.root.json").read_bytes()
    (source / "metadata" / "2.root.json").write_bytes(two.replace(b'"version":2', b'"version":3'))
    copy = Copy(tmp_path / "copy", desk)
    with pytest.raises(TamizdatError):
        copy.run(f"{source}#{later}")
    assert tree(copy.folder) == {}
