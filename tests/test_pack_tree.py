"""Packs of a publication, of a mirror of it, and of another pack: everything is checked before it goes in."""

import shutil
from pathlib import Path

import msgspec
import pytest

from following import ALL, PLAIN, Follower, assert_alike, picture
from httpd import Httpd
from packing import paths_of
from publishing import DAY, Desk, Tree
from tamizdat.cli.app import run
from tamizdat.errors import (
    FirstContact,
    PackExists,
    PackTooLarge,
    ThresholdError,
    TransportError,
    UsageError,
    WrongRoot,
)
from tamizdat.format.names import Fingerprint, bundle_path, list_path, media_bundle_path
from tamizdat.pack import PackOptions, PackReport, pack
from tamizdat.transport import Meter
from tamizdat.transport.pack import PackTransport
from tamizdat_server.images import Pictures


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Twelve versions in two editions, with pictures, corrections and a retraction. Left alone by the tests."""
    desk = Desk(tmp_path_factory.mktemp("tree") / "desk", editions=("en", "ru"))
    for number in range(12):
        image = Pictures(desk.newsroom.media).add(picture(number), alt="A picture") if number < 4 else None
        desk.put(f"news/{number}", f"text {number}", image=image)
        desk.put(f"новости/{number}", f"текст {number}", edition="ru")
        desk.put("news/often", f"for the {number}th time")
        if number == 4:
            desk.retract("news/0", "no longer")
        desk.publish()
    return desk


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "made.pack"


def packed(desk: Desk, file: Path, source: object = None, days: int = 0, **options: object) -> PackReport:
    place = f"{source or desk.public}#{desk.newsroom.fingerprint}"
    chosen = PackOptions(overwrite=True, allow_private=True, **options)  # type: ignore[arg-type]
    return pack(place, file, options=chosen, clock=lambda: desk.now + days * DAY)


def inside(file: Path) -> list[str]:
    transport = PackTransport(file, meter=Meter())
    try:
        return transport.paths()
    finally:
        transport.close()


def test_a_pack_of_everything_holds_all_that_the_catalog_names_and_every_root(desk: Desk, file: Path):
    report = packed(desk, file)
    assert report.complete
    named = set(paths_of(desk.public))
    held = set(inside(file))
    assert held <= named
    tree = Tree(desk.public)
    for code in ("en", "ru"):
        refs = [*tree.deltas(code), *tree.snapshot(code).segments, *tree.snapshot(code).tombstones]
        assert {bundle_path(ref.sha256) for ref in refs} <= held
    assert {media_bundle_path(ref.sha256) for ref in tree.media("en").bundles} <= held
    assert {path for path in named if path.endswith(".root.json")} <= held


def test_it_makes_a_whole_library_with_pictures_and_earlier_revisions(desk: Desk, file: Path, tmp_path: Path):
    packed(desk, file)
    reader = Follower(tmp_path / "reader.db", ALL)
    report = reader.sync(desk, file, media="standard")
    assert (report.complete, report.missing) == (True, [])
    assert_alike(desk, reader, editions=("en", "ru"))
    assert len(reader.pictures()) == 6


def test_a_pack_since_a_version_serves_who_stands_there_or_later(file: Path, tmp_path: Path):
    desk, readers = Desk(tmp_path / "desk", editions=("en",)), []
    for number in range(14):
        desk.put("news/often", f"for the {number}th time")
        desk.put(f"news/{number}")
        desk.publish()
        readers.append(Follower(tmp_path / f"{number}.db", PLAIN))
        readers[-1].sync(desk)
    for since in (13, 12, 9, 4, 1):
        assert packed(desk, file, since=since).editions["en"].since == since
        while len(readers) >= since:
            reader = readers.pop()
            assert reader.sync(desk, file).complete
            assert_alike(desk, reader)


def test_news_hold_no_segments_and_are_smaller(desk: Desk, file: Path):
    whole = packed(desk, file).bytes
    report = packed(desk, file, since=10)
    segments = {bundle_path(ref.sha256) for ref in Tree(desk.public).snapshot("en").segments}
    assert not segments & set(inside(file))
    assert report.bytes < whole / 2


def test_where_no_deltas_lead_on_everything_is_packed_and_that_is_said(desk: Desk, file: Path, tmp_path: Path):
    report = packed(desk, file, since=0)
    assert report.editions["en"].since == 0
    reader = Follower(tmp_path / "reader.db", PLAIN)
    assert reader.sync(desk, file).complete
    assert_alike(desk, reader, editions=("en", "ru"))


def test_one_edition_alone(desk: Desk, file: Path, tmp_path: Path):
    report = packed(desk, file, editions=frozenset({"ru"}))
    assert list(report.editions) == ["ru"]
    tree = Tree(desk.public)
    assert list_path(tree.catalog.editions["en"].snapshot.sha256) not in inside(file)
    reader = Follower(tmp_path / "reader.db", PLAIN)
    assert reader.sync(desk, file, editions=frozenset({"ru"})).complete
    assert_alike(desk, reader, editions=("ru",))
    with pytest.raises(UsageError, match="no edition kk"):
        packed(desk, file, editions=frozenset({"kk"}))


@pytest.mark.parametrize(("media", "count"), [("none", 0), ("previews", 3), ("standard", 6)])
def test_pictures_by_choice(desk: Desk, file: Path, tmp_path: Path, media: str, count: int):
    packed(desk, file, media=media)
    reader = Follower(tmp_path / "reader.db", PLAIN)
    reader.sync(desk, file, media="standard")
    assert len(reader.pictures()) == count


def test_earlier_revisions_by_choice(desk: Desk, file: Path):
    packed(desk, file, revisions=False)
    bundles = {bundle_path(ref.sha256) for ref in Tree(desk.public).revisions("en").bundles}
    assert not bundles & set(inside(file))


def test_over_http_it_is_the_same_pack(desk: Desk, file: Path, tmp_path: Path):
    packed(desk, file)
    with Httpd(desk.public) as httpd:
        packed(desk, tmp_path / "fetched.pack", source=httpd.url)
        asked = httpd.paths
    assert (tmp_path / "fetched.pack").read_bytes() == file.read_bytes()
    assert len(asked) == len(set(asked))


def test_a_pack_of_a_pack_is_that_pack(desk: Desk, file: Path, tmp_path: Path):
    packed(desk, file)
    packed(desk, tmp_path / "again.pack", source=file)
    assert (tmp_path / "again.pack").read_bytes() == file.read_bytes()


def test_what_a_mirror_lacks_or_has_damaged_is_named_and_left_out(desk: Desk, file: Path, tmp_path: Path):
    mirror = Path(shutil.copytree(desk.public, tmp_path / "mirror"))
    gone, bad = (mirror / bundle_path(ref.sha256) for ref in Tree(mirror).snapshot("en").segments[:2])
    gone.unlink()
    bad.write_bytes(bad.read_bytes()[:-1] + b"x")
    report = packed(desk, file, source=mirror)
    assert not report.complete
    assert (report.missing, report.broken) == ([f"bundles/{gone.name}"], [f"bundles/{bad.name}"])
    assert not {f"bundles/{gone.name}", f"bundles/{bad.name}"} & set(inside(file))
    reader = Follower(tmp_path / "reader.db", PLAIN)
    assert not reader.sync(desk, file).complete


@pytest.mark.parametrize("days", [0, 300])
def test_metadata_that_has_expired_may_be_carried_and_its_date_is_told(desk: Desk, file: Path, days: int):
    report = packed(desk, file, days=days)
    assert (report.signed, report.fresh) == (desk.at, "very old" if days else "fresh")


def test_every_root_goes_in_whatever_root_the_fingerprint_names(file: Path, tmp_path: Path):
    desk = Desk(tmp_path / "desk")
    desk.publish()
    assert run(["keys", "rotate", str(desk.newsroom.folder), "timestamp"]) == 0
    roots = sorted(path for path in paths_of(desk.public) if path.endswith(".root.json"))
    assert len(roots) == 2
    second = Fingerprint.of(2, (desk.public / "metadata/2.root.json").read_bytes())
    pack(f"{desk.public}#{second}", file)
    assert [path for path in inside(file) if path.endswith(".root.json")] == roots


def test_another_root_or_a_forged_one_is_refused_and_nothing_is_written(desk: Desk, file: Path, tmp_path: Path):
    other = Desk(tmp_path / "other")
    other.put("news")
    other.publish()
    with pytest.raises(WrongRoot):
        packed(desk, file, source=other.public)
    forged = Path(shutil.copytree(desk.public, tmp_path / "forged"))
    timestamp = msgspec.json.decode((forged / "metadata/timestamp.json").read_bytes())
    timestamp["signatures"][0]["sig"] = "0" * 128
    (forged / "metadata/timestamp.json").write_bytes(msgspec.json.encode(timestamp, order="sorted"))
    with pytest.raises(ThresholdError):
        packed(desk, file, source=forged)
    assert not file.exists()


def test_what_is_no_publication_is_refused(tmp_path: Path, file: Path):
    (tmp_path / "empty").mkdir()
    for source in ("empty", "nothing"):
        with pytest.raises((TransportError, FirstContact)):
            pack(str(tmp_path / source), file)
    assert not file.exists()


def test_a_file_that_is_there_stays_unless_it_is_to_be_replaced(desk: Desk, file: Path):
    file.write_bytes(b"mine")
    with pytest.raises(PackExists):
        pack(str(desk.public), file, clock=lambda: desk.now)
    assert file.read_bytes() == b"mine"
    assert packed(desk, file).bytes == file.stat().st_size


def test_a_pack_that_would_be_too_large_is_refused_with_what_it_would_take(desk: Desk, file: Path):
    size = packed(desk, file).bytes
    file.unlink()
    for limit in (1_000, size - 1):
        with pytest.raises(PackTooLarge) as caught:
            packed(desk, file, max_bytes=limit)
        assert caught.value.limit < caught.value.bytes <= size
    assert list(file.parent.iterdir()) == []
    assert packed(desk, file, max_bytes=size).bytes == size
