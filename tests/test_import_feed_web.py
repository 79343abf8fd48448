"""Feeds in the web: asked for politely, followed to their pages and older entries, and never into one's own network."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from httpd import Httpd, Status
from importing import NOW, picture
from tamizdat.errors import ForbiddenAddress, SourceBrokeOff, UnreadableSource
from tamizdat.format.article import Figure
from tamizdat_server.images import Pictures
from tamizdat_server.importers.feed import open_feed
from tamizdat_server.importers.items import Imported, Item, Reached, Skipped
from tamizdat_server.importers.source import Options
from tamizdat_server.importers.web.fetching import Web

LONG = "<p>" + "The bridge opens on Monday after three years of works, as the town had hoped. " * 20 + "</p>"
TEXT = "".join(
    f"<p>Paragraph {n} of what the town says of its bridge, at some length and in detail.</p>" for n in range(9)
)
PAGE = (
    '<!doctype html><html lang="en"><head><title>A bridge - The Paper</title>{head}</head>'
    "<body><article><h1>A bridge</h1>" + TEXT + "</article></body></html>"
)


class Site:
    """A site with a feed, on this machine, and whoever imports it."""

    def __init__(self, httpd: Httpd, folder: Path) -> None:
        self.httpd, self._store, self.places = httpd, Pictures(folder / "media"), dict[str, str]()

    def write(self, path: str, text: str | bytes) -> None:
        file = self.httpd.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())

    def feed(self, *items: str, path: str = "feed.xml", more: str = "") -> None:
        self.write(
            path,
            '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
            ' xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>The Paper</title>'
            f"<link>{self.httpd.url}</link>{more}{''.join(items)}</channel></rss>",
        )

    def item(self, name: str, text: str = LONG, *, day: int = 1, year: int = 2024) -> str:
        content = f"<content:encoded><![CDATA[{text}]]></content:encoded>" if text.startswith("<p>") else ""
        return (
            f"<item><title>{name}</title><link>{self.httpd.url}{name}.html</link>{content}"
            f"<description>{name} in short</description><pubDate>{day} May {year} 10:00:00 +0500</pubDate></item>"
        )

    def items(self, path: str = "feed.xml", *, allow_private: bool = True, **options: object) -> list[Item]:
        web = Web(allow_private=allow_private)
        chosen = Options(
            store=self._store, now=NOW, editions=("en",), fetcher=web, recall=self.places.get, **options  # pyright: ignore[reportArgumentType]
        )  # fmt: skip
        try:
            source = open_feed(self.httpd.url + path, chosen)
            items = [*source.items]
        finally:
            web.close()
        for reached in (item for item in items if isinstance(item, Reached)):
            self.places[source.origin] = reached.place
        return [item for item in items if not isinstance(item, Reached)]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with Httpd(tmp_path / "site") as httpd:
        yield Site(httpd, tmp_path)


def test_an_unchanged_feed_costs_one_request_and_changes_nothing(site: Site) -> None:
    site.feed(site.item("a"))
    assert len(site.items()) == 1
    site.httpd.forget()
    assert site.items() == []
    assert (site.httpd.requests, site.httpd.log[0].status, site.httpd.bytes) == (1, 304, 0)


def test_other_rules_read_an_unchanged_feed_anew(site: Site) -> None:
    site.feed(site.item("a"))
    site.items()
    assert len(site.items(date="2020-01-01T00:00:00Z")) == 1


def test_a_feed_that_changed_is_read_anew(site: Site) -> None:
    site.feed(site.item("a"))
    site.items()
    site.feed(site.item("b"), site.item("a"))
    assert len(site.items()) == 2


def test_what_is_due_tomorrow_is_asked_for_tomorrow_though_the_feed_stays(site: Site) -> None:
    site.feed(site.item("a", year=2099))
    [skipped] = site.items()
    assert isinstance(skipped, Skipped)
    assert len(site.items()) == 1


def test_a_private_address_is_not_asked_unless_that_was_said(site: Site) -> None:
    site.feed(site.item("a"))
    with pytest.raises(ForbiddenAddress):
        site.items(allow_private=False)
    assert site.httpd.requests == 0


@pytest.mark.parametrize("status", [401, 403, 404, 410, 500])
def test_a_server_that_gives_no_feed_is_an_error_in_words(site: Site, status: int) -> None:
    site.httpd.tell("feed.xml", Status(status))
    with pytest.raises(UnreadableSource, match=f"status {status}"):
        site.items()


def test_pictures_come_along_and_the_first_one_is_not_shown_twice(site: Site) -> None:
    site.write("p/bridge.png", picture())
    enclosed = f'<enclosure url="{site.httpd.url}p/bridge.png" type="image/png" length="1"/></item>'
    shown = f'<p><img src="/p/bridge.png" alt="The bridge"></p>{LONG}'
    site.feed(site.item("a").replace("</item>", enclosed), site.item("b", shown).replace("</item>", enclosed))
    for item in site.items():
        assert isinstance(item, Imported)
        assert item.draft.image
        assert not [block for block in item.draft.body if isinstance(block, Figure)]
        assert item.draft.image.alt == ("The bridge" if item.draft.key == "b" else "")


# -- --fetch -----------------------------------------------------------------------------------------------------------


def test_fetch_takes_the_whole_text_from_the_page_and_keeps_what_the_feed_says(site: Site) -> None:
    site.write("a.html", PAGE.format(head='<meta name="author" content="A. Sadykova">'))
    site.feed(site.item("a", ""))
    [short] = site.items()
    [whole] = site.items(follow=True)
    assert isinstance(short, Imported)
    assert isinstance(whole, Imported)
    assert whole.source == short.source
    assert (whole.draft.title, whole.draft.published) == ("a", short.draft.published)
    assert (len(whole.draft.body), whole.draft.byline, whole.draft.summary) == (9, "A. Sadykova", "a in short")
    assert whole.warnings == []


def test_fetch_leaves_whole_entries_and_future_ones_alone(site: Site) -> None:
    site.feed(site.item("a"), site.item("b", "", year=2099))
    site.items(follow=True)
    assert site.httpd.paths == ["feed.xml"]


def test_a_page_that_fails_today_is_asked_for_again_and_never_replaced_by_its_summary(site: Site) -> None:
    site.feed(site.item("a", ""))
    site.httpd.tell("a.html", Status(500))
    [skipped] = site.items(follow=True)
    assert isinstance(skipped, Skipped)
    assert "its page can't be fetched" in skipped.reason
    assert not skipped.hidden
    site.httpd.tell("a.html", None)
    site.write("a.html", PAGE.format(head=""))
    [whole] = site.items(follow=True)
    assert isinstance(whole, Imported)


def test_a_page_behind_a_paywall_leaves_the_feeds_text_and_says_so(site: Site) -> None:
    locked = '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": false}</script>'
    site.write("a.html", PAGE.replace("{head}", locked))
    site.feed(site.item("a", ""))
    [item] = site.items(follow=True)
    assert isinstance(item, Imported)
    assert item.warnings == [
        "the feed has only the beginning of this text, and its page has no more of it for the public"
    ]


def test_a_page_that_became_a_draft_hides_its_entry(site: Site) -> None:
    site.write("a.html", PAGE.format(head="").replace("<article>", '<article class="post status-draft">'))
    site.feed(site.item("a", ""))
    [skipped] = site.items(follow=True)
    assert isinstance(skipped, Skipped)
    assert skipped.hidden


# -- archives ----------------------------------------------------------------------------------------------------------


def _archive(site: Site, *names: str) -> None:
    """A feed with one entry a page, each of which leads to the next."""
    for place, name in enumerate(names):
        after = f'<atom:link rel="next" href="/{names[place + 1]}.xml"/>' if place + 1 < len(names) else ""
        site.feed(site.item(name), path="feed.xml" if place == 0 else f"{name}.xml", more=after)


def test_older_entries_come_page_by_page_and_only_once(site: Site) -> None:
    _archive(site, "c", "b", "a")
    assert [item.draft.key for item in site.items() if isinstance(item, Imported)] == ["c", "b", "a"]
    _archive(site, "d", "c", "b", "a")
    site.httpd.forget()
    assert [item.draft.key for item in site.items() if isinstance(item, Imported)] == ["d", "c"]
    assert site.httpd.paths == ["feed.xml", "c.xml"]


def test_an_archive_that_leads_in_circles_ends(site: Site) -> None:
    _archive(site, "b", "a")
    site.feed(site.item("a"), path="a.xml", more=f'<atom:link rel="next" href="{site.httpd.url}feed.xml"/>')
    assert len(site.items()) == 2


def test_an_archive_that_breaks_off_says_so_and_goes_on_next_time(site: Site) -> None:
    _archive(site, "b", "a")
    site.httpd.tell("a.xml", Status(500))
    with pytest.raises(SourceBrokeOff):
        site.items()
    site.httpd.tell("a.xml", None)
    assert len(site.items()) == 2
