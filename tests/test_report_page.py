"""A report as a page: all that the report says, nothing that its source keeps private, and no way to run code."""

import itertools
import re
from pathlib import Path

import pytest
from lxml import html

from browser import SCHEMES, WIDTHS, Window, axe_source, chromium
from importing import DATED, write
from leaks import leaks, secrets_of
from newsrooms import make_newsroom
from tamizdat_server.cli.import_report import tell
from tamizdat_server.importers.items import Skipped
from tamizdat_server.importers.orders import Order, carry_out
from tamizdat_server.importers.report import Held, Report, Undescribed, Warned
from tamizdat_server.importers.report_page import report_page
from tamizdat_server.newsroom import Newsroom
from test_leaks import EXPORTS, HOSTILE
from wxr import export, item

AT = "2026-11-22T06:00:00Z"
SITE = "wordpress example.kz/"
REPORT = Report(
    origin=SITE,
    added=1203,
    revised=2,
    unchanged=17,
    removed=3,
    pictures=44,
    held=[Held(f"{SITE} 7", "2024/bridge", "ru", "the site has it no more")],
    skipped=[
        Skipped(f"{SITE} 8", "it has no date"),
        Skipped("notes/tide.md", "it has no date"),
        Skipped(f"{SITE} 9", "it is a draft", hidden=True),
        Skipped("_drafts/the-minister-s-brother.md", "it is a draft", hidden=True),
        Skipped("feed https://example.kz/the-minister-s-brother", "it isn't for everybody", hidden=True),
        Skipped("https://example.kz/the-minister-s-brother", "it can't be read"),
        Skipped(f"{SITE} 12", "dated in the future, 2027-01-01T06:00:00Z", hidden=True),
        Skipped(f"{SITE} 13", "dated in the future, 2027-01-02T06:00:00Z", hidden=True),
    ],
    warnings=[Warned("an audio player became a link", 12, f"{SITE} 10")],
    undescribed=Undescribed(pictures=5, articles=1, first=[f"{SITE} 11"]),
)


def page(report: Report = REPORT, **others) -> html.HtmlElement:
    return html.document_fromstring(report_page(report, title="The Ferry", at=AT, **others))


def words(tree: html.HtmlElement, section: str = "") -> str:
    found = tree.cssselect(f"section[aria-labelledby={section}]")[0] if section else tree
    return " ".join(found.text_content().split())


def test_every_figure_and_every_reason_is_told():
    tree = page()
    figures = {div.find("dt").text: div.find("dd").text for div in tree.cssselect(".counts div")}
    assert figures == {
        "added": "1,203", "revised": "2", "unchanged": "17", "removed": "3", "held": "1", "skipped": "3",
        "kept private": "5", "pictures shown": "44",
    }  # fmt: skip
    assert "2024/bridge (ru): the site has it no more" in words(tree, "held")
    assert "--confirm" in words(tree, "held")
    assert "2 it has no date" in words(tree, "skipped")
    assert "post 8" in words(tree, "skipped")
    assert "5 pictures in 1 article" in words(tree, "undescribed")
    assert "an audio player became a link 12 articles, such as post 10" in words(tree, "warnings")


@pytest.mark.parametrize("kind", ["markdown", "wordpress", "feed"])
def test_where_most_is_dated_in_the_future_the_clock_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
):
    write(tmp_path / "markdown", {f"{n}.md": DATED + "Words." for n in range(3)})
    (tmp_path / "wordpress").write_text(export(*map(item, (1, 2, 3))))
    entries = "".join(
        f"<item><guid>{n}</guid><title>T</title><description>{'Words. ' * 50}</description>"
        "<pubDate>Wed, 01 May 2024 06:00:00 GMT</pubDate></item>"
        for n in range(3)
    )
    (tmp_path / "feed").write_text(f'<rss version="2.0"><channel><title>T</title>{entries}</channel></rss>')
    order = Order(kind=kind, source=[str(tmp_path / kind)], language="en")
    with make_newsroom(tmp_path / "newsroom") as newsroom:
        early = carry_out(newsroom, order, now="2019-03-01T10:00:00Z", dry_run=True)
        late = carry_out(newsroom, order, now=AT, dry_run=True)
    tell(early, tmp_path)
    assert "MOST OF IT IS DATED IN THE FUTURE: this machine's clock says" in capsys.readouterr().err
    assert "dated in the future" in words(page(early), "clock")
    tell(late, tmp_path)
    assert "FUTURE" not in capsys.readouterr().err
    assert not page(late).cssselect("section[aria-labelledby=clock]")


