"""What goes out of the reader app and comes into it by hand, its own versions, and how to be rid of it all."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app_screens import FRONT, STORED, Paper, Reader, hosting, publish, text, visiting
from browser import chromium
from building import hash_of, put_another
from httpd import Httpd


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


# -- packs and files ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "ending"), [("As text", "txt"), ("As a page", "html")])
def test_an_article_is_handed_on_as_a_file_that_says_where_it_is_from(reader: Reader, name: str, ending: str):
    page = reader.arrive()
    title = page.locator(FRONT).first.inner_text()
    page.locator(FRONT).first.click()
    page.get_by_role("button", name="Share").click()

    with page.expect_download() as download:
        page.get_by_role("button", name=name).click()

    file = download.value
    content = Path(file.path()).read_text("utf-8")
    assert file.suggested_filename.endswith(f".{ending}")
    assert title in content
    assert f"{reader.url}#{reader.fingerprint}/en/a/" in content
    assert f"Fingerprint of the newsroom: {reader.fingerprint}" in content
    assert re.search(r"From The Ferry, \d+ \w+ \d{4}", content)
    assert "<script" not in content


def test_a_device_that_shares_files_is_left_to_share_them(reader: Reader):
    reader.context.add_init_script("""
        navigator.canShare = () => true;
        navigator.share = async ({files}) => { window.shared = `${files[0].name} ${files[0].type}`; };
    """)
    page = reader.arrive()
    page.locator(FRONT).first.click()
    page.get_by_role("button", name="Share").click()

    page.get_by_role("button", name="As text").click()

    assert re.fullmatch(r"[\w-]+\.txt text/plain", page.evaluate("shared"))


def test_a_pack_goes_from_one_reader_to_another_who_contacts_nobody(
    reader: Reader, browser: Any, httpd: Httpd, tmp_path: Path
):
    reader.arrive()
    page = reader.turn("packs")
    page.get_by_role("button", name="Make a pack").click()
    page.get_by_text("The pack is ready").wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as a file").click()
    pack = tmp_path / download.value.suggested_filename
    download.value.save_as(pack)

    context = browser.new_context(locale="en-GB")
    other = Reader(context, httpd.url, reader.fingerprint)
    there = other.open("/packs")
    there.wait_for_selector("input[type=file]")
    httpd.forget()
    there.set_input_files("input[type=file]", pack)
    there.wait_for_selector(".fingerprint")
    shown = text(there, "main section .fingerprint")
    there.get_by_role("button", name="Trust it and open").click()
    there.get_by_role("link", name="Front page").and_(there.locator(".primary")).click()
    there.wait_for_selector(FRONT)

    assert pack.name == "The-Ferry.tar.zst"
    assert re.sub(r"\s", "", shown) == reader.fingerprint
    assert not [path for path in httpd.paths if not path.startswith("app/") and path not in ("", "sw.js")]
    context.close()


def test_a_pack_can_be_dropped(reader: Reader):
    page = reader.open("/packs")
    page.wait_for_selector(".drop")

    page.evaluate("""() => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File(["no pack"], "some.tar.zst"));
        document.querySelector(".drop").dispatchEvent(new DragEvent("drop", {dataTransfer, bubbles: true}));
    }""")

    page.wait_for_selector("[role=alert]")


def test_a_damaged_pack_is_said_in_words(reader: Reader, tmp_path: Path):
    (tmp_path / "some.tar.zst").write_bytes(b"not a pack at all")
    page = reader.open("/packs")
    page.wait_for_selector("input[type=file]")

    page.set_input_files("input[type=file]", tmp_path / "some.tar.zst")
    page.wait_for_selector("[role=alert]")

    assert re.search("cut short or damaged|can’t read", text(page, "[role=alert] strong"))


# -- settings ----------------------------------------------------------------------------------------------------------


def test_the_app_speaks_another_language_at_once_and_after_a_new_start(reader: Reader):
    reader.arrive()
    page = reader.turn("settings")

    page.get_by_role("combobox", name="Language of the app").select_option("ru")
    page.get_by_role("heading", name="Настройки").wait_for()
    page.reload()

    page.get_by_role("heading", name="Настройки").wait_for()
    assert page.evaluate("document.documentElement.lang") == "ru"


def test_another_app_at_the_host_is_announced_with_version_and_hash_and_taken_when_told(reader: Reader, httpd: Httpd):
    reader.arrive()
    page = reader.turn("settings")
    page.get_by_role("button", name="Look for a new version").wait_for()
    other = put_another(httpd.folder, "9.9.9")
    before = page.evaluate("document.querySelector('script[data-engine]').getAttribute('src')")

    page.get_by_role("button", name="Look for a new version").click()
    page.get_by_text("There is another version").wait_for()
    told = text(page)
    page.get_by_role("button", name="Use it").click()
    page.get_by_text("It starts when the app is opened the next time.").wait_for()
    page.reload()
    page.wait_for_selector("main h1")

    assert "9.9.9" in told
    assert other in told.replace("\n", "")
    assert hash_of(httpd.folder) == other
    assert "The newsroom’s signature doesn’t cover it" in told
    assert page.evaluate("document.querySelector('script[data-engine]').getAttribute('src')") != before


def test_another_app_at_the_host_is_announced_after_an_update(reader: Reader, httpd: Httpd):
    reader.arrive()
    page = reader.turn("sync")
    other = put_another(httpd.folder, "9.9.9")

    page.get_by_role("button", name="Look for news").click()
    page.wait_for_selector("main .note .facts")
    page.get_by_text("There is another version").wait_for()

    assert other in text(page).replace("\n", "")


def test_deleting_everything_takes_one_confirmation_and_leaves_nothing(reader: Reader):
    page = reader.arrive()
    page.locator(FRONT).first.click()
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_selector(".tools [role=status]")
    full = page.evaluate(STORED)
    reader.turn("settings")

    page.get_by_role("button", name="Delete everything", exact=True).click()
    asked = page.evaluate(STORED)
    page.get_by_role("button", name="Delete everything now").click()
    page.get_by_role("heading", name="Everything is deleted").wait_for()
    page.wait_for_timeout(500)

    assert all([full["databases"], full["caches"], full["workers"], full["words"]])
    assert asked == full
    assert page.evaluate(STORED) == {"databases": [], "caches": [], "workers": 0, "words": [], "session": []}


def test_deleting_everything_ends_other_pages_too_and_none_keeps_anything_anew(reader: Reader):
    reader.arrive()
    page, other = reader.page, reader.open(reader.fingerprint)
    other.wait_for_selector(FRONT)
    page.evaluate("location.hash = '#/settings'")

    page.get_by_role("button", name="Delete everything", exact=True).click()
    page.get_by_role("button", name="Delete everything now").click()
    page.get_by_role("heading", name="Everything is deleted").wait_for()
    other.get_by_role("heading", name="Everything is deleted").wait_for()
    other.evaluate("fetch('app/shell.json'), fetch(document.querySelector('script[data-engine]').src), 0")
    page.wait_for_timeout(500)

    assert page.evaluate(STORED) == {"databases": [], "caches": [], "workers": 0, "words": [], "session": []}
    assert reader.fingerprint not in other.url


def test_a_publication_is_removed_after_a_question(reader: Reader):
    reader.arrive()
    page = reader.turn("settings")

    page.get_by_role("button", name="Remove: The Ferry").click()
    page.get_by_text("Remove The Ferry and everything that belongs to it from this device?").wait_for()
    page.get_by_role("button", name="Remove", exact=True).click()
    page.wait_for_selector(".nameplate:has-text('tamizdat')")

    assert page.get_by_role("button", name=re.compile("^Remove")).count() == 0
