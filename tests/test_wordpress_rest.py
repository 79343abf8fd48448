"""A WordPress site, imported through its REST API: whole, again, and while it changes."""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

import httpd
import wpserver
from importing import picture
from newsrooms import publish_now
from tamizdat.errors import ForbiddenAddress, SourceBrokeOff, TransportError, UnreadableSource
from tamizdat.format.article import Figure
from tamizdat_server.importers.orders import Order, carry_out
from tamizdat_server.importers.report import Silent
from wpdesk import Desk, counts
from wpserver import Author, WordPress, refuse, say


@pytest.fixture
def site() -> Iterator[WordPress]:
    with WordPress() as site:
        yield site


@pytest.fixture
def desk(tmp_path: Path, site: WordPress) -> Iterator[Desk]:
    desk = Desk(tmp_path / "newsroom", site)
    with desk.newsroom:
        yield desk


# -- the first import --------------------------------------------------------------------------------------------------


def test_a_site_comes_in_whole_with_what_it_says_of_each_post(site: WordPress, desk: Desk) -> None:
    site.write(250)
    site.edit(3, title="Мост &amp; река", body="<h2>Глава</h2><p>Слово <b>и</b> дело.</p>", tags=("мост", "река"))

    report = desk.bring()

    assert counts(report) == (250, 0, 0, 0)
    assert report.origin == f"wordpress 127.0.0.1:{site.httpd.port}/"
    draft = desk.drafts()[3]
    assert (draft.title, draft.byline, draft.section, draft.tags) == (
        "Мост & река",
        "Айгүль Сейтова",
        "Новости",
        ["мост", "река"],
    )
    assert (draft.key, draft.published) == ("2024/01/post-3", "2024-01-01T09:00:00Z")
    assert draft.source_url == f"{site.url}2024/01/post-3/"
    assert "дело" in desk.text(3)


def test_a_second_import_changes_nothing_and_asks_three_times(site: WordPress, desk: Desk) -> None:
    site.write(250)
    desk.bring()

    report = desk.bring()

    assert counts(report) == (0, 0, 0, 0)
    assert site.asked() == 3
    assert site.fetched() == []


def test_an_update_brings_what_was_edited_or_published_and_asks_for_nothing_else(site: WordPress, desk: Desk) -> None:
    site.write(250)
    desk.bring()
    site.edit(17, body="<p>Иначе.</p>")
    site.write(2, date=datetime(2024, 2, 1, tzinfo=UTC))

    report = desk.bring()

    assert counts(report) == (2, 1, 0, 0)
    assert "Иначе" in desk.text(17)
    assert site.fetched() == [17, 251, 252]
    assert site.asked() == 4


def test_the_answers_of_an_update_are_small(site: WordPress, desk: Desk) -> None:
    site.write(120, body="<p>Очень длинный текст.</p>" * 50)
    desk.bring()
    site.httpd.forget()

    desk.bring()

    assert site.httpd.bytes < 5_000
    assert all("gzip" in asked.headers["accept-encoding"] for asked in site.httpd.log)


def test_a_planned_post_comes_when_it_is_published_though_it_was_edited_before(site: WordPress, desk: Desk) -> None:
    site.write(120)
    (planned,) = site.write(
        status="future", date=datetime(2024, 3, 1, tzinfo=UTC), modified=datetime(2024, 1, 2, tzinfo=UTC)
    )
    site.edit(5, body="<p>Правка после.</p>", at=datetime(2024, 2, 20, tzinfo=UTC))
    assert counts(desk.bring()) == (120, 0, 0, 0)
    site.posts[planned] = replace(site.posts[planned], status="publish")

    assert counts(desk.bring()) == (1, 0, 0, 0)
    assert planned in desk.numbers()


def test_a_post_of_tomorrow_waits_for_tomorrow(site: WordPress, desk: Desk) -> None:
    site.write(3)
    (ahead,) = site.write(date=datetime(2026, 11, 23, tzinfo=UTC))

    report = desk.bring()
    assert [(skipped.hidden, "future" in skipped.reason) for skipped in report.skipped] == [(True, True)]
    desk.pass_time(days=2)

    assert counts(desk.bring()) == (1, 0, 0, 0)
    assert ahead in desk.numbers()


