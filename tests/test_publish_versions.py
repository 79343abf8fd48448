"""Versions: one for each change, none without, none twice; and what a catalog says of them."""

import json
import random
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest

from publishing import DAY, HOUR, NOW, Desk, Reader, Tree, words
from tamizdat.errors import FileMissing, KeyProblem, UsageError, VersionReused
from tamizdat.format import zstd
from tamizdat.format.catalog import decode_site
from tamizdat.format.limits import LIMITS
from tamizdat.format.names import bundle_path, sha256
from tamizdat.format.pack import decode_pack
from tamizdat.format.state import Held
from tamizdat.transport import Meter
from tamizdat.transport.folder import FolderTransport
from tamizdat.trust import accept
from tamizdat_server.heads import build_heads
from tamizdat_server.keys import Signer
from tamizdat_server.live import read_live
from tamizdat_server.newsroom import Newsroom
from tamizdat_server.publish import publish

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "desk", editions=("en", "ru"))


def test_publishing_twice_without_a_change_makes_no_version_and_touches_no_file(desk: Desk):
    desk.put("a")
    assert desk.publish().changed
    before = {path: path.stat().st_mtime_ns for path in desk.public.rglob("*")}
    report = desk.publish()
    assert (report.changed, report.version) == (False, 1)
    assert {path: path.stat().st_mtime_ns for path in desk.public.rglob("*")} == before


def test_what_is_published_is_accepted_by_a_reader_who_knows_the_fingerprint(desk: Desk):
    held = None
    for number in range(3):
        desk.put(f"a{number}")
        desk.publish()
        accepted = accept(
            held,
            lambda path, *, max_bytes: fetch(desk.public, path),
            now=desk.now,
            fingerprint=desk.newsroom.fingerprint,
        )
        assert accepted.catalog.version == number + 1


def fetch(public: Path, path: str) -> bytes:
    try:
        return (public / path).read_bytes()
    except FileNotFoundError as error:
        raise FileMissing(where="tree", path=path) from error


def test_each_catalog_names_the_one_before_and_each_delta_the_one_at_its_start(desk: Desk):
    seen: dict[int, str] = {0: ""}
    for number in range(20):
        desk.put(f"a{number}")
        desk.publish()
        live = read_live(desk.public)
        assert live.catalog.previous == seen[number]
        seen[number + 1] = live.sha256
        assert all(delta.at_from == seen[delta.from_] for delta in Tree(desk.public).deltas("en"))


def test_a_change_of_the_settings_is_published_without_any_article(desk: Desk):
    desk.put("a")
    desk.publish()
    config = desk.newsroom.folder / "tamizdat.toml"
    config.write_text(config.read_text().replace("mirrors = []", 'mirrors = ["https://copy.example/"]'))
    assert desk.publish().version == 2
    assert desk.catalog().mirrors == ["https://copy.example/"]
    assert desk.catalog().editions["en"].version == 1
    assert not desk.publish().changed


def test_mirrors_beyond_eight_stand_in_a_list(desk: Desk):
    mirrors = [f"https://copy{number}.example/" for number in range(20)]
    config = desk.newsroom.folder / "tamizdat.toml"
    config.write_text(config.read_text().replace("mirrors = []", f"mirrors = {json.dumps(mirrors)}"))
    desk.publish()
    assert desk.catalog().mirrors == mirrors[:8]
    assert desk.catalog().more_mirrors is not None


def test_a_clock_that_was_set_back_makes_no_catalog_older_than_the_last(desk: Desk):
    desk.put("a")
    desk.publish()
    published = desk.catalog().published
    desk.put("b")
    desk.publish(after=-5 * HOUR)
    assert desk.catalog().published == published


# -- backups -----------------------------------------------------------------------------------------------------------


