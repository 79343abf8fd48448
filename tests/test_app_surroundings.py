"""The reader app where browser, device or line aren't as one would wish: it says so, and does what it still can."""

import json
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from browser import FLAGS, chromium
from building import as_pages
from httpd import Handler, Httpd, Mode, hang_up
from tamizdat_server.demo import Demo
from tamizdat_server.newsroom import Newsroom
from tamizdat_server.shell import installed_shell

PATH: Final = "/town/paper/"
LAN: Final = "lan.example"
FRONT: Final = "#app .headline a"
HEAD: Final = "head.tar.zst"
YEARS: Final = 5 * 365 * 86_400
# A device whose clock is so many seconds ahead, in pages and in workers.
CLOCK: Final = """
{
    const [right, skew] = [Date, %d * 1000];
    globalThis.Date = class extends right {
        constructor(...values) { values.length > 0 ? super(...values) : super(right.now() + skew); }
        static now() { return right.now() + skew; }
    };
}
"""


@dataclass
class Paper:
    public: Path
    fingerprint: str


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Paper:
    """The sample paper, as a newsroom publishes it."""
    if installed_shell() is None:
        pytest.skip("no reader app in web/dist (npm run build in web/, or `make test`)")
    demo = Demo(tmp_path_factory.mktemp("paper"), now=int(time.time()) - 7200)
    demo.prepare()
    demo.publish_rest()
    with Newsroom.open(demo.newsroom) as newsroom:
        return Paper(newsroom.public, str(newsroom.fingerprint))


@pytest.fixture
def httpd(paper: Paper) -> Iterator[Httpd]:
    with Httpd(paper.public, prefix=PATH, modes={"*": as_pages}) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium(f"--host-resolver-rules=MAP {LAN} 127.0.0.1") as running:
        yield running


@dataclass
class Reader:
    """Someone with a browser. `wrong`: what pages complained of."""

    context: Any
    httpd: Httpd
    fingerprint: str
    host: str = "127.0.0.1"
    wrong: list[str] = field(default_factory=list[str])
    page: Any = None

    @property
    def url(self) -> str:
        return self.httpd.url.replace("127.0.0.1", self.host)

    def open(self, fragment: str | None = None) -> Any:
        """Follow the newsroom's link, on a page of its own."""
        self.page = self.context.new_page()
        self.page.set_default_timeout(30_000)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.goto(f"{self.url}#{self.fingerprint if fragment is None else fragment}")
        return self.page

    def arrive(self) -> Any:
        page = self.open()
        page.wait_for_selector(FRONT)
        return page

    def turn(self, screen: str) -> Any:
        self.page.evaluate(f"location.hash = '#/{screen}'")
        self.page.wait_for_selector("main[aria-busy=false] h1")
        return self.page

    def reads_and_finds(self) -> None:
        """From the front page to an article, and to another by search."""
        page = self.turn("")
        page.locator(FRONT).first.click()
        page.wait_for_selector("main article p")
        self.turn("search").get_by_role("searchbox").fill("ferry")
        page.wait_for_selector("main mark")


@contextmanager
def reading(browser: Any, httpd: Httpd, paper: Paper, host: str = "127.0.0.1", **more: Any) -> Iterator[Reader]:
    context = browser.new_context(viewport={"width": 360, "height": 780}, locale="en-GB", **more)
    reader = Reader(context, httpd, paper.fingerprint, host)
    yield reader
    context.close()
    assert not reader.wrong


@pytest.fixture
def reader(browser: Any, httpd: Httpd, paper: Paper) -> Iterator[Reader]:
    with reading(browser, httpd, paper) as reader:
        yield reader


def text(page: Any, selector: str = "main") -> str:
    return page.locator(selector).first.inner_text()


# -- storage -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def forbidding(browser: Any, tmp_path: Path) -> Iterator[Any]:
    """A browser whose owner lets no site keep anything: it refuses databases, settings, caches and service workers."""
    profile = tmp_path / "profile"
    (profile / "Default").mkdir(parents=True)
    wish = {"profile": {"default_content_setting_values": {"cookies": 2}}}
    (profile / "Default" / "Preferences").write_text(json.dumps(wish))
    context = browser.browser_type.launch_persistent_context(
        profile, executable_path=shutil.which("chromium"), args=list(FLAGS), locale="en-GB"
    )
    yield context
    context.close()