def test_a_clock_that_once_ran_ahead_hides_no_later_change(site: WordPress, desk: Desk) -> None:
    site.write(150)
    site.edit(1, at=datetime(2031, 1, 1, tzinfo=UTC))
    desk.bring()
    site.edit(40, body="<p>Новее.</p>", at=datetime(2026, 11, 22, 5, tzinfo=UTC))
    site.edit(41, body="<p>Новее.</p>", at=datetime(2026, 11, 22, 5, 30, tzinfo=UTC))

    assert desk.bring().revised == 2


def test_a_site_that_moves_its_clock_to_another_zone_hides_no_change(site: WordPress, desk: Desk) -> None:
    site.write(150)
    desk.bring()
    site.zone = timezone(timedelta(hours=-10))
    site.edit(40, body="<p>Иначе.</p>")

    assert desk.bring().revised == 1


@pytest.mark.parametrize(
    "lacks", [{"modified_after"}, {"_fields"}, {"modified"}, {"modified_after", "_fields", "modified"}]
)
def test_an_older_wordpress_is_read_rightly_too(site: WordPress, desk: Desk, lacks: set[str]) -> None:
    site.knows -= lacks
    site.write(230)
    assert counts(desk.bring()) == (230, 0, 0, 0)
    site.edit(17, body="<p>Иначе.</p>")
    site.delete(3)
    site.write()

    assert counts(desk.bring()) == (1, 1, 1, 0)
    assert counts(desk.bring()) == (0, 0, 0, 0)


def test_a_site_that_gives_fewer_at_a_time_than_asked_is_read_whole(site: WordPress, desk: Desk) -> None:
    site.page_size = 40
    site.write(230)

    assert counts(desk.bring()) == (230, 0, 0, 0)


@pytest.mark.parametrize("name", ["", "Asia/Qyzylorda", "Mars/Phobos"])
def test_a_date_that_names_no_gmt_is_read_in_the_sites_own_zone(site: WordPress, desk: Desk, name: str) -> None:
    site.zone_name, site.gmt_dates = name, False
    site.write()

    desk.bring()

    assert desk.drafts()[1].published == "2024-01-01T07:00:00Z"


# -- while it changes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("request_number", [3, 4])
@pytest.mark.parametrize(
    "act",
    [
        lambda site: site.delete(7),
        lambda site: (site.delete(7), site.write()),
        lambda site: (site.delete(*range(10, 90)), site.write(80)),
        lambda site: site.edit(101, body="<p>Иначе.</p>"),
        lambda site: site.write(3),
    ],
    ids=["deleted", "deleted and published", "eighty of each", "edited", "published"],
)
def test_what_happens_between_two_pages_loses_and_doubles_nothing(
    site: WordPress, desk: Desk, act: Callable[[WordPress], object], request_number: int
) -> None:
    site.write(205)
    site.before("posts", act, request=request_number)

    desk.bring()
    desk.bring(confirm=True)

    assert desk.numbers() == sorted(site.posts)
    assert counts(desk.bring()) == (0, 0, 0, 0)


def test_a_list_that_never_stands_still_is_read_without_taking_anything_away(site: WordPress, desk: Desk) -> None:
    site.write(250)
    desk.bring()
    for number in range(1, 30):
        site.before("posts", lambda site, number=number: site.delete(number), request=number)

    report = desk.bring()

    assert counts(report) == (0, 0, 0, 0)
    assert "deleted can't be told" in report.skipped[0].reason
    assert len(desk.numbers()) == 250


def test_a_deletion_during_the_import_is_found_by_the_next_one(site: WordPress, desk: Desk) -> None:
    site.write(250)
    site.before("posts", lambda site: site.delete(120), request=6)
    desk.bring()

    desk.bring()

    assert 120 not in desk.numbers()


# -- what goes ---------------------------------------------------------------------------------------------------------