def restore(desk: Desk, backup: Path) -> Newsroom:
    """Put an older newsroom.db under the tree that has gone on."""
    desk.newsroom.close()
    for path in desk.newsroom.folder.glob("newsroom.db*"):
        path.unlink()
    shutil.copy(backup, desk.newsroom.folder / "newsroom.db")
    desk.newsroom = Newsroom.open(desk.newsroom.folder)
    return desk.newsroom


def named(desk: Desk) -> set[str]:
    return {path for (path,) in desk.newsroom.db.execute("SELECT path FROM files")}


def lose_a_week(desk: Desk, backup: Path) -> Reader:
    """Publish, back up, go on publishing, lose the rest. Returns a reader who had synced last."""
    desk.put("a")
    desk.put("b")
    desk.publish()
    desk.newsroom.db.execute("VACUUM INTO ?", (str(backup),))
    for number in range(5):
        desk.put("a", f"lost {number}")
        desk.put(f"lost/{number}")
        desk.publish()
    reader = Reader().sync(desk.public)
    restore(desk, backup)
    return reader


def test_a_restored_backup_reuses_no_version(desk: Desk, tmp_path: Path):
    lose_a_week(desk, tmp_path / "backup.db")
    before = desk.files()
    desk.put("a", "new words")
    with pytest.raises(VersionReused) as caught:
        desk.publish()
    assert (caught.value.ours, caught.value.theirs) == (1, 6)
    assert desk.files() == before


def test_a_restored_backup_of_the_same_number_is_seen_too(desk: Desk, tmp_path: Path):
    desk.put("a")
    desk.publish()
    desk.newsroom.db.execute("VACUUM INTO ?", (str(tmp_path / "backup.db"),))
    desk.put("a", "one")
    desk.publish()
    restore(desk, tmp_path / "backup.db")
    desk.newsroom.db.execute("INSERT INTO catalogs VALUES (2, ?, 0)", ("0" * 64,))
    with pytest.raises(VersionReused):
        desk.publish()


def test_skipping_ahead_goes_on_and_settles_every_reader_from_segments(desk: Desk, tmp_path: Path):
    reader = lose_a_week(desk, tmp_path / "backup.db")
    lost = read_live(desk.public).sha256
    desk.put("c", "found again")
    assert desk.publish(skip_to=7).version == 7
    assert desk.catalog().previous == lost
    assert all(edition.version == 7 and not edition.deltas for edition in desk.catalog().editions.values())
    reader.sync(desk.public)
    assert b"lost" not in b"".join(
        line for line in reader.lines() if b'"retraction"' not in line and b"lost/" not in line
    )
    assert set(desk.lines()) <= set(reader.lines())
    assert not [path for path, data in desk.files().items() if path.startswith("bundles/") and path not in named(desk)]
    desk.put("d")
    desk.publish()
    assert Reader().sync(desk.public).lines() == desk.lines()
    assert len(desk.catalog().editions["en"].deltas) == 1


def test_skipping_back_is_refused(desk: Desk):
    desk.put("a")
    desk.publish()
    with pytest.raises(UsageError):
        desk.publish(skip_to=1)


def list_mirror(desk: Desk, url: str, tree: Path) -> None:
    config = desk.newsroom.folder / "tamizdat.toml"
    config.write_text(config.read_text().replace("mirrors = []", f'mirrors = ["{url}"]'))
    tree.mkdir(exist_ok=True)
    desk.mirrors[url] = FolderTransport(tree, meter=Meter())


def lose_newsroom_and_tree(desk: Desk, tmp_path: Path) -> Reader:
    """Both go back to version 1, as from a backup; a mirror still has version 6."""
    list_mirror(desk, "https://copy.example/", tmp_path / "mirror")
    desk.put("a")
    desk.publish()
    desk.newsroom.db.execute("VACUUM INTO ?", (str(tmp_path / "backup.db"),))
    shutil.copytree(desk.public, tmp_path / "tree")
    for number in range(5):
        desk.put("a", f"lost {number}")
        desk.publish()
    shutil.copytree(desk.public, tmp_path / "mirror", dirs_exist_ok=True)
    reader = Reader().sync(desk.public)
    shutil.rmtree(desk.public)
    shutil.copytree(tmp_path / "tree", desk.public)
    restore(desk, tmp_path / "backup.db")
    desk.put("b")
    return reader


