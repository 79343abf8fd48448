"""The screens around reading, as a reader meets them: the real app, engine and files, in chromium."""

import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

import standin
from browser import SCHEMES, Window, axe_source, chromium
from building import as_pages, build, hash_of, listed, put_another
from httpd import Handler, Httpd
from tamizdat.format.article import Article
from tamizdat_server.demo import Demo
from tamizdat_server.newsroom import Newsroom

PATH: Final = "/town/paper/"
LANGUAGES: Final = ("en", "ru", "kk")
SCREENS: Final = ("sync", "search", "saved", "trust", "settings", "packs", "welcome")
OTHER: Final = "1." + "a" * 52
FRONT: Final = "#app .headline a"
STORED: Final = """(async () => ({
    databases: (await indexedDB.databases()).map(({name}) => name),
    caches: await caches.keys(),
    workers: (await navigator.serviceWorker.getRegistrations()).length,
    words: Object.keys(localStorage),
    session: Object.keys(sessionStorage),
}))()"""
# A target's own box counts, or that of the label which it lies in.
SMALL: Final = """
[...document.querySelectorAll("main :is(button, a.button, select, textarea, input, summary), nav a, .bar *")]
    .map((target) => target.closest("label.choice") || target)
    .filter((target) => target.matches("button, a, select, textarea, input, summary, label"))
    .filter((target) => (({width, height}) => width > 0 && (height < 43.9 || width < 43.9))(
        target.getBoundingClientRect()))
    .map((target) => target.outerHTML.slice(0, 100))
"""


@dataclass
class Paper:
    """The sample paper as files with the app beside them: as it began, and with all its versions."""

    older: Path
    newer: Path
    fingerprint: str


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Paper:
    folder = tmp_path_factory.mktemp("paper")
    app = build(folder / "app")
    demo = Demo(folder, now=int(time.time()))
    demo.prepare()
    older = _site(demo.newsroom / "public", app, folder / "older")
    demo.publish_rest()
    newer = _site(demo.newsroom / "public", app, folder / "newer")
    with Newsroom.open(demo.newsroom) as newsroom:
        return Paper(older, newer, str(newsroom.fingerprint))


def _site(public: Path, app: Path, folder: Path) -> Path:
    shutil.copytree(public, folder)
    shutil.copytree(app, folder, dirs_exist_ok=True)
    shutil.copy(folder / str(listed(app)["start"]["path"]), folder / "index.html")
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@pytest.fixture
def httpd(paper: Paper, tmp_path: Path) -> Iterator[Httpd]:
    site = shutil.copytree(paper.newer, tmp_path / "site")
    with Httpd(site, prefix=PATH, modes={"*": as_pages}) as running:
        yield running


@dataclass
class Reader:
    """Someone with a browser of their own and one page. `wrong`: what the page said that isn't as it should be."""

    context: Any
    url: str
    fingerprint: str
    language: str = "en"
    wrong: list[str] = field(default_factory=list[str])
    page: Any = None

    def __post_init__(self) -> None:
        self.context.add_init_script(
            f"localStorage.getItem('tamizdat.language') ?? localStorage.setItem('tamizdat.language', '{self.language}')"
        )

    def open(self, fragment: str) -> Any:
        """Go there on a new page."""
        self.page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.goto(f"{self.url}#{fragment}")
        return self.page

    def arrive(self) -> Any:
        """Follow a link with the fingerprint until there is something to read, and the app is kept for later."""
        page = self.open(self.fingerprint)
        page.wait_for_selector(FRONT)
        page.evaluate("navigator.serviceWorker.ready.then(() => 0)")
        return page

    def turn(self, screen: str) -> Any:
        """Turn to a screen as a link in the app does."""
        self.page.evaluate(f"location.hash = '#/{screen}'")
        self.page.wait_for_selector("main[aria-busy=false] h1")
        return self.page


@pytest.fixture
def reader(browser: Any, httpd: Httpd, paper: Paper) -> Iterator[Reader]:
    context = browser.new_context(viewport={"width": 360, "height": 780}, locale="en-GB")
    reading = Reader(context, httpd.url, paper.fingerprint)
    yield reading
    context.close()
    assert not reading.wrong


def text(page: Any, selector: str = "main") -> str:
    return page.locator(selector).first.inner_text()


# -- first contact -----------------------------------------------------------------------------------------------------