def test_two_deleted_of_three_hundred_go(site: WordPress, desk: Desk) -> None:
    site.write(300)
    desk.bring()
    site.delete(5, 250)

    assert counts(desk.bring()) == (0, 0, 2, 0)
    assert {5, 250}.isdisjoint(desk.numbers())


def test_ten_deleted_are_held_until_somebody_confirms(site: WordPress, desk: Desk) -> None:
    site.write(300)
    desk.bring()
    site.delete(*range(1, 11))

    assert counts(desk.bring()) == (0, 0, 0, 10)
    assert counts(desk.bring()) == (0, 0, 0, 10)
    assert len(desk.numbers()) == 300
    assert counts(desk.bring(confirm=True)) == (0, 0, 10, 0)
    assert len(desk.numbers()) == 290


def test_what_gets_a_password_or_becomes_private_goes_and_comes_back(site: WordPress, desk: Desk) -> None:
    site.write(300)
    desk.bring()
    site.edit(5, password="letmein")
    site.edit(6, status="private")

    assert desk.bring().removed == 2
    assert {5, 6}.isdisjoint(desk.numbers())
    site.edit(5, password="")
    site.edit(6, status="publish")
    desk.bring()
    assert {5, 6} <= {*desk.numbers()}


def test_what_is_hidden_and_held_goes_when_it_is_confirmed_later(site: WordPress, desk: Desk) -> None:
    site.write(300)
    desk.bring()
    publish_now(desk.newsroom)
    for number in range(1, 11):
        site.edit(number, password="letmein")

    assert counts(desk.bring()) == (0, 0, 0, 10)
    assert counts(desk.bring(confirm=True)) == (0, 0, 10, 0)


def test_no_draft_protected_or_other_text_ever_comes_in(site: WordPress, desk: Desk) -> None:
    site.write(2)
    for status in ("draft", "pending", "private", "trash", "future"):
        site.write(status=status, body="<p>SECRET</p>")
    site.write(password="letmein", body="<p>SECRET</p>")
    site.write(type="page", body="<p>About us</p>")
    site.write(type="donor", body="<p>SECRET</p>")

    report = desk.bring()

    assert desk.numbers() == [1, 2]
    assert [(item.source.split()[2], item.hidden) for item in report.skipped] == [("8", True)]
    assert b"SECRET" not in b"".join(row[0] for row in desk.newsroom.db.execute("SELECT draft FROM articles"))


def test_a_site_that_shows_in_its_list_what_it_should_not_is_not_believed(site: WordPress, desk: Desk) -> None:
    answers = [
        {"id": 1, "status": "draft", "type": "post"},
        {"id": 2, "status": "publish", "type": "donor"},
        {"id": 3, "content": {"rendered": "<p>SECRET</p>", "protected": 1}},
        {"id": 4, "content": {"rendered": "<p>SECRET</p>", "protected": "yes"}},
    ]
    for answer in answers:
        answer.update({key: value for key, value in _ANSWER.items() if key not in answer})
    site.fail("posts", _told(answers))

    report = desk.bring()

    assert desk.numbers() == []
    assert len(report.skipped) >= 4


def test_pages_come_when_asked_for_and_stay_when_not(site: WordPress, desk: Desk) -> None:
    site.write(300)
    (page,) = site.write(type="page", title="О нас", path="about/")

    assert counts(desk.bring(pages=True)) == (301, 0, 0, 0)
    assert desk.drafts()[page].key == "about"
    assert counts(desk.bring()) == (0, 0, 0, 0)
    desk.pass_time(days=8)
    assert counts(desk.bring()) == (0, 0, 0, 0)


# -- what breaks -------------------------------------------------------------------------------------------------------