def test_where_nothing_may_be_kept_all_is_read_from_memory_and_that_is_said(
    forbidding: Any, httpd: Httpd, paper: Paper
):
    reader = Reader(forbidding, httpd, paper.fingerprint)
    page = reader.arrive()

    assert "keeps nothing here" in text(page, ".notice")
    assert page.evaluate("(() => { try { return localStorage.length } catch (e) { return e.name } })()") == (
        "SecurityError"
    )
    reader.reads_and_finds()
    reader.turn("settings").get_by_role("combobox", name="Language of the app").select_option("ru")
    page.get_by_role("heading", name="Настройки").wait_for()
    assert not reader.wrong


def test_a_full_disk_is_said_beside_the_news_as_they_came_and_it_goes_on_once_there_is_space(
    reader: Reader, httpd: Httpd
):
    origin = {"origin": httpd.url.removesuffix(PATH)}
    devtools = reader.context.new_cdp_session(reader.context.new_page())
    devtools.send("Storage.overrideQuotaForOrigin", origin | {"quotaSize": 1})

    page = reader.open()
    page.wait_for_selector("[role=alert]")

    assert "no space left" in text(page, "[role=alert] strong")
    assert page.locator("#news h2").first.is_visible()
    devtools.send("Storage.overrideQuotaForOrigin", origin)
    page.get_by_role("button", name="Try again").click()
    page.wait_for_selector(FRONT)
    reader.reads_and_finds()


def test_without_service_workers_everything_works_but_a_start_without_the_host_and_that_is_said(reader: Reader):
    reader.context.add_init_script("delete Navigator.prototype.serviceWorker")
    page = reader.arrive()

    assert "can’t keep the app itself" in text(page, ".notice")
    reader.reads_and_finds()
    page = reader.turn("settings")
    page.get_by_text("The app isn’t kept on this device").wait_for()


# -- the clock ---------------------------------------------------------------------------------------------------------


def ahead(seconds: int) -> Mode:
    """Serves the app to a device whose clock is so far ahead: workers learn it from their own script."""

    def answer(handler: Handler, file: Path | None) -> None:
        if not (file and re.match("app/engine-", handler.asked.path)):
            return as_pages(handler, file)
        return handler.answer(200, (CLOCK % seconds).encode() + file.read_bytes(), Content_Type="text/javascript")

    return answer


def turn_clock(reader: Reader, seconds: int) -> None:
    reader.context.add_init_script(CLOCK % seconds)
    reader.httpd.tell("*", ahead(seconds))


@pytest.mark.parametrize(
    ("seconds", "what", "todo"),
    [
        (-YEARS, "this device’s clock says", "Set the device’s date and time"),
        (YEARS, "was signed too long ago", "Check this device’s date"),
    ],
)
def test_at_first_a_clock_that_is_wrong_by_years_is_said_beside_the_news_as_they_came(
    reader: Reader, seconds: int, what: str, todo: str
):
    turn_clock(reader, seconds)

    page = reader.open()
    page.wait_for_selector("[role=alert]")

    assert what in text(page, "[role=alert]")
    assert todo in text(page, "[role=alert]")
    assert page.locator("#news h2, #news h3").first.is_visible()
    assert page.locator(FRONT).count() == 0


@pytest.mark.parametrize(
    ("seconds", "told", "code"),
    [(-YEARS, "Set the clock", "clock says"), (YEARS, "Very old", "signed too long ago")],
)
def test_with_a_library_a_clock_that_is_wrong_by_years_is_said_and_all_is_read(
    reader: Reader, seconds: int, told: str, code: str
):
    reader.context.route("**/sw.js", lambda route: route.abort())  # else the app that is kept knows the right time
    reader.arrive().close()
    turn_clock(reader, seconds)

    page = reader.arrive()

    assert told in text(page, "#app")
    reader.reads_and_finds()
    page = reader.turn("sync")
    page.get_by_role("button", name="Look for news").click()
    page.wait_for_selector("[role=alert]")
    assert code in text(page, "[role=alert]")