def test_a_link_with_a_fingerprint_leads_to_the_news_without_a_tap(reader: Reader):
    page = reader.open(reader.fingerprint)

    page.wait_for_selector(FRONT)

    assert page.locator(FRONT).count() >= 3
    assert page.url.endswith(f"#{reader.fingerprint}")


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

    assert "isn't the publication whose fingerprint you have" in text(page, "[role=alert]")
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

    assert re.search(r"Text\s+[0-9.]+ (bytes|KB)\s+Requests\s+[0-9]+", offered)
    told = text(page, "main .note[role=status]")
    assert re.search(r"[0-9]+ articles new or changed", told)
    assert re.search(r"Bytes\s+[0-9.]+ KB\s+Requests\s+[0-9]+\s+Mirror\s+http://127", told)
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
    page.get_by_role("combobox", name="How much").select_option("d30")
    page.get_by_role("combobox", name="At most per update").select_option("5000000")
    page.get_by_role("checkbox", name="Earlier revisions").check()
    page.wait_for_timeout(300)
    page.reload()
    page.wait_for_selector("main fieldset")

    assert page.get_by_role("radio", name="Small").is_checked()
    assert page.get_by_role("combobox", name="How much").input_value() == "d30"
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
    assert "What the app can't promise" in told


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

    assert re.search("cut short or damaged|can't read", text(page, "[role=alert] strong"))


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
    page.get_by_role("button", name="Take it").click()
    page.get_by_text("It will be used when the app is opened the next time.").wait_for()
    page.reload()
    page.wait_for_selector("main h1")

    assert "9.9.9" in told
    assert other in told.replace("\n", "")
    assert hash_of(httpd.folder) == other
    assert "The newsroom's signature doesn't cover it" in told
    assert page.evaluate("document.querySelector('script[data-engine]').getAttribute('src')") != before


def test_another_app_at_the_host_is_announced_after_an_update(reader: Reader, httpd: Httpd):
    reader.arrive()
    page = reader.turn("sync")
    other = put_another(httpd.folder, "9.9.9")

    page.get_by_role("button", name="Look for news").click()
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
    page.get_by_text("Remove The Ferry with everything of it from this device?").wait_for()
    page.get_by_role("button", name="Remove", exact=True).click()
    page.wait_for_selector(".nameplate:has-text('tamizdat')")

    assert page.get_by_role("button", name=re.compile("^Remove")).count() == 0


# -- all screens -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def axe() -> str:
    return axe_source()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_screen_fits_is_accessible_and_asks_nobody_else(
    browser: Any, httpd: Httpd, paper: Paper, axe: str, language: str
):
    window = Window(browser, httpd.url)
    page = window.page
    page.add_init_script(f"localStorage.setItem('tamizdat.language', '{language}')")
    window.open(httpd.url)
    page.wait_for_selector(".fingerprint")
    found = {"first contact": _looks(window, axe)}
    page.click("main button.primary")
    page.wait_for_selector(FRONT)
    for screen in SCREENS:
        page.evaluate(f"location.hash = '#{paper.fingerprint}/{screen}'")
        page.wait_for_selector("main[aria-busy=false] h1")
        if screen == "search":
            page.fill("input[type=search]", "2026")
            page.click("summary")
        if screen == "sync":
            page.locator("main button.primary").click()
            page.wait_for_selector("main .note .facts")
        if screen == "settings":
            page.locator("main section:last-child button").last.click()
        found[screen] = _looks(window, axe)
    page.evaluate(f"location.hash = '#{OTHER}'")
    page.wait_for_selector("[role=alert]")
    found["what went wrong"] = _looks(window, axe)

    assert {screen: wrong for screen, wrong in found.items() if wrong} == {}
    assert not window.wrong
    window.close()


def _looks(window: Window, axe: str) -> list[str]:
    """What is wrong with the open screen, narrow and wide, light and dark."""
    wrong: list[str] = []
    for scheme in SCHEMES:
        window.look(width=320, scheme=scheme)
        wrong += window.axe(axe, *(["color-contrast"] if scheme == "dark" else []))
    for width in (320, 360, 1280):
        window.look(width=width, scheme="light")
        wrong += window.overflow() + [f"small at {width}: {target}" for target in window.page.evaluate(SMALL)]
    return wrong


def test_everything_is_reached_and_used_by_keyboard(reader: Reader):
    page = reader.open("")
    page.wait_for_selector(".fingerprint")
    _press(page, "Trust it and read")
    page.wait_for_selector(FRONT)
    reader.turn("settings")

    _press(page, "Delete everything")
    _press(page, "Delete everything now")

    page.get_by_role("heading", name="Everything is deleted").wait_for()