BROKEN: dict[str, httpd.Mode] = {
    "an empty list": wpserver.empty,
    "half a list": wpserver.truncated,
    "a portal": httpd.portal,
    "500": refuse(500, code="internal_server_error"),
    "502 from what stands before it": say(b"<html>Bad gateway", status=502),
    "401": refuse(401),
    "nothing": say(b""),
    "null": say(b"null"),
    "false": say(b"false"),
    "an object": say(b'{"posts": []}'),
    "nested": say(b"[" * 200_000),
    "no answer": httpd.hang_up,
    "a total of nothing": say(b'[{"id":1}]', X_WP_Total="0", X_WP_TotalPages="0"),
    "a huge total": say(b'[{"id":1}]', X_WP_Total="99999999", X_WP_TotalPages="999999"),
    "few posts, and a total that agrees with none": say(b'[{"id":1},{"id":2}]', X_WP_Total="250"),
    "negative numbers": say(b'[{"id":-1},{"id":0}]', X_WP_Total="2", X_WP_TotalPages="1"),
    "numbers that are none": say(b'[{"id":"x"},{"id":[1]},7,null]', X_WP_Total="4", X_WP_TotalPages="1"),
    "the same post for ever": say(b'[{"id":1},{"id":1}]', X_WP_Total="300", X_WP_TotalPages="3"),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_api_is_never_taken_for_a_deletion(site: WordPress, desk: Desk, broken: str) -> None:
    site.write(60)
    desk.bring()
    publish_now(desk.newsroom)
    before = desk.drafts()
    site.delete(5)
    site.closed = {"feed/atom": 404, "feed/rss": 404}
    for first in (1, 2, 3):
        site.faults.clear()
        site.fail("posts", BROKEN[broken], first=first)

        with suppress(UnreadableSource, SourceBrokeOff, TransportError):
            assert desk.bring().removed == 0

        assert {number: draft for number, draft in desk.drafts().items() if number != 5} == {
            number: draft for number, draft in before.items() if number != 5
        }
    site.faults.clear()
    desk.bring(confirm=True)
    assert desk.numbers() == sorted(site.posts)


def test_a_site_that_is_empty_all_of_a_sudden_keeps_its_articles(site: WordPress, desk: Desk) -> None:
    site.write(120)
    desk.bring()
    site.posts.clear()

    assert counts(desk.bring(confirm=True)) == (0, 0, 0, 0)
    assert len(desk.numbers()) == 120


def test_a_site_that_counts_posts_it_does_not_show_is_read_and_nothing_taken_away(site: WordPress, desk: Desk) -> None:
    site.write(250)
    site.unread = frozenset((3, 99, 100, 101, 240))

    assert desk.bring().added == 245
    site.unread |= {7}
    assert counts(desk.bring()) == (0, 0, 0, 0)


def test_a_site_that_does_not_count_is_read_and_nothing_taken_away(site: WordPress, desk: Desk) -> None:
    site.totals = False
    site.write(250)

    assert desk.bring().added == 250
    site.delete(3)
    assert counts(desk.bring()) == (0, 0, 0, 0)


def test_one_post_at_which_the_site_fails_stops_no_other_one(site: WordPress, desk: Desk) -> None:
    site.write(130)
    site.faults.append(lambda asked: refuse(500) if "42" in asked.words.get("include", "").split(",") else None)

    report = desk.bring()

    assert report.added == 129
    assert [(item.source.split()[2], item.hidden) for item in report.skipped] == [("42", False)]
    assert "fails (500" in report.skipped[0].reason
    site.faults.clear()
    assert counts(desk.bring()) == (1, 0, 0, 0)


def test_a_weak_server_is_asked_for_fewer_at_a_time(site: WordPress, desk: Desk) -> None:
    site.write(400)
    site.faults.append(lambda asked: refuse(500) if asked.words.get("include", "").count(",") >= 30 else None)

    assert counts(desk.bring()) == (400, 0, 0, 0)

    asked = sum("include" in request.words for request in site.requests)
    assert asked <= 7 + 12


def test_one_post_that_nobody_could_read_stops_no_other_one(site: WordPress, desk: Desk) -> None:
    site.fail(
        "posts",
        _told([{**_ANSWER, "id": 1}, {**_ANSWER, "id": 2, "content": 7}, {**_ANSWER, "id": 3, "link": "javascript:x"}]),
    )

    report = desk.bring()

    assert desk.numbers() == [1, 3]
    assert desk.drafts()[3].source_url == ""
    assert [item.source.split()[2] for item in report.skipped] == ["2"]


def test_an_import_that_was_interrupted_goes_on_where_it_ended(site: WordPress, desk: Desk) -> None:
    site.write(450)

    class Interrupted(Silent):
        def read(self, items: int, *, total: int | None) -> None:
            if items == 250:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        desk.bring(progress=Interrupted())
    kept = desk.numbers()
    assert len(kept) >= 200

    report = desk.bring()

    assert len(desk.numbers()) == 450
    assert report.added == 450 - len(kept)
    assert min(site.fetched()) > 200


def test_a_site_that_breaks_off_says_so_and_the_next_import_goes_on(site: WordPress, desk: Desk) -> None:
    site.write(450)
    site.fail("posts", refuse(503, Retry_After="0"), first=9)

    with pytest.raises(SourceBrokeOff, match=r"too busy.*import it again"):
        desk.bring()

    kept = len(desk.numbers())
    assert kept == 200
    site.faults.clear()
    assert desk.bring().added == 450 - kept


def test_a_site_that_asks_for_rest_gets_it_and_is_asked_again(site: WordPress, desk: Desk) -> None:
    site.write(130)
    site.fail("posts", refuse(429, Retry_After="0"), first=2, last=3)
    site.fail("posts", refuse(503, Retry_After="0"), first=6, last=6)

    assert counts(desk.bring()) == (130, 0, 0, 0)


def test_a_connection_that_is_lost_once_is_tried_again(site: WordPress, desk: Desk) -> None:
    site.write(130)
    site.fail("posts", httpd.hang_up, first=3, last=3)

    assert counts(desk.bring()) == (130, 0, 0, 0)


def test_a_dry_run_reports_the_same_and_changes_nothing(site: WordPress, desk: Desk) -> None:
    site.write(30)

    report = desk.bring(dry_run=True)

    assert counts(report) == (30, 0, 0, 0)
    assert desk.numbers() == []
    assert counts(desk.bring()) == (30, 0, 0, 0)


# -- people, pictures, languages ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("author", "byline"),
    [
        (Author(name="Айгүль", login="aigul"), "Айгүль"),
        (Author(name="aigul.s", login="aigul.s"), ""),
        (Author(name="Admin", login="admin"), ""),
        (Author(name="editor.private@example.org", login="editor"), ""),
        (Author(name="Анна <anna@example.org>", login="anna"), "Анна"),
    ],
)
def test_a_byline_is_a_name_and_never_a_login_or_an_address(
    site: WordPress, desk: Desk, author: Author, byline: str
) -> None:
    site.write(author=author)

    desk.bring()

    assert desk.drafts()[1].byline == byline


