"""What the reader app's pages promise to readers: front page and articles, in chromium, over a stand-in engine."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest

from browser import SCHEMES, Window, axe_source, chromium
from conftest import Ferry
from standin import build, publication, serving, tell, telling_of

_visits: Final = count()
LANGUAGES: Final = ("en", "ru", "kk")
EVIL: Final = (
    "<script>window.ran = 1</script>",
    "<img src=x onerror=\"window.ran = 1\">",
    "javascript:window.ran=1",
    "\" onmouseover=\"window.ran=1\" x=\"",
    "</h1></article><iframe srcdoc=\"<script>parent.ran=1</script>\">",
    "\u202e\u2066gnissim\u2069\u202d <svg onload=window.ran=1>",
    "{{constructor.constructor('window.ran=1')()}}",
    "data:text/html,<script>window.ran=1</script>",
)  # fmt: skip
LONG: Final = "W" * 500_000 + " " + "word " * 100_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("standin")
    build(folder)
    return folder


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    with serving(folder) as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def sample(ferry: Ferry) -> dict[str, Any]:
    return telling_of(ferry.library)


@pytest.fixture
def window(browser: Any, url: str) -> Iterator[Window]:
    window = Window(browser, url)
    yield window
    window.close()
    assert not window.wrong


def show(window: Window, url: str, route: str, language: str = "en") -> Any:
    """Open a route of the app as a reader of `language` does; the page, once its heading is there."""
    assert not window.wrong  # of the page before: a refusal by the policy is told here, too
    page = window.page
    page.add_init_script(f"localStorage.setItem('tamizdat.language', '{language}')")
    window.open(f"{url}?{next(_visits)}#{route}")  # another fragment alone is no new visit
    page.wait_for_selector("main[aria-busy=false] h1")
    return page


def until(page: Any, expression: str) -> None:
    """Wait until it holds on the page. (Playwright's own waiting for one is refused by the page's policy.)"""
    for _ in range(150):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(100)
    raise AssertionError(expression)


def key(place: str) -> str:
    return f"/{place[:2]}/a/{place.replace('/', '%2F')}"


# -- front page --------------------------------------------------------------------------------------------------------


def test_the_front_page_shows_the_newest_first_under_its_day_and_leads_to_every_section(
    window: Window, url: str, folder: Path, sample: dict[str, Any]
):
    tell(folder, sample)
    page = show(window, url, "/en")
    titles = page.locator(".headline").all_inner_texts()
    assert titles == [each["title"] for each in sample["articles"] if each["edition"] == "en"]
    assert page.locator(".card.lead").count() == 1
    assert page.locator(".day").count() == len(titles) - 1
    assert page.locator(".card", has_text="The old bridge").get_by_text("Corrected").is_visible()
    page.get_by_role("link", name="Investigations").first.click()
    page.wait_for_selector("h1:text('Investigations')")
    assert page.locator(".headline").count() == 1
    assert page.evaluate("document.activeElement.tagName") == "H1"


def test_a_long_list_grows_when_asked_and_is_found_again_as_it_was_left(
    window: Window, url: str, folder: Path, sample: dict[str, Any]
):
    [first, *_] = sample["articles"]
    many = [
        first | {"key": f"n{number}", "edition": "en", "title": f"Article {number}", "published": day(number)}
        for number in range(100)
    ]
    tell(folder, sample | {"articles": many})
    page = show(window, url, "/en")
    assert page.locator(".headline").count() == 30
    for shown in (60, 90, 100):
        page.get_by_role("button", name="More articles").click()
        until(page, f"document.querySelectorAll('.headline').length === {shown}")
        until(page, f"document.activeElement.textContent === 'Article {shown - 30 if shown < 100 else 90}'")
    assert page.get_by_role("button", name="More articles").count() == 0
    page.get_by_role("link", name="Article 80").click()
    page.wait_for_selector("h1:text('Article 80')")
    page.go_back()
    until(page, "document.querySelectorAll('.headline').length === 100 && scrollY > 1000")


def day(number: int) -> str:
    return f"2026-{10 - number // 25:02}-{25 - number % 25:02}T06:00:00Z"


# -- article -----------------------------------------------------------------------------------------------------------


def test_an_article_shows_its_notes_corrections_revisions_and_translations_and_leads_back_and_forth(
    window: Window, url: str, folder: Path, sample: dict[str, Any]
):
    tell(folder, sample)
    page = show(window, url, key("en/bridge"))
    assert page.locator("h1").inner_text() == "The old bridge closes to lorries, and the ferry may come back"
    assert page.locator(".corrections li").count() == 1
    assert page.locator(".body img").count() == 2
    page.locator(".revisions summary").click()
    page.get_by_role("link", name="Revision 1").click()
    page.get_by_text("This is revision 1").wait_for()
    page.get_by_role("link", name="Read the current one").click()
    page.get_by_text("This is revision 1").wait_for(state="detached")
    page.get_by_role("link", name="Старый мост").click()
    page.wait_for_selector("h1:text('Старый мост')")
    assert page.locator("h1").get_attribute("lang") == "ru"

    page = show(window, url, key("en/water"))
    page.locator("#ref-2").click()
    assert page.evaluate("document.activeElement.id") == "note-2"
    page.get_by_label("Back to where note 2 is referred to").click()
    assert page.evaluate("document.activeElement.id") == "ref-2"
    assert page.url.endswith(key("en/water"))


def test_a_reader_goes_on_where_they_stopped_in_any_size_of_text(
    window: Window, url: str, folder: Path, sample: dict[str, Any]
):
    body = [{"type": "paragraph", "text": [f"Paragraph {number}. " + "word " * 120]} for number in range(40)]
    article = sample["articles"][0] | {"edition": "en", "key": "long", "body": body}
    tell(folder, sample | {"articles": [article], "marks": {"en/long": {"position": 0.5}}})
    for size in ("small", "largest"):
        window.page.add_init_script(f"localStorage.setItem('tamizdat.size', '{size}')")
        page = show(window, url, "/en/a/long")
        page.get_by_text("You stopped here last time.").wait_for()
        top = page.get_by_text("Paragraph 20.").bounding_box()["y"]
        assert 0 < top < 400
    page.get_by_role("button", name="Back to the beginning").click()
    until(page, "scrollY === 0 && document.activeElement.tagName === 'H1'")


def test_an_article_that_is_marked_as_unread_is_so_again(
    window: Window, url: str, folder: Path, sample: dict[str, Any]
):
    tell(folder, sample)
    page = show(window, url, "/en")
    page.locator(".card.lead:not(.read)").wait_for()
    page.locator(".lead a").click()
    page.get_by_role("button", name="Mark as unread").wait_for()
    page.mouse.wheel(0, 600)
    page.locator("nav.pages a").first.click()
    page.locator(".card.lead.read").wait_for()
    page.locator(".lead a").click()
    page.get_by_role("button", name="Mark as unread").click()
    page.locator(".card.lead:not(.read)").wait_for()


def test_what_was_withdrawn_or_is_not_here_says_so_and_leads_on(
    window: Window, url: str, folder: Path, sample: dict[str, Any]
):
    tell(folder, sample)
    page = show(window, url, key("en/gravel"))
    assert page.locator("h1").inner_text() == "Article withdrawn"
    assert "We apologise to both" in page.locator("main").inner_text()
    page = show(window, url, "/en/a/never-written", "ru")
    assert page.locator("h1").inner_text() == "Этой статьи нет на устройстве"
    page.get_by_role("link", name="На главную").click()
    page.wait_for_selector(".card.lead")


def test_saving_is_a_tap_and_says_what_it_did(window: Window, url: str, folder: Path, sample: dict[str, Any]):
    tell(folder, sample)
    page = show(window, url, key("en/bus"))
    page.get_by_role("button", name="Save").click()
    page.locator("button[aria-pressed=true]").wait_for()
    assert "stays on this device" in page.locator("p.unseen[role=status]").inner_text()


def test_links_that_leave_say_so_and_hand_nothing_over(window: Window, url: str, folder: Path, sample: dict[str, Any]):
    link = {"type": "link", "href": "https://example.org/a", "text": ["a source"]}
    embed = {"type": "embed", "service": "YouTube", "url": "https://video.example/1", "title": "A film"}
    article = sample["articles"][0] | {
        "edition": "en", "key": "out", "body": [{"type": "paragraph", "text": [link]}, embed],
    }  # fmt: skip
    tell(folder, sample | {"articles": [article]})
    page = show(window, url, "/en/a/out")
    for out in page.locator("main a[href^=http]").all():
        assert out.get_attribute("rel") == "noopener noreferrer"
        assert out.get_attribute("target") == "_blank"
        assert "leaves the app" in out.inner_text()
    assert page.locator("main a[href^=http]").count() == 2


# -- hostile articles --------------------------------------------------------------------------------------------------


def test_an_article_of_every_block_and_inline_with_hostile_texts_runs_nothing_and_breaks_nothing(
    window: Window, url: str, folder: Path, sample: dict[str, Any]
):
    tell(folder, sample | {
        "publication": publication({"en": EVIL[1]}, title=EVIL[0]),
        "articles": [hostile(evil, number) for number, evil in enumerate(EVIL)],
        "earlier": [], "retractions": [
            {"type": "retraction", "key": "gone", "edition": "en", "revision": 2, "at": "2026-11-01T00:00:00Z",
             "notice": EVIL[0]},
        ],
    })  # fmt: skip
    routes = ["/en", *(f"/en/a/hostile{number}" for number in range(len(EVIL))), "/en/a/gone", f"/en/section/{EVIL[0]}"]
    for route in routes:
        page = show(window, url, route)
        page.wait_for_timeout(50)  # what would run, would have run
        assert page.evaluate("window.ran") is None, route
        assert (
            page.locator("main script, main iframe, main svg[onload], main [onerror], main [onmouseover]").count() == 0
        )
        leads = page.locator("main a").evaluate_all("links => links.map(link => link.protocol)")
        assert set(leads) <= {"http:", "https:", "mailto:"}, route
        assert not window.overflow(), route
        assert (
            page.locator("main").evaluate("main => /[\\u202a-\\u202e\\u2066-\\u2069]/.test(main.textContent)") is False
        )
    assert not window.wrong


def test_a_title_of_a_megabyte_neither_stops_nor_widens_a_page(
    window: Window, url: str, folder: Path, sample: dict[str, Any]
):
    [first, second, *_] = sample["articles"]
    lines = dict.fromkeys(("title", "byline", "place", "section"), LONG)
    long = first | lines | {"edition": "en", "key": "long", "tags": [LONG], "summary": LONG[:200_000]}
    tell(folder, sample | {"articles": [long, second | {"edition": "en"}], "pictures": {}})
    window.look(width=320, scheme="light")
    for route in ("/en", "/en/a/long"):
        page = show(window, url, route)
        assert not window.overflow(), route
    page = show(window, url, "/en")
    assert page.locator(".card").first.bounding_box()["height"] < 2000


def hostile(evil: str, number: int) -> dict[str, Any]:
    """An article in which every text is `evil`, of every block and inline."""
    inlines = [
        evil, {"type": "strong", "text": [evil]}, {"type": "emphasis", "text": [evil]}, {"type": "code", "text": evil},
        {"type": "link", "href": evil, "text": [evil]}, {"type": "break"}, {"type": "note", "id": evil},
        {"type": "link", "href": f"https://example.org/{evil}", "text": [evil]},
        {"type": "link", "href": "mailto:someone@example.org", "text": [evil]},
    ]  # fmt: skip
    variant = {"role": "preview", "sha256": evil, "type": "image/png", "width": 10, "height": 10, "bytes": 10}
    image = {"width": 10, "height": 10, "variants": [variant], "alt": evil}
    paragraph = {"type": "paragraph", "text": inlines}
    body = [
        paragraph, *({"type": "heading", "level": level, "text": inlines} for level in (2, 3, 4)),
        {"type": "quote", "blocks": [paragraph]}, {"type": "list", "items": [[paragraph]], "ordered": True},
        {"type": "figure", "image": image, "caption": inlines, "credit": evil},
        {"type": "table", "header": [inlines, inlines], "rows": [[inlines, inlines]]},
        {"type": "pre", "text": evil, "language": evil}, {"type": "rule"},
        {"type": "embed", "service": evil, "url": evil, "title": evil},
    ]  # fmt: skip
    at = f"2026-11-{number + 1:02}T06:00:00Z"
    return {
        "type": "article", "key": f"hostile{number}", "edition": "en", "revision": 2, "title": evil, "published": at,
        "updated": at, "byline": evil, "place": evil, "section": evil, "tags": [evil], "summary": evil,
        "corrections": [{"revision": 2, "at": at, "note": evil}], "source_url": evil, "translation_group": "",
        "cleared": 0, "image": image, "body": body, "footnotes": {evil: [paragraph]},
    }  # fmt: skip


# -- looks -------------------------------------------------------------------------------------------------------------

PAGES: Final = ("/en", key("en/water"), key("en/bridge"), key("en/gravel"), "/en/a/missing", "/ar", key("ar/bridge"))


WIDTHS: Final = (320, 320, 360, 768, 1280)
SIZES: Final = ("small", "largest", "", "large", "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_has_a_fault_that_axe_finds_nor_stands_beyond_an_edge_nor_has_a_target_too_small(
    window: Window, url: str, folder: Path, sample: dict[str, Any], language: str
):
    source = axe_source()
    tell(folder, with_arabic(sample))
    for route in PAGES:
        page = show(window, url, route, language)
        for width, size in zip(WIDTHS, SIZES, strict=True):
            page.evaluate(f"document.documentElement.setAttribute('data-size', '{size}')")
            window.look(width=width, scheme="light")
            assert not window.overflow(), (route, width)
            assert not page.evaluate(SMALL), (route, width)
        for scheme in SCHEMES:
            window.look(width=360, scheme=scheme)
            # Nothing but colours differs in the dark.
            assert not window.axe(source, *(["color-contrast"] if scheme == "dark" else [])), (route, scheme)


# What is tapped has 44 pixels each way, but for links within a line of text.
SMALL: Final = """[...document.querySelectorAll("a, button, summary")]
    .filter(e => e.matches("button") || !e.closest("p:not(.embed, .source, .onward), sup, .skip, figcaption"))
    .map(e => [e, (e.closest(".card") ?? e).getBoundingClientRect()])
    .filter(([e, box]) => box.height > 0 && (box.height < 43.5 || (box.width < 43.5 && !e.closest(".tags"))))
    .map(([e, box]) => `${e.outerHTML.slice(0, 100)} ${box.width} x ${box.height}`)"""


def with_arabic(sample: dict[str, Any]) -> dict[str, Any]:
    """The sample with an edition that is written from right to left."""
    [bridge] = [each for each in sample["articles"] if each["key"] == "en/bridge"]
    arabic = bridge | {
        "edition": "ar", "key": "ar/bridge", "title": "الجسر القديم يُغلق أمام الشاحنات", "section": "المدينة",
        "summary": "وجد المفتشون شقوقاً في عارضتين من الجسر", "translation_group": "",
    }  # fmt: skip
    editions = {each["edition"]: each["title"] for each in sample["publication"]["editions"]} | {"ar": "العربية"}
    return sample | {
        "articles": [*sample["articles"], arabic],
        "publication": publication(editions, title=sample["publication"]["title"]),
    }


def test_an_edition_written_from_right_to_left_is_laid_out_so_in_an_app_that_is_not(
    window: Window, url: str, folder: Path, sample: dict[str, Any]
):
    tell(folder, with_arabic(sample))
    page = show(window, url, key("ar/bridge"))
    heading = page.locator("h1")
    assert heading.get_attribute("dir") == "rtl"
    assert heading.evaluate("h1 => getComputedStyle(h1).direction") == "rtl"
    assert page.locator("html").get_attribute("dir") == "ltr"
    quote = page.locator("blockquote")
    assert quote.evaluate("quote => getComputedStyle(quote).borderRightWidth") == "3px"


def test_an_app_in_a_language_written_from_right_to_left_is_the_other_way_round(
    window: Window, url: str, folder: Path, sample: dict[str, Any]
):
    tell(folder, sample)
    window.look(width=320, scheme="light")
    for route in ("/en", key("en/water")):
        page = show(window, url, route)
        page.evaluate("document.documentElement.dir = 'rtl'")
        assert not window.overflow(), route
        first, *_, last = [link.bounding_box()["x"] for link in page.locator(".pages a").all()]
        assert first > last
        text = page.locator(".headline, .body p").first
        assert text.evaluate("each => getComputedStyle(each).direction") == "ltr"


def test_everything_on_a_page_can_be_reached_by_keys_in_its_order(
    window: Window, url: str, folder: Path, sample: dict[str, Any]
):
    tell(folder, sample)
    page = show(window, url, "/en")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "text"
    links = page.locator("main a, main button").count()
    seen = set[str]()
    for _ in range(links):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.outerHTML"))
    assert len(seen) == links
    page.keyboard.press("Shift+Tab")
    page.locator(".headline a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("article.card", state="detached")
    assert page.evaluate("document.activeElement.tagName") == "H1"


def test_printing_leaves_only_the_article(window: Window, url: str, folder: Path, sample: dict[str, Any]):
    tell(folder, sample)
    page = show(window, url, key("en/bridge"))
    page.emulate_media(media="print")
    assert page.locator(".pages, .tools, .editions, .revisions, .skip").evaluate_all(
        "all => all.every(each => getComputedStyle(each).display === 'none')"
    )
    assert page.locator("h1").is_visible()
    assert page.locator(".corrections").is_visible()
    address, fingerprint = sample["publication"]["address"], sample["publication"]["fingerprint"]
    assert page.locator(".paper").inner_text() == f"{address}#{fingerprint}{key('en/bridge')}"


def test_text_sizes_and_themes_are_chosen_kept_and_taken_back(
    window: Window, url: str, folder: Path, sample: dict[str, Any]
):
    tell(folder, sample)
    page = show(window, url, key("en/bus"))
    before = page.locator(".body p").first.evaluate("p => parseFloat(getComputedStyle(p).fontSize)")
    page.get_by_role("button", name="Larger text").click()
    after = page.locator(".body p").first.evaluate("p => parseFloat(getComputedStyle(p).fontSize)")
    assert after > before
    page.reload()
    page.wait_for_selector("main h1")
    assert page.locator("html").get_attribute("data-size") == "large"
