"""Packs that readers make of their own libraries: handed on from one to the next, they verify all the same."""

import random
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from following import PLAIN, Follower, assert_alike, picture
from httpd import Httpd
from publishing import DAY, HOUR, Desk, words
from tamizdat.cli.app import run
from tamizdat.format import stock
from tamizdat.format.article import decode_record
from tamizdat.format.names import Fingerprint
from tamizdat.format.pack import decode_pack, encode_pack
from tamizdat.library import Library
from tamizdat.mirror import verify
from tamizdat.pack import PackOptions, PackReport, pack
from tamizdat.sync import Keep
from tamizdat_server.clock import rfc3339
from tamizdat_server.images import Pictures
from tamizdat_server.publish import stock as publishing

Chain = list[Follower]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Thirty articles in two editions, some of them revised, one retracted, four with a picture."""
    desk = Desk(tmp_path / "desk", editions=("en", "ru"))
    for number in range(30):
        image = Pictures(desk.newsroom.media).add(picture(number), alt="A picture") if number < 4 else None
        desk.put(f"news/{number}", f"text {number}", image=image, published=rfc3339(desk.now - number * DAY))
        desk.put(f"новости/{number}", f"текст {number}", edition="ru", published=rfc3339(desk.now - number * DAY))
    desk.publish()
    desk.put("news/7", "text 7, corrected", published=rfc3339(desk.now - 7 * DAY))
    desk.retract("news/9", "no longer")
    desk.publish()
    return desk


@pytest.fixture
def chain(tmp_path: Path) -> Chain:
    """Readers who know the fingerprint and nobody but the one before them."""
    return [Follower(tmp_path / f"{name}.db", PLAIN) for name in ("first", "second", "third", "fourth")]


def hand_on(giver: Follower, desk: Desk, *, name: str = "", **options: object) -> tuple[Path, PackReport]:
    """A pack of the giver's library."""
    file = giver.path.with_suffix(f"{name}.pack")
    chosen = PackOptions(overwrite=True, **options)  # type: ignore[arg-type]
    with Library.open(giver.path, readonly=True) as library:
        return file, pack(library, file, options=chosen, clock=lambda: desk.now)


def take(reader: Follower, desk: Desk, file: Path, **options: object):
    """Sync from the pack, knowing nothing but the newsroom's fingerprint."""
    return reader.sync(desk, f"{file}#{desk.newsroom.fingerprint}", trust_first_use=False, **options)


def pass_along(chain: Chain, desk: Desk, **options: object) -> Iterator[PackReport]:
    for giver, reader in pairwise(chain):
        file, report = hand_on(giver, desk, **options)
        synced = take(reader, desk, file)
        assert (synced.complete, synced.missing, synced.problems) == (True, [], [])
        yield report


def test_from_reader_to_reader_to_reader_everything_arrives_to_the_byte(desk: Desk, chain: Chain):
    chain[0].sync(desk)
    for report in pass_along(chain, desk):
        assert report.complete
    assert_alike(desk, *chain, editions=("en", "ru"))


def test_who_was_brought_up_to_date_day_by_day_hands_on_all_of_it(desk: Desk, chain: Chain):
    chain[0].sync(desk)
    for number in range(12):
        desk.put(f"later/{number}", words_of(number))
        desk.put(f"news/{number + 10}", f"anew {number}")
        if number % 4 == 3:
            desk.retract(f"later/{number - 1}")
        desk.publish(after=DAY)
        chain[0].sync(desk)
    assert all(report.complete for report in pass_along(chain, desk))
    assert_alike(desk, *chain, editions=("en", "ru"))


def words_of(number: int) -> str:
    return words(random.Random(number), 60)


def test_who_jumped_over_many_versions_hands_on_all_of_it(desk: Desk, chain: Chain):
    chain[0].sync(desk)
    for number in range(25):
        desk.put("news/7", f"text 7, for the {number}th time")
        desk.put(f"later/{number}", words_of(number))
        desk.publish()
    chain[0].sync(desk)
    assert all(report.complete for report in pass_along(chain, desk))
    assert_alike(desk, *chain, editions=("en", "ru"))


def test_news_pass_through_many_hands_day_by_day(desk: Desk, chain: Chain):
    chain[0].sync(desk)
    list(pass_along(chain, desk))
    for number in range(6):
        since = desk.catalog().version
        desk.put(f"later/{number}", words_of(number))
        desk.put(f"news/{number}", "anew", published=rfc3339(desk.now - number * DAY))
        if number == 4:
            desk.retract("later/2")
        desk.publish(after=DAY)
        chain[0].sync(desk)
        for report in pass_along(chain, desk, since=since):
            assert report.editions["en"].since == since
            assert report.editions["en"].articles <= 3
        assert_alike(desk, *chain, editions=("en", "ru"))