def test_where_users_are_closed_articles_come_without_bylines(site: WordPress, desk: Desk) -> None:
    site.closed = {"users": 401}
    site.write(3)

    assert desk.bring().added == 3
    assert desk.drafts()[1].byline == ""
    assert desk.drafts()[1].section == "Новости"


def test_a_featured_picture_comes_with_what_it_shows(site: WordPress, desk: Desk) -> None:
    address = f"{site.url}wp-content/uploads/2024/01/bridge.png"
    site.files["wp-content/uploads/2024/01/bridge.png"] = picture(400, 300)
    inside = f'<p>Мост.</p><figure><img src="{address}" alt="Мост"><figcaption>Фото</figcaption></figure>'
    site.write(picture=address, alt="Мост через реку", body=inside)

    report = desk.bring(pictures=True)

    draft = desk.drafts()[1]
    assert draft.image is not None
    assert (draft.image.alt, draft.image.width) == ("Мост через реку", 400)
    assert any(isinstance(block, Figure) for block in draft.body)
    assert report.undescribed.pictures == 0


def test_pictures_whose_host_was_out_of_reach_are_tried_once_more(site: WordPress, desk: Desk) -> None:
    site.files["media/a.png"] = picture(40, 30)
    inside = f'<p>Мост.</p><img src="{site.url}media/a.png" alt="Мост">'
    site.write(body=inside)
    site.write(2)
    site.fail("media/a.png", refuse(502))
    assert desk.bring(pictures=True).added == 3
    assert desk.bring(pictures=True).pictures == 0
    desk.bring(pictures=True)
    assert site.fetched() == []
    site.faults.clear()
    desk.pass_time(days=8)

    report = desk.bring(pictures=True)

    assert (report.revised, report.pictures) == (1, 1)