# -- the line ----------------------------------------------------------------------------------------------------------


def test_over_plain_http_everything_is_verified_read_and_found_and_what_is_lacking_is_said(
    browser: Any, httpd: Httpd, paper: Paper
):
    with reading(browser, httpd, paper, LAN) as reader:
        page = reader.arrive()
        lacking = page.evaluate("[isSecureContext, 'serviceWorker' in navigator, typeof crypto.subtle]")

        assert lacking == [False, False, "undefined"]
        assert "came without encryption" in text(page, ".notice")
        reader.reads_and_finds()
        trust = reader.turn("trust")
        trust.get_by_text("the app itself").wait_for()
        assert "Signatures are verified by\nthe app itself" in re.sub(r"\s*\n\s*", "\n", text(trust, "main"))
        page.close()
        assert reader.open("").wait_for_selector(FRONT)


def test_over_plain_http_a_foreign_publication_is_refused_all_the_same(browser: Any, httpd: Httpd, paper: Paper):
    with reading(browser, httpd, paper, LAN) as reader:
        page = reader.open(f"1.{'a' * 52}")
        page.wait_for_selector("[role=alert]")
        assert "isn’t the publication whose fingerprint you have" in text(page, "[role=alert]")


def test_without_javascript_the_news_are_read_and_called_unverified(browser: Any, httpd: Httpd, paper: Paper):
    with reading(browser, httpd, paper, java_script_enabled=False) as reader:
        page = reader.open()

        news = page.locator("#news")
        assert news.is_visible()
        assert "verified" in news.inner_text()
        assert news.locator("article, li").count() >= 3
        assert len(news.inner_text()) > 500


@dataclass
class Gate:
    """Lets nothing of some paths through until it is opened."""

    paths: Callable[[str], bool]
    opened: threading.Event = field(default_factory=threading.Event)

    def __call__(self, handler: Handler, file: Path | None) -> None:
        if self.paths(handler.asked.path):
            self.opened.wait(60)
        as_pages(handler, file)


def test_on_a_slow_line_there_is_something_to_read_from_the_first_answer_on(reader: Reader, httpd: Httpd):
    script, head, bundles = gates = [
        Gate(lambda path: path.startswith("app/") and path.endswith(".js")),
        Gate(lambda path: path == HEAD),
        Gate(lambda path: path.startswith("bundles/")),
    ]

    def slow(handler: Handler, file: Path | None) -> None:
        next((gate for gate in gates if gate.paths(handler.asked.path)), as_pages)(handler, file)

    httpd.tell("*", slow)
    page = reader.context.new_page()
    page.goto(f"{reader.url}#{reader.fingerprint}", wait_until="commit")

    page.wait_for_selector("#news")
    assert page.locator("#news").is_visible()
    script.opened.set()
    page.get_by_text("Finding out whose paper this is…").first.wait_for(state="attached")
    assert page.locator("#news").is_visible()
    head.opened.set()
    page.wait_for_selector("#app .nameplate a")
    bundles.opened.set()
    page.wait_for_selector(FRONT)
    assert page.locator("#news").count() == 0


def test_a_host_that_falls_silent_is_said_and_asked_again_when_told(reader: Reader, httpd: Httpd):
    def broken(handler: Handler, file: Path | None) -> None:
        is_tree = handler.asked.path == HEAD or handler.asked.path.startswith(("metadata/", "bundles/", "targets/"))
        (hang_up if is_tree else as_pages)(handler, file)

    httpd.tell("*", broken)
    page = reader.open()
    page.wait_for_selector("[role=alert]")
    assert "can’t be reached" in text(page, "[role=alert]")
    assert page.locator("#news").is_visible()

    httpd.tell("*", as_pages)
    page.get_by_role("button", name="Try again").click()
    page.wait_for_selector(FRONT)
