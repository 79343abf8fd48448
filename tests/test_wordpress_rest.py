"""A WordPress site, imported through its REST API: whole, and again when something changed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from importing import picture
from tamizdat.format.article import Figure
from wpdesk import Desk, counts
from wpserver import Author, WordPress, refuse


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