def test_who_wants_pictures_after_all_gets_them(site: WordPress, desk: Desk) -> None:
    site.files["media/a.png"] = picture(40, 30)
    site.write(body=f'<p>Мост.</p><img src="{site.url}media/a.png" alt="Мост">')
    assert desk.bring().pictures == 0

    assert desk.bring(pictures=True).pictures == 1


def test_translations_of_polylang_are_linked(tmp_path: Path, site: WordPress) -> None:
    group = {"ru": 1, "kk": 2}
    site.namespaces += ("pll/v1",)
    site.write(lang="ru", translations=group)
    site.write(lang="kz", translations=group, body="<p>Көпір туралы мәтін.</p>")
    with (desk := Desk(tmp_path / "newsroom", site, editions=("ru", "kk"))).newsroom:
        desk.bring()

        drafts = desk.drafts()
        assert [drafts[1].edition, drafts[2].edition] == ["ru", "kk"]
        assert drafts[1].translation_group == drafts[2].translation_group != ""


def test_a_site_that_lists_one_language_at_a_time_is_read_in_all_of_the_newsrooms(
    tmp_path: Path, site: WordPress
) -> None:
    site.namespaces += ("wpml/v1",)
    site.by_language = True
    site.write(130, lang="ru")
    site.write(20, lang="kk", body="<p>Көпір туралы ұзақ мәтін, қаланың өзені және ғимараттары.</p>")
    with (desk := Desk(tmp_path / "newsroom", site, editions=("ru", "kk"))).newsroom:
        assert desk.bring().added == 150
        assert counts(desk.bring()) == (0, 0, 0, 0)
        site.delete(140)
        assert counts(desk.bring(confirm=True)) == (0, 0, 1, 0)


# -- one site, several doors -------------------------------------------------------------------------------------------

ADDRESSES = ["", "wp-json/", "wp-admin/", "wp-login.php", "2024/01/post-1/", "index.php?p=1"]


@pytest.mark.parametrize("folder", ["", "blog/"])
@pytest.mark.parametrize("pretty", [True, False])
@pytest.mark.parametrize("address", ADDRESSES)
def test_a_site_is_found_by_any_address_that_people_have_of_it(
    site: WordPress, desk: Desk, address: str, pretty: bool, folder: str
) -> None:
    site.folder, site.pretty = folder, pretty
    site.faults.append(lambda asked: _page_of(site) if asked.route.startswith("page ") else None)
    site.write(2)

    report = desk.bring(source=f"{site.url}{address}")

    assert (report.added, report.origin) == (2, f"wordpress 127.0.0.1:{site.httpd.port}/{folder}")


def test_a_root_of_another_name_is_found_by_the_link_to_it(site: WordPress, desk: Desk) -> None:
    site.write(2)
    site.linked_root = f"{site.url}?rest_route=/"
    site.fail("index", say(b"not here", status=404), last=2)

    assert desk.bring().added == 2


def test_what_a_site_calls_itself_counts_only_where_it_is(site: WordPress, desk: Desk) -> None:
    site.write(2)
    site.told_home = "https://victim.example/"

    assert desk.bring().origin == f"wordpress 127.0.0.1:{site.httpd.port}/"


def test_an_api_on_another_host_is_not_asked(site: WordPress, desk: Desk) -> None:
    site.pretty = False
    site.linked_root = "http://192.0.2.7/wp-json/"
    site.fail("index", say(b"no", status=404))

    with pytest.raises(UnreadableSource, match="another host"):
        desk.bring()


