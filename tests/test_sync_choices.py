"""What a reader chooses and changes his mind about: editions, how much to keep, pictures, revisions, caps, dry runs."""

import hashlib
import random
from pathlib import Path

import msgspec
import pytest

from following import ALL, PLAIN, Follower, assert_alike, picture
from httpd import Httpd
from publishing import DAY, NOW, SMALL, Desk, words
from tamizdat.errors import Incomplete, NoSuchArticle, UsageError
from tamizdat.format.article import decode_record
from tamizdat.library import Library
from tamizdat.sync import Keep, SyncReport
from tamizdat_server.clock import rfc3339
from tamizdat_server.images import Pictures

BIGGER = msgspec.structs.replace(SMALL, segment_raw_bytes=400_000, newest_raw_bytes=200_000)


def dated(day: int) -> str:
    """So many days before the newest article."""
    return rfc3339(NOW - day * DAY)


def fill(desk: Desk, count: int = 40, *, edition: str = "en", length: int = 25, pictures: bool = False) -> None:
    """So many articles, one a day, the newest first; with a picture each, where asked."""
    store = Pictures(desk.newsroom.media)
    for number in range(count):
        image = store.add(picture(number), alt="A picture") if pictures else None
        text = words(random.Random(number), length)
        desk.put(f"{edition}/{number}", text, edition=edition, published=dated(number), image=image)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "desk", editions=("en", "ru"))


@pytest.fixture
def follower(tmp_path: Path) -> Follower:
    return Follower(tmp_path / "library.db", PLAIN)


def published(follower: Follower, desk: Desk) -> list[str]:
    """When the articles that are held were published, newest first."""
    with Library.open(follower.path) as library:
        found = library.articles(publication=desk.newsroom.publication, edition="en", limit=1000)
    return [article.published for article in found]