def test_news_are_small(desk: Desk, chain: Chain):
    for number in range(200):
        desk.put(f"archive/{number}", words_of(number))
    desk.publish()
    chain[0].sync(desk)
    _, whole = hand_on(chain[0], desk)
    since = desk.catalog().version
    desk.put("later", words_of(1000))
    desk.publish()
    chain[0].sync(desk)
    _, news = hand_on(chain[0], desk, since=since)
    assert news.bytes < whole.bytes / 10
    assert news.editions["en"].articles == 1


def test_news_since_before_the_giver_began_are_everything(desk: Desk, chain: Chain):
    desk.put("later", "words")
    desk.publish()
    chain[0].sync(desk)
    file, report = hand_on(chain[0], desk, since=1)
    assert (report.editions["en"].since, report.editions["ru"].since) == (0, 1)
    assert take(chain[1], desk, file, editions=frozenset({"en"})).complete
    assert_alike(desk, chain[1])


def test_news_since_now_say_that_nothing_is_new(desk: Desk, chain: Chain):
    chain[0].sync(desk)
    list(pass_along(chain[:2], desk))
    file, report = hand_on(chain[0], desk, since=desk.catalog().version)
    assert report.editions["en"].articles == 0
    assert take(chain[1], desk, file).complete


def test_who_stands_lower_than_the_news_is_told_so_and_keeps_what_there_is(desk: Desk, chain: Chain):
    chain[0].sync(desk)
    list(pass_along(chain[:2], desk))
    for number in range(3):
        since = desk.catalog().version
        desk.put(f"later/{number}", "words")
        desk.publish()
        chain[0].sync(desk)
    before = chain[1].current(desk)
    file, _ = hand_on(chain[0], desk, since=since)
    report = take(chain[1], desk, file)
    assert not report.complete
    assert report.missing
    assert chain[1].current(desk) == before
    file, _ = hand_on(chain[0], desk)
    assert take(chain[1], desk, file).complete
    assert_alike(desk, chain[1])


def test_one_edition_alone_can_be_handed_on(desk: Desk, chain: Chain):
    chain[0].sync(desk)
    file, report = hand_on(chain[0], desk, editions=frozenset({"ru"}))
    assert list(report.editions) == ["ru"]
    synced = take(chain[1], desk, file, editions=frozenset({"ru"}))
    assert synced.complete
    assert_alike(desk, chain[1], editions=("ru",))
    assert chain[1].current(desk, "en") == []


def test_pictures_go_with_the_articles_unless_they_are_left_out(desk: Desk, chain: Chain):
    chain[0].sync(desk, media="standard")
    for reader in chain[1:]:
        reader.options = msgspec.structs.replace(PLAIN, media="standard")
    list(pass_along(chain[:3], desk))
    assert chain[2].pictures() == chain[0].pictures()
    assert len(chain[2].pictures()) == 8
    file, _ = hand_on(chain[0], desk, media="none")
    report = take(chain[3], desk, file)
    assert not report.complete
    assert chain[3].pictures() == set()
    assert_alike(desk, chain[3])


def test_who_went_on_by_a_pack_goes_on_by_the_network_and_the_other_way_round(desk: Desk, chain: Chain):
    chain[0].sync(desk)
    list(pass_along(chain[:2], desk))
    for number in range(4):
        since = desk.catalog().version
        desk.put(f"later/{number}", words_of(number))
        desk.publish(after=DAY)
        chain[0].sync(desk)
        if number % 2:
            chain[1].sync(desk)
        else:
            file, _ = hand_on(chain[0], desk, since=since)
            assert take(chain[1], desk, file).complete
        assert_alike(desk, chain[1], editions=("en", "ru"))


# -- libraries that keep only the newest -------------------------------------------------------------------------------


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A publication of many small parts, which phones don't keep whole."""
    for module in (stock, publishing):
        monkeypatch.setattr(module, "begins_part", lambda key: stock.hashlib.sha256(key.encode()).digest()[0] < 32)
    desk = Desk(tmp_path / "archive")
    for number in range(120):
        desk.put(f"news/{number}", f"text {number}", published=rfc3339(desk.now - number * DAY))
    desk.retract("news/50")
    desk.publish()
    return desk


def test_of_a_library_that_keeps_the_newest_that_part_is_handed_on(archive: Desk, chain: Chain):
    giver, phone, third, fourth = chain
    giver.sync(archive)
    take(phone, archive, hand_on(giver, archive)[0], keep=Keep(days=30))
    held = phone.current(archive)
    assert 20 < len(held) < 60
    file, report = hand_on(phone, archive)
    assert "holds only what was published since" in report.editions["en"].lacks[0]
    synced = take(third, archive, file, keep=Keep(days=20))
    assert synced.complete, synced.missing
    assert set(third.current(archive)) <= set(held)
    partly = take(fourth, archive, file)
    assert not partly.complete
    assert partly.missing
    assert fourth.current(archive)
    assert take(fourth, archive, hand_on(giver, archive)[0]).complete
    assert_alike(archive, fourth)


