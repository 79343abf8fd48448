"""Sites that keep their articles in types of posts of their own, `news` or `story`."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import click
import pytest

from tamizdat.errors import UnreadableSource, UsageError
from tamizdat_server.cli.start_answers import likely_types, with_types
from tamizdat_server.importers import Imported, Skipped
from tamizdat_server.importers.orders import Order, carry_out
from tamizdat_server.importers.web.fetching import Web
from tamizdat_server.pulling import pull_one
from tamizdat_server.starting import Answers, look
from tamizdat_server.starting.answers import again
from wpdesk import Desk, counts
from wpserver import WordPress, refuse
from wxr import HOME, export, item, read_posts


@pytest.fixture
def site() -> Iterator[WordPress]:
    with WordPress(types={"news": "our-news", "nav_menu_item": "menu-items", "feedback": "feedback"}) as site:
        yield site


@pytest.fixture
def desk(tmp_path: Path, site: WordPress) -> Iterator[Desk]:
    with (desk := Desk(tmp_path / "newsroom", site)).newsroom:
        yield desk


def left(report_skipped: list[Skipped]) -> list[str]:
    return [skipped.reason for skipped in report_skipped]


# -- a site ------------------------------------------------------------------------------------------------------------


def test_posts_of_a_type_that_was_asked_for_are_articles_for_one_request_more(site: WordPress, desk: Desk) -> None:
    site.write(2)
    (first, _) = site.write(2, type="news")

    report = desk.bring(types=["news"])

    assert (report.added, report.skipped) == (4, [])
    assert desk.drafts()[first].title == f"Статья {first}"
    assert site.asked("types") == 1
    assert counts(desk.bring(types=["news"])) == (0, 0, 0, 0)
    assert site.asked("types") == 0
    site.edit(first, title="Иначе")
    assert counts(desk.bring(types=["news"])) == (0, 1, 0, 0)


def test_a_site_tells_how_many_of_which_type_were_left_and_how_they_come(site: WordPress, desk: Desk) -> None:
    site.write(2)
    site.write(8, type="news")
    site.write(9, type="nav_menu_item")
    site.write(9, type="feedback")

    (told,) = left(desk.bring().skipped)

    assert told.startswith("8 posts are of the type 'news'")
    assert "--type news" in told
    assert left(desk.bring().skipped) == []


def test_deletions_are_found_in_each_type_by_itself(site: WordPress, desk: Desk) -> None:
    site.write(300)
    news = site.write(3, type="news")
    desk.bring(types=["news"])
    site.delete(news[0], 7)

    assert counts(desk.bring(types=["news"], confirm=True)) == (0, 0, 2, 0)
    assert set(news[1:]) <= set(desk.numbers())


def test_a_type_that_is_asked_for_no_more_stands_and_its_deletions_are_found_within_a_week(
    site: WordPress, desk: Desk
) -> None:
    site.write(2)
    news = site.write(3, type="news")
    desk.bring(types=["news"])
    site.delete(news[0])
    assert counts(desk.bring()) == (0, 0, 0, 0)

    desk.pass_time(days=8)

    assert counts(desk.bring(confirm=True)) == (0, 0, 1, 0)
    assert set(news[1:]) <= set(desk.numbers())


def test_a_type_that_the_site_shows_no_more_takes_nothing_away(site: WordPress, desk: Desk) -> None:
    site.write(2)
    site.write(3, type="news")
    desk.bring(types=["news"])
    site.types = {}
    desk.pass_time(days=8)

    report = desk.bring(types=["news"], confirm=True)

    assert counts(report) == (0, 0, 0, 0)
    assert any("posts of this type weren't read" in reason for reason in left(report.skipped))


def test_a_type_that_the_site_never_had_is_an_error_that_names_those_it_has(site: WordPress, desk: Desk) -> None:
    site.write(1)
    with pytest.raises(UnreadableSource, match="no type 'nwes', but news"):
        desk.bring(types=["nwes"])


def test_where_the_list_of_types_is_closed_a_types_own_name_is_tried(site: WordPress, desk: Desk) -> None:
    site.types = {"story": "story"}
    site.write(1)
    site.write(1, type="story")
    site.fail("types", refuse(401))
    assert desk.bring(types=["story"]).added == 2


@pytest.mark.parametrize("name", ["attachment", "nav_menu_item", "wp_block", "acf-field", "feedback", "News", ""])
def test_what_is_never_an_article_cant_be_asked_for(site: WordPress, desk: Desk, name: str) -> None:
    with pytest.raises(UsageError, match="--type"):
        desk.bring(types=[name])
    assert not site.requests


def test_the_settings_of_a_newsroom_may_name_types(site: WordPress, desk: Desk) -> None:
    site.write(1, type="news")
    config = desk.newsroom.folder / "tamizdat.toml"
    told = f'\n[imports.site]\nkind = "wordpress"\nsource = "{site.url}"\ntype = ["news"]\nallow_private = true\n'
    config.write_text(config.read_text("utf-8") + told, "utf-8")
    assert pull_one(desk.newsroom, "site", now=desk.now).added == 1


# -- an export ---------------------------------------------------------------------------------------------------------


def test_an_export_brings_the_types_that_were_asked_for_by_the_rules_of_posts(tmp_path: Path) -> None:
    found = read_posts(
        tmp_path,
        item(1, kind="news", link=f"{HOME}/news/ferry/"),
        item(2, kind="news", status="private"),
        item(3, kind="news", post_password="x"),
        item(4, kind="story"),
        types=["news"],
    )
    assert isinstance(found["1"], Imported)
    assert found["1"].draft.key == "news/ferry"
    assert [one.hidden for one in found.values() if isinstance(one, Skipped)] == [True, True, False]


def test_an_export_tells_which_types_were_left_and_of_what_isnt_public_nothing(tmp_path: Path) -> None:
    kinds = ("news", "nav_menu_item", "wp_global_styles", "oembed_cache", "acf-field", "flamingo_inbound")
    found = read_posts(tmp_path, *(item(number, kind=kind) for number, kind in enumerate(kinds, 1)))
    reasons = left([one for one in found.values() if isinstance(one, Skipped)])
    assert [("--type" in reason) for reason in reasons] == [True, False, False, False, False, False]
    assert "--type news" in reasons[0]
    (draft,) = read_posts(tmp_path, item(1, kind="news", status="draft")).values()
    assert isinstance(draft, Skipped)
    assert draft.hidden


def test_what_an_export_brought_of_a_type_is_no_deletion_to_the_site(
    site: WordPress, desk: Desk, tmp_path: Path
) -> None:
    site.write(1)
    home = site.url.rstrip("/")
    path = tmp_path / "export.xml"
    path.write_text(export(item(70, kind="news"), item(71, kind="story")).replace(HOME, home), "utf-8")
    order = Order(kind="wordpress", source=[str(path)], type=["news", "story"])
    assert carry_out(desk.newsroom, order, now=desk.now).added == 2
    site.posts[70] = site.posts[1].__class__(**{**vars(site.posts[1]), "id": 70, "type": "news"})

    report = desk.bring(types=["news", "story"], confirm=True)  # stories are none that its API shows

    assert counts(report) == (1, 1, 0, 0)

    site.posts.pop(70)
    site.write(1, type="news")
    desk.pass_time(days=8)
    assert counts(desk.bring(confirm=True)) == (0, 0, 1, 0)


def test_what_an_export_brought_in_another_language_is_no_deletion_either(site: WordPress, tmp_path: Path) -> None:
    site.namespaces += ("wpml/v1",)
    site.by_language = True
    site.write(2, lang="ru")
    site.write(1, lang="ru", type="news")
    site.write(1, lang="ru", type="page")
    told = {"lang": "kk", "body": "<p>Көпір туралы ұзақ мәтін, қаланың өзені және ғимараттары.</p>"}
    numbers = site.write(1, type="news", **told) + site.write(1, type="page", **told)
    items = (item(number, told["body"], kind=site.posts[number].type) for number in numbers)
    path = tmp_path / "export.xml"
    path.write_text(export(*items).replace(HOME, site.url.rstrip("/")), "utf-8")
    with (desk := Desk(tmp_path / "newsroom", site, editions=("ru", "kk"))).newsroom:
        order = Order(kind="wordpress", source=[str(path)], type=["news"], pages=True)
        assert carry_out(desk.newsroom, order, now=desk.now).added == 2
        assert counts(desk.bring(confirm=True)) == (2, 0, 0, 0)


# -- a beginning -------------------------------------------------------------------------------------------------------


def test_start_asks_for_the_types_that_a_site_or_its_export_has_many_of(site: WordPress, tmp_path: Path) -> None:
    site.types = {"news": "our-news", "books": "books", "story": "story"}
    for kind, number in (("post", 1), ("news", 6), ("books", 7), ("story", 2)):
        site.write(number, type=kind)
    path = tmp_path / "export.xml"
    path.write_text(export(*(item(post.id, kind=post.type) for post in site.posts.values())), "utf-8")
    with closing(Web(allow_private=True)) as web:
        found = look(site.url, fetcher=web)
        assert found.types == look(str(path), fetcher=web).types == {"news": 6, "books": 7}

    order = Order(kind="wordpress", source=[site.url])

    assert likely_types(found) == "news"
    assert with_types(order, "News, books", found).type == ["news", "books"]
    assert with_types(order, "none", found).type == []
    with pytest.raises(click.UsageError, match="no type 'story'"):
        with_types(order, "story", found)
    again_ = again(Answers(site.url, "", with_types(order, "news", found)))
    assert again_ is not None
    assert again_.type == ["news"]
