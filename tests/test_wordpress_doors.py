"""One WordPress site, whichever way it is reached: its addresses, its API, its feeds, its export."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import httpd
import wpserver
from tamizdat.errors import ForbiddenAddress, UnreadableSource
from tamizdat_server.importers.orders import Order, carry_out
from tamizdat_server.importers.report import Report
from tamizdat_server.importers.wordpress.posts import site_name
from tamizdat_server.importers.wordpress.site import same_host
from wpdesk import Desk, counts
from wpserver import WordPress, refuse, say


@pytest.fixture
def site() -> Iterator[WordPress]:
    with WordPress() as site:
        yield site


@pytest.fixture
def desk(tmp_path: Path, site: WordPress) -> Iterator[Desk]:
    desk = Desk(tmp_path / "newsroom", site)
    with desk.newsroom:
        yield desk


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


def test_who_leaves_the_scheme_away_is_told_so(desk: Desk) -> None:
    with pytest.raises(UnreadableSource, match="begins with https://"):
        desk.bring(source="www.example.kz/blog")


def test_a_root_of_another_name_is_found_by_the_link_to_it(site: WordPress, desk: Desk) -> None:
    site.write(2)
    site.linked_root = f"{site.url}?rest_route=/"
    site.fail("index", say(b"not here", status=404), last=2)

    assert desk.bring().added == 2


def test_a_root_that_moved_within_its_site_is_followed(site: WordPress, desk: Desk) -> None:
    site.write(120)
    site.fail("index", wpserver.redirect(f"{site.url}index.php?rest_route=/"), last=1)

    assert desk.bring().added == 120


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("http://example.kz/", "https://www.example.kz/blog/", True),
        ("https://EXAMPLE.kz.", "https://example.kz:443/", True),
        ("https://мысал.kz/", "https://xn--80awbu3c.kz/", True),
        ("https://example.kz/", "https://example.kz.evil.example/", False),
        ("https://example.kz/", "https://example.kz@evil.example/", False),
        ("https://example.kz/", "https://example.kz:8443/", False),
        ("https://example.kz/", "https://shop.example.kz/", False),
        ("https://", "https://", False),
        ("https://[::1/", "https://[::1/", False),
    ],
)
def test_a_host_is_the_same_by_either_scheme_and_with_www(one: str, other: str, is_same: bool) -> None:
    assert same_host(one, other) == is_same


@pytest.mark.parametrize("told", ["https://victim.example/", "http://127.0.0.1:{port}/bl", "http://[", "javascript:x"])
def test_what_a_site_calls_itself_counts_only_where_it_is(site: WordPress, desk: Desk, told: str) -> None:
    site.folder = "blog/"
    site.write(2)
    site.told_home = told.format(port=site.httpd.port)

    assert desk.bring().origin == f"wordpress 127.0.0.1:{site.httpd.port}/blog/"


def test_an_api_on_another_host_is_not_asked(site: WordPress, desk: Desk) -> None:
    site.pretty = False
    site.linked_root = "http://192.0.2.7/wp-json/"
    site.fail("index", say(b"no", status=404))

    with pytest.raises(UnreadableSource, match="another host"):
        desk.bring()
    site.write(2)

    report = desk.bring()

    assert report.added == 2
    assert "another host" in report.warnings[0].warning


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


@pytest.mark.parametrize("listed", [True, False])
def test_translations_of_an_export_stay_linked_as_the_site_goes_on(
    site: WordPress, tmp_path: Path, listed: bool
) -> None:
    desk = Desk(tmp_path / "newsroom", site, editions=("en", "ru", "kk"))
    group = {"en": 1, "ru": 2, "kk": 3}
    for language, body in (("en", "<p>A text.</p>"), ("ru", "<p>Это текст.</p>"), ("kk", "<p>Бұл мәтін.</p>")):
        site.write(lang=language, translations=group, body=body)
    known = dict(site.posts)
    if not listed:
        del site.posts[1]  # the export is of a part, and names the others by what it has
    path = tmp_path / "export.xml"
    path.write_text(_export(site), encoding="utf-8")
    carry_out(desk.newsroom, Order(kind="wordpress", source=[str(path)]), now=desk.now)
    site.posts = known

    report = desk.bring()

    assert counts(report) == (0 if listed else 1, 0, 0, 0)
    assert len({draft.translation_group for draft in desk.drafts().values()} - {""}) == 1
    site.edit(3, body="<p>Бұл басқа мәтін.</p>")
    site.write(lang="ru", translations={"ru": 4}, body="<p>Другой текст.</p>")
    assert counts(desk.bring()) == (1, 1, 0, 0)
    groups = [draft.translation_group for _, draft in sorted(desk.drafts().items())]
    assert groups == [groups[0]] * 3 + [f"wordpress {site_name(site.url)} 4"]
    site.write(lang="kk", translations={"ru": 4, "kk": 5}, body="<p>Тағы бір мәтін.</p>")
    desk.bring()
    assert desk.drafts()[4].translation_group == desk.drafts()[5].translation_group


SEVERAL = "<p>[:ru]Это текст о мосте через реку.[:kk]Бұл өзен арқылы көпір туралы мәтін.[:]</p>"
SHOWN = "<p>Это текст о мосте через реку.</p>"


def _bring_export(desk: Desk, path: Path, *, body: str) -> Report:
    """Import what the site's exporter writes, where all of its posts have this text."""
    shown = desk.site.posts
    desk.site.posts = {number: replace(post, body=body) for number, post in shown.items()}
    path.write_text(_export(desk.site), encoding="utf-8")
    desk.site.posts = shown
    return carry_out(desk.newsroom, Order(kind="wordpress", source=[str(path)]), now=desk.now)


