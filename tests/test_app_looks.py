"""How the reader app's further screens look and are used without a mouse; and what a small paper doesn't come to."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

import standin
from app_screens import FRONT, OTHER, Paper, Reader, hosting, publish, text, visiting
from browser import SCHEMES, Window, axe_source, chromium
from httpd import Httpd
from tamizdat.format.article import Article

WORDS: Final = {"en": "bridge", "ru": "мост", "kk": "көпір"}
"""By language, what the paper writes of."""
SCREENS: Final = ("sync", "search", "saved", "trust", "settings", "packs", "welcome")
# A target's own box counts, or that of the label which it lies in.
SMALL: Final = """
[...document.querySelectorAll("main :is(button, a.button, select, textarea, input, summary), nav a, .bar *")]
    .map((target) => target.closest("label.choice") || target)
    .filter((target) => target.matches("button, a, select, textarea, input, summary, label"))
    .filter((target) => (({width, height}) => width > 0 && (height < 43.9 || width < 43.9))(
        target.getBoundingClientRect()))
    .map((target) => target.outerHTML.slice(0, 100))
"""


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


# -- all screens -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def axe() -> str:
    return axe_source()


@pytest.mark.parametrize("language", WORDS)
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
            page.fill("input[type=search]", WORDS[language])
            page.wait_for_selector("main mark")
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


def test_the_rest_of_the_archive_stays_on_offer_where_nothing_is_new(shown: Callable[..., Any]):
    partly = {
        "editions": [{**standin.publication({"en": "English"})["editions"][0], "completeSince": "2026-05-01T00:00:00Z"}]
    }
    nothing = {**PLAN, "text": 0, "pictures": 0, "older": 12_345_678}
    page = shown(partly, plan=[{"value": nothing}], sync=[{"value": {**REPORT, "articles": 0, "older": 0}}])

    page.get_by_role("button", name="Look for news").click()
    page.wait_for_selector("main .note[role=status]")
    rest = page.get_by_role("button", name="Fetch the rest, 12 MB")
    rest.click()
    rest.wait_for(state="detached")

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
    page.get_by_role("button", name="Remove them").click()
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
    assert "Stopped at your limit; 7\u00a0MB are still to come." in told


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
