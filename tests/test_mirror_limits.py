"""Caps, full and read-only disks, two at once, folders that are somebody else's: an error that says so, and no harm."""

import os
import random
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from disks import small_disk
from following import picture
from httpd import Drip, Httpd
from mirroring import PLAIN, Copy, reopen, tree
from publishing import Desk, words
from tamizdat.errors import (
    Incomplete,
    MirrorFull,
    MirrorLocked,
    MirrorReadOnly,
    NotAMirror,
    Unreachable,
    UsageError,
)
from tamizdat.mirror import mirror
from tamizdat.mirror.folder import OWN, Folder
from tamizdat_server.images import Pictures
from terminal import heed_interrupts
from test_sync_surroundings import unwritable


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    desk = Desk(tmp_path_factory.mktemp("made") / "desk")
    store = Pictures(desk.newsroom.media)
    for number in range(30):
        image = store.add(picture(number), alt="A picture") if number % 9 == 0 else None
        desk.put(f"a/{number}", words(random.Random(number), 100), image=image)
    desk.publish()
    desk.newsroom.close()
    return desk.newsroom.folder


@pytest.fixture
def desk(made: Path, tmp_path: Path) -> Desk:
    return reopen(made, tmp_path / "desk")


@pytest.fixture
def copy(desk: Desk, tmp_path: Path) -> Copy:
    return Copy(tmp_path / "copy", desk)


# -- what it costs -----------------------------------------------------------------------------------------------------


def test_what_is_to_come_is_said_before_it_is_fetched(desk: Desk, copy: Copy):
    with Httpd(desk.public) as httpd:
        forecast = copy.run(httpd, dry_run=True).plan
        httpd.forget()
        copy.run(httpd)
    told, sent = copy.plans[-1], {asked.path: asked.sent for asked in httpd.log if asked.status == 200}
    lists = {path for path in sent if path.startswith("lists/")}
    came = {path for path in sent if path.startswith(("bundles/", "media/", "feeds/")) or path in OTHER_PAGES}
    assert (told.files, told.bytes) == (len(came), sum(sent[path] for path in came))
    assert forecast
    assert (forecast.files, forecast.bytes) == (len(came | lists), sum(sent[path] for path in came | lists))
    written = sum(len(data) for path, data in copy.files.items() if not path.startswith(("lists/", "targets/")))
    assert 0.98 * written <= told.writes <= 1.2 * written


OTHER_PAGES = {"index.html", ".htaccess", "_headers"}


def test_a_dry_run_writes_nothing_at_all(desk: Desk, copy: Copy):
    report = copy.run(dry_run=True)
    assert report.plan
    assert not copy.folder.exists()
    copy.run()
    before = {path: path.stat().st_mtime_ns for path in copy.folder.rglob("*")}
    desk.retract("a/3")
    desk.publish()
    report = copy.run(dry_run=True)
    assert report.plan
    assert report.plan.deletes > 0
    assert {path: path.stat().st_mtime_ns for path in copy.folder.rglob("*")} == before


def test_a_byte_cap_holds_and_run_after_run_gets_to_the_end(desk: Desk, copy: Copy):
    runs = 0
    with Httpd(desk.public) as httpd:
        while not (copy.folder / "metadata").exists():
            httpd.forget()
            runs += 1
            error = stopped(copy, httpd, max_bytes=20_000)
            assert (error is None) == (copy.folder / "metadata").exists()
            assert error is None or (error.exit_code == 5 and error.missing_bytes > 0)
            assert httpd.bytes <= 20_000 + 1000  # to say that a file isn't there takes some words
    assert 4 <= runs < 20
    copy.assert_whole()


def stopped(copy: Copy, source: object, **options: object) -> Incomplete | None:
    try:
        copy.run(source, **options)
    except Incomplete as error:
        return error
    return None


def test_a_cap_below_the_head_says_so(desk: Desk, copy: Copy):
    with pytest.raises(Incomplete):
        copy.run(max_bytes=100)


# -- room --------------------------------------------------------------------------------------------------------------


