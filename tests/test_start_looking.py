"""Before anything is made, `start` says what an address is, or what can be done where it is nothing of use."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from httpd import Handler, Httpd, Mode, Redirect, Status
from tamizdat.errors import ForbiddenAddress, Unreachable, UnreadableSource
from tamizdat_server.importers.web.fetching import Web
from tamizdat_server.starting import Found, look
from tamizdat_server.starting.found import languages_of

FEED = b'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title></channel></rss>'


def page(head: str = "", body: str = "<p>Words.", attributes: str = 'lang="ru-RU"') -> bytes:
    return f"<!doctype html><html {attributes}><head>{head}</head><body>{body}</body></html>".encode()


def html(data: bytes, kind: str = "text/html; charset=utf-8") -> Mode:
    def answer(handler: Handler, file: Path | None) -> None:
        handler.answer(200, data, Content_Type=kind)

    return answer


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Httpd]:
    with Httpd(tmp_path) as httpd:
        yield httpd


@pytest.fixture
def web() -> Iterator[Web]:
    web = Web(allow_private=True)
    yield web
    web.close()


def test_a_site_with_a_feed_alone_is_taken_by_its_feed_of_articles(site: Httpd, web: Web):
    site.tell(
        "",
        html(
            page(
                "<title>The Ferry &amp; Co – the paper of a town</title>"
                '<link rel="alternate" type="application/rss+xml" href="/comments/feed/">'
                '<link rel="alternate" type="application/rss+xml" href="/rss.xml">'
                '<link rel="alternate" hreflang="kz" href="/kk/"><link rel="alternate" hreflang="x-default" href="/">'
            )
        ),
    )
    found = look(site.url, fetcher=web)
    assert (found.kind, found.source, found.title) == ("feed", f"{site.url}rss.xml", "The Ferry & Co")
    assert found.languages == ["ru", "kk"]
    assert "no older ones" in found.told[0]


def test_a_feed_s_own_address_is_a_feed(site: Httpd, web: Web):
    site.tell("rss", html(FEED, "application/rss+xml"))
    assert look(f"{site.url}rss", fetcher=web).source == f"{site.url}rss"


def test_wordpress_with_a_closed_api_is_told_how_to_get_everything(site: Httpd, web: Web):
    site.tell("", html(page('<meta name="generator" content="WordPress 6.7"><title>The Ferry</title>')))
    site.tell("wp-json/", Status(403))
    found = look(site.url, fetcher=web)
    assert (found.kind, found.source) == ("wordpress", site.url)
    assert "Tools > Export" in found.told[0]


def test_an_address_without_its_scheme_is_tried_by_https_and_then_by_http(site: Httpd, web: Web):
    site.tell("", html(page('<link rel="alternate" type="application/atom+xml" href="a.xml">')))
    assert look(f"127.0.0.1:{site.port}", fetcher=web).source == f"{site.url}a.xml"


def test_a_redirect_leads_to_the_address_that_counts(site: Httpd, web: Web):
    site.tell("old", Redirect("/news/"))
    site.tell("news/", html(page('<link rel="alternate" type="application/atom+xml" href="a.xml">')))
    assert look(f"{site.url}old", fetcher=web).source == f"{site.url}news/a.xml"


@pytest.mark.parametrize(("age", "seconds"), [("86400", 86_400), ("soon", 0), ("-5", 0), ("9" * 40, 0)])
def test_a_cache_that_says_how_old_its_answer_is_leads_nobody_to_doubt_a_clock(
    site: Httpd, web: Web, age: str, seconds: int
):
    front = page('<link rel="alternate" type="application/rss+xml" href="rss">')
    site.tell("", lambda handler, _: handler.answer(200, front, Age=age))
    told = look(site.url, fetcher=web).clock
    assert told is not None
    assert abs(told - seconds - time.time()) < 3600


def test_a_plain_page_is_refused_with_what_can_be_done_instead(site: Httpd, web: Web):
    site.tell("", html(page("<title>About</title>")))
    with pytest.raises(UnreadableSource, match=r"Tools > Export.*tamizdat import page"):
        look(site.url, fetcher=web)


@pytest.mark.parametrize(
    ("status", "told"),
    [(503, "maintenance"), (404, "whether the address is right"), (401, "password"), (204, "no page")],
)
def test_a_site_that_shows_nothing_is_told_apart(site: Httpd, status: int, told: str, web: Web):
    site.tell("", Status(status))
    if status == 503:
        site.tell("", maintenance)
    with pytest.raises(UnreadableSource, match=told):
        look(site.url, fetcher=web)


def maintenance(handler: Handler, file: Path | None) -> None:
    handler.answer(503, b"Briefly unavailable for scheduled maintenance.", Retry_After="600")


def test_an_own_network_is_not_looked_at_unless_told(site: Httpd):
    with pytest.raises(ForbiddenAddress):
        look(site.url, fetcher=Web())


def test_nobody_at_home_is_told_as_such(web: Web):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Unreachable, match="can't be reached"):
        look(f"http://127.0.0.1:{port}/", fetcher=web)


@pytest.mark.parametrize("place", ["", " ", "articles", "hello world", "../articles", "/nowhere/export", "C:\\export"])
def test_a_slip_in_a_file_s_name_is_not_looked_for_in_the_web(place: str, web: Web):
    with pytest.raises(UnreadableSource, match="no such file or folder"):
        look(place, fetcher=web)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\0" * 100, b"<html lang='\xff'>", b"<" * 100_000, page(attributes='lang="' + "x" * 10_000 + '"'),
        page('<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">'),
        page('<link rel="alternate" type="application/rss+xml" href="http://[::1">'),
        page("<title>" + "a" * 100_000 + "</title>"), "<p>".encode("utf-16"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["text/html", "text/html; charset=nonsense", "application/octet-stream"])
def test_whatever_a_page_is_made_of_the_answer_is_one_of_ours(site: Httpd, web: Web, data: bytes, kind: str):
    site.tell("", html(data, kind))
    with pytest.raises(UnreadableSource):
        look(site.url, fetcher=web)


def test_an_export_is_known_by_its_content_and_says_title_languages_and_how_many(corpora: Path, web: Web):
    found = look(str(corpora / "wxr-cclabs" / "cclabs.wxr.xml"), fetcher=web)
    assert found == Found(
        "wordpress",
        str(corpora / "wxr-cclabs" / "cclabs.wxr.xml"),
        title="CC Labs",
        languages=["en"],
        articles=219,
        site="http://labs.creativecommons.org",
    )
    hostile = look(str(corpora / "wxr-hostile-synthetic" / "hostile.wxr.xml"), fetcher=web)
    assert hostile.languages == ["ru", "kk"]


def test_languages_are_proposed_as_the_texts_are_whatever_a_theme_says():
    russian = "Совет собрался во вторник, и вот что из этого вышло, слово в слово, как там было сказано."
    kazakh = "Жаңа көпір қайда салынады? Оны әзірге ешкім білмейді."
    english = "<p>The council met on Tuesday, and this is what came of it.</p>"
    assert languages_of(["en-US"], [russian] * 9 + [kazakh]) == ["en", "ru", "kk"]
    assert languages_of(["ru-RU"], [russian] * 9 + [english]) == ["ru"]
    assert languages_of([], [russian] * 8 + [english] * 2) == ["ru", "en"]
    assert languages_of(["kz", "", "x_y!"]) == ["kk"]
    assert languages_of([]) == []


def test_a_folder_of_exports_counts_as_one(corpora: Path, tmp_path: Path, web: Web):
    for number in (1, 2):
        export = (corpora / "wxr-cclabs" / "cclabs.wxr.xml").read_bytes()
        (tmp_path / f"{number}.xml").write_bytes(export)
    assert look(str(tmp_path), fetcher=web).articles == 438


def test_a_folder_without_anything_to_import_is_refused(tmp_path: Path, web: Web):
    with pytest.raises(UnreadableSource, match="neither"):
        look(str(tmp_path), fetcher=web)