def snapshot_of(folder: Path) -> dict[str, str]:
    """Every file in `folder`, by digest."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def fetched(httpd: Httpd) -> list[tuple[str, int]]:
    """Paths and sizes of what was given, in the order of paths."""
    return sorted((asked.path, asked.sent) for asked in httpd.log if asked.status in (200, 206))


# -- editions ----------------------------------------------------------------------------------------------------------


def test_an_edition_chosen_later_is_fetched_and_one_no_longer_chosen_is_forgotten(
    desk: Desk, follower: Follower
) -> None:
    fill(desk, 9)
    fill(desk, 9, edition="ru")
    desk.publish()
    follower.sync(desk, editions=frozenset({"en"}))
    assert (follower.current(desk, "en"), follower.current(desk, "ru")) == (desk.lines("en"), [])
    desk.put("ru/0", "changed", edition="ru")
    desk.publish()
    follower.sync(desk, editions=frozenset({"en", "ru"}))
    assert_alike(desk, follower, editions=("en", "ru"))
    follower.sync(desk, editions=frozenset({"ru"}))
    assert (follower.current(desk, "en"), follower.current(desk, "ru")) == ([], desk.lines("ru"))
    assert follower.sync(desk).editions.keys() == {"ru"}
    follower.sync(desk, editions=frozenset())
    assert_alike(desk, follower, editions=("en", "ru"))


def test_an_edition_chosen_again_comes_with_its_pictures_and_revisions(desk: Desk, follower: Follower) -> None:
    follower.options = ALL
    fill(desk, 9, pictures=True)
    desk.publish()
    desk.put("en/3", "changed")
    desk.publish()
    follower.sync(desk, media="standard")
    held = follower.pictures()
    follower.sync(desk, editions=frozenset({"ru"}))
    assert follower.pictures() == set()
    follower.sync(desk, editions=frozenset({"en"}))
    assert_alike(desk, follower)
    assert follower.pictures() == held


def test_an_edition_that_is_not_there_is_refused_and_nothing_is_changed(desk: Desk, follower: Follower) -> None:
    fill(desk, 3)
    desk.publish()
    with pytest.raises(UsageError):
        follower.sync(desk, editions=frozenset({"tlh"}))
    with Library.open(follower.path) as library:
        assert library.publications() == []


def test_an_edition_that_begins_later_comes_to_who_chose_all(desk: Desk, follower: Follower) -> None:
    fill(desk, 3)
    desk.publish()
    follower.sync(desk)
    fill(desk, 3, edition="ru")
    desk.publish()
    follower.sync(desk)
    assert_alike(desk, follower, editions=("en", "ru"))


def test_who_begins_after_every_article_was_retracted_holds_their_tombstones(desk: Desk, follower: Follower) -> None:
    fill(desk, 2)
    desk.publish()
    desk.retract("en/0")
    desk.retract("en/1")
    desk.publish()
    assert follower.sync(desk).complete
    assert_alike(desk, follower)
    assert len(follower.current(desk)) == 2


# -- how much to keep --------------------------------------------------------------------------------------------------


def test_only_the_newest_days_are_fetched_and_kept(desk: Desk, follower: Follower) -> None:
    fill(desk)
    desk.publish()
    with Httpd(desk.public) as httpd:
        report = follower.sync(desk, httpd.url, keep=Keep(days=20))
        few = httpd.bytes
        Follower(follower.path.with_name("all.db"), PLAIN).sync(desk, httpd.url)
        assert few < (httpd.bytes - few) * 0.75
    since = report.editions["en"].complete_since
    assert published(follower, desk) == [dated(n) for n in range(40) if dated(n) >= since]
    desk.put("new", "today")
    desk.publish(after=3 * DAY)
    assert follower.sync(desk).editions["en"].complete_since > since
    assert len(follower.current(desk)) < 40


def test_keeping_everything_again_fetches_only_what_is_older(desk: Desk, follower: Follower) -> None:
    follower.options = ALL
    fill(desk)
    desk.publish()
    desk.put("en/33", "changed", published=dated(33))
    desk.put("en/3", "changed", published=dated(3))
    desk.publish()
    follower.sync(desk, keep=Keep(days=20))
    with Httpd(desk.public) as httpd:
        follower.sync(desk, httpd.url, keep=Keep())
        older = httpd.bytes
        httpd.forget()
        Follower(follower.path.with_name("all.db")).sync(desk, httpd.url)
        assert older < httpd.bytes * 0.85
    assert_alike(desk, follower)


def test_days_widened_in_steps_while_the_newsroom_goes_on_end_with_everything(desk: Desk, follower: Follower) -> None:
    follower.options = ALL
    fill(desk)
    for number, days in enumerate([9, 15, 22, 29, 50, 100]):
        desk.put(f"en/{number * 6}", f"changed {number}", published=dated(number * 6))
        desk.put(f"en/{39 - number}", f"moved {number}", published=dated(number * 3))
        desk.put(f"en/late{number}", "written late", published=dated(35 - number))
        if number % 2:
            desk.retract(f"en/{20 + number}")
        desk.publish()
        follower.sync(desk, keep=Keep(days=days))
    follower.sync(desk, keep=Keep())
    assert_alike(desk, follower)


@pytest.mark.parametrize("behind", [0, 1, 9])
def test_more_megabytes_fetch_older_articles(tmp_path: Path, follower: Follower, behind: int) -> None:
    desk = Desk(tmp_path / "large", settings=BIGGER)
    fill(desk, 40, length=11_000)
    desk.publish()
    first = follower.sync(desk, keep=Keep(megabytes=1))
    held = len(published(follower, desk))
    assert 5 <= held <= 11
    assert first.editions["en"].complete_since
    for number in range(behind):
        desk.put("en/0", f"changed {number}", published=dated(0))
        desk.publish()
    wider = follower.sync(desk, keep=Keep(megabytes=3))
    assert 25 <= len(published(follower, desk)) <= 33
    assert wider.editions["en"].complete_since < first.editions["en"].complete_since
    with Httpd(desk.public) as httpd:
        assert [follower.sync(desk, httpd.url).requests for _ in range(2)] == [2, 1]
    follower.sync(desk, keep=Keep(megabytes=2))
    assert 15 <= len(published(follower, desk)) <= 22
    follower.sync(desk, keep=Keep())
    assert_alike(desk, follower)


def test_widening_finds_all_articles_of_the_second_in_which_it_begins(tmp_path: Path, follower: Follower) -> None:
    desk = Desk(tmp_path / "large", settings=BIGGER)
    for number in range(40):
        desk.put(f"en/{number:02}", words(random.Random(number), 11_000), published=dated(0))
    desk.publish()
    first = follower.sync(desk, keep=Keep(megabytes=1))
    assert first.editions["en"].complete_since == dated(0)
    follower.sync(desk, keep=Keep())
    assert_alike(desk, follower)


def test_widening_that_was_cut_short_goes_on_without_being_told_again(tmp_path: Path, follower: Follower) -> None:
    desk = Desk(tmp_path / "large", settings=BIGGER)
    fill(desk, 40, length=11_000)
    desk.publish()
    follower.sync(desk, keep=Keep(megabytes=1))
    with pytest.raises(Incomplete):
        follower.sync(desk, keep=Keep(megabytes=3), max_bytes=300_000)
    follower.sync(desk)
    assert 25 <= len(published(follower, desk)) <= 33


def test_a_saved_article_stays_whatever_the_limit_until_it_is_retracted(desk: Desk, follower: Follower) -> None:
    fill(desk)
    desk.publish()
    follower.sync(desk)
    with Library.open(follower.path) as library:
        library.save("en/39")
    follower.sync(desk, keep=Keep(days=9))
    assert dated(39) in published(follower, desk)
    desk.put("en/39", "changed words", published=dated(39))
    desk.publish()
    follower.sync(desk)
    with Library.open(follower.path) as library:
        assert library.article("en/39").article.revision == 2
    desk.retract("en/39")
    desk.publish()
    follower.sync(desk)
    with Library.open(follower.path) as library, pytest.raises(NoSuchArticle):
        library.article("en/39")


@pytest.mark.parametrize("keep", ["999999999d", "999999999mb"])
def test_a_limit_beyond_everything_keeps_everything(desk: Desk, follower: Follower, keep: str) -> None:
    fill(desk, 5)
    desk.publish()
    follower.sync(desk, keep=Keep.parse(keep))
    assert_alike(desk, follower)


# -- pictures and revisions --------------------------------------------------------------------------------------------


def shown(desk: Desk, *roles: str) -> set[str]:
    """The files of these roles that current articles show."""
    images = [getattr(decode_record(line).record, "image", None) for line in desk.lines()]
    return {variant.sha256 for image in images if image for variant in image.variants if variant.role in roles}


def test_pictures_come_by_choice_and_the_choice_may_change(desk: Desk, follower: Follower) -> None:
    fill(desk, 12, pictures=True)
    desk.publish()
    follower.sync(desk)
    assert follower.pictures() == set()
    follower.sync(desk, media="previews")
    assert follower.pictures() == shown(desk, "preview")
    follower.sync(desk, media="standard")
    assert follower.pictures() == shown(desk, "preview", "standard")
    before = follower.pictures()
    desk.put("new", image=Pictures(desk.newsroom.media).add(picture(77), alt="New"))
    desk.publish()
    follower.sync(desk, media="none")
    assert follower.pictures() == before
    follower.sync(desk, media="standard")
    assert follower.pictures() == shown(desk, "preview", "standard") > before


def test_pictures_of_a_retracted_article_leave_the_library_with_it(desk: Desk, follower: Follower) -> None:
    fill(desk, 6, pictures=True)
    desk.publish()
    follower.sync(desk, media="standard")
    image = decode_record(desk.lines()[2]).record
    files = [(desk.public / variant.path).read_bytes() for variant in image.image.variants]
    held = follower.bytes()
    assert all(file[:3000] in held or file[100:300] in held for file in files)
    desk.retract(image.key)
    desk.publish()
    follower.sync(desk)
    held = follower.bytes()
    assert follower.pictures() == shown(desk, "preview", "standard")
    assert not any(file[100:300] in held for file in files)


def test_all_bundles_of_one_version_come_however_often_the_cap_ends_a_sync(desk: Desk, follower: Follower) -> None:
    follower.options = ALL
    fill(desk, 20, pictures=True)
    desk.publish()
    for number in range(20):
        desk.put(f"en/{number}", words(random.Random(1000 + number), 200), published=dated(number))
    desk.publish()
    desk.put("en/0", "once more", published=dated(0))
    desk.publish()
    assert in_steps(follower, desk, media="standard") >= 3
    assert follower.pictures() == shown(desk, "preview", "standard")
    assert_alike(desk, follower)


def test_who_keeps_a_few_days_gets_past_the_cap_with_pictures_too(desk: Desk, follower: Follower) -> None:
    fill(desk, 30, pictures=True)
    desk.publish()
    in_steps(follower, desk, media="previews", keep=Keep(days=15))
    with Library.open(follower.path) as library:
        assert published(follower, desk)
        assert not library.wanted_media(desk.newsroom.publication, "en", role="preview")


def test_a_picture_that_the_newsroom_lost_is_not_asked_for_again_and_again(desk: Desk, follower: Follower) -> None:
    fill(desk, 3, pictures=True)
    for file in sorted(desk.newsroom.media.iterdir())[:1]:
        file.unlink()
    desk.publish()
    with Httpd(desk.public) as httpd:
        follower.sync(desk, httpd.url, media="standard")
        assert follower.sync(desk, httpd.url).requests == 1


def test_revisions_wanted_later_come_whole(desk: Desk, follower: Follower) -> None:
    fill(desk, 9)
    desk.publish()
    for number in range(12):
        desk.put(f"en/{number % 9}", f"changed {number}", published=dated(number % 9))
        desk.publish()
        if number == 5:
            follower.sync(desk)
    follower.sync(desk)
    assert len(follower.superseded(desk)) < 12
    follower.options = ALL
    follower.sync(desk)
    assert_alike(desk, follower)


# -- caps and dry runs -------------------------------------------------------------------------------------------------


def in_steps(follower: Follower, desk: Desk, **options: object) -> int:
    """Sync under the smallest cap that lets the largest file through, until it is done; how many times that took."""
    folders = ("bundles", "media", "lists")
    largest = max(file.stat().st_size for folder in folders for file in (desk.public / folder).glob("*"))
    with Httpd(desk.public) as httpd:
        for step in range(1, 400):
            try:
                follower.sync(desk, httpd.url, max_bytes=head_bytes(desk) + largest, **options)
            except Incomplete:
                continue
            else:
                assert_fetched_once(httpd)
                return step
    raise AssertionError("the cap was never got past")


def assert_fetched_once(httpd: Httpd) -> None:
    bundles = [asked.path for asked in httpd.log if asked.path.startswith(("bundles/", "media/", "lists/"))]
    assert len(bundles) == len(set(bundles))


def test_under_a_cap_each_sync_goes_on_where_the_last_one_stopped(desk: Desk, follower: Follower) -> None:
    fill(desk, 40)
    desk.publish()
    assert in_steps(follower, desk) >= 4
    assert_alike(desk, follower)


def head_bytes(desk: Desk) -> int:
    return (desk.public / "head.tar.zst").stat().st_size


def test_a_cap_below_the_next_file_says_how_large_that_is(desk: Desk, follower: Follower) -> None:
    fill(desk, 3, length=400)
    desk.publish()
    with pytest.raises(Incomplete, match=r"below the next file's \d+ bytes"):
        follower.sync(desk, max_bytes=100)


def test_what_came_with_the_head_is_not_counted_twice(desk: Desk, follower: Follower) -> None:
    fill(desk, 3)
    desk.publish()
    follower.sync(desk)
    desk.put("en/new", words(random.Random(1), 100))
    desk.publish()
    assert follower.sync(desk, max_bytes=head_bytes(desk)).complete
    assert_alike(desk, follower)


def first(desk: Desk, follower: Follower, url: str) -> None:
    """Nothing was synced yet."""


def behind(desk: Desk, follower: Follower, url: str) -> None:
    follower.sync(desk, url)
    for number in range(21):
        desk.put("plain", f"changed {number}", published=dated(number))
        desk.publish()


def a_day_behind(desk: Desk, follower: Follower, url: str) -> None:
    follower.sync(desk, url)
    desk.put("plain", "changed again", published=dated(9))
    desk.publish()


def up_to_date(desk: Desk, follower: Follower, url: str) -> None:
    follower.sync(desk, url)


def half(desk: Desk, follower: Follower, url: str) -> None:
    with pytest.raises(Incomplete):
        follower.sync(desk, url, max_bytes=head_bytes(desk) + 4000)


def to_be_widened(desk: Desk, follower: Follower, url: str) -> None:
    follower.sync(desk, url, keep=Keep(days=9))
    a_day_behind(desk, follower, url)
    follower.options = msgspec.structs.replace(follower.options, keep=Keep())


@pytest.mark.parametrize("extras", [False, True], ids=["texts", "extras"])
@pytest.mark.parametrize("state", [first, behind, a_day_behind, up_to_date, half, to_be_widened])
def test_a_dry_run_changes_nothing_and_shows_just_what_a_sync_fetches(
    desk: Desk, follower: Follower, state: object, extras: bool
) -> None:
    follower.options = msgspec.structs.replace(PLAIN, revisions=extras, media="previews" if extras else "none")
    fill(desk, 14 if extras else 40, pictures=extras)
    desk.put("plain", "as it was", published=dated(9))
    desk.publish()
    desk.put("plain", "changed", published=dated(9))
    desk.publish()
    with Httpd(desk.public) as httpd:
        state(desk, follower, httpd.url)  # type: ignore[operator]
        Library.open(follower.path).close()
        before = snapshot_of(follower.path.parent)
        plan: SyncReport = follower.sync(desk, httpd.url, dry_run=True)
        assert snapshot_of(follower.path.parent) == before
        httpd.forget()
        follower.sync(desk, httpd.url)
        assert plan.planned is not None
        surplus = set(plan.planned) - set(fetched(httpd))
        assert set(fetched(httpd)) <= set(plan.planned)
        assert len(plan.planned) == len(set(plan.planned))
        # Which pictures an older article shows is known only once it is there.
        assert not surplus or (state is to_be_widened and all(path.startswith("media/") for path, _ in surplus))
    assert_alike(desk, follower)