def test_a_site_that_leads_elsewhere_is_not_followed(site: WordPress, desk: Desk) -> None:
    site.fail("index", wpserver.redirect(f"http://localhost:{site.httpd.port}/wp-json/"), last=1)

    with pytest.raises(UnreadableSource, match="another site"):
        desk.bring()


def test_a_private_address_is_not_asked_unless_told(site: WordPress, desk: Desk) -> None:
    order = Order(kind="wordpress", source=[site.url])

    with pytest.raises(ForbiddenAddress):
        carry_out(desk.newsroom, order, now=desk.now)

    assert site.asked() == 0


CLOSED: dict[str, httpd.Mode] = {
    "401": refuse(401, code="rest_login_required"),
    "403": refuse(403, code="rest_disabled"),
    "404": refuse(404, code="rest_no_route"),
    "a riddle": wpserver.challenge,
    "a page": say(b"<!doctype html><p>Hello"),
}


@pytest.mark.parametrize("route", ["index", "posts"])
@pytest.mark.parametrize("closed", CLOSED)
def test_where_the_api_is_closed_the_feeds_are_read_under_the_same_identities(
    site: WordPress, desk: Desk, closed: str, route: str
) -> None:
    site.write(25)
    site.write(password="letmein")
    site.fail(route, CLOSED[closed])

    report = desk.bring()

    assert counts(report) == (25, 0, 0, 0)
    assert desk.numbers() == [*range(1, 26)]
    assert [(item.source.split()[2], item.hidden) for item in report.skipped] == [("26", True)]
    assert any("its feeds were read instead" in warned.warning for warned in report.warnings)
    assert site.asked("feed/atom") == 4
    site.write()
    assert counts(desk.bring()) == (1, 0, 0, 0)
    assert site.asked("feed/atom") <= 2


def test_feeds_take_nothing_away_and_the_api_goes_on_when_it_opens(site: WordPress, desk: Desk) -> None:
    site.write(30)
    desk.bring()
    site.delete(25)
    site.fail("index", refuse(401))
    assert counts(desk.bring()) == (0, 0, 0, 0)
    site.write()
    assert desk.bring().added == 1
    assert site.asked("feed/atom") == 2
    site.faults.clear()

    # What the feed told of has its section now.
    assert counts(desk.bring(confirm=True)) == (0, 1, 1, 0)


def test_plain_feeds_serve_where_there_are_no_others(site: WordPress, desk: Desk) -> None:
    site.pretty = False
    site.write(25)
    site.fail("index", refuse(401))
    site.fail("feed/atom", say(b"no", status=404))

    assert counts(desk.bring()) == (25, 0, 0, 0)
    assert desk.drafts()[25].key == "post-25"


def test_beginnings_of_texts_take_the_place_of_no_whole_one(site: WordPress, desk: Desk) -> None:
    site.write(5, body=f"<p>{'Длинный текст о мосте. ' * 40}</p>")
    desk.bring()
    site.edit(3, body=f"<p>{'Другой текст о мосте. ' * 40}</p>")
    site.fail("index", refuse(401))
    site.short_feeds = True

    report = desk.bring()

    assert counts(report) == (0, 0, 0, 0)
    assert {item.source.split()[2] for item in report.skipped} >= {"3"}
    assert "".join(desk.text(3).split()).count("Длинный") == 40


def test_what_a_feed_told_of_is_put_right_when_the_api_opens(site: WordPress, desk: Desk) -> None:
    site.write(3, tags=("мост",))
    site.fail("index", refuse(401))
    assert desk.bring().added == 3
    assert desk.drafts()[2].tags == []
    site.faults.clear()

    assert desk.bring().revised == 3
    assert desk.drafts()[2].tags == ["мост"]


def test_a_feed_without_times_of_change_revises_nothing_that_the_api_told_of(site: WordPress, desk: Desk) -> None:
    site.write(25)
    desk.bring()
    site.write()
    site.closed = {"index": 401, "feed/atom": 404}

    assert counts(desk.bring()) == (1, 0, 0, 0)


