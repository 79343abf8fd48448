"""Readers with a browser of their own before the real app: its files beside a paper, on a server that can misbehave."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from building import as_pages, build, listed
from httpd import Httpd
from tamizdat_server.demo import Demo
from tamizdat_server.newsroom import Newsroom

PATH: Final = "/town/paper/"
OTHER: Final = "1." + "a" * 52
"""A fingerprint of nobody."""
FRONT: Final = "#app .headline a"
STORED: Final = """(async () => ({
    databases: (await indexedDB.databases()).map(({name}) => name),
    caches: await caches.keys(),
    workers: (await navigator.serviceWorker.getRegistrations()).length,
    words: Object.keys(localStorage),
    session: Object.keys(sessionStorage),
}))()"""


@dataclass
class Paper:
    """The sample paper as files with the app beside them: as it began, and with all its versions."""

    older: Path
    newer: Path
    fingerprint: str


def publish(folder: Path) -> Paper:
    """Build the app, and publish the paper beside it, all in `folder`."""
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


@contextmanager
def hosting(paper: Paper, folder: Path) -> Iterator[Httpd]:
    """A host of all that the paper has, below a path; the files are its own, in `folder`."""
    site = shutil.copytree(paper.newer, folder / "site")
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


@contextmanager
def visiting(browser: Any, httpd: Httpd, paper: Paper) -> Iterator[Reader]:
    """A reader with a phone who knows the fingerprint. Nothing may have gone wrong on the page at the end."""
    context = browser.new_context(viewport={"width": 360, "height": 780}, locale="en-GB")
    reading = Reader(context, httpd.url, paper.fingerprint)
    yield reading
    context.close()
    assert not reading.wrong


def text(page: Any, selector: str = "main") -> str:
    return page.locator(selector).first.inner_text()
