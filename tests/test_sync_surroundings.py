"""Bad surroundings, through the command line: one clear line, the exit code, nothing lost, never a traceback."""

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from disks import mounted
from following import Follower, assert_alike
from httpd import Httpd, Status, hang_up, portal
from publishing import DAY, Desk, words
from tamizdat.library import Library

NOBODY = "https://no-such-host.invalid/"


@dataclass
class Ran:
    code: int
    out: str
    err: str

    def one_line(self) -> str:
        """What was said, which is one line and no traceback."""
        assert self.err.startswith("tamizdat: "), self.err
        assert self.err.count("\n") == 1, self.err
        assert "Traceback" not in self.err
        assert "bug" not in self.err
        return self.err


def tamizdat(*arguments: object, prefix: str = "", now: float | None = None, file_bytes: int | None = None) -> Ran:
    """Run the command in a process of its own; at another time, or under a limit on the size of files, where asked."""
    start = "import sys; "
    if now is not None:
        start += f"import time; real = time.time; offset = {now} - real(); time.time = lambda: real() + offset; "
    if file_bytes is not None:
        start += f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({file_bytes}, {file_bytes})); "
    code = f"{start}from tamizdat.cli import main; main()"
    ran = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True, text=True, check=False, env={**os.environ, "TAMIZDAT_DEBUG": ""}, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return Ran(ran.returncode, ran.stdout, ran.stderr)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path / "desk")
    desk.now = int(time.time()) - 3600
    for number in range(9):
        desk.put(f"news/{number}", words(random.Random(number), 300))
    desk.publish(after=60)
    return desk


@pytest.fixture
def follower(tmp_path: Path) -> Follower:
    return Follower(tmp_path / "reader" / "library.db")


@pytest.fixture
def synced(desk: Desk, follower: Follower) -> Follower:
    """A reader who holds version 1 while the newsroom is at version 2."""
    ran = tamizdat("sync", f"{desk.public}#{desk.newsroom.fingerprint}", "--library", follower.path)
    assert ran.code == 0, ran.err
    desk.put("news/new", words(random.Random(99), 4000))
    desk.publish(after=60)
    return follower


def assert_nothing_lost(desk: Desk, reader: Follower, code: int = 0) -> None:
    """Everything is there to be listed and read, and the next sync in good surroundings brings the rest."""
    listed = tamizdat("list", "--library", reader.path, "--json")
    assert len(json.loads(listed.out)["articles"]) == 9
    with Library.open(reader.path) as library:
        assert library.row("PRAGMA integrity_check") == ("ok",)
    assert tamizdat("sync", f"{desk.public}#{desk.newsroom.fingerprint}", "--library", reader.path).code == code
    if code == 0:
        assert_alike(desk, reader)


# -- the network -------------------------------------------------------------------------------------------------------


def test_a_captive_portal_is_told_as_one(desk: Desk, synced: Follower) -> None:
    with Httpd(desk.public) as httpd:
        httpd.tell("*", portal)
        forget_places(synced.path, httpd.url)
        ran = tamizdat("sync", "--library", synced.path)
        told = json.loads(tamizdat("sync", "--library", synced.path, "--json").out)
    assert "log in" in ran.one_line()
    assert (ran.code, told["error"]["code"]) == (3, "unreachable")
    assert_nothing_lost(desk, synced)


def forget_places(library: Path, place: str) -> None:
    """Let the library know of no other place than this."""
    with sqlite3.connect(library) as db:
        db.execute("UPDATE publications SET place = ?, last_good = ''", (place,))
    db.close()


def test_a_captive_portal_at_first_contact_is_told_as_one_and_trusted_by_nobody(desk: Desk, follower: Follower) -> None:
    with Httpd(desk.public) as httpd:
        httpd.tell("*", portal)
        for words_ in ([f"{httpd.url}#{desk.newsroom.fingerprint}"], [httpd.url, "--trust-first-use"]):
            ran = tamizdat("sync", *words_, "--library", follower.path)
            assert "log in" in ran.one_line()
            assert ran.code == 3
    with Library.open(follower.path) as library:
        assert library.publications() == []