def test_a_mirror_that_is_ahead_tells_of_a_restored_backup(desk: Desk, tmp_path: Path):
    lose_newsroom_and_tree(desk, tmp_path)
    before = desk.files()
    with pytest.raises(VersionReused) as caught:
        desk.publish()
    assert (caught.value.theirs, caught.value.where) == (6, "https://copy.example/")
    with pytest.raises(VersionReused):
        desk.publish(skip_to=5)
    assert desk.files() == before


def test_after_skipping_past_a_mirror_its_readers_accept_what_comes(desk: Desk, tmp_path: Path):
    lose_newsroom_and_tree(desk, tmp_path)
    seen = accept(
        None,
        lambda path, *, max_bytes: fetch(tmp_path / "mirror", path),
        now=desk.now,
        fingerprint=desk.newsroom.fingerprint,
    )
    desk.publish(skip_to=7)
    held = Held(
        seen.publication, seen.roots, seen.timestamp, seen.snapshot, seen.targets, seen.catalog_bytes,
        {seen.catalog.version: seen.catalog_sha256},
    )  # fmt: skip
    accepted = accept(held, lambda path, *, max_bytes: fetch(desk.public, path), now=desk.now)
    assert (accepted.catalog.version, accepted.catalog.previous) == (7, seen.catalog_sha256)


def test_a_mirror_with_anothers_signatures_stops_nobody(desk: Desk, tmp_path: Path):
    other = Desk(tmp_path / "other")
    for number in range(3):
        other.put("x", f"words {number}")
        other.publish()
    list_mirror(desk, "https://copy.example/", other.public)
    desk.put("a")
    assert desk.publish().version == 1


# -- keys --------------------------------------------------------------------------------------------------------------


def test_without_the_key_nothing_is_published_and_with_it_everything_is(desk: Desk):
    desk.put("a")
    desk.publish()
    before = {path: data for path, data in desk.files().items() if not path.startswith(("bundles", "lists"))}
    desk.put("b")
    key = desk.newsroom.keys / "targets.pem"
    aside = key.rename(key.with_suffix(".away"))
    with pytest.raises(KeyProblem):
        desk.publish()
    assert {path: data for path, data in desk.files().items() if not path.startswith(("bundles", "lists"))} == before
    aside.rename(key)
    assert desk.publish().version == 2
    assert Reader().sync(desk.public).lines() == desk.lines()


def test_a_passphrase_is_asked_for_and_opens_the_keys(tmp_path: Path):
    newsroom = Newsroom.init(tmp_path / "desk", title="T", editions=["en"], passphrase="open sesame", now=NOW)
    assert publish(newsroom, now=NOW, passphrase=lambda: "open sesame").version == 1
    config = newsroom.folder / "tamizdat.toml"
    config.write_text(config.read_text().replace('"T"', '"U"'))
    with pytest.raises(KeyProblem):
        publish(newsroom, now=NOW, passphrase=lambda: "wrong")


# -- heads, catalog, site ----------------------------------------------------------------------------------------------


def fill(desk: Desk, count: int = 30) -> None:
    for number in range(count):
        desk.put(f"a{number}", edition="en")
        desk.put(f"b{number}", edition="ru")
        desk.publish()


def test_a_catalog_is_at_most_a_kilobyte_and_one_for_each_edition_as_the_head_carries_it(desk: Desk):
    desk.put("a0")
    desk.publish()
    desk.retract("a0")
    fill(desk)
    for edition in ("en", "ru"):
        assert len(desk.catalog().editions[edition].deltas) > 2
    assert len(zstd.compress(read_live(desk.public).catalog_bytes)) <= 3 * 1024