def test_news_reach_a_library_that_keeps_the_newest_and_go_on_from_there(archive: Desk, chain: Chain):
    giver, phone, third, _ = chain
    giver.sync(archive)
    whole = hand_on(giver, archive)[0]
    for reader in (phone, third):
        take(reader, archive, whole, keep=Keep(days=40))
    for number in range(4):
        since = archive.catalog().version
        archive.put(f"later/{number}", words_of(number))
        archive.put(f"news/{number}", "anew", published=rfc3339(archive.now - number * DAY))
        archive.retract(f"news/{10 + number}")
        archive.publish(after=HOUR)
        giver.sync(archive)
        assert take(phone, archive, hand_on(giver, archive, since=since)[0]).complete
        assert take(third, archive, hand_on(phone, archive, since=since)[0]).complete
        newest = set(archive.lines())
        for reader in (phone, third):
            assert set(reader.current(archive)) <= newest
            assert any(f'"later/{number}"'.encode() in line for line in reader.current(archive))
            since_when = reader.standing(archive).complete_since
            expected = {line for line in newest if published_of(line) >= since_when}
            assert expected <= set(reader.current(archive))


def published_of(line: bytes) -> str:
    """When an article was published; a retraction counts as old."""
    return getattr(decode_record(line).record, "published", "")


def test_who_keeps_the_newest_and_never_met_a_readers_pack_says_that_it_can_prove_nothing(archive: Desk, chain: Chain):
    chain[0].sync(archive, keep=Keep(days=30))
    file, report = hand_on(chain[0], archive)
    assert not report.complete
    assert "nothing here proves that part" in report.editions["en"].lacks[0]
    assert not take(chain[1], archive, file).complete
    assert chain[1].current(archive) == []


def test_news_that_touch_an_old_saved_article_are_not_taken_unproven(archive: Desk, chain: Chain):
    giver, phone, *_ = chain
    giver.sync(archive)
    take(phone, archive, hand_on(giver, archive)[0])
    with Library.open(phone.path) as library:
        library.save("news/110")
    take(phone, archive, hand_on(giver, archive)[0], keep=Keep(days=30))
    since = archive.catalog().version
    archive.put("news/110", "a correction to an old text", published=rfc3339(archive.now - 110 * DAY))
    archive.publish(after=HOUR)
    giver.sync(archive)
    report = take(phone, archive, hand_on(giver, archive, since=since)[0])
    assert not report.complete
    assert phone.sync(archive).complete
    assert any(b"a correction to an old text" in line for line in phone.current(archive))


# -- roots -------------------------------------------------------------------------------------------------------------


def test_who_began_with_a_later_fingerprint_hands_on_to_who_has_the_first(tmp_path: Path, chain: Chain):
    desk = Desk(tmp_path / "rotated")
    desk.put("news/1")
    desk.publish()
    first = desk.newsroom.fingerprint
    for role in ("timestamp", "snapshot"):
        assert run(["keys", "rotate", str(desk.newsroom.folder), role]) == 0
    desk.now = int(time.time())
    desk.put("news/2")
    desk.publish()
    third = Fingerprint.of(3, (desk.public / "metadata/3.root.json").read_bytes())
    with Httpd(desk.public) as httpd:
        chain[0].sync(desk, f"{httpd.url}#{third}", trust_first_use=False)
        assert httpd.paths.count("metadata/1.root.json") == 1
        httpd.forget()
        chain[0].sync(desk, httpd.url)
        assert "metadata/1.root.json" not in httpd.paths
    file, report = hand_on(chain[0], desk)
    assert report.complete
    for reader, fingerprint in ((chain[1], first), (chain[2], third)):
        assert reader.sync(desk, f"{file}#{fingerprint}", trust_first_use=False).complete
    assert_alike(desk, *chain[:3])


# -- checking ----------------------------------------------------------------------------------------------------------


def test_verify_finds_a_readers_pack_sound_and_names_what_it_lacks(desk: Desk, chain: Chain, tmp_path: Path):
    chain[0].sync(desk, media="standard")
    file, _ = hand_on(chain[0], desk)
    report = verify(f"{file}#{desk.newsroom.fingerprint}", clock=lambda: desk.now)
    assert (report.exit_code, report.missing, report.broken, report.extra) == (0, [], [], [])
    files = decode_pack(file.read_bytes(), limit=1 << 26)
    bad, gone, *_ = (path for path in files if path.startswith("bundles/"))
    forged = files[bad].replace(b"text", b"lies")
    del files[gone]
    file.write_bytes(encode_pack((files | {bad: forged}).items()))
    report = verify(f"{file}#{desk.newsroom.fingerprint}", clock=lambda: desk.now)
    assert (report.missing, report.broken) == ([gone], [bad])
