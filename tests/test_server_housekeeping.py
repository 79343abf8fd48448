"""What the server does by itself: signing anew each day, and keeping its own library in step."""

import fcntl
import logging
import os
import shutil
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from newsrooms import draft, make_newsroom, publish_now, put
from serving import Server, serving
from tamizdat.format.pack import decode_pack
from tamizdat.library import Library
from tamizdat_server.changes import noted_version
from tamizdat_server.housekeeping import Upkeep
from tamizdat_server.live import read_live
from tamizdat_server.newsroom import Newsroom
from tamizdat_server.place import RESIGN_SECONDS, Place


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    with make_newsroom(tmp_path / "newsroom") as made:
        put(made, draft(1), draft(2))
        publish_now(made)
        yield made


@pytest.fixture
def place(newsroom: Newsroom) -> Place:
    return Place.of(newsroom.folder)


def signed(place: Place) -> int:
    live = read_live(place.public)
    assert live
    return live.signed


def held(place: Place) -> list[bytes]:
    with Library.open(place.library, readonly=True) as library:
        identity = library.publications()[0].publication
        return list(library.records(identity, "ru"))


def test_the_library_holds_what_the_newsroom_published(newsroom: Newsroom, place: Place) -> None:
    upkeep = Upkeep(place)
    upkeep.look()
    first = held(place)
    put(newsroom, draft(3), draft(1, text="other words"))
    newsroom.retract("ru/article-0002", "", at="2026-11-22T06:00:00Z")
    publish_now(newsroom)
    upkeep.look()

    assert len(first) == 2
    assert held(place) == list(newsroom.lines("ru"))
    with Library.open(place.library, readonly=True) as library:
        assert noted_version(library, newsroom.publication) == newsroom.version


def test_the_publication_is_signed_anew_after_a_day_and_not_before(place: Place) -> None:
    before = signed(place)
    Upkeep(place, clock=lambda: before + RESIGN_SECONDS - 1).look()
    assert signed(place) == before
    now = before + RESIGN_SECONDS

    Upkeep(place, clock=lambda: now).look()

    assert signed(place) == now
    head = decode_pack((place.public / "head.tar.zst").read_bytes())
    assert msgspec.json.decode(head["metadata/timestamp.json"])["signed"]["version"] == now
    assert int((place.public / "head.tar.zst").stat().st_mtime) == now


def test_a_publication_without_its_keys_is_only_served(newsroom: Newsroom, tmp_path: Path) -> None:
    mirror = tmp_path / "mirror"
    shutil.copytree(newsroom.public, mirror)
    place = Place.of(mirror)
    before = signed(place)

    Upkeep(place, clock=lambda: before + RESIGN_SECONDS).look()

    assert signed(place) == before
    assert place.library == tmp_path / "mirror.serve.db"
    assert held(place) == list(newsroom.lines("ru"))
    assert not list(mirror.glob("*.db*"))