def test_without_room_nothing_is_begun_and_it_is_said_how_much_is_needed(
    desk: Desk, copy: Copy, monkeypatch: pytest.MonkeyPatch
):
    copy.run()
    desk.put("a/1", words(random.Random(1), 5000))
    desk.publish()
    before = copy.files
    monkeypatch.setattr(Folder, "free", lambda self: 10_000)
    with pytest.raises(MirrorFull) as caught:
        copy.run()
    assert caught.value.needed > caught.value.free == 10_000
    assert copy.files.keys() - before.keys() <= {path for path in copy.files if path.startswith(("lists/", "targets/"))}
    monkeypatch.undo()
    assert copy.run().live


@pytest.fixture
def small_files() -> Iterator[None]:
    """A disk on which a file may have 20,000 bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    signal.signal(signal.SIGXFSZ, before)


@pytest.mark.parametrize("over_http", [False, True])
def test_a_disk_that_fills_up_in_the_middle_leaves_the_version_before(
    desk: Desk, copy: Copy, over_http: bool, request: pytest.FixtureRequest
):
    desk.put("b", image=Pictures(desk.newsroom.media).add(picture(99, (600, 600)), alt="Big"))
    desk.publish()
    with Httpd(desk.public) as httpd:
        request.getfixturevalue("small_files")
        with pytest.raises(MirrorFull) as caught:
            copy.run(httpd if over_http else None)
    assert caught.value.exit_code == 5
    assert not (copy.folder / "metadata").exists()


def test_a_disk_that_is_really_full_is_told(desk: Desk, tmp_path: Path):
    with small_disk(tmp_path / "disk", "200k") as disk:
        copy = Copy(disk / "copy", desk)
        with pytest.raises(MirrorFull):
            copy.run()
        subprocess.run(["mount", "-o", "remount,size=40m", disk], check=True)
        assert copy.run().live
        copy.assert_whole()


def test_a_folder_that_may_not_be_written_to_is_told(desk: Desk, copy: Copy):
    copy.run()
    desk.put("a/1", "New.")
    desk.publish()
    with unwritable(copy.folder):
        with pytest.raises(MirrorReadOnly) as caught:
            copy.run()
        assert caught.value.exit_code == 52
        assert copy.run(dry_run=True).plan
        assert copy.verify().exit_code == 0


# -- who else is there -------------------------------------------------------------------------------------------------


def test_two_at_once_get_an_error_at_once(desk: Desk, copy: Copy):
    with Folder(copy.folder).lock(), pytest.raises(MirrorLocked) as caught:
        copy.run()
    assert caught.value.exit_code == 51
    assert copy.run().live


def test_a_lock_whose_holder_was_killed_is_free(desk: Desk, copy: Copy):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(copy.folder)], stdout=subprocess.PIPE, env=dict(os.environ)
    )
    assert holder.stdout
    assert holder.stdout.readline() == b"held\n"
    with pytest.raises(MirrorLocked):
        copy.run()
    holder.kill()
    holder.communicate()
    assert copy.run().live


HOLD = """
import sys, time
from pathlib import Path
from tamizdat.mirror.folder import Folder
with Folder(Path(sys.argv[1])).lock():
    print("held", flush=True)
    time.sleep(600)
