"""Nothing crosses the wire twice: a new version moves what changed, a re-signing little, and no news one request."""

import random
from pathlib import Path

import pytest

from following import picture
from httpd import Cut, Httpd, Status
from mirroring import Copy, reopen
from publishing import DAY, Desk, words
from tamizdat.errors import TransportError
from tamizdat_server.images import Pictures
from tamizdat_server.keys import Signer
from tamizdat_server.keys.operations import resign


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two editions and some pictures, at version 1."""
    desk = Desk(tmp_path_factory.mktemp("made") / "desk", editions=("en", "ru"))
    store = Pictures(desk.newsroom.media)
    for number in range(30):
        image = store.add(picture(number), alt="A picture") if number % 5 == 0 else None
        published = f"2026-{1 + number // 10:02}-{1 + number % 10:02}T00:00:00Z"
        desk.put(f"en/{number:02}", words(random.Random(number), 60), image=image, published=published)
        desk.put(f"ru/{number:02}", words(random.Random(-number), 60), edition="ru", published=published)
    desk.publish()
    desk.newsroom.close()
    return desk.newsroom.folder


@pytest.fixture
def desk(made: Path, tmp_path: Path) -> Desk:
    return reopen(made, tmp_path / "desk")


@pytest.fixture
def copy(desk: Desk, tmp_path: Path) -> Copy:
    return Copy(tmp_path / "copy", desk)


def sign_anew(desk: Desk, *, after: int = DAY) -> None:
    desk.now += after
    resign(Signer(desk.public, desk.newsroom.keys), now=desk.now)


def test_a_copy_has_every_file_that_the_newsroom_has_and_each_crossed_the_wire_once(desk: Desk, copy: Copy):
    with Httpd(desk.public) as httpd:
        report = copy.run(httpd)
    assert (report.live, report.exit_code, report.to) == (True, 0, 1)
    assert copy.files == desk.files()
    assert len(set(httpd.paths)) == len(httpd.paths)
    assert (report.requests, report.bytes) == (httpd.requests, httpd.bytes)


def test_pictures_are_taken_out_of_their_bundles_and_not_fetched(desk: Desk, copy: Copy):
    with Httpd(desk.public) as httpd:
        copy.run(httpd)
    assert [path for path in copy.files if path.startswith("media/") and not path.endswith(".tar")]
    assert {path.rpartition(".")[2] for path in httpd.paths if path.startswith("media/")} == {"tar"}


def test_what_came_with_the_head_is_not_fetched_again(desk: Desk, copy: Copy):
    copy.run()
    desk.put("en/new", "News.")
    desk.publish()
    (delta,) = desk.catalog().editions["en"].deltas
    with Httpd(desk.public) as httpd:
        copy.run(httpd)
    assert f"bundles/{delta.sha256}.jsonl.zst" in copy.files
    assert f"bundles/{delta.sha256}.jsonl.zst" not in httpd.paths


def test_nothing_new_is_one_request_without_a_body(desk: Desk, copy: Copy):
    with Httpd(desk.public) as httpd:
        copy.run(httpd)
        httpd.forget()
        report = copy.run(httpd)
    assert [(asked.path, asked.status) for asked in httpd.log] == [("head.tar.zst", 304)]
    assert (report.requests, report.bytes, report.live, report.exit_code) == (1, 0, True, 0)


def test_only_signed_anew_costs_the_heads_and_nothing_else(desk: Desk, copy: Copy):
    copy.run()
    sign_anew(desk)
    with Httpd(desk.public) as httpd:
        report = copy.run(httpd)
    assert sorted(httpd.paths) == ["head-en.tar.zst", "head-ru.tar.zst", "head.tar.zst"]
    assert report.bytes == sum((desk.public / path).stat().st_size for path in httpd.paths)
    assert copy.verify().fresh == "fresh"
    assert copy.files.items() >= desk.files().items()


def test_a_new_version_moves_only_what_is_new(desk: Desk, copy: Copy):
    copy.run()
    before = desk.files()
    desk.put("en/new", "News.")
    desk.publish()
    after = desk.files()
    with Httpd(desk.public) as httpd:
        copy.run(httpd)
    changed = {path for path in after if before.get(path) != after[path]}
    assert set(httpd.paths) <= changed
    copy.assert_whole()


def test_a_cut_transfer_goes_on_where_it_stopped(desk: Desk, copy: Copy):
    big = max((desk.public / "bundles").iterdir(), key=lambda path: path.stat().st_size)
    path, size = f"bundles/{big.name}", big.stat().st_size
    with Httpd(desk.public) as httpd:
        httpd.tell(path, Cut(after=size // 2, times=1))
        report = copy.run(httpd)
    assert report.live
    assert sum(asked.sent for asked in httpd.log if asked.path == path) == size


def test_a_source_that_goes_away_leaves_what_came_and_the_next_run_takes_up_there(desk: Desk, copy: Copy):
    tars = sorted(path.name for path in (desk.public / "media").glob("*.tar"))
    with Httpd(desk.public) as httpd:
        httpd.tell(f"media/{tars[-1]}", Status(500))
        with pytest.raises(TransportError):
            copy.run(httpd)
        assert not (copy.folder / "metadata").exists()
        there = {path for path in copy.files if not path.startswith("media/") or path.endswith(".tar")}
        httpd.tell(f"media/{tars[-1]}", None)
        httpd.forget()
        copy.run(httpd)
    assert not there & set(httpd.paths)
    copy.assert_whole()


def test_files_bear_the_times_by_which_plain_web_servers_answer_conditions(desk: Desk, copy: Copy, tmp_path: Path):
    copy.run()
    other = Copy(tmp_path / "other", desk)
    desk.now += 3600
    other.run()
    times = {path: (copy.folder / path).stat().st_mtime for path in copy.files}
    assert times == {path: (other.folder / path).stat().st_mtime for path in other.files}
    signed = (desk.public / "head.tar.zst").stat().st_mtime
    moving = {path for path in times if path.startswith("head") or path == "metadata/timestamp.json"}
    assert {times[path] for path in moving} == {signed}
    fixed = {path for path in times if path.startswith(("bundles/", "lists/", "media/", "targets/"))}
    assert len({times[path] for path in fixed}) == 1


def test_a_file_that_was_lost_comes_back_with_the_next_signing(desk: Desk, copy: Copy):
    copy.run()
    lost = sorted(path for path in copy.files if path.startswith(("bundles/", "media/", "feeds/")))
    for path in lost:
        (copy.folder / path).unlink()
    sign_anew(desk)
    copy.run()
    assert set(lost) <= set(copy.files)
    copy.assert_whole()
