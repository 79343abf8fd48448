"""What a source lacks or has damaged is named, and nothing half of it is shown; other mirrors help out."""

import random
from pathlib import Path

import pytest

from following import Follower, assert_alike, picture
from httpd import Httpd, Status
from mirroring import Copy, reopen, tree
from publishing import HOUR, Desk, words
from tamizdat.mirror.folder import OWN
from tamizdat_server.images import Pictures
from tamizdat_server.keys import Signer
from tamizdat_server.keys.operations import resign


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    desk = Desk(tmp_path_factory.mktemp("made") / "desk")
    store = Pictures(desk.newsroom.media)
    for number in range(30):
        image = store.add(picture(number), alt="A picture") if number % 9 == 0 else None
        desk.put(f"a/{number}", words(random.Random(number), 60), image=image)
    desk.publish()
    desk.newsroom.close()
    return desk.newsroom.folder


@pytest.fixture
def desk(made: Path, tmp_path: Path) -> Desk:
    return reopen(made, tmp_path / "desk")


@pytest.fixture
def source(desk: Desk, tmp_path: Path) -> Copy:
    """A copy that others are made from, to be damaged."""
    copy = Copy(tmp_path / "source", desk)
    copy.run()
    return copy


@pytest.fixture
def copy(desk: Desk, tmp_path: Path) -> Copy:
    return Copy(tmp_path / "copy", desk)


def one(folder: Path, kind: str) -> str:
    """The path of the biggest file of a kind."""
    place = max(folder.glob(kind), key=lambda path: path.stat().st_size)
    return place.relative_to(folder).as_posix()


def damage(folder: Path, path: str) -> None:
    data = bytearray((folder / path).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / path).write_bytes(data)


READ_BY_READERS = ["bundles/*", "lists/*", "media/*.tar", "targets/*.site.json"]


@pytest.mark.parametrize("kind", READ_BY_READERS)
def test_what_the_source_lacks_is_told_and_the_version_is_not_shown(desk: Desk, source: Copy, copy: Copy, kind: str):
    path = one(source.folder, kind)
    (source.folder / path).unlink()
    report = copy.run(source.folder)
    assert (report.missing, report.broken, report.live, report.exit_code) == ([path], [], False, 5)
    assert not (copy.folder / "metadata").exists()


@pytest.mark.parametrize("kind", READ_BY_READERS)
def test_what_the_source_has_damaged_is_told_and_the_version_before_stays(
    desk: Desk, source: Copy, copy: Copy, kind: str
):
    copy.run(source.folder)
    before = copy.files
    for number in range(12):
        desk.put(f"a/{number}", words(random.Random(-number), 60), image=None)
    desk.put("b", image=Pictures(desk.newsroom.media).add(picture(77), alt="Another"))
    desk.publish()
    source.run()
    new = source.files.keys() - before.keys()
    path = max((path for path in new if Path(path).match(kind)), key=lambda path: len(source.files[path]))
    damage(source.folder, path)
    report = copy.run(source.folder)
    assert (report.missing, report.broken, report.live, report.exit_code) == ([], [path], False, 5)
    assert copy.files.items() >= before.items()
    assert path not in copy.files
    assert copy.run().live
    copy.assert_whole()


@pytest.mark.parametrize("path", ["index.html", "feeds/en.atom", "head.tar.zst", "head-en.tar.zst"])
def test_pages_and_heads_that_cannot_be_had_are_left_out_and_told(desk: Desk, source: Copy, copy: Copy, path: str):
    copy.run(source.folder)
    desk.put("a/1", "New.")
    desk.publish()
    source.run()
    damage(source.folder, path)
    report = copy.run(source.folder)
    assert (report.broken, report.live, report.exit_code) == ([path], True, 5)
    assert path not in copy.files
    assert copy.verify().missing == [path]
    follower = Follower(copy.folder.with_name("reader.db"))
    follower.sync(desk, copy.folder)
    assert_alike(desk, follower)
    assert copy.run().exit_code == 0
    copy.assert_whole()


def test_other_mirrors_give_what_the_source_has_not(desk: Desk, source: Copy, copy: Copy):
    with Httpd(desk.public) as other, Httpd(source.folder) as httpd:
        set_mirrors(desk, [other.url])
        desk.put("a/1", "New.")
        desk.publish()
        source.run()
        missing, broken = one(source.folder, "media/*.tar"), one(source.folder, "bundles/*")
        (source.folder / missing).unlink()
        damage(source.folder, broken)
        report = copy.run(httpd)
    assert (report.live, report.missing, report.broken, report.exit_code) == (True, [], [], 0)
    assert sorted(report.problems) == sorted(f"{path} came from another mirror" for path in (missing, broken))
    assert set(other.paths) == {missing, broken}
    assert copy.verify().exit_code == 0


