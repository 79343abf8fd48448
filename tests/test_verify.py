"""`verify` names what is missing, broken, stale and extra, each by its path, and says by exit code what is wrong."""

import random
import shutil
from pathlib import Path

import pytest

from conftest import Clock
from following import picture
from httpd import Httpd
from mirroring import Copy, reopen
from publishing import DAY, HOUR, Desk, words
from tamizdat.cli import app
from tamizdat.mirror import VerifyReport
from tamizdat_server.images import Pictures
from tamizdat_server.keys import Signer
from tamizdat_server.keys.operations import resign


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    desk = Desk(tmp_path_factory.mktemp("made") / "desk", editions=("en", "ru"))
    store = Pictures(desk.newsroom.media)
    for number in range(12):
        image = store.add(picture(number), alt="A picture") if number % 5 == 0 else None
        desk.put(f"a/{number}", words(random.Random(number), 60), image=image)
        desk.put(f"b/{number}", words(random.Random(-number), 60), edition="ru")
    desk.publish()
    desk.put("a/1", "New.")
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


def found(report: VerifyReport) -> dict[str, list[str]]:
    """What is wrong, by its kind."""
    kinds = {name: getattr(report, name) for name in ("missing", "broken", "stale", "extra")}
    return {name: paths for name, paths in kinds.items() if paths}


def test_a_whole_copy_has_nothing_to_name_and_its_own_folder_is_no_part_of_it(desk: Desk, copy: Copy):
    report = copy.verify()
    assert (copy.folder / ".tamizdat" / "state.json").is_file()
    assert (found(report), report.exit_code, report.fresh) == ({}, 0, "fresh")
    assert report.files == len(copy.files)


@pytest.mark.parametrize(
    "kind",
    ["bundles/*", "lists/*", "media/*.tar", "media/*.[!t]*", "targets/*site*", "feeds/*", "index.html", "head.tar.zst"],
)
@pytest.mark.parametrize("over_http", [False, True])
def test_each_file_that_is_gone_is_missing_and_each_that_changed_is_broken(copy: Copy, kind: str, over_http: bool):
    path = max(copy.folder.glob(kind), key=lambda path: path.stat().st_size)
    name, data = path.relative_to(copy.folder).as_posix(), path.read_bytes()
    with Httpd(copy.folder) as httpd:
        place = httpd.url if over_http else None
        path.unlink()
        report = copy.verify(place)
        assert name in report.missing
        assert report.exit_code == 5
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        report = copy.verify(place)
        assert (found(report), report.exit_code) == ({"broken": [name]}, 23)


def test_a_file_of_others_is_extra_and_no_fault(copy: Copy):
    for path in ("notes.txt", "bundles/readme", "deep/er/x.bin", ".hidden"):
        (copy.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (copy.folder / path).write_text("mine")
    report = copy.verify()
    assert (found(report), report.exit_code) == (
        {"extra": [".hidden", "bundles/readme", "deep/er/x.bin", "notes.txt"]},
        0,
    )


def test_half_written_files_are_extra(copy: Copy):
    (copy.folder / "bundles" / ".half.tmp").write_text("…")
    assert found(copy.verify()) == {"extra": ["bundles/.half.tmp"]}


def test_sound_files_of_earlier_versions_are_counted_and_damaged_ones_broken(desk: Desk, copy: Copy):
    desk.put("a/2", "Newer.")
    desk.publish()
    copy.run()
    report = copy.verify()
    assert report.older > 0
    assert found(report) == {}
    old = sorted(set(copy.files) - reached(copy, desk))
    path = next(path for path in old if path.startswith("lists/"))
    (copy.folder / path).write_bytes(b"something else")
    assert found(copy.verify()) == {"broken": [path]}


def reached(copy: Copy, desk: Desk) -> set[str]:
    """The paths that a new copy has."""
    fresh = Copy(copy.folder.with_name("fresh"), desk)
    fresh.run()
    return set(fresh.files)


def test_heads_of_an_earlier_signing_are_stale(desk: Desk, copy: Copy, tmp_path: Path):
    kept = {path: data for path, data in copy.files.items() if path.startswith("head")}
    desk.now += HOUR
    resign(Signer(desk.public, desk.newsroom.keys), now=desk.now)
    copy.run()
    for path, data in kept.items():
        (copy.folder / path).write_bytes(data)
    report = copy.verify()
    assert (found(report), report.exit_code) == ({"stale": sorted(kept, key=len)}, 4)


def test_a_head_of_an_edition_that_is_gone_is_stale(copy: Copy):
    shutil.copy(copy.folder / "head-en.tar.zst", copy.folder / "head-de.tar.zst")
    report = copy.verify()
    assert (found(report), report.exit_code) == ({"stale": ["head-de.tar.zst"]}, 4)


def test_expired_metadata_are_stale_and_everything_is_checked_all_the_same(desk: Desk, copy: Copy):
    desk.now += 8 * DAY
    bundle = next((copy.folder / "bundles").iterdir())
    bundle.unlink()
    report = copy.verify()
    assert report.stale == ["metadata/timestamp.json"]
    assert report.missing == [f"bundles/{bundle.name}"]
    assert (report.fresh, report.exit_code) == ("stale", 5)


def test_what_is_broken_counts_more_than_what_is_missing_and_that_more_than_stale(desk: Desk, copy: Copy):
    desk.now += 8 * DAY
    assert copy.verify().exit_code == 4
    (copy.folder / "index.html").unlink()
    assert copy.verify().exit_code == 5
    (copy.folder / "_headers").write_text("x")
    assert copy.verify().exit_code == 23


def test_a_copy_that_is_small_by_choice_is_told_as_such_and_a_hole_in_it_is_missing(desk: Desk, copy: Copy):
    desk.now += 30 * DAY
    desk.put("a/x", "Later.")
    desk.publish()
    copy.run(newest=5)
    report = copy.verify()
    assert (report.newest, found(report)) == (5, {})
    (delta, *_) = desk.catalog().editions["en"].deltas
    (copy.folder / "bundles" / f"{delta.sha256}.jsonl.zst").unlink()
    assert len(copy.verify().missing) == 1


def test_verify_follows_no_link_out_of_the_folder(copy: Copy, tmp_path: Path):
    secret = tmp_path / "secret"
    secret.write_text("mine")
    (copy.folder / "media" / "link").symlink_to(secret)
    (copy.folder / "outside").symlink_to(tmp_path)
    assert found(copy.verify()) == {"extra": ["media/link", "outside"]}


def test_the_command_tells_it_to_people(desk: Desk, copy: Copy, clock: Clock, capsys: pytest.CaptureFixture[str]):
    (copy.folder / "index.html").unlink()
    (copy.folder / "_headers").write_text("x")
    (copy.folder / "mine").write_text("x")
    assert app.run(["verify", f"{copy.folder}#{desk.newsroom.fingerprint}"]) == 23
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "The Desk"
    assert {"broken: _headers", "missing: index.html", "extra: mine"} <= set(lines)


def test_the_command_tells_it_to_programs(copy: Copy, capsys: pytest.CaptureFixture[str]):
    import json

    app.run(["verify", str(copy.folder), "--json"])
    told = json.loads(capsys.readouterr().out)
    assert set(told) >= {"missing", "broken", "stale", "extra", "older", "newest", "left_out", "packed", "fingerprint"}


def test_verify_of_no_copy_at_all_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert app.run(["verify", str(tmp_path)]) == 3
    assert "metadata/1.root.json" in capsys.readouterr().err
