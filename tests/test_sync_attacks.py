"""What a mirror might try, seen from a reader's library: a typed error with its exit code, and nothing changed."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import START, Clock
from httpd import Handler, Httpd
from paper import Paper, Reader, draft
from tamizdat.errors import (
    ClockError,
    ExpiredError,
    FirstContact,
    HistoryError,
    MassRetraction,
    RollbackError,
    TamizdatError,
    WrongRoot,
)
from tamizdat.format import zstd
from tamizdat.library import Library
from tamizdat.sync import SyncOptions
from tamizdat_server.newsroom import Newsroom


@pytest.fixture
def paper(tmp_path: Path, clock: Clock) -> Paper:
    paper = Paper(tmp_path / "paper", clock)
    paper.publish(*(draft(f"a/{n}", day=1 + n % 20) for n in range(30)))
    return paper


@pytest.fixture
def reader(tmp_path: Path, clock: Clock) -> Reader:
    return Reader(tmp_path / "reader.db", clock)


def copy_of(paper: Paper, name: str) -> Path:
    return Path(shutil.copytree(paper.public, paper.folder.parent / name))


def put_in_place(copy: Path, mirror: Path) -> None:
    """Let the mirror show what the copy shows."""
    shutil.rmtree(mirror)
    shutil.copytree(copy, mirror)


def refused(
    reader: Reader, source: str, kind: type[TamizdatError], options: SyncOptions | None = None
) -> TamizdatError:
    """The error of a sync that must fail so, after a look that the library is as it was."""
    before = state(reader)
    with pytest.raises(kind) as caught:
        reader.sync(source, options)
    assert state(reader) == before
    return caught.value


def state(reader: Reader) -> object:
    if not reader.path.exists():
        return []
    with Library.open(reader.path) as library:
        known = library.publications()
        return [(p, library.held(p.publication), library.standing(p.publication, "en"), reader.lines()) for p in known]


def test_first_contact_without_a_fingerprint_shows_it_and_takes_nothing(paper: Paper, reader: Reader) -> None:
    error = refused(reader, str(paper.public), FirstContact, SyncOptions())
    assert isinstance(error, FirstContact)
    assert (error.fingerprint, error.exit_code) == (paper.fingerprint, 2)


def test_another_publications_root_is_not_the_one_asked_for(paper: Paper, reader: Reader, tmp_path: Path) -> None:
    other = Paper(tmp_path / "other", paper.clock)
    other.publish(draft("x"))
    assert refused(reader, f"{other.public}#{paper.fingerprint}", WrongRoot).exit_code == 24


def test_an_older_state_replayed_is_refused(paper: Paper, reader: Reader) -> None:
    older, mirror = copy_of(paper, "older"), paper.folder.parent / "mirror"
    paper.publish(draft("a/31"))
    copy_of(paper, "mirror")
    reader.sync(f"{mirror}#{paper.fingerprint}")
    put_in_place(older, mirror)
    assert refused(reader, f"{mirror}#{paper.fingerprint}", RollbackError).exit_code == 21


def test_a_frozen_timestamp_is_stale_after_its_week(paper: Paper, reader: Reader) -> None:
    reader.sync(f"{paper.public}#{paper.fingerprint}")
    paper.clock.turn(days=8)
    assert refused(reader, f"{paper.public}#{paper.fingerprint}", ExpiredError).exit_code == 4


def test_a_304_does_not_make_anything_fresh(paper: Paper, reader: Reader) -> None:
    with Httpd(paper.public) as httpd:
        reader.sync(httpd.url)
        paper.clock.turn(days=8)
        refused(reader, httpd.url, ExpiredError)
        assert httpd.log[-1].status == 304


def test_a_state_signed_in_the_future_speaks_of_clocks(paper: Paper, reader: Reader) -> None:
    paper.clock.turn(days=-3)
    assert refused(reader, f"{paper.public}#{paper.fingerprint}", ClockError).exit_code == 26


def test_a_clock_set_back_is_told_of_rather_than_trusted(paper: Paper, reader: Reader) -> None:
    mirror = copy_of(paper, "mirror")
    reader.sync(f"{mirror}#{paper.fingerprint}")
    held = paper.clock.now
    paper.clock.turn(days=8)
    refused(reader, f"{mirror}#{paper.fingerprint}", ExpiredError)
    paper.publish(draft("a/31"))
    put_in_place(paper.public, mirror)
    reader.sync(f"{mirror}#{paper.fingerprint}")
    paper.clock.at = START
    assert paper.clock.now < held
    refused(reader, f"{mirror}#{paper.fingerprint}", ClockError)


def test_two_histories_are_noticed(paper: Paper, reader: Reader, tmp_path: Path) -> None:
    twin_folder = tmp_path / "twin"
    shutil.copytree(paper.folder, twin_folder)
    paper.publish(draft("a/31", "One history."))
    mirror = copy_of(paper, "mirror")
    reader.sync(f"{mirror}#{paper.fingerprint}")
    twin = Paper.__new__(Paper)
    twin.folder, twin.clock, twin.editions = twin_folder, paper.clock, paper.editions
    twin.newsroom = Newsroom.open(twin_folder)
    twin.publish(draft("a/31", "Another history."))
    put_in_place(twin.public, mirror)
    assert refused(reader, f"{mirror}#{paper.fingerprint}", HistoryError).exit_code == 27


def test_a_sync_that_would_wipe_the_library_stops_and_asks(paper: Paper, reader: Reader) -> None:
    source = f"{paper.public}#{paper.fingerprint}"
    reader.sync(source)
    held = reader.lines()
    paper.retract(*(f"a/{n}" for n in range(12)))
    paper.publish()
    with pytest.raises(MassRetraction) as caught:
        reader.sync(source)
    assert (caught.value.retractions, caught.value.exit_code, reader.lines()) == (12, 29, held)
    reader.sync(source, SyncOptions(accept_retractions=True))
    assert reader.lines() == paper.lines()


def test_a_bomb_in_place_of_a_bundle_is_thrown_away_before_it_is_decoded(paper: Paper, reader: Reader) -> None:
    copy = copy_of(paper, "bombs")
    bomb = zstd.compress(bytes(64 * 1024 * 1024))
    for path in copy.glob("bundles/*"):
        path.write_bytes(bomb)
    before = reader.path.exists()
    with pytest.raises(TamizdatError) as caught:
        reader.sync(f"{copy}#{paper.fingerprint}")
    assert caught.value.code in ("hash", "too-large")
    assert not before
    assert reader.lines() == []


# -- no dead ends ------------------------------------------------------------------------------------------------------


def damaged_heads(copy: Path, change: Callable[[bytes], bytes]) -> None:
    for path in copy.glob("head*.tar.zst"):
        path.write_bytes(change(path.read_bytes()))


@pytest.mark.parametrize(
    "change",
    [lambda data: b"", lambda data: b"<html>", lambda data: data[:100], lambda data: zstd.compress(b"no tar")],
    ids=["empty", "html", "cut", "no-tar"],
)
def test_anything_wrong_with_a_head_means_the_plain_files(
    paper: Paper, reader: Reader, change: Callable[[bytes], bytes]
) -> None:
    copy = copy_of(paper, "copy")
    damaged_heads(copy, change)
    reader.sync(f"{copy}#{paper.fingerprint}")
    assert reader.lines() == paper.lines()


def test_an_old_head_before_new_files_is_no_dead_end(paper: Paper, reader: Reader) -> None:
    old = (paper.public / "head.tar.zst").read_bytes()
    paper.publish(draft("a/31"))
    reader.sync(f"{paper.public}#{paper.fingerprint}")
    paper.publish(draft("a/32"))
    (paper.public / "head.tar.zst").write_bytes(old)
    reader.sync(f"{paper.public}#{paper.fingerprint}")
    assert reader.lines() == paper.lines()


def test_a_304_with_an_edition_unfinished_goes_on_with_the_rest(paper: Paper, reader: Reader) -> None:
    with Httpd(paper.public) as httpd:
        with pytest.raises(TamizdatError) as caught:
            reader.sync(httpd.url, SyncOptions(trust_first_use=True, allow_private=True, max_bytes=1))
        assert caught.value.exit_code == 5
        report = reader.sync()
    assert report.complete
    assert reader.lines() == paper.lines()


def test_a_file_that_the_mirror_just_lost_means_asking_for_the_head_again(paper: Paper, reader: Reader) -> None:
    mirror = copy_of(paper, "mirror")
    paper.publish(draft("a/31", "Newer."))

    def move_on(handler: Handler, file: Path | None) -> None:
        if not httpd.moved:
            shutil.copytree(paper.public, mirror, dirs_exist_ok=True)
            httpd.moved = True
        handler.answer(404)

    with MovingHttpd(mirror) as httpd:
        for path in (mirror / "lists").iterdir():
            httpd.tell(f"lists/{path.name}", move_on)
        report = reader.sync(httpd.url)
    assert httpd.moved
    assert report.to == 2
    assert reader.lines() == paper.lines()


class MovingHttpd(Httpd):
    """A mirror that is brought up to date while somebody reads from it."""

    moved = False


def test_a_mirror_that_lags_is_passed_over_for_one_that_does_not(paper: Paper, reader: Reader) -> None:
    lagging = copy_of(paper, "lagging")
    with Httpd(lagging) as slow, Httpd(paper.public) as good:
        reader.sync(good.url)
        paper.publish(draft("a/31"))
        reader.sync()
        paper.publish(draft("a/32"))
        report = reader.sync(slow.url)
    assert [(problem.mirror, problem.code) for problem in report.problems] == [(slow.url, "rollback")]
    assert report.mirror == good.url
    assert reader.lines() == paper.lines()