def test_a_site_without_api_and_feeds_says_what_is_wrong(site: WordPress, desk: Desk) -> None:
    site.fail("index", refuse(401, code="rest_login_required"))
    site.closed = {"feed/atom": 404, "feed/rss": 404}

    with pytest.raises(UnreadableSource, match=r"rest_login_required.*no feed"):
        desk.bring()


def test_an_export_and_the_api_of_one_site_are_one(site: WordPress, desk: Desk, tmp_path: Path) -> None:
    site.write(2)
    site.write(modified=wpserver.FIRST)  # planned ahead: its last change is older than its date
    site.edit(2, body='<p>Первый.</p>\n<p>Второй <a href="https://example.org/">там</a>.</p>')
    export = tmp_path / "export.xml"
    export.write_text(_export(site), encoding="utf-8")
    order = Order(kind="wordpress", source=[str(export)])
    assert carry_out(desk.newsroom, order, now=desk.now).added == 3

    report = desk.bring()

    assert counts(report) == (0, 0, 0, 0)
    assert report.unchanged == 3
    site.edit(2, body="<p>Иначе.</p>")
    assert counts(desk.bring()) == (0, 1, 0, 0)


# -- inside ------------------------------------------------------------------------------------------------------------

_ANSWER = {
    "id": 1,
    "type": "post",
    "status": "publish",
    "date_gmt": "2024-01-01T00:00:00",
    "modified_gmt": "2024-01-01T00:00:00",
    "title": {"rendered": "A title"},
    "content": {"rendered": "<p>Текст о мосте.</p>", "protected": False},
}


def _told(answers: list[dict[str, object]]) -> httpd.Mode:
    import json

    body = json.dumps(answers).encode()
    return say(body, X_WP_Total=str(len(answers)), X_WP_TotalPages="1", Content_Type="application/json")


def _page_of(site: WordPress) -> httpd.Mode:
    """A post's page, as people see it."""
    root = f"{site.url}wp-json/" if site.pretty else f"{site.url}?rest_route=/"
    head = f"<!doctype html><head><link rel='https://api.w.org/' href='{root}'></head>"
    return say(head.encode())


def _export(site: WordPress) -> str:
    """The site as its exporter writes it: bodies as their authors typed them."""
    items = "".join(
        f"<item><title>{post.title}</title><link>{site.link(post)}</link><dc:creator>aigul.s</dc:creator>"
        f"<guid isPermaLink='false'>{site.url}?p={post.id}</guid>"
        f"<content:encoded><![CDATA[{re.sub('</?p>', '', post.body)}]]></content:encoded>"
        f"<excerpt:encoded></excerpt:encoded><wp:post_id>{post.id}</wp:post_id>"
        f"<wp:post_date>{post.date:%Y-%m-%d %H:%M:%S}</wp:post_date>"
        f"<wp:post_date_gmt>{post.date:%Y-%m-%d %H:%M:%S}</wp:post_date_gmt>"
        f"<wp:post_modified>{post.modified:%Y-%m-%d %H:%M:%S}</wp:post_modified>"
        f"<wp:post_modified_gmt>{post.modified:%Y-%m-%d %H:%M:%S}</wp:post_modified_gmt>"
        f"<wp:post_name>{post.slug}</wp:post_name><wp:status>publish</wp:status><wp:post_type>post</wp:post_type>"
        f"<wp:post_password></wp:post_password></item>"
        for post in site.posts.values()
    )
    home = site.url.rstrip("/")
    return (
        "<?xml version='1.0' encoding='UTF-8'?><rss version='2.0' xmlns:excerpt='http://wordpress.org/export/1.2/excerpt/'"
        " xmlns:content='http://purl.org/rss/1.0/modules/content/' xmlns:dc='http://purl.org/dc/elements/1.1/'"
        " xmlns:wp='http://wordpress.org/export/1.2/'><channel><title>Паром</title><wp:wxr_version>1.2</wp:wxr_version>"
        f"<wp:base_site_url>{home}</wp:base_site_url><wp:base_blog_url>{home}</wp:base_blog_url>{items}</channel></rss>"
    )