def test_of_what_is_kept_private_only_numbers_are_told():
    tree = page()
    assert "2 it is a draft" in words(tree, "private")
    assert "post 9" in words(tree, "private")
    assert "2 dated in the future" in words(tree, "private")
    assert "minister" not in html.tostring(tree).decode()


def test_public_pages_and_files_that_came_to_nothing_are_named():
    sources = ("page https://example.kz/about", "feed example.kz/?p=7", "notes/tide.md", "feed tag:a.b/c d")
    tree = page(Report(origin="page", skipped=[Skipped(source, "it has no date") for source in sources]))
    links = [link.get("href") for link in tree.cssselect("a")]
    assert links == ["https://example.kz/about", "https://example.kz/?p=7"]
    assert "notes/tide.md" in words(tree, "skipped")


def test_links_lead_to_where_an_article_can_be_mended_and_tell_nobody_who_followed_them():
    tree = page()
    links = {link.text_content(): link for link in tree.cssselect("a")}
    assert links["post 11"].get("href") == "https://example.kz/wp-admin/post.php?post=11&action=edit"
    assert all(link.get("rel") == "noreferrer noopener" for link in links.values())


@pytest.mark.parametrize(
    "hostile", ['"><script>alert(1)</script>', "</style><img src=x onerror=alert(1)>", "\u202e\x1b]0;"]
)
def test_nothing_that_a_source_says_is_more_than_text(hostile: str):
    report = Report(
        origin=hostile,
        held=[Held(hostile, hostile, hostile, hostile)],
        skipped=[Skipped(hostile, hostile), Skipped(f"page https://x/{hostile}", hostile, hidden=True)],
        warnings=[Warned(hostile, 1, f"feed javascript:{hostile}")],
        undescribed=Undescribed(1, 1, [f"feed https://x/{hostile}"]),
    )
    text = report_page(report, title=hostile, at=AT, following=[(hostile, hostile)])
    tree = html.document_fromstring(text)
    assert not tree.cssselect("script, img, iframe, object, [onerror], [style]")
    assert len(tree.cssselect("style")) == 1
    assert all(re.match("https?://", link.get("href")) for link in tree.cssselect("a"))
    assert not set("\u202e\x1b") & set(text)


@pytest.mark.parametrize("name", EXPORTS)
def test_the_report_of_an_export_has_none_of_its_private_words(corpora: Path, tmp_path: Path, name: str):
    path = corpora / EXPORTS[name]
    secrets = secrets_of(path, marked=HOSTILE if name == "hostile" else ())
    Newsroom.init(tmp_path / "ferry", title="The Ferry", editions=[], passphrase=None, now=0).close()
    with Newsroom.open(tmp_path / "ferry") as newsroom:
        report = carry_out(newsroom, Order(kind="wordpress", source=[str(path)], pictures="none"), now=AT)
    text = report_page(report, title="The Ferry", at=AT)
    assert leaks(secrets, [text.encode()]) == []


def test_an_import_without_trouble_has_no_empty_sections():
    tree = page(Report(added=1), following=[("Publish it:", "tamizdat publish ferry")])
    assert [title.text for title in tree.cssselect("h2")] == ["In figures", "What to do next"]
    assert tree.cssselect("pre code")[0].text == "tamizdat publish ferry"


def test_thousands_of_skipped_articles_still_make_a_page_that_opens():
    many = Report(skipped=[Skipped(f"{SITE} {number}", "it has no date") for number in range(20_000)])
    text = report_page(many, title="The Ferry", at=AT)
    assert len(text) < 100_000
    assert "20,000" in text
    assert "… and 19,800 more" in text


def test_it_reads_well_on_a_phone_and_a_desk_by_day_and_night(tmp_path: Path):
    path = tmp_path / "report.html"
    path.write_text(report_page(REPORT, title="The Ferry", at=AT, following=[("Publish it:", "x" * 300)]), "utf-8")
    source = axe_source()
    with chromium() as browser:
        window = Window(browser, "")
        window.open(path.as_uri())
        for width, scheme in itertools.product(WIDTHS, SCHEMES):
            window.look(width=width, scheme=scheme)
            assert not window.overflow()
            assert not window.axe(source)
        assert not window.wrong
