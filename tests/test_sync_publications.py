"""Several publications in one library: each by its own address, its own mirrors, and its own trust."""

import shutil
import socket
import threading
from pathlib import Path

import pytest

from following import PLAIN, Follower, assert_alike
from httpd import Httpd, Status
from packing import pack
from publishing import DAY, Desk
from tamizdat.errors import ExpiredError, NothingReachable, RollbackError, UsageError


@pytest.fixture
def desks(tmp_path: Path) -> tuple[Desk, Desk]:
    made = Desk(tmp_path / "one"), Desk(tmp_path / "two")
    for number, desk in enumerate(made):
        desk.put("shared/key", f"of desk {number}")
        desk.put(f"own/{number}", "words")
        desk.publish()
    return made


@pytest.fixture
def follower(tmp_path: Path) -> Follower:
    return Follower(tmp_path / "library.db", PLAIN)


class Doorbell:
    """A mirror that notes who comes, and answers nobody."""

    def __enter__(self) -> "Doorbell":
        self.rings = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._wait, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self._socket.getsockname()[1]}/"

    def _wait(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.rings += 1
            connection.close()


def list_mirror(desk: Desk, url: str) -> None:
    """Let the newsroom's next catalog name this mirror."""
    config = desk.newsroom.folder / "tamizdat.toml"
    config.write_text(config.read_text().replace("mirrors = []", f'mirrors = ["{url}"]'))


def test_each_is_synced_from_where_it_answered_last(desks: tuple[Desk, Desk], follower: Follower) -> None:
    one, two = desks
    with Httpd(one.public) as first, Httpd(two.public) as second:
        follower.sync(one, first.url)
        follower.sync(two, second.url)
        for desk in desks:
            desk.put("shared/key", "changed")
            desk.publish()
        first.forget()
        second.forget()
        follower.sync(one, None, publication=one.newsroom.publication)
        assert (first.requests, second.requests) == (1, 0)
        follower.sync(two, None, publication=two.newsroom.publication)
        assert (first.requests, second.requests) == (1, 1)
    assert_alike(one, follower)
    assert_alike(two, follower)


def test_with_several_one_has_to_be_named(desks: tuple[Desk, Desk], follower: Follower) -> None:
    for desk in desks:
        follower.sync(desk)
    with pytest.raises(UsageError, match="2 publications"):
        follower.sync(desks[0], None)
    with pytest.raises(UsageError, match="knows no publication"):
        follower.sync(desks[0], None, publication="0" * 64)


def test_the_same_stick_may_carry_another_publication_tomorrow(
    desks: tuple[Desk, Desk], follower: Follower, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    for desk in (*desks, *desks):
        shutil.rmtree(stick, ignore_errors=True)
        shutil.copytree(desk.public, stick)
        follower.sync(desk, stick)
        desk.put("own/new", f"words of {desk.now}")
        desk.publish()
        assert follower.standing(desk).version == desk.newsroom.version - 1


def test_a_stick_does_not_take_the_web_addresss_place(desks: tuple[Desk, Desk], follower: Follower) -> None:
    desk = desks[0]
    with Httpd(desk.public) as httpd:
        follower.sync(desk, httpd.url)
        stick = Path(shutil.copytree(desk.public, desk.public.with_name("stick")))
        follower.sync(desk, stick)
        shutil.rmtree(stick)
        desk.put("own/new")
        desk.publish()
        report = follower.sync(desk, None)
        assert report.mirror == httpd.url
        assert "stick" in report.problems[0].mirror
    assert_alike(desk, follower)


def test_a_folder_is_found_again_from_any_other(
    desks: tuple[Desk, Desk], follower: Follower, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(desks[0].newsroom.folder)
    follower.sync(desks[0], "public")
    monkeypatch.chdir(tmp_path)
    assert follower.sync(desks[0], None).complete


def test_one_that_came_by_a_pack_only_says_so(desks: tuple[Desk, Desk], follower: Follower, tmp_path: Path) -> None:
    desk = desks[0]
    follower.sync(desk, pack(desk.public, tmp_path / "all.pack"))
    assert_alike(desk, follower)
    with pytest.raises(NothingReachable, match="came by a pack"):
        follower.sync(desk, None)


def test_a_pack_of_one_known_over_the_web_leaves_its_address(
    desks: tuple[Desk, Desk], follower: Follower, tmp_path: Path
) -> None:
    desk = desks[0]
    with Httpd(desk.public) as httpd:
        follower.sync(desk, httpd.url)
        desk.put("own/new")
        desk.publish()
        follower.sync(desk, pack(desk.public, tmp_path / "all.pack"))
        assert follower.sync(desk, None).mirror == httpd.url


def test_a_mirror_that_hides_the_first_root_can_not_make_a_library_forget(
    desks: tuple[Desk, Desk], follower: Follower, tmp_path: Path
) -> None:
    desk = desks[0]
    older = Path(shutil.copytree(desk.public, tmp_path / "older"))
    desk.put("own/new")
    desk.publish()
    follower.sync(desk)
    with Httpd(older) as httpd:
        httpd.tell("metadata/1.root.json", Status(404))
        with pytest.raises(RollbackError):
            follower.sync(desk, httpd.url, only=True)
        report = follower.sync(desk, httpd.url)
    assert "older" in report.problems[0].message
    assert report.mirror == str(desk.public)
    assert_alike(desk, follower)


def test_only_the_source_is_asked_where_that_is_wanted(desks: tuple[Desk, Desk], follower: Follower) -> None:
    desk = desks[0]
    with Doorbell() as bell, Httpd(desk.public) as httpd:
        list_mirror(desk, bell.url)
        desk.put("own/new")
        desk.publish()
        follower.sync(desk, httpd.url)
        desk.now += 30 * DAY
        with pytest.raises(ExpiredError):
            follower.sync(desk, only=True)
        assert bell.rings == 0
        before = httpd.requests
        with pytest.raises(ExpiredError):
            follower.sync(desk)
        assert bell.rings > 0
        assert httpd.requests > before
        with pytest.raises(UsageError):
            follower.sync(desk, None, only=True)