"""


def test_a_newsrooms_own_folders_are_refused(desk: Desk, tmp_path: Path):
    other = Desk(tmp_path / "other")
    for folder in (other.newsroom.folder, other.public):
        with pytest.raises(UsageError):
            Copy(folder, desk).run()
    assert not (other.public / OWN).exists()


def test_a_copy_into_its_source_and_a_source_in_its_copy_are_refused(desk: Desk, copy: Copy, tmp_path: Path):
    copy.run()
    for source, folder in ((copy.folder, copy.folder), (copy.folder, copy.folder / "in"), (copy.folder, tmp_path)):
        with pytest.raises(UsageError):
            Copy(folder, desk).run(source)
    with pytest.raises(UsageError):
        Copy(desk.newsroom.folder / "tamizdat.toml", desk).run()


def test_a_page_never_takes_the_place_of_a_file_of_others(desk: Desk, copy: Copy):
    copy.folder.mkdir()
    (copy.folder / "index.html").write_text("my own page")
    with pytest.raises(NotAMirror) as caught:
        copy.run()
    assert "index.html" in str(caught.value)
    assert (copy.folder / "index.html").read_text() == "my own page"
    assert not (copy.folder / "metadata").exists()
    (copy.folder / "index.html").unlink()
    assert copy.run().live


def test_a_copy_that_was_made_by_other_means_is_taken_over(desk: Desk, copy: Copy):
    import shutil

    shutil.copytree(desk.public, copy.folder)
    desk.put("a/1", "New.")
    desk.publish()
    report = copy.run()
    assert (report.live, report.foreign) == (True, [])
    copy.assert_whole()


def test_a_link_in_the_place_of_a_file_is_replaced_and_what_it_points_to_stays(desk: Desk, copy: Copy, tmp_path: Path):
    copy.run()
    mine = tmp_path / "mine"
    mine.write_text("mine")
    path = next((copy.folder / "bundles").iterdir())
    path.unlink()
    path.symlink_to(mine)
    desk.put("a/1", "New.")
    desk.publish()
    copy.run()
    assert not path.is_symlink()
    assert mine.read_text() == "mine"
    copy.assert_whole()


def test_a_file_system_without_times_and_without_synced_folders_will_do(
    desk: Desk, copy: Copy, monkeypatch: pytest.MonkeyPatch
):
    def refuse(*_args: object, **_words: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    opened = os.open

    def open_files_only(path: str, flags: int, *rest: int, **words: int) -> int:
        return refuse() if Path(path).is_dir() else opened(path, flags, *rest, **words)

    monkeypatch.setattr(os, "utime", refuse)
    monkeypatch.setattr(os, "open", open_files_only)
    assert copy.run(durable=True).live
    monkeypatch.undo()
    copy.assert_whole()


# -- stopping ----------------------------------------------------------------------------------------------------------


def test_an_interrupted_run_ends_soon_and_the_next_goes_on(desk: Desk, copy: Copy):
    """Ctrl-C while four slow files are on their way."""
    asked = threading.Event()
    slow = Drip(seconds=0.01)

    def drip(handler: object, file: Path | None) -> None:
        asked.set()
        slow(handler, file)

    with Httpd(desk.public) as httpd:
        for bundle in (desk.public / "bundles").iterdir():
            httpd.tell(f"bundles/{bundle.name}", drip)
        process = subprocess.Popen(
            [sys.executable, "-m", "tamizdat", "mirror", httpd.url, str(copy.folder), "--trust-first-use"],
            stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=dict(os.environ),
            preexec_fn=heed_interrupts,
        )  # fmt: skip
        assert asked.wait(20)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=25)
        assert process.returncode == 130
        assert "Traceback" not in said
        assert tree(copy.folder).keys() <= desk.files().keys()
        httpd.modes.clear()
        assert mirror(httpd.url, copy.folder, options=PLAIN).exit_code in (0, 4)


def test_a_network_that_wants_a_login_is_told_as_such(desk: Desk, copy: Copy):
    from httpd import portal

    with Httpd(desk.public) as httpd:
        for prepare in (lambda: None, copy.run):
            prepare()
            httpd.tell("*", portal)
            with pytest.raises(Unreachable) as caught:
                copy.run(httpd)
            assert "log in" in str(caught.value)
            httpd.modes.clear()


def test_nothing_goes_past_a_proxy(desk: Desk, copy: Copy):
    with Httpd(desk.public) as httpd:
        with pytest.raises(Unreachable) as caught:
            copy.run(httpd, proxy="socks5h://127.0.0.1:9")
        assert httpd.requests == 0
    assert "proxy" in str(caught.value)


def test_a_source_that_is_not_there_is_told(desk: Desk, copy: Copy, tmp_path: Path):
    for place in (tmp_path / "nowhere", "http://127.0.0.1:9/"):
        with pytest.raises(Unreachable):
            copy.run(place)