def test_other_mirrors_inside_private_networks_are_asked_where_that_is_allowed_only(
    desk: Desk, source: Copy, copy: Copy
):
    with Httpd(desk.public) as other, Httpd(source.folder) as httpd:
        set_mirrors(desk, [other.url])
        desk.publish()
        source.run()
        (source.folder / one(source.folder, "bundles/*")).unlink()
        assert copy.run(httpd, allow_private=False).exit_code == 5
        assert other.requests == 0


def test_a_folder_is_copied_without_asking_anyone_else(desk: Desk, source: Copy, copy: Copy):
    with Httpd(desk.public) as other:
        set_mirrors(desk, [other.url])
        desk.publish()
        source.run()
        (source.folder / one(source.folder, "bundles/*")).unlink()
        assert copy.run(source.folder).exit_code == 5
    assert other.requests == 0


def set_mirrors(desk: Desk, mirrors: list[str]) -> None:
    """List mirrors; the newsroom finds them to be where it is."""
    from tamizdat.transport import Meter
    from tamizdat.transport.folder import FolderTransport

    path = desk.newsroom.folder / "tamizdat.toml"
    text = path.read_text()
    assert "mirrors = []" in text
    path.write_text(text.replace("mirrors = []", f"mirrors = {mirrors!r}"))
    vars(desk.newsroom).pop("_config_once", None)
    desk.mirrors |= {url: FolderTransport(desk.public, meter=Meter()) for url in mirrors}


def test_a_source_that_publishes_meanwhile_is_asked_again(desk: Desk, copy: Copy):
    desk.put("a/1", "First.")
    desk.publish()
    with Httpd(desk.public) as httpd:
        heads = [0]

        def publish_under_our_hands(handler, file):
            from httpd import serve

            serve(handler, file)
            if not heads[0]:
                heads[0] += 1
                desk.now += HOUR
                resign(Signer(desk.public, desk.newsroom.keys), now=desk.now)

        httpd.tell("head.tar.zst", publish_under_our_hands)
        report = copy.run(httpd)
    assert (report.live, report.exit_code) == (True, 0)
    copy.assert_whole()


def test_a_source_whose_pages_are_of_an_earlier_version_for_a_moment_is_asked_again(desk: Desk, copy: Copy):
    copy.run()
    pages = {path: (desk.public / path).read_bytes() for path in ("index.html", "feeds/en.atom")}
    desk.put("a/1", "New.")
    desk.publish()

    class Late:
        """Gives the old pages until they were asked for once."""

        def __init__(self) -> None:
            self.asked = 0

        def __call__(self, handler, file) -> None:
            from httpd import serve

            self.asked += 1
            handler.answer(200, pages[handler.asked.path]) if self.asked == 1 else serve(handler, file)

    with Httpd(desk.public) as httpd:
        for path in pages:
            httpd.tell(path, Late())
        assert copy.run(httpd).exit_code == 0
    copy.assert_whole()


def test_check_finds_what_was_damaged_in_the_copy_and_repairs_it(desk: Desk, copy: Copy):
    copy.run()
    kinds = ["bundles/*", "lists/*", "media/*.tar", "media/*.png", "media/*.jpg", "feeds/*"]
    paths = sorted(one(copy.folder, kind) for kind in kinds if list(copy.folder.glob(kind)))
    for path in paths:
        damage(copy.folder, path)
    assert set(copy.verify().broken) == set(paths)
    assert copy.run().fetched == 0
    report = copy.run(check=True)
    assert report.repaired == [path for path in paths if not path.startswith("feeds/")]
    assert report.exit_code == 0
    assert tree(copy.folder) == desk.files()


def test_check_deletes_what_is_damaged_and_not_named_any_more(desk: Desk, copy: Copy):
    copy.run()
    before = copy.files
    desk.put("a/1", "New.")
    desk.publish()
    copy.run()
    old = sorted(path for path in before if path.startswith(("targets/", "metadata/1.s")) and path not in desk.files())
    old += sorted(path for path in before if path in ("metadata/1.snapshot.json", "metadata/1.targets.json"))
    for path in old:
        damage(copy.folder, path)
    assert copy.verify().broken == sorted(old)
    assert copy.run(check=True).repaired == sorted(old)
    assert not set(old) & copy.files.keys()
    copy.assert_whole()


def test_a_server_that_answers_with_errors_is_no_hole(desk: Desk, copy: Copy):
    from tamizdat.errors import Unreachable

    with Httpd(desk.public) as httpd:
        httpd.tell("*", Status(503))
        with pytest.raises(Unreachable) as caught:
            copy.run(httpd)
    assert caught.value.exit_code == 3
    assert tree(copy.folder) == {}
    assert list((copy.folder / OWN / "partial").iterdir()) == []