def test_signing_waits_while_another_command_is_at_work(newsroom: Newsroom, place: Place) -> None:
    before = signed(place)
    upkeep = Upkeep(place, clock=lambda: before + RESIGN_SECONDS)
    with (newsroom.folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        upkeep.look()
        assert signed(place) == before
    Upkeep(place, clock=lambda: before + RESIGN_SECONDS).look()

    assert signed(place) == before + RESIGN_SECONDS


def test_a_lost_key_is_told_once_and_the_rest_goes_on(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    assert place.keys
    for key in place.keys.glob("timestamp*"):
        key.unlink()
    before = signed(place)
    upkeep = Upkeep(place, clock=lambda: before + RESIGN_SECONDS)

    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            upkeep._resigning._not_before = 0
            upkeep.look()

    assert signed(place) == before
    assert len([record for record in caplog.records if "re-signing failed" in record.message]) == 1
    assert len(held(place)) == 2


def test_a_damaged_library_is_made_anew(newsroom: Newsroom, place: Place) -> None:
    Upkeep(place).look()
    data = bytearray(place.library.read_bytes())
    for page in range(1, len(data) // 4096):
        data[page * 4096 : page * 4096 + 100] = os.urandom(100)
    place.library.write_bytes(data)

    Upkeep(place).look()

    assert held(place) == list(newsroom.lines("ru"))


def test_a_tree_with_a_hole_is_told_and_followed_again_once_it_is_whole(
    newsroom: Newsroom, place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    aside = place.public.parent / "aside"
    (place.public / "lists").rename(aside)
    (place.public / "bundles").rename(aside / "bundles")
    for head in place.public.glob("head*"):
        head.unlink()
    upkeep = Upkeep(place)
    with caplog.at_level(logging.WARNING):
        upkeep.look()
    assert "library up to date failed" in caplog.text

    (aside / "bundles").rename(place.public / "bundles")
    aside.rename(place.public / "lists")
    upkeep._syncing._not_before = 0
    upkeep.look()

    assert held(place) == list(newsroom.lines("ru"))


def test_a_timestamp_that_is_there_before_its_heads_is_not_taken_for_done(newsroom: Newsroom, place: Place) -> None:
    upkeep = Upkeep(place)
    upkeep.look()
    heads = {head: head.read_bytes() for head in place.public.glob("head*")}
    put(newsroom, draft(3))
    publish_now(newsroom)
    newer = {head: head.read_bytes() for head in heads}
    for head, data in heads.items():
        head.write_bytes(data)
    upkeep.look()
    for head, data in newer.items():
        head.write_bytes(data)
    upkeep._syncing._not_before = 0
    upkeep.look()

    assert held(place) == list(newsroom.lines("ru"))


# -- as a process ------------------------------------------------------------------------------------------------------


def until(server: Server, version: int) -> None:
    end = time.monotonic() + 30
    while server.get("api/health").json()["version"] != version:
        assert time.monotonic() < end, "the library never got there"
        time.sleep(0.1)


def housekeeper(server: Server) -> int | None:
    for pid in server.children():
        try:
            if b"tamizdat_server.housekeeping" in Path(f"/proc/{pid}/cmdline").read_bytes():
                return pid
        except OSError:
            continue
    return None


def test_what_another_process_publishes_appears_also_after_the_housekeeper_was_killed(newsroom: Newsroom) -> None:
    with serving(newsroom.folder) as server:
        until(server, 1)
        put(newsroom, draft(5))
        publish_now(newsroom)
        assert server.get("head.tar.zst").content == (newsroom.public / "head.tar.zst").read_bytes()
        until(server, 2)
        assert server.get("api/articles/ru/article-0005").status_code == 200

        first = housekeeper(server)
        assert first
        os.kill(first, signal.SIGKILL)
        put(newsroom, draft(6))
        publish_now(newsroom)
        until(server, 3)
        assert housekeeper(server) not in (None, first)
        assert server.end() == 0


def test_a_server_killed_at_any_moment_starts_again_whole(newsroom: Newsroom) -> None:
    for number, delay in enumerate((0.1, 0.6)):
        put(newsroom, *(draft(n) for n in range(100 * number + 100, 100 * number + 130)))
        publish_now(newsroom)
        with serving(newsroom.folder, shutdown_seconds=1) as server:
            time.sleep(delay)
            processes = [*server.children(), server.process.pid]
            for pid in processes:
                os.kill(pid, signal.SIGKILL)
            server.end()
    with serving(newsroom.folder) as server:
        until(server, newsroom.version)
        assert held(Place.of(newsroom.folder)) == list(newsroom.lines("ru"))
        assert server.end() == 0


def test_withdrawn_words_leave_the_server_s_library_once_nobody_reads_it(newsroom: Newsroom, place: Place) -> None:
    """Without any further news, that is: the archive's readers come and go all day."""
    upkeep = Upkeep(place)
    upkeep.look()
    with closing(sqlite3.connect(place.library, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM articles").fetchone()
        newsroom.retract("ru/article-0002", "", at="2026-11-22T06:00:00Z")
        publish_now(newsroom)
        upkeep.look()
        with Library.open(place.library, readonly=True) as library:
            assert library.needs_shrinking
        reader.execute("ROLLBACK")
    until = time.monotonic() + 30
    while True:
        upkeep.look()
        with Library.open(place.library, readonly=True) as library:
            if not library.needs_shrinking:
                break
        assert time.monotonic() < until
        time.sleep(0.1)