@pytest.mark.parametrize(
    "place",
    ["http://127.0.0.1:9/", NOBODY, "/no/such/folder", "https://[::1]:9/"],
    ids=["refused", "dns", "gone", "v6"],
)
def test_nobody_there_is_exit_code_3(desk: Desk, synced: Follower, tmp_path: Path, place: str) -> None:
    library = Path(shutil.copy(synced.path, tmp_path / "moved.db"))
    forget_places(library, place)
    ran = tamizdat("sync", "--library", library)
    assert ran.code == 3
    assert "can't be reached" in ran.one_line()
    assert_nothing_lost(desk, synced)


@pytest.mark.parametrize("mode", [hang_up, Status(500), Status(404)], ids=["hangs-up", "500", "404"])
def test_a_server_that_fails_is_exit_code_3(desk: Desk, follower: Follower, mode: object) -> None:
    with Httpd(desk.public) as httpd:
        httpd.tell("*", mode)  # type: ignore[arg-type]
        ran = tamizdat("sync", f"{httpd.url}#{desk.newsroom.fingerprint}", "--library", follower.path)
    assert ran.code == 3
    ran.one_line()


@pytest.mark.parametrize(
    "address", ["", "#", "ftp://host/", "https://", "https://#1.x", "https://user:pw@host/", "https://h/?q=1",
                "https://host:99999/", "http://\x00/", "https://exa mple/"],
)  # fmt: skip
def test_a_garbage_address_is_a_usage_error(follower: Follower, address: str) -> None:
    if "\0" in address:
        address = address.replace("\0", "\x01")
    ran = tamizdat("sync", address, "--library", follower.path)
    assert ran.code == 2, ran
    ran.one_line()


# -- clocks ------------------------------------------------------------------------------------------------------------


def test_a_clock_that_is_slow_is_told(desk: Desk, synced: Follower) -> None:
    ran = tamizdat("sync", "--library", synced.path, now=time.time() - 10 * DAY)
    assert ran.code == 26
    assert "clock" in ran.one_line()
    assert_nothing_lost(desk, synced)


def test_a_clock_that_is_fast_finds_everything_stale_and_keeps_it(desk: Desk, synced: Follower) -> None:
    ran = tamizdat("sync", "--library", synced.path, now=time.time() + 30 * DAY)
    assert ran.code == 4
    assert "clock" in ran.one_line()
    assert_nothing_lost(desk, synced)


# -- the disk ----------------------------------------------------------------------------------------------------------


def test_a_full_disk_is_exit_code_5_and_the_sync_goes_on_once_there_is_space(desk: Desk, synced: Follower) -> None:
    ran = tamizdat("sync", "--library", synced.path, file_bytes=20_000)
    assert ran.code == 5
    assert "space" in ran.one_line()
    assert_nothing_lost(desk, synced)


