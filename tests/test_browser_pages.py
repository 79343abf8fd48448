"""Every kind of page of the archive in a real browser: narrow and wide, light and dark, alone and inside a server."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from browser import SCHEMES, WIDTHS, Window, axe_source, chromium
from conftest import Ferry
from showing import ERRORS, PAGES, archive_alone, archive_in_server, place

EVERY = pytest.mark.parametrize("name", PAGES)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def axe() -> str:
    return axe_source()


@pytest.fixture(scope="module")
def alone(ferry: Ferry) -> Iterator[str]:
    with archive_alone(ferry.library) as url:
        yield url


@pytest.fixture(scope="module")
def inside(ferry: Ferry) -> Iterator[str]:
    with archive_in_server(ferry.newsroom) as url:
        yield url


@pytest.fixture(scope="module")
def window(browser: Any, alone: str) -> Iterator[Window]:
    opened = Window(browser, alone)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def scriptless(browser: Any, inside: str) -> Iterator[Window]:
    opened = Window(browser, inside, scripts=False)
    yield opened
    opened.close()


@EVERY
def test_a_page_fits_is_accessible_and_asks_nobody_else(window: Window, alone: str, axe: str, name: str):
    window.open(alone + place(name))
    found: dict[str, list[str]] = {}
    for scheme in SCHEMES:
        for width in WIDTHS:
            window.look(width=width, scheme=scheme)
            rules = ["color-contrast"] if scheme == "dark" else []  # nothing else changes with the scheme
            found[f"{width} {scheme}"] = window.overflow() + window.axe(axe, *rules)
    assert "\n".join(f"{look}: {wrong}" for look, all_wrong in found.items() for wrong in all_wrong) == ""
    assert not window.wrong


@EVERY
def test_a_page_works_without_scripts_below_a_path(scriptless: Window, inside: str, name: str):
    scriptless.open(inside + place(name))
    scriptless.look(width=360, scheme="light")
    assert scriptless.page.locator("h1").inner_text()
    assert not scriptless.page.locator("script").count()
    assert not scriptless.wrong
    outside = [
        address
        for address in scriptless.page.locator("a[href^='/']").evaluate_all("links => links.map(a => a.pathname)")
        if not address.startswith("/data/")
    ]
    assert set(outside) <= {"/"}


@EVERY
def test_a_page_says_in_its_status_and_its_policy_what_it_is(alone: str, name: str):
    answer = httpx.get(alone + place(name), trust_env=False)
    policy = answer.headers["content-security-policy"]
    assert answer.status_code == ERRORS.get(name, 200)
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert "set-cookie" not in answer.headers
    assert '<html lang="' in answer.text
    assert "<script" not in answer.text
    assert " style=" not in answer.text


def test_what_is_wider_than_a_phone_scrolls_by_itself_and_by_keyboard(window: Window, alone: str):
    window.open(f"{alone}/library/articles")
    window.look(width=360, scheme="light")
    rows = window.page.locator(".table-wrapper").first
    assert rows.evaluate("e => e.scrollWidth > e.clientWidth")
    rows.focus()
    window.page.keyboard.press("ArrowRight")
    for _ in range(50):
        if rows.evaluate("e => e.scrollLeft > 0"):
            return
        window.page.wait_for_timeout(20)
    raise AssertionError("the arrow key moved nothing")


def test_an_article_prints_without_what_is_for_screens(window: Window, alone: str):
    window.open(f"{alone}/article/en/bridge")
    window.page.emulate_media(media="print")
    shown = window.page.locator("nav").evaluate_all("all => all.filter(e => e.checkVisibility()).length")
    window.page.emulate_media(media="screen")
    assert not shown
