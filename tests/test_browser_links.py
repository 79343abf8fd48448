"""Every link leads somewhere and every form answers, at the root of a host and below /data/ of a server."""

from collections.abc import Iterator
from typing import Any

import pytest

from browser import Window, chromium
from conftest import Ferry
from showing import ARCHIVE, DATA, ERRORS, archive_alone, archive_in_server, place
from walking import Walk

BOTH = pytest.mark.parametrize("where", ["alone", "inside"])
GOOD = [place(name) for name in ARCHIVE | DATA if name not in ERRORS]


@pytest.fixture(scope="module")
def at(ferry: Ferry) -> Iterator[dict[str, str]]:
    """Where the archive is shown: by itself, and below /data/ of a server."""
    with archive_alone(ferry.library) as alone, archive_in_server(ferry.newsroom) as inside:
        yield {"alone": alone, "inside": inside}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.fixture
def window(browser: Any, at: dict[str, str], where: str) -> Iterator[Window]:
    """Without scripts, and as narrow as a phone."""
    opened = Window(browser, at[where], scripts=False)
    opened.look(width=360, scheme="light")
    yield opened
    opened.close()


@BOTH
def test_every_link_leads_somewhere_and_every_form_answers(at: dict[str, str], where: str):
    walk = Walk(at[where]).start(*GOOD)
    assert not walk.wrong
    assert len(walk.visited) > 200
    assert len(walk.forms) > 12
    # The server's own front page may be led to; else nothing leaves the archive but to where Datasette comes from.
    assert {address for address in walk.outside if "datasette.io" not in address} <= {"/"}


@BOTH
def test_the_front_page_leads_to_an_article_and_back(window: Window, at: dict[str, str], where: str):
    window.open(at[where])
    window.follow(window.page.get_by_role("link", name="The old bridge closes to lorries").first)
    assert "old bridge" in window.page.locator("h1").inner_text()
    window.follow(window.page.locator("header a").first)
    assert window.page.url.rstrip("/") == at[where]
    assert not window.wrong


@BOTH
def test_a_search_is_typed_and_sent(window: Window, at: dict[str, str], where: str):
    window.open(at[where])
    box = window.page.get_by_role("searchbox").first
    box.fill("ferry")
    box.press("Enter")
    assert window.page.url.startswith(f"{at[where]}/search?")
    assert window.page.get_by_role("link", name="The old bridge closes to lorries").count()
    assert not window.wrong


@BOTH
def test_a_table_is_filtered_and_sorted(window: Window, at: dict[str, str], where: str):
    window.open(f"{at[where]}/library/articles")
    window.page.get_by_text("Search, filter and order").click()
    window.page.get_by_label("Column").first.select_option("edition")
    window.page.get_by_label("Value").first.fill("kk")
    window.page.get_by_label("Order by").select_option("title")
    window.page.get_by_label("descending").check()
    window.follow(window.page.get_by_role("button", name="Show"))
    assert window.page.url.startswith(f"{at[where]}/library/articles?")
    titles = window.page.locator("table.rows tbody tr td:nth-child(6)").all_inner_texts()
    assert len(titles) == 4
    assert titles == sorted(titles, reverse=True)
    window.follow(window.page.get_by_role("link", name="section", exact=True).first)
    assert window.page.locator(".facets li").count() == 4
    assert not window.wrong


@BOTH
def test_a_canned_query_is_filled_in_and_run(window: Window, at: dict[str, str], where: str):
    window.open(f"{at[where]}/library")
    window.follow(window.page.get_by_role("link", name="Articles of a tag between two dates"))
    window.page.get_by_label("tag", exact=True).fill("bridge")
    window.page.get_by_label("since", exact=True).fill("2000-01-01")
    window.follow(window.page.get_by_role("button", name="Run"))
    window.follow(window.page.get_by_role("link", name="en/bridge"))
    assert window.page.url == f"{at[where]}/article/en/bridge"
    assert not window.wrong


@BOTH
def test_a_query_of_ones_own_is_run_and_its_mistakes_are_told(window: Window, at: dict[str, str], where: str):
    window.open(f"{at[where]}/library")
    window.page.get_by_label("SQL").fill("SELECT count(*) AS many FROM articles WHERE edition = :edition")
    window.follow(window.page.get_by_role("button", name="Run"))
    window.page.get_by_label("edition").fill("kk")
    window.follow(window.page.get_by_role("button", name="Run"))
    assert window.page.locator("table.rows td").all_inner_texts() == ["4"]
    window.page.get_by_label("SQL").fill("SELECT nowhere FROM articles")
    window.follow(window.page.get_by_role("button", name="Run"))
    assert "no such column: nowhere" in window.page.locator("main").inner_text()