def test_a_small_disk_that_fills_up_keeps_what_was_finished(desk: Desk, tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", "size=1500k") as disk:
        if not disk.exists():
            check_under_a_limit(desk, tmp_path / "limited.db")
            return
        ran = tamizdat("sync", f"{desk.public}#{desk.newsroom.fingerprint}", "--library", disk / "library.db")
        assert ran.code == 0, ran.err
        for number in range(4):
            desk.put(f"news/huge{number}", words(random.Random(number), 20_000))
        desk.publish(after=60)
        ran = tamizdat("sync", "--library", disk / "library.db")
        assert ran.code == 5
        assert "space" in ran.one_line()
        listed = json.loads(tamizdat("list", "--library", disk / "library.db", "--json").out)
        assert len(listed["articles"]) == 9
        subprocess.run(["mount", "-o", "remount,size=20m", disk], check=True)
        assert tamizdat("sync", "--library", disk / "library.db").code == 0
        assert_alike(desk, Follower(disk / "library.db"))


def check_under_a_limit(desk: Desk, library: Path) -> None:
    address = f"{desk.public}#{desk.newsroom.fingerprint}"
    assert tamizdat("sync", address, "--library", library, file_bytes=30_000).code == 5
    assert tamizdat("sync", address, "--library", library).code == 0
    assert_alike(desk, Follower(library))


@contextmanager
def unwritable(folder: Path) -> Iterator[None]:
    """A folder that nobody may write to, not even root."""
    if os.geteuid() != 0:
        folder.chmod(0o500)
        try:
            yield
        finally:
            folder.chmod(0o700)
        return
    bound = subprocess.run(["mount", "--bind", folder, folder], capture_output=True).returncode == 0
    if bound:
        subprocess.run(["mount", "-o", "remount,bind,ro", folder], check=True)
    try:
        if not bound:
            pytest.skip("root may write everywhere, and no read-only mount can be made here")
        yield
    finally:
        if bound:
            subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_folder_that_may_not_be_written_to_is_told_and_reading_works(desk: Desk, synced: Follower) -> None:
    with unwritable(synced.path.parent):
        ran = tamizdat("sync", "--library", synced.path)
        assert ran.code == 35
        assert "can't be written to" in ran.one_line()
        listed = tamizdat("list", "--library", synced.path, "--json")
        assert len(json.loads(listed.out)["articles"]) == 9
        planned = tamizdat("sync", "--dry-run", "--library", synced.path, "--json")
        assert json.loads(planned.out)["planned"]
        ran = tamizdat("sync", str(desk.public), "--library", synced.path.parent / "new" / "library.db")
        assert ran.code == 35
        ran.one_line()
    assert_nothing_lost(desk, synced)


# -- the library -------------------------------------------------------------------------------------------------------


def test_a_library_that_another_sync_holds_is_told_at_once(desk: Desk, synced: Follower) -> None:
    with Library.open(synced.path) as library, library.lock():
        ran = tamizdat("sync", "--library", synced.path)
    assert ran.code == 31
    assert "another sync" in ran.one_line()
    assert_nothing_lost(desk, synced)


def test_a_library_of_a_newer_schema_is_left_alone(desk: Desk, synced: Follower) -> None:
    with sqlite3.connect(synced.path) as db:
        (schema,) = db.execute("PRAGMA user_version").fetchone()
        db.execute("PRAGMA user_version = 99")
    db.close()
    before = synced.path.read_bytes()
    ran = tamizdat("sync", "--library", synced.path)
    assert ran.code == 33
    assert "newer tamizdat" in ran.one_line()
    assert synced.path.read_bytes() == before
    with sqlite3.connect(synced.path) as db:
        db.execute(f"PRAGMA user_version = {schema}")
    db.close()
    assert_nothing_lost(desk, synced)


@pytest.mark.parametrize("content", [b"", b"Dear diary", b"SQLite format 3\0" + bytes(100)])
def test_some_other_file_in_the_librarys_place_is_not_touched(desk: Desk, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "diary.txt"
    path.write_bytes(content)
    ran = tamizdat("sync", desk.public, "--trust-first-use", "--library", path)
    assert ran.code == 34
    ran.one_line()
    assert path.read_bytes() == content


def test_a_dry_run_makes_no_library(desk: Desk, follower: Follower) -> None:
    ran = tamizdat("sync", desk.public, "--trust-first-use", "--dry-run", "--library", follower.path)
    assert ran.code == 0
    assert "nothing was changed" in ran.out
    assert not follower.path.parent.exists()


def test_what_is_stale_is_told_with_its_date(desk: Desk, synced: Follower, tmp_path: Path) -> None:
    from packing import pack

    path = pack(desk.public, tmp_path / "all.pack")
    ran = tamizdat("sync", path, "--library", synced.path, now=time.time() + 40 * DAY)
    assert ran.code == 0
    assert f"as of {desk.at[:10]}" in ran.out