@pytest.mark.parametrize("editions", [("ru", "kk"), ()])
def test_a_site_that_shows_one_of_a_posts_languages_goes_on_with_that_one(
    site: WordPress, tmp_path: Path, editions: tuple[str, ...]
) -> None:
    desk = Desk(tmp_path / "newsroom", site, editions=editions)
    site.write(2, body=SHOWN)
    assert _bring_export(desk, tmp_path / "export.xml", body=SEVERAL).added == 4

    assert counts(desk.bring()) == (0, 0, 0, 0)
    site.edit(2, body="<p>Это новый текст о мосте через реку.</p>")
    assert counts(desk.bring()) == (0, 1, 0, 0)
    assert len({*desk.newsroom.standing_sources()}) == 4

    site.edit(1, password="letmein")
    desk.bring(confirm=True)
    assert {source.split()[2] for source, _ in desk.newsroom.standing_sources()} == {"2"}


def test_an_export_adds_the_languages_that_its_site_did_not_show(site: WordPress, tmp_path: Path) -> None:
    desk = Desk(tmp_path / "newsroom", site, editions=("ru", "kk"))
    site.write(2, body=SHOWN)
    assert desk.bring().added == 2

    assert counts(_bring_export(desk, tmp_path / "export.xml", body=SEVERAL)) == (2, 0, 0, 0)
    assert counts(_bring_export(desk, tmp_path / "export.xml", body=SEVERAL)) == (0, 0, 0, 0)
    assert counts(desk.bring()) == (0, 0, 0, 0)


# -- inside ------------------------------------------------------------------------------------------------------------


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
        f"<wp:post_password></wp:post_password>{_marks(post)}</item>"
        for post in site.posts.values()
    )
    home = site.url.rstrip("/")
    return (
        "<?xml version='1.0' encoding='UTF-8'?><rss version='2.0' xmlns:excerpt='http://wordpress.org/export/1.2/excerpt/'"
        " xmlns:content='http://purl.org/rss/1.0/modules/content/' xmlns:dc='http://purl.org/dc/elements/1.1/'"
        " xmlns:wp='http://wordpress.org/export/1.2/'><channel><title>Паром</title><wp:wxr_version>1.2</wp:wxr_version>"
        f"<wp:base_site_url>{home}</wp:base_site_url><wp:base_blog_url>{home}</wp:base_blog_url>{items}</channel></rss>"
    )


def _marks(post: wpserver.Post) -> str:
    """Polylang's."""
    language = f'<category domain="language" nicename="{post.lang}">{post.lang}</category>' if post.lang else ""
    group = "".join(f"{number}." for number in post.translations.values())
    return language + (f'<category domain="post_translations" nicename="pll_{group}">x</category>' if group else "")
