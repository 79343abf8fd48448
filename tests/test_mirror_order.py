"""Whatever stops a run, and wherever: who reads from the copy finds the old version or the new one, whole."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from following import Follower
from mirroring import Copy, reopen, tree
from publishing import HOUR, Desk, Reader, words
from tamizdat.mirror.folder import OWN, Folder
from tamizdat_server.keys import Signer
from tamizdat_server.keys.operations import rotate_keys
from tamizdat_server.live import read_live


class Stop(BaseException):
    """What a kill looks like from inside."""


@contextmanager
def watched(step: Callable[[str, object], None]) -> Iterator[None]:
    """Call `step` before each change of what can be seen in the folder: a file put in place, files deleted."""
    rename, delete = Folder._rename, Folder.delete

    def renaming(self: Folder, aside: Path, path: str) -> None:
        step("put", path)
        rename(self, aside, path)

    def deleting(self: Folder, paths: object) -> None:
        for path in paths:
            step("delete", path)
            delete(self, [path])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Folder, "_rename", renaming)
        patch.setattr(Folder, "delete", deleting)
        yield


def change(desk: Desk, number: int) -> None:
    """Something of every kind: new, revised, retracted, over several versions."""
    rng = random.Random(number)
    for version in range(3):
        for _ in range(4):
            desk.put(f"a/{rng.randrange(20)}", f"{version} " + words(rng, 40))
        desk.publish()
    desk.retract(f"a/{number}")
    desk.put("a/after", words(rng, 40))
    desk.publish()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    desk = Desk(tmp_path_factory.mktemp("made") / "desk")
    for number in range(20):
        desk.put(f"a/{number}", words(random.Random(number), 40))
    desk.publish()
    desk.newsroom.close()
    return desk.newsroom.folder


@pytest.fixture
def desk(made: Path, tmp_path: Path) -> Desk:
    return reopen(made, tmp_path / "desk")


def assert_reads_whole(copy: Copy, readers: list[Reader]) -> None:
    """Readers who stand at the version before, and new ones, get the same records of one version."""
    live = read_live(copy.folder)
    fresh = Reader().sync(copy.folder)
    assert live
    assert fresh.version == live.catalog.editions["en"].version
    for reader in readers:
        assert reader.copy().sync(copy.folder).lines() == fresh.lines()


def test_at_every_moment_of_a_run_the_copy_shows_one_whole_version(desk: Desk, tmp_path: Path):
    copy = Copy(tmp_path / "copy", desk)
    copy.run()
    readers = [Reader().sync(copy.folder)]
    change(desk, 1)
    steps: list[tuple[str, object]] = []

    def look(kind: str, path: object) -> None:
        steps.append((kind, path))
        assert_reads_whole(copy, readers)

    with watched(look):
        copy.run()
    assert {kind for kind, _ in steps} == {"put", "delete"}
    copy.assert_whole()


def test_the_timestamp_makes_a_version_visible_the_heads_follow_and_nothing_is_deleted_before(
    desk: Desk, tmp_path: Path
):
    copy = Copy(tmp_path / "copy", desk)
    copy.run()
    change(desk, 1)
    steps: list[tuple[str, str]] = []
    with watched(lambda kind, path: steps.append((kind, str(path)))):
        copy.run()
    timestamp = steps.index(("put", "metadata/timestamp.json"))
    assert all(kind == "put" for kind, _ in steps[:timestamp])
    after = [f"{kind} {path}" for kind, path in steps[timestamp + 1 :]]
    assert after[:2] == ["put head.tar.zst", "put head-en.tar.zst"]
    assert {line.split()[0] for line in after[2:]} == {"delete"}
    before = [path.split("/")[0] for _, path in steps[:timestamp]]
    assert before[-3:] == ["targets", "metadata", "metadata"]


@pytest.mark.parametrize("count", [0, 6, 12, 15, 17, 19, 20, 21, 22, 23, 25])
def test_a_run_that_was_stopped_before_a_change_is_finished_by_the_next(desk: Desk, tmp_path: Path, count: int):
    assert stopped_at(desk, tmp_path / "copy", count)


@pytest.mark.long
def test_a_run_that_was_stopped_before_any_of_its_changes_is_finished_by_the_next(desk: Desk, tmp_path: Path):
    count = 0
    while stopped_at(desk, tmp_path / f"copy{count}", count, seed=1 + count % 15):
        count += 1
    assert count > 20


def stopped_at(desk: Desk, folder: Path, count: int, *, seed: int = 1) -> bool:
    """Stop a run before its `count`th change, look into the copy, and finish; says whether there were so many."""
    copy = Copy(folder, desk)
    copy.run()
    readers = [Reader().sync(copy.folder)]
    change(desk, seed)
    left = [count]

    def stop(kind: str, path: object) -> None:
        if not left[0]:
            raise Stop
        left[0] -= 1

    try:
        with watched(stop):
            copy.run()
        return False
    except Stop:
        assert_reads_whole(copy, readers)
    report = copy.run()
    assert report.live
    copy.assert_whole()
    once = Copy(folder.with_name(f"{folder.name}-once"), desk)
    once.run()
    assert once.files.items() <= tree(folder).items()
    assert not list((folder / ".tamizdat" / "new").iterdir())
    assert not list((folder / ".tamizdat" / "partial").iterdir())
    return True


def test_a_copy_that_stopped_between_a_new_root_and_its_timestamp_is_read_by_its_heads(desk: Desk, tmp_path: Path):
    """Under the new root the old timestamp does not verify: the one place where the plain files can disagree."""
    copy, old, new = Copy(tmp_path / "copy", desk), Follower(tmp_path / "old.db"), Follower(tmp_path / "new.db")
    copy.run()
    old.sync(desk, copy.folder, only=True)
    records = desk.lines()
    desk.now += HOUR
    rotate_keys(Signer(desk.public, desk.newsroom.keys), "timestamp", now=desk.now)

    def stop(_kind: str, path: object) -> None:
        if path == "metadata/timestamp.json":
            raise Stop

    with watched(stop), pytest.raises(Stop):
        copy.run()
    assert (copy.folder / "metadata" / "2.root.json").exists()
    for reader in (old, new):
        assert reader.sync(desk, copy.folder, only=True).complete
        assert reader.current(desk) == records
    (copy.folder / OWN / "state.json").unlink()
    assert copy.run(trust_first_use=False).live
    copy.assert_whole()