def _press(page: Any, name: str) -> None:
    """Find a button by the Tab key alone, and press it."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText") == name:
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"{name} isn't reached by the Tab key")


# -- what a small paper doesn't come to, over a stand-in engine --------------------------------------------------------

ARTICLE: Final = Article(
    key="one", edition="en", revision=1, title="One", published="2026-11-20T06:00:00Z", updated="2026-11-20T06:00:00Z"
)
REPORT: Final = {
    "publication": "ab" * 32, "from": 6, "to": 7, "freshness": "fresh", "articles": 3, "retracted": 1, "bytes": 51_200,
    "requests": 2, "mirror": "https://ferry.example/", "seconds": 1, "complete": True, "left": 0, "older": 0,
    "problems": [], "missing": [],
}  # fmt: skip
PLAN: Final = {"text": 40_000, "pictures": 0, "requests": 1, "older": 0}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("standin")
    standin.build(folder)
    return folder


@pytest.fixture
def shown(browser: Any, stage: Path) -> Iterator[Callable[..., Any]]:
    """Opens the updates of a publication over an engine with these answers; the page."""
    with standin.serving(stage) as url:
        window = Window(browser, url)

        def show(publication: dict[str, Any] | None = None, storage: str = "kept", **answers: Any) -> Any:
            known = standin.publication({"en": "English"}) | (publication or {})
            told = {"answers": answers, "publication": known, "storage": storage}
            standin.tell(stage, standin.telling([ARTICLE], **told))
            window.page.add_init_script("localStorage.setItem('tamizdat.language', 'en')")
            window.open(f"{url}#/sync")
            window.page.wait_for_selector("main fieldset")
            return window.page

        yield show
        window.close()
        assert not window.wrong


def _fetch(page: Any) -> None:
    page.get_by_role("button", name="Look for news").click()
    page.get_by_role("button", name=re.compile("^Fetch")).first.click()


def test_what_the_rest_of_the_archive_costs_is_said_and_fetched_only_when_told(shown: Callable[..., Any]):
    partly = {
        "editions": [{**standin.publication({"en": "English"})["editions"][0], "completeSince": "2026-05-01T00:00:00Z"}]
    }
    page = shown(partly, plan=[{"value": PLAN}], sync=[{"value": {**REPORT, "older": 12_345_678}}])

    _fetch(page)
    rest = page.get_by_role("button", name="Fetch the rest, 12 MB")
    rest.wait_for()
    asked = page.evaluate("asked.filter(([name]) => name === 'sync')")
    since = text(page)
    rest.click()
    page.wait_for_selector("main .note .facts")

    assert asked == [["sync", {"publication": "ab" * 32}]]
    assert "Everything since 1 May 2026 is here." in since
    assert page.evaluate("asked[asked.length - 1]") == ["sync", {"publication": "ab" * 32, "older": True}]


def test_a_mass_retraction_is_a_question_with_figures_and_two_answers(shown: Callable[..., Any]):
    trouble = {
        "code": "mass-retraction",
        "message": "m",
        "fields": {"edition": "en", "retractions": 1_200, "held": 4_012},
    }
    page = shown(plan=[{"value": PLAN}], sync=[{"trouble": trouble}, {"value": REPORT}])

    _fetch(page)
    page.wait_for_selector("[role=alert]")
    told = text(page, "[role=alert]")
    page.get_by_role("button", name="Withdraw them").click()
    page.wait_for_selector("main .note[role=status]")

    assert "1,200 of 4,012 articles" in told
    assert page.evaluate("asked[asked.length - 1]") == ["sync", {"publication": "ab" * 32, "acceptRetractions": True}]
    assert "1 article withdrawn" in text(page, "main .note[role=status]")


def test_leaving_everything_as_it_is_asks_for_nothing_more(shown: Callable[..., Any]):
    trouble = {"code": "mass-retraction", "message": "m", "fields": {"edition": "en", "retractions": 12, "held": 40}}
    page = shown(plan=[{"value": PLAN}], sync=[{"trouble": trouble}])
    _fetch(page)

    page.get_by_role("button", name="Leave everything as it is").click()

    page.get_by_role("button", name="Look for news").wait_for()
    assert page.locator("[role=alert]").count() == 0
    assert page.evaluate("asked.filter(([name]) => name === 'sync').length") == 1


def test_each_mirror_that_was_passed_over_is_named_with_why(shown: Callable[..., Any]):
    problems = [
        {"mirror": "https://one.example/", "code": "rollback", "message": "m"},
        {"mirror": "https://two.example/", "code": "too-slow", "message": "m"},
    ]
    page = shown(plan=[{"value": PLAN}], sync=[{"value": {**REPORT, "problems": problems, "left": 7_000_000}}])

    _fetch(page)
    page.get_by_text("Mirrors that were passed over (2)").click()

    told = text(page, "main .note[role=status]")
    assert "https://one.example/: The mirror offers something older than what you have." in told
    assert "https://two.example/: The mirror was too slow." in told
    assert "Stopped at your limit; 7 MB are still to come." in told


def test_a_clock_that_is_behind_is_said_above_everything(shown: Callable[..., Any]):
    page = shown({"signed": "2999-01-01T00:00:00Z"})

    assert "Set the clock" in text(page, ".notice")


def test_a_browser_that_keeps_nothing_is_said_above_everything(shown: Callable[..., Any]):
    page = shown(storage="memory")

    assert "keeps nothing here" in text(page, ".notice")


def test_an_old_issue_is_called_very_old_with_what_that_means(shown: Callable[..., Any]):
    page = shown({"freshness": "very old", "signed": "2026-01-01T00:00:00Z"})

    page.evaluate("location.hash = '#/trust'")
    page.wait_for_selector(".fingerprint")

    assert "Very old" in text(page)
    assert "more than a month ago" in text(page)
