"""Retracted words: after the next sync in no byte of a library's files, whatever state it was in; nor in the tree."""

import random
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest

from following import ALL, PLAIN, Follower, assert_alike
from httpd import Cut, Httpd
from publishing import Desk, Reader, Tree, words
from tamizdat.errors import Incomplete, MassRetraction, TransportError
from tamizdat.library import Library
from tamizdat.sync import Keep, SyncOptions

SECRETS = [f"xylophonist{number:02}z" for number in range(30)]
GONE = range(3, 30, 4)


def write(desk: Desk, number: int, more: str = "") -> None:
    rng = random.Random(number)
    desk.put(f"news/{number:02}", f"{SECRETS[number]} {more} " + words(rng, 40) + f" {SECRETS[number]}")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Thirty articles, each with a word of its own, over five versions with revisions."""
    desk = Desk(tmp_path / "desk")
    for version in range(5):
        for number in range(version * 6, version * 6 + 6):
            write(desk, number)
        for number in range(version * 3):
            write(desk, number, f"revised {version}")
        desk.publish()
    return desk


def withdraw(desk: Desk) -> None:
    for number in GONE:
        desk.retract(f"news/{number:02}", "withdrawn")
    desk.publish()


def found(follower: Follower) -> list[int]:
    """Which of the retracted words lie anywhere on the disk of this library."""
    held = follower.bytes()
    return [number for number in GONE if SECRETS[number].encode() in held]


def whole(follower: Follower, desk: Desk, url: str) -> None:
    follower.sync(desk, url)
    assert len(found(follower)) == len(GONE)


def long_ago(follower: Follower, desk: Desk, url: str) -> None:
    follower.sync(desk, url)
    for number in range(40):
        write(desk, 0, f"edit {number}")
        desk.publish()


def begun(follower: Follower, desk: Desk, url: str) -> None:
    follower.drop_out(desk, 4000)


def few_days(follower: Follower, desk: Desk, url: str) -> None:
    follower.options = msgspec.structs.replace(PLAIN, keep=Keep(megabytes=1))
    follower.sync(desk, url)


def cut_off(follower: Follower, desk: Desk, url: str) -> None:
    """Parts of files have arrived, compressed as they are, and wait."""
    with Httpd(desk.public) as httpd:
        httpd.tell("*", lambda handler, file: None)
        for file in (desk.public / "bundles").iterdir():
            httpd.tell(f"bundles/{file.name}", Cut(after=file.stat().st_size - 10))
        httpd.modes.pop("*")
        with pytest.raises(TransportError):
            follower.sync(desk, httpd.url)
    assert list(follower.partial.rglob("*"))


STATES = [whole, long_ago, begun, few_days, cut_off]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("options", [PLAIN, ALL], ids=["plain", "revisions"])
def test_retracted_words_leave_every_byte_of_the_librarys_files(
    desk: Desk, tmp_path: Path, state: Callable[..., None], options: SyncOptions
) -> None:
    follower = Follower(tmp_path / "reader" / "library.db", options)
    follower.path.parent.mkdir()
    with Httpd(desk.public) as httpd:
        state(follower, desk, httpd.url)
        withdraw(desk)
        assert follower.sync(desk, httpd.url).complete
    assert found(follower) == []
    assert not follower.partial.exists()
    assert_alike(desk, follower)


def test_they_leave_also_where_the_sync_stops_after_the_retraction(desk: Desk, tmp_path: Path) -> None:
    follower = Follower(tmp_path / "library.db", PLAIN)
    follower.sync(desk)
    withdraw(desk)
    for number in range(6):
        write(desk, 1, f"edit {number}")
        desk.publish()
    with suppress(Incomplete):
        follower.sync(desk, max_bytes=(desk.public / "head.tar.zst").stat().st_size, revisions=True)
    assert found(follower) == []


def test_a_partial_file_of_an_older_catalog_goes_even_if_the_sync_fails(desk: Desk, tmp_path: Path) -> None:
    follower = Follower(tmp_path / "library.db", PLAIN)
    cut_off(follower, desk, "")
    before = {path.name for path in follower.partial.rglob("*") if path.is_file()}
    withdraw(desk)
    with suppress(Incomplete):
        follower.sync(desk, max_bytes=1)
    lists = sum(file.stat().st_size for file in (desk.public / "lists").iterdir())
    with pytest.raises(Incomplete):
        follower.sync(desk, max_bytes=(desk.public / "head.tar.zst").stat().st_size + lists)
    after = {path.name for path in follower.partial.rglob("*") if path.is_file()}
    named = {path.name.partition(".")[0] for path in (desk.public / "bundles").iterdir()}
    assert before - named
    assert not after & (before - named)


def test_what_stops_as_suspicious_stays_until_the_reader_agrees(desk: Desk, tmp_path: Path) -> None:
    follower = Follower(tmp_path / "library.db", SyncOptions(trust_first_use=True))
    follower.sync(desk)
    for number in range(12):
        desk.retract(f"news/{number:02}")
    desk.publish()
    with pytest.raises(MassRetraction):
        follower.sync(desk)
    assert SECRETS[0].encode() in follower.bytes()
    follower.sync(desk, accept_retractions=True)
    assert SECRETS[0].encode() not in follower.bytes()


def test_no_file_that_the_catalog_reaches_holds_them(desk: Desk) -> None:
    readers: dict[int, dict[str, Reader]] = {}
    daily = Reader()
    for number in range(12):
        write(desk, 4 * (number // 4), f"once more {number}")
        if number == 8:
            withdraw(desk)
        else:
            desk.publish()
        readers[desk.newsroom.version] = {"en": daily.sync(desk.public).copy()}
    for path, raw in reachable(desk, readers):
        assert not [number for number in GONE if SECRETS[number].encode() in raw], path


def reachable(desk: Desk, readers: dict[int, dict[str, Reader]]) -> list[tuple[str, bytes]]:
    """Every bundle that the catalog reaches, decoded; not those for who stands before any of these readers."""
    tree = Tree(desk.public)
    snapshot, revisions = tree.snapshot("en"), tree.revisions("en")
    refs = [*snapshot.segments, *snapshot.tombstones, *(revisions.bundles if revisions else [])]
    found_ = [(ref.sha256, decoded(tree, ref)) for ref in refs]
    for delta in tree.deltas("en"):
        if not delta.prefix or delta.from_ in readers:
            prefix = readers[delta.from_]["en"].prefix(delta) if delta.prefix else b""
            found_.append((delta.sha256, decoded(tree, delta, prefix)))
    return found_


def decoded(tree: Tree, ref: object, prefix: bytes = b"") -> bytes:
    return b"\n".join(entry.line for entry in tree.bundle(ref, "en", prefix).entries)


def test_the_next_sync_cleans_up_after_one_that_was_kept_from_it(desk: Desk, tmp_path: Path) -> None:
    """While somebody reads in the middle of it, the file can't be rewritten; the next sync does it."""
    follower = Follower(tmp_path / "library.db", PLAIN)
    follower.sync(desk)
    withdraw(desk)
    with Library.open(follower.path, readonly=True) as reading:
        rows = reading.rows("SELECT text FROM articles")
        next(rows)
        assert follower.sync(desk).complete
        rows.close()
    assert_alike(desk, follower)
    follower.sync(desk)
    assert found(follower) == []
