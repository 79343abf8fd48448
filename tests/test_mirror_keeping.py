"""What goes from a copy and when: withdrawn at once, unnamed after two weeks of the newsroom's time, others' never."""

import random
from pathlib import Path

import pytest

from following import picture
from mirroring import Copy, reopen
from publishing import DAY, Desk, Tree, words
from tamizdat.mirror.folder import OWN
from tamizdat_server.images import Pictures
from tamizdat_server.keys import Signer
from tamizdat_server.keys.operations import resign


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    desk = Desk(tmp_path_factory.mktemp("made") / "desk", editions=("en", "ru"))
    store = Pictures(desk.newsroom.media)
    for number in range(20):
        image = store.add(picture(number), alt="A picture") if number in (3, 4) else None
        desk.put(f"a/{number}", words(random.Random(number), 40), image=image)
        desk.put(f"b/{number}", words(random.Random(-number), 40), edition="ru")
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


def sign_anew(desk: Desk, *, days: float) -> None:
    desk.now += int(days * DAY)
    resign(Signer(desk.public, desk.newsroom.keys), now=desk.now)


def edit(desk: Desk, number: int = 0) -> None:
    desk.put(f"a/{number}", words(random.Random(100 + desk.now), 40))
    desk.publish()


def test_what_the_version_before_named_stays_for_two_weeks_and_then_goes(desk: Desk, copy: Copy):
    for number in range(9):
        edit(desk, number)
    copy.run()
    first = named(desk)
    signed = copy.files
    for number in range(9):
        edit(desk, number)
    copy.run()
    unnamed = first - named(desk)
    old = {path for path in signed if path.startswith(("targets/", "metadata/")) and path not in desk.files()}
    assert unnamed
    assert unnamed <= copy.files.keys()
    sign_anew(desk, days=13.9)
    copy.run()
    assert unnamed <= copy.files.keys()
    sign_anew(desk, days=0.2)
    report = copy.run()
    assert not (unnamed | old) & copy.files.keys()
    assert report.deleted >= len(unnamed)
    copy.assert_whole()


def named(desk: Desk) -> set[str]:
    """The bundles and lists of editions that the newsroom's newest catalog reaches."""
    tree, found = Tree(desk.public), set[str]()
    for code, edition in tree.catalog.editions.items():
        found |= {f"bundles/{ref.sha256}.jsonl.zst" for ref in tree.deltas(code)}
        snapshot = tree.snapshot(code)
        found |= {f"bundles/{ref.sha256}.jsonl.zst" for ref in (*snapshot.segments, *snapshot.tombstones)}
        refs = (edition.history, edition.snapshot, edition.revisions, edition.media)
        found |= {f"lists/{ref.sha256}.json.zst" for ref in refs if ref}
    return found


def test_a_file_that_is_named_again_does_not_go(desk: Desk, copy: Copy):
    desk.put("a/0", "Something else.", title="On a/0")
    desk.publish()
    copy.run()
    sign_anew(desk, days=13)
    copy.run()
    desk.put("a/0", words(random.Random(0), 40), title="On a/0")
    desk.publish()
    copy.run()
    sign_anew(desk, days=3)
    copy.run()
    copy.assert_whole()


def test_what_was_withdrawn_goes_at_once(desk: Desk, copy: Copy):
    pictures = {path for path in copy.files if path.startswith("media/")}
    before = copy.files.keys()
    desk.retract("a/3")
    desk.publish()
    withdrawn = set(Tree(desk.public).withdrawn())
    assert withdrawn & before
    report = copy.run()
    assert not withdrawn & copy.files.keys()
    assert pictures - copy.files.keys()
    assert report.deleted == len(withdrawn & before)
    text = words(random.Random(3), 40).encode()
    assert not [path for path, data in copy.files.items() if text[:60] in data]
    copy.assert_whole()


def test_nothing_withdrawn_waits_in_a_partial_file(desk: Desk, copy: Copy):
    desk.retract("a/3")
    desk.publish()
    digest = next(path.split("/")[1][:64] for path in Tree(desk.public).withdrawn())
    partial = copy.folder / OWN / "partial" / digest
    partial.write_bytes(b"a part of it")
    copy.run()
    assert not partial.exists()


def test_others_files_are_told_and_never_deleted(desk: Desk, copy: Copy):
    own = {"robots.txt": b"mine", "bundles/notes.txt": b"mine", "photos/1.jpg": b"mine", ".well-known/x": b"mine"}
    for path, data in own.items():
        (copy.folder / path).parent.mkdir(exist_ok=True)
        (copy.folder / path).write_bytes(data)
    for days in (1, 20, 20):
        desk.put("a/1", f"{days} {desk.now}")
        sign_anew(desk, days=days)
        desk.publish()
        report = copy.run()
        assert report.foreign == sorted(own)
    assert copy.files.items() >= own.items()


def test_a_page_that_is_no_longer_listed_goes_after_two_weeks_and_its_folder_with_it(
    desk: Desk, copy: Copy, monkeypatch: pytest.MonkeyPatch
):
    list_pages(monkeypatch, {"app/1.js": b"one"})
    edit(desk)
    copy.run()
    assert copy.files["app/1.js"] == b"one"
    list_pages(monkeypatch, {})
    edit(desk)
    copy.run()
    assert copy.files["app/1.js"] == b"one"
    sign_anew(desk, days=15)
    report = copy.run()
    assert not (copy.folder / "app").exists()
    assert report.foreign == []


def list_pages(monkeypatch: pytest.MonkeyPatch, pages: dict[str, bytes]) -> None:
    """Let the newsroom list these pages beside its own."""
    from tamizdat_server.publish import workflow
    from tamizdat_server.site import build_site

    monkeypatch.setattr(workflow, "build_site", lambda *args, **kwargs: build_site(*args, **kwargs) | pages)


def test_every_root_stays_for_ever(desk: Desk, copy: Copy):
    from tamizdat_server.keys.operations import rotate_keys

    for _ in range(3):
        desk.now += 30 * DAY
        rotate_keys(Signer(desk.public, desk.newsroom.keys), "timestamp", now=desk.now)
        copy.run()
    assert {f"metadata/{version}.root.json" for version in (1, 2, 3, 4)} <= copy.files.keys()
    copy.assert_whole()


def test_a_root_that_nobody_signed_for_goes_at_once(desk: Desk, copy: Copy):
    (copy.folder / "metadata" / "2.root.json").write_bytes(b"{}")
    sign_anew(desk, days=1)
    copy.run()
    assert "metadata/2.root.json" not in copy.files
    copy.assert_whole()


def test_a_wrong_clock_of_this_machine_deletes_nothing(desk: Desk, copy: Copy):
    edit(desk)
    before = copy.files.keys() | set(desk.files())
    desk.now += 400 * DAY
    report = copy.run()
    assert (report.expired, report.exit_code, report.live) == (True, 4, True)
    assert copy.files.keys() >= before - {"head.tar.zst"}


def test_a_lost_memory_costs_nothing_but_two_more_weeks_of_old_files(desk: Desk, copy: Copy):
    edit(desk)
    copy.run()
    sign_anew(desk, days=13)
    (copy.folder / OWN / "state.json").write_text("{broken")
    report = copy.run()
    assert (report.live, report.fetched, report.foreign) == (True, 0, [])
    sign_anew(desk, days=2)
    assert copy.run().deleted == 0
    sign_anew(desk, days=13)
    assert copy.run().deleted > 0
    copy.assert_whole()
