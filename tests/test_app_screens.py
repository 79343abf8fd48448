"""The screens around reading, as a reader meets them: the real app, engine and files, in chromium."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app_screens import FRONT, OTHER, STORED, Paper, Reader, hosting, publish, text, visiting
from browser import chromium
from building import as_pages
from httpd import Handler, Httpd


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Paper:
    return publish(tmp_path_factory.mktemp("paper"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@pytest.fixture
def httpd(paper: Paper, tmp_path: Path) -> Iterator[Httpd]:
    with hosting(paper, tmp_path) as running:
        yield running


@pytest.fixture
def reader(browser: Any, httpd: Httpd, paper: Paper) -> Iterator[Reader]:
    with visiting(browser, httpd, paper) as reading:
        yield reading


# -- first contact -----------------------------------------------------------------------------------------------------


def test_a_link_with_a_fingerprint_leads_to_the_news_without_a_tap(reader: Reader):
    page = reader.open(reader.fingerprint)

    page.wait_for_selector(FRONT)

    assert page.locator(FRONT).count() >= 3
    assert page.url.endswith(f"#{reader.fingerprint}")


def test_a_link_to_an_article_says_that_it_may_be_on_its_way_and_opens_it_once_it_is_there(
    reader: Reader, httpd: Httpd
):
    def slowly(handler: Handler, file: Path | None) -> None:
        handler.wait(0.4 if handler.asked.path.startswith("bundles/") else 0)
        as_pages(handler, file)

    httpd.tell("*", slowly)
    page = reader.open(f"{reader.fingerprint}/en/a/en%2Fbridge")

    page.get_by_role("heading", name="Fetching the newest articles").wait_for()
    page.get_by_role("heading", name="The old bridge closes").wait_for()
    page.locator("a.absent").first.click()

    page.get_by_role("group", name="Pictures").wait_for()


def test_without_a_fingerprint_the_one_offered_is_compared_and_one_tap_leads_to_the_news(reader: Reader):
    page = reader.open("")

    page.wait_for_selector(".fingerprint")
    shown = text(page, ".fingerprint")
    kept = page.evaluate(STORED)
    page.click("main button.primary")
    page.wait_for_selector(FRONT)

    assert re.sub(r"\s", "", shown) == reader.fingerprint
    assert kept["workers"] == 0
    assert kept["caches"] == []
    assert page.url.endswith(f"#{reader.fingerprint}")


def test_the_edition_is_the_one_that_the_browser_asks_for(browser: Any, httpd: Httpd, paper: Paper):
    context = browser.new_context(locale="kk-KZ")
    page = Reader(context, httpd.url, paper.fingerprint, "kk").arrive()

    assert page.locator("article.card").first.get_attribute("lang") == "kk"
    context.close()


def test_an_address_of_somebody_else_is_said_in_words_and_nothing_is_kept(reader: Reader):
    page = reader.open(OTHER)

    page.wait_for_selector("[role=alert]")

    assert "isn’t the publication whose fingerprint you have" in text(page, "[role=alert]")
    assert "wrong-root" not in text(page, "[role=alert] strong")
    assert page.locator("#app .headline").count() == 0
    assert page.evaluate(STORED)["caches"] == []


def test_a_typed_address_is_taken_out_of_its_message(reader: Reader):
    page = reader.open(OTHER)
    page.wait_for_selector("[role=alert]")
    page.click("main > button")

    page.fill("textarea", f"Read this!\n{reader.url}\n{reader.fingerprint}")
    page.keyboard.press("Enter")

    page.wait_for_selector(FRONT)
    assert page.url.endswith(f"#{reader.fingerprint}")


def test_turning_away_and_back_while_somebody_is_met_does_no_harm(reader: Reader, httpd: Httpd):
    def slowly(handler: Handler, file: Path | None) -> None:
        handler.wait(0 if handler.asked.path in ("", "sw.js") or handler.asked.path.startswith("app/") else 0.7)
        as_pages(handler, file)

    httpd.tell("*", slowly)
    page = reader.open(reader.fingerprint)
    page.wait_for_selector(".waiting")

    reader.turn("settings")
    page.go_back()

    page.wait_for_selector(FRONT)


def test_what_is_no_address_is_said_beside_the_field(reader: Reader):
    page = reader.open("/welcome")
    page.fill("textarea", "hello")

    page.click("main button[type=submit]")

    assert text(page, "#wrong") == "There is no web address in this text."
    assert page.locator("textarea").get_attribute("aria-describedby") == "wrong"


def test_a_qr_code_is_read_where_the_browser_can_and_the_camera_is_asked_only_at_a_tap(reader: Reader):
    reader.context.add_init_script(f"""
        window.asked = 0;
        window.BarcodeDetector = class {{
            async detect() {{ return [{{rawValue: "{reader.url}#{reader.fingerprint}"}}]; }}
        }};
        navigator.mediaDevices.getUserMedia = async () => {{
            window.asked += 1;
            return document.createElement("canvas").captureStream();
        }};
        HTMLMediaElement.prototype.play = async () => undefined;
    """)
    page = reader.open("/welcome")
    page.wait_for_selector("textarea")
    before = page.evaluate("asked")

    page.get_by_role("button", name="Scan a QR code").click()

    page.wait_for_selector(FRONT)
    assert (before, page.evaluate("asked")) == (0, 1)


# -- updates -----------------------------------------------------------------------------------------------------------


def _exchange(httpd: Httpd, tree: Path) -> None:
    """Another version of the tree is at the address from now on."""
    shutil.copytree(tree, httpd.folder, dirs_exist_ok=True)


def test_bytes_are_shown_before_they_are_fetched_and_figures_after(reader: Reader, httpd: Httpd, paper: Paper):
    _exchange(httpd, paper.older)
    page = reader.arrive()
    reader.turn("sync")
    page.get_by_role("checkbox", name="Русский").check()
    page.wait_for_timeout(200)
    _exchange(httpd, paper.newer)

    page.get_by_role("button", name="Look for news").click()
    fetch = page.get_by_role("button", name=re.compile(r"^Fetch [0-9.]+ (bytes|KB)$"))
    fetch.wait_for()
    offered = text(page)
    fetch.click()
    page.wait_for_selector("main .note[role=status] .facts")

    assert re.search(r"Text\s+[0-9.]+\s(bytes|KB)\s+Requests\s+[0-9]+", offered)
    told = text(page, "main .note[role=status]")
    assert re.search(r"[0-9]+ articles new or changed", told)
    assert re.search(r"Downloaded\s+[0-9.]+\sKB\s+Requests\s+[0-9]+\s+Mirror\s+http://127", told)
    reader.turn("")
    assert page.get_by_role("navigation", name="Editions").get_by_role("link").count() == 2


def test_nothing_new_is_said_with_what_it_cost_to_learn(reader: Reader):
    reader.arrive()
    page = reader.turn("sync")

    page.get_by_role("button", name="Look for news").click()
    page.wait_for_selector("main .note[role=status]")

    assert "Nothing new" in text(page, "main .note[role=status]")


def test_a_sync_is_paused_at_a_tap_and_goes_on_from_there(reader: Reader, httpd: Httpd):
    def slowly(handler: Handler, file: Path | None) -> None:
        handler.wait(0.6)
        as_pages(handler, file)

    reader.arrive()
    page = reader.turn("sync")
    page.get_by_role("radio", name="Large").check()
    page.wait_for_timeout(200)
    page.get_by_role("button", name="Look for news").click()
    fetch = page.get_by_role("button", name=re.compile("^Fetch"))
    fetch.wait_for()
    httpd.tell("*", slowly)

    fetch.click()
    page.get_by_role("button", name="Pause").click()
    page.get_by_text("Paused. What arrived is kept.").wait_for()
    page.get_by_role("button", name="Go on").click()

    page.wait_for_selector("main .note[role=status] .facts")


def test_a_host_that_is_gone_is_said_with_what_to_do_and_reading_goes_on(reader: Reader, httpd: Httpd):
    reader.arrive()
    httpd.modes.clear()
    httpd.tell("*", lambda handler, file: handler.hang_up())
    page = reader.turn("sync")

    page.get_by_role("button", name="Look for news").click()
    page.wait_for_selector("[role=alert]")

    assert "Try again" in text(page, "[role=alert]")
    reader.turn("")
    assert page.locator(FRONT).count() >= 3


def test_a_choice_is_kept(reader: Reader):
    reader.arrive()
    page = reader.turn("sync")

    page.get_by_role("radio", name="Small").check()
    page.get_by_role("combobox", name="How much to keep").select_option("d30")
    page.get_by_role("combobox", name="At most per update").select_option("5000000")
    page.get_by_role("checkbox", name="Earlier revisions").check()
    page.wait_for_timeout(300)
    page.reload()
    page.wait_for_selector("main fieldset")

    assert page.get_by_role("radio", name="Small").is_checked()
    assert page.get_by_role("combobox", name="How much to keep").input_value() == "d30"
    assert page.get_by_role("combobox", name="At most per update").input_value() == "5000000"
    assert page.get_by_role("checkbox", name="Earlier revisions").is_checked()


# -- search, saved articles, trust -------------------------------------------------------------------------------------


def test_search_finds_as_one_types_and_marks_what_was_sought(reader: Reader):
    reader.arrive()
    page = reader.turn("search")

    page.get_by_role("searchbox").type("bridg")
    page.wait_for_selector("main mark")
    page.get_by_role("searchbox").type("e")
    page.wait_for_url(re.compile("/search/bridge$"))

    assert text(page, "main mark").lower() == "bridge"
    assert re.match(r"\d articles? found", text(page, "main h2"))
    page.locator(FRONT).first.click()
    page.wait_for_selector(".tools")
    page.go_back()
    page.wait_for_selector("main mark")
    assert page.get_by_role("searchbox").input_value() == "bridge"


def test_a_tip_of_the_search_can_be_tried(reader: Reader):
    reader.arrive()
    page = reader.turn("search")

    page.get_by_text("How to ask more precisely").click()
    page.get_by_role("button", name=re.compile("after:")).click()

    page.wait_for_selector(FRONT)
    assert page.get_by_role("searchbox").input_value().startswith("after:")


def test_a_saved_article_is_listed_and_the_browsers_answer_on_storage_is_shown(reader: Reader):
    page = reader.arrive()
    title = page.locator(FRONT).first.inner_text()
    page.locator(FRONT).first.click()

    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_selector(".tools [role=status]")

    assert re.match("The browser (has promised|may clear)", text(page, ".tools [role=status]"))
    reader.turn("saved")
    assert page.locator(FRONT).all_inner_texts() == [title]


def test_the_trust_page_says_by_what_it_was_verified_and_what_it_cannot_promise(reader: Reader, httpd: Httpd):
    reader.arrive()
    page = reader.turn("trust")
    page.wait_for_selector("text=the browser")

    assert re.sub(r"\s", "", text(page, ".fingerprint")) == reader.fingerprint
    told = text(page)
    assert "within the last two days" in told
    assert f"{httpd.url}#{reader.fingerprint}" in told
    assert "What the app can’t promise" in told
