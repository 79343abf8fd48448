"""What was retracted is nowhere: in no file that the catalog reaches, in none that lies in the tree, in no feed."""

import random
import re
from pathlib import Path

import pytest
from PIL import Image as Pixels

from publishing import DAY, Desk, Reader, Tree, everything, words
from tamizdat.format.article import Figure, Image, Paragraph, Retraction, Variant
from tamizdat.format.names import sha256
from tamizdat.format.pack import decode_tar
from tamizdat_server.draft import Draft

SECRET = "Zaragoza-4711"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "desk")


def play(desk: Desk, *, after: int, seed: int = 1) -> dict[int, dict[str, Reader]]:
    """Publish an article with the secret, revise it twice among others, and go on; a reader for each version."""
    rng = random.Random(seed)
    readers: dict[int, dict[str, Reader]] = {}
    daily = Reader()
    for number in range(after):
        desk.put(f"news/{number}", words(rng, 30))
        if number in (3, 5, 8):
            desk.put("bad", f"{SECRET} {words(rng, 20)}", summary=SECRET)
        desk.publish(after=DAY // 4)
        readers[desk.newsroom.version] = {"en": daily.sync(desk.public).copy()}
    return readers


@pytest.mark.parametrize("after", [9, 10, 16, 17, 21, 40])
def test_the_words_of_a_retracted_article_are_in_no_file_of_the_tree(desk: Desk, after: int):
    readers = play(desk, after=after)
    before = set(desk.files())
    assert any(SECRET.encode() in raw for raw in everything(desk.public, readers))
    desk.retract("bad", "withdrawn")
    desk.publish()
    assert not [raw for raw in everything(desk.public, readers) if SECRET.encode() in raw]
    gone = before - set(desk.files())
    assert {path for path in gone if path.startswith("bundles/")} <= set(Tree(desk.public).withdrawn())


def test_every_reader_loses_the_article_and_its_revisions_wherever_it_stood(desk: Desk):
    readers = play(desk, after=21)
    desk.retract("bad", "withdrawn")
    desk.publish()
    for reader in readers.values():
        held = reader["en"].sync(desk.public).take_revisions(desk.public)
        assert held.lines() == desk.lines()
        assert SECRET.encode() not in b"".join([*held.lines(), *held.old_lines()])
        assert held.current["bad"].record.notice == "withdrawn"


def test_an_unretracted_article_comes_back_without_the_revisions_before(desk: Desk):
    readers = play(desk, after=12)
    desk.retract("bad")
    desk.publish()
    readers[13] = {"en": readers[12]["en"].copy().sync(desk.public)}
    desk.put("bad", "clean words")
    desk.publish()
    for reader in readers.values():
        held = reader["en"].copy().sync(desk.public).take_revisions(desk.public)
        assert held.lines() == desk.lines()
        assert SECRET.encode() not in b"".join([*held.lines(), *held.old_lines()])
    record = Reader().sync(desk.public).current["bad"].record
    assert (record.revision, record.cleared) == (5, 4)
    assert not [raw for raw in everything(desk.public, readers) if SECRET.encode() in raw]


def test_a_tombstone_outlives_every_refresh_of_the_segments(desk: Desk):
    play(desk, after=6)
    desk.retract("bad", "withdrawn")
    for number in range(100, 130):
        desk.put(f"news/{number}", words(random.Random(number), 30))
        desk.publish()
    assert isinstance(Reader().sync(desk.public).current["bad"].record, Retraction)


def test_the_retracted_is_in_no_feed_either(desk: Desk):
    play(desk, after=10)
    assert SECRET.encode() in desk.files()["feeds/en.atom"]
    desk.retract("bad")
    desk.publish()
    assert SECRET.encode() not in desk.files()["feeds/en.atom"]


def test_mirrors_are_told_for_thirty_days_what_to_delete(desk: Desk):
    play(desk, after=10)
    desk.retract("bad")
    desk.publish()
    told = set(Tree(desk.public).withdrawn())
    assert told
    desk.put("next")
    desk.publish(after=29 * DAY)
    assert told <= set(Tree(desk.public).withdrawn())
    desk.put("next", "again")
    desk.publish(after=2 * DAY)
    assert not told & set(Tree(desk.public).withdrawn())


# -- pictures ----------------------------------------------------------------------------------------------------------


def picture(desk: Desk, colour: str, *, role: str = "standard", size: int = 40) -> Image:
    """A picture in the newsroom's media folder."""
    aside = desk.newsroom.media / "aside.png"
    Pixels.effect_noise((size, size), ord(colour)).save(aside)
    data = aside.read_bytes()
    aside.rename(desk.newsroom.media / f"{sha256(data)}.png")
    return Image(size, size, [Variant(role, sha256(data), "image/png", size, size, len(data))], colour)


def show(desk: Desk, key: str, *images: Image) -> None:
    body = [Paragraph(["with pictures"]), *(Figure(image) for image in images)]
    desk.newsroom.put(Draft(key=key, edition="en", title=key, body=body), source=key, at=desk.at)


def bundled(desk: Desk) -> dict[str, str]:
    """path of each picture in a media bundle → its role."""
    tree, found = Tree(desk.public), {}
    media = tree.media("en")
    for ref in media.bundles if media else []:
        data = tree.read(f"media/{ref.sha256}.tar")
        assert (sha256(data), len(data)) == (ref.sha256, ref.bytes)
        names = [name for name, content in decode_tar(data, allowed=lambda name: sha256(tree.read(name)) in name)]
        assert len(names) == ref.files
        assert not set(names) & set(found)
        found |= dict.fromkeys(names, ref.role)
    return found


def test_pictures_travel_in_bundles_and_stand_beside_them(desk: Desk):
    one, two = picture(desk, "a"), picture(desk, "b", role="preview")
    show(desk, "x", one, two)
    desk.publish()
    assert bundled(desk) == {one.variants[0].path: "standard", two.variants[0].path: "preview"}


def test_a_retracted_articles_pictures_leave_but_those_that_others_show_stay(desk: Desk):
    shared, own = picture(desk, "a"), picture(desk, "b")
    show(desk, "x", shared, own)
    show(desk, "y", shared)
    desk.publish()
    old = {path for path in desk.files() if path.endswith(".tar")}
    desk.retract("x")
    desk.publish()
    assert set(bundled(desk)) == {shared.variants[0].path}
    assert own.variants[0].path not in desk.files()
    assert {own.variants[0].path, *old} <= set(Tree(desk.public).withdrawn())
    assert not old & set(desk.files())


def test_a_media_bundle_that_two_editions_have_stays_while_one_of_them_names_it(tmp_path: Path):
    desk = Desk(tmp_path / "desk", editions=("en", "ru"))
    image = picture(desk, "a")
    for key, edition in (("x", "en"), ("y", "ru")):
        draft = Draft(key=key, edition=edition, title=key, body=[Figure(image)])
        desk.newsroom.put(draft, source=key, at=desk.at)
    desk.publish()
    (path,) = {path for path in desk.files() if path.endswith(".tar")}
    desk.retract("x")
    desk.publish()
    assert [f"media/{ref.sha256}.tar" for ref in Tree(desk.public).media("ru").bundles] == [path]
    assert {path, image.variants[0].path} <= set(desk.files())
    desk.retract("y")
    desk.publish()
    assert not {path, image.variants[0].path} & set(desk.files())
    assert {path, image.variants[0].path} <= set(Tree(desk.public).withdrawn())


def test_a_picture_that_comes_back_is_published_and_no_longer_withdrawn(desk: Desk):
    image = picture(desk, "a")
    show(desk, "x", image)
    desk.publish()
    desk.retract("x")
    desk.publish()
    desk.newsroom.restore("x", at=desk.at)
    desk.publish()
    assert set(bundled(desk)) == {image.variants[0].path}
    assert image.variants[0].path not in Tree(desk.public).withdrawn()
    assert not set(Tree(desk.public).withdrawn()) & set(desk.files())


def test_media_bundles_of_the_open_end_are_joined_and_nobody_who_has_them_all_fetches_again(desk: Desk):
    for number in range(12):
        show(desk, f"x{number}", picture(desk, chr(97 + number)))
        desk.publish()
    media = Tree(desk.public).media("en")
    assert len(bundled(desk)) == 12
    assert len(media.bundles) < 12
    assert [ref.to for ref in media.bundles] == sorted(ref.to for ref in media.bundles)
    fetched_by_daily = [ref for ref in media.bundles if ref.to > 11]
    assert sum(ref.files for ref in fetched_by_daily) == 1


def test_a_picture_that_is_missing_or_damaged_is_told_and_the_article_goes_without_it(desk: Desk):
    image, other = picture(desk, "a"), picture(desk, "b")
    (desk.newsroom.media / Path(image.variants[0].path).name).unlink()
    (desk.newsroom.media / Path(other.variants[0].path).name).write_bytes(b"damaged")
    show(desk, "x", image, other)
    report = desk.publish()
    assert len(report.warnings) == 2
    assert all(re.search("missing|damaged", warning) for warning in report.warnings)
    assert desk.catalog().editions["en"].media is None
    assert len(desk.lines()) == 1