def test_a_head_holds_trust_first_then_the_newest_deltas(desk: Desk):
    fill(desk, 12)
    files = decode_pack(desk.files()["head-en.tar.zst"])
    paths = list(files)
    live = read_live(desk.public)
    assert paths[0] == "metadata/1.root.json"
    assert paths[1:5] == [live.paths[name] for name in ("timestamp", "snapshot", "targets", "catalog.json")]
    assert paths[5:] == [bundle_path(delta.sha256) for delta in live.catalog.editions["en"].deltas]
    assert all((desk.public / path).read_bytes() == data for path, data in files.items())


def test_the_head_of_all_editions_holds_the_deltas_of_each(desk: Desk):
    fill(desk, 3)
    paths = set(decode_pack(desk.files()["head.tar.zst"]))
    assert paths >= {bundle_path(d.sha256) for e in desk.catalog().editions.values() for d in e.deltas}


def test_a_head_takes_deltas_only_while_they_are_small_together(desk: Desk):
    desk.put("a")
    desk.publish()
    desk.put("b", words(random.Random(1), 20_000))
    desk.publish()
    delta = desk.catalog().editions["en"].deltas[0]
    assert delta.bytes > LIMITS.head_delta_bytes
    assert bundle_path(delta.sha256) not in decode_pack(desk.files()["head-en.tar.zst"])


def test_after_a_quiet_day_and_a_new_signature_a_head_is_a_few_kilobytes(desk: Desk):
    fill(desk)
    for path, data in Signer(desk.public, desk.newsroom.keys).resign(now=desk.now + DAY):
        (desk.public / path).write_bytes(data)
    for path, data in build_heads(desk.public):
        assert len(data) <= 4096, path
        assert not any(name.startswith("bundles/") for name in decode_pack(data))


def test_a_heads_modification_time_is_when_its_timestamp_was_signed(desk: Desk):
    fill(desk, 1)
    assert (desk.public / "head.tar.zst").stat().st_mtime == read_live(desk.public).signed == desk.now


def test_every_file_of_the_tree_is_named_by_something_signed(desk: Desk):
    fill(desk, 3)
    live = read_live(desk.public)
    site = decode_site((desk.public / live.paths["site.json"]).read_bytes())
    for file in site.files:
        data = (desk.public / file.path).read_bytes()
        assert (sha256(data), len(data)) == (file.sha256, file.bytes)
    listed = {file.path for file in site.files}
    others = {path for path in desk.files() if path not in listed and not path.startswith("head")}
    assert {path.partition("/")[0] for path in others} <= {"metadata", "targets", "bundles", "lists", "media"}


def test_a_feed_has_the_newest_thirty_articles_and_is_good_xml_whatever_they_hold(desk: Desk):
    for number in range(35):
        desk.put(
            f"a{number:02}",
            summary="<b> & \u0001 ]]> \ufffe",
            title=f'"T" <{number}>',
            published=f"2026-01-01T00:00:{number:02}Z",
        )
    desk.put("z", source_url="https://example.org/?a=1&b='\"", published="2026-02-01T00:00:00Z")
    desk.publish()
    feed = ElementTree.fromstring(desk.files()["feeds/en.atom"])
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) == 30
    assert entries[0].find(f"{ATOM}link").get("href") == "https://example.org/?a=1&b='\""
    assert entries[1].findtext(f"{ATOM}title") == '"T" <34>'
    assert len({entry.findtext(f"{ATOM}id") for entry in entries}) == 30
    assert all(feed.findtext(f"{ATOM}{name}") for name in ("id", "title", "updated"))


def test_the_page_tells_how_to_sync_and_whom_to_trust(desk: Desk):
    fill(desk, 1)
    page = desk.files()["index.html"].decode()
    assert f"#{desk.newsroom.fingerprint}" in page
    assert "<script" not in page
