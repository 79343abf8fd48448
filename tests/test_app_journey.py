"""The whole way of a reader: a link, a first visit to a real server, then no network, then only a mirror."""

import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest

from browser import chromium
from httpd import Httpd, certificates
from serving import Server, serving
from tamizdat.format.article import Paragraph
from tamizdat_server.clock import rfc3339
from tamizdat_server.demo import Demo
from tamizdat_server.draft import Draft
from tamizdat_server.mirrorlist import add_mirror
from tamizdat_server.newsroom import Newsroom
from tamizdat_server.publish import publish
from tamizdat_server.shell import installed_shell

MIRROR: Final = "mirror.example"
HEADLINE: Final = "#app .headline a"
STANDARD: Final = "Large"


@dataclass
class Town:
    """A newsroom whose paper is out, with a mirror listed that nobody runs yet."""

    folder: Path
    fingerprint: str
    now: int

    @property
    def public(self) -> Path:
        return self.folder / "public"

    def publish(self, title: str) -> None:
        """One more article, in a version of its own."""
        self.now += 3600
        at = rfc3339(self.now)
        with Newsroom.open(self.folder) as newsroom:
            draft = Draft(key="en/last", edition="en", title=title, published=at, body=[Paragraph([f"On {title}."])])
            newsroom.put(draft, source="last", at=at)
            publish(newsroom, now=self.now)


@pytest.fixture
def town(tmp_path: Path) -> Town:
    if installed_shell() is None:
        pytest.skip("no reader app in web/dist (npm run build in web/, or `make test`)")
    now = int(time.time()) - 7200
    demo = Demo(tmp_path / "town", now=now)
    demo.prepare()
    with Newsroom.open(demo.newsroom) as newsroom:
        add_mirror(newsroom, f"https://{MIRROR}/", now=now)
        fingerprint = str(newsroom.fingerprint)
    demo.publish_rest()
    return Town(demo.newsroom, fingerprint, now)


@pytest.fixture
def server(town: Town) -> Iterator[Server]:
    with serving(town.folder) as running:
        yield running


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[Httpd]:
    """A host with a certificate for the mirror's name, and nothing there yet."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    tls, _ = certificates(tmp_path, MIRROR)
    with Httpd(folder, tls=tls, modes={"*": _for_any_page}) as running:
        yield running


def _for_any_page(handler: Any, file: Path | None) -> None:
    """As `.htaccess` of the tree has it: pages of other hosts may read."""
    if file is None:
        return handler.answer(404, b"no such file", Access_Control_Allow_Origin="*")
    return handler.answer(200, file.read_bytes(), Access_Control_Allow_Origin="*")


@dataclass
class Phone:
    """A browser of its own. `asked`: hosts that anything in it asked; `wrong`: what pages complained of."""

    context: Any
    asked: set[str] = field(default_factory=set[str])
    wrong: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        self.context.on("request", lambda request: self.asked.add(urlsplit(request.url).netloc))

    def open(self, url: str) -> Any:
        page = self.context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("console", lambda said: self.wrong.append(said.text) if "Content Security Policy" in said.text else 0)
        page.goto(url)
        return page


@pytest.fixture
def browser(mirror: Httpd) -> Iterator[Any]:
    """One that finds the mirror where it is."""
    with chromium(f"--host-resolver-rules=MAP {MIRROR}:443 127.0.0.1:{mirror.port}") as running:
        yield running


@contextmanager
def held(browser: Any) -> Iterator[Phone]:
    context = browser.new_context(
        viewport={"width": 360, "height": 780}, locale="en-GB", ignore_https_errors=True, is_mobile=True, has_touch=True
    )
    phone = Phone(context)
    yield phone
    context.close()
    assert not phone.wrong


@pytest.fixture
def phone(browser: Any) -> Iterator[Phone]:
    with held(browser) as opened:
        yield opened


@pytest.fixture
def another(browser: Any) -> Iterator[Phone]:
    with held(browser) as opened:
        yield opened


def turn(page: Any, screen: str) -> None:
    """Turn to a screen as a link in the app does."""
    page.evaluate(f"location.hash = '#/{screen}'")
    page.wait_for_selector("main[aria-busy=false] h1")


def take_pictures(page: Any) -> None:
    """Choose pictures, and fetch them."""
    turn(page, "sync")
    page.get_by_role("radio", name=STANDARD).check()
    page.get_by_role("button", name="Look for news").click()
    page.get_by_role("button", name=re.compile("^Fetch [0-9.]+ (bytes|KB)$")).click()
    page.wait_for_selector("main .note[role=status] .facts")


def ready(page: Any) -> None:
    """Until the first update has come to its end, and the app itself is kept, too."""
    turn(page, "sync")
    page.get_by_role("button", name="Look for news").wait_for()
    page.evaluate("navigator.serviceWorker.ready.then(() => 0)")


def test_a_link_leads_to_a_verified_article_in_one_tap_without_a_fingerprint_in_two(
    phone: Phone, another: Phone, town: Town, server: Server
) -> None:
    page = phone.open(f"{server.url}#{town.fingerprint}")
    page.locator(HEADLINE).first.tap()
    page.wait_for_selector("main article p")
    assert page.locator("#news").is_hidden()

    page = another.open(server.url)
    page.get_by_role("button", name="Trust it and read").tap()
    page.locator(HEADLINE).first.tap()
    page.wait_for_selector("main article p")


def test_without_any_network_everything_that_was_fetched_is_read_and_found(
    phone: Phone, town: Town, server: Server
) -> None:
    page = phone.open(f"{server.url}#{town.fingerprint}")
    page.wait_for_selector(HEADLINE)
    take_pictures(page)
    ready(page)
    server.end()
    phone.context.set_offline(True)

    page.reload()
    page.wait_for_selector("main[aria-busy=false] h1")
    page.close()
    page = phone.open(f"{server.url}")  # the app's icon on the home screen names no fingerprint

    page.wait_for_selector(HEADLINE)
    titles = page.locator(HEADLINE).all_inner_texts()
    page.locator(HEADLINE).first.click()
    page.wait_for_selector("main article p")
    assert titles[0] in page.locator("main h1").inner_text()
    page.wait_for_function("[...document.querySelectorAll('main img')].some((image) => image.naturalWidth > 300)")
    turn(page, "search")
    page.get_by_role("searchbox").fill("ferry")
    page.wait_for_selector("main mark")
    page.locator("main a[href*='/a/']").first.click()
    page.wait_for_selector("main article p")


def test_with_its_host_gone_for_good_the_app_goes_on_from_a_mirror_that_was_signed_for(
    phone: Phone, town: Town, server: Server, mirror: Httpd
) -> None:
    page = phone.open(f"{server.url}#{town.fingerprint}")
    page.wait_for_selector(HEADLINE)
    ready(page)
    server.end()
    town.publish("The host is gone")
    shutil.copytree(town.public, mirror.folder, dirs_exist_ok=True)

    page.reload()
    turn(page, "sync")
    page.get_by_role("button", name="Look for news").click()
    page.wait_for_selector("main .note[role=status] .facts")

    assert f"https://{MIRROR}/" in page.locator("main .note[role=status]").inner_text()
    turn(page, "")
    assert page.locator(HEADLINE).first.inner_text() == "The host is gone"
    # Pages and workers alike asked the address and the signed mirror, and nobody else for anything.
    assert phone.asked == {urlsplit(server.url).netloc, MIRROR}
