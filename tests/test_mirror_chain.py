"""A mirror of a mirror of a mirror, on three kinds of servers, with the origin gone: readers get the same records."""

import random
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import httpx
import msgspec
import pytest

from following import ALL, Follower, assert_alike, picture
from httpd import Httpd
from mirroring import Copy, reopen, tree
from publishing import Desk, words
from serving import serving
from tamizdat.library import Library
from tamizdat.sync import sync
from tamizdat_server.images import Pictures
from webservers import open_folder, plain_nginx, python_server


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some versions in two editions, with pictures, a correction and a retraction, signed just now."""
    desk = Desk(tmp_path_factory.mktemp("made") / "desk", editions=("en", "ru"))
    desk.now = int(time.time()) - 5 * 3600
    store = Pictures(desk.newsroom.media)
    for number in range(15):
        image = store.add(picture(number), alt="A picture") if number % 4 == 0 else None
        desk.put(f"a/{number}", words(random.Random(number), 60), image=image)
        desk.put(f"b/{number}", words(random.Random(-number), 60), edition="ru")
    desk.publish()
    desk.put("a/1", "New words.")
    desk.publish()
    desk.newsroom.correct("a/2", "It was Tuesday.", at=desk.at)
    desk.retract("b/3", "We were wrong.")
    desk.publish()
    desk.newsroom.close()
    return desk.newsroom.folder


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that a web server's own user may read."""
    with open_folder() as folder:
        yield folder


@pytest.fixture
def desk(made: Path, tmp_path: Path) -> Desk:
    return reopen(made, tmp_path / "desk")


@contextmanager
def own_server(folder: Path) -> Iterator[str]:
    """`tamizdat serve` of a mirror's folder: there is no key."""
    with serving(folder) as server:
        yield server.url


SERVERS: list[Callable[[Path], AbstractContextManager[str]]] = [python_server, plain_nginx, own_server]


def test_three_mirrors_in_a_row_give_readers_what_the_origin_had(desk: Desk, place: Path):
    records = {code: desk.lines(code) for code in ("en", "ru")}
    source = str(desk.public)
    with ExitStack() as stack:
        for number, server in enumerate(SERVERS):
            copy = Copy(place / f"mirror{number}", desk)
            report = copy.run(source)
            assert (report.live, report.exit_code) == (True, 0)
            if number == 0:
                shutil.rmtree(desk.public)
            source = stack.enter_context(server(copy.folder))
            assert_serves(records, source, place / f"reader{number}.db")
    assert tree(place / "mirror2") == tree(place / "mirror0")


def assert_serves(records: dict[str, list[bytes]], url: str, path: Path) -> None:
    """A new reader gets these records, and pictures, from there alone."""
    with Library.open(path) as library:
        report = sync(library, url, options=msgspec.structs.replace(ALL, media="standard", only=True))
        assert (report.complete, report.problems) == (True, [])
        assert {code: list(library.records(report.publication, code)) for code in records} == records
        assert library.row("SELECT count(*) FROM media") > (0,)


@pytest.mark.parametrize("server", [plain_nginx, own_server])
def test_a_reader_with_nothing_new_gets_a_304_from_a_mirror(desk: Desk, place: Path, server):
    copy = Copy(place / "copy", desk)
    copy.run()
    follower = Follower(place / "reader.db")
    with server(copy.folder) as url:
        follower.sync(desk, url, only=True)
        report = follower.sync(desk, url, only=True)
        again = Copy(place / "again", desk)
        again.run(url)
        unchanged = again.run(url)
    assert (report.requests, report.bytes) == (1, 0)
    assert (unchanged.requests, unchanged.bytes, unchanged.live) == (1, 0, True)


def test_one_damaged_file_is_named_by_verify_and_passed_over_by_sync(desk: Desk, place: Path):
    from test_mirror_holes import damage, set_mirrors

    first, second = Copy(place / "first", desk), Copy(place / "second", desk)
    second.folder.mkdir()
    with Httpd(second.folder) as other:
        set_mirrors(desk, [other.url])
        desk.publish(after=1)
        first.run()
        second.run()
        path = max((p for p in first.files if p.startswith("bundles/")), key=lambda p: len(first.files[p]))
        damage(first.folder, path)
        assert first.verify().broken == [path]
        follower = Follower(place / "reader.db")
        with Httpd(first.folder) as httpd:
            report = follower.sync(desk, httpd.url)
        assert report.complete
        assert any(path in problem.message for problem in report.problems)
        assert path in other.paths
    assert_alike(desk, follower, editions=("en", "ru"))


def test_our_server_serves_a_mirror_without_a_key_and_never_what_the_mirror_keeps_for_itself(desk: Desk, place: Path):
    copy = Copy(place / "copy", desk)
    copy.run()
    before = copy.files
    with serving(copy.folder) as server:
        assert server.get("head.tar.zst").content == before["head.tar.zst"]
        for path in (".tamizdat/state.json", ".tamizdat/lock", ".tamizdat/", ".tamizdat", "x/../.tamizdat/state.json"):
            assert server.get(path).status_code == 404, path
        until = time.monotonic() + 30
        while server.get("api/publication").status_code != 200 and time.monotonic() < until:
            time.sleep(0.2)
        assert server.get("api/publication").status_code == 200
        desk.put("a/9", "Newer.")
        desk.publish(after=1)
        copy.run()
        assert server.get("head.tar.zst").content == (desk.public / "head.tar.zst").read_bytes()
    assert copy.verify().extra == []
    copy.assert_whole()
    assert not list(copy.folder.rglob("*.pem"))


def test_plain_servers_get_the_same_tags_from_every_mirror(desk: Desk, place: Path):
    """A cache, or a reader, that moves from one mirror to the next can ask conditionally."""
    tags = []
    for name in ("one", "two"):
        copy = Copy(place / name, desk)
        copy.run()
        with plain_nginx(copy.folder) as url, httpx.Client(base_url=url) as client:
            tags.append({path: client.head(path).headers["etag"] for path in sorted(copy.files)})
    assert tags[0] == tags[1]
