"""Makes the pictures of docs/screenshots: the archive, the reader app and an import's report, in a real browser.

make screenshots
"""

import io
import tempfile
import time
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from PIL import Image

from browser import SCHEMES, WIDTHS, Window, chromium
from building import as_pages
from httpd import Httpd
from showing import archive_alone, place
from tamizdat_server.demo import Demo
from tamizdat_server.newsroom import Newsroom
from walkthrough import TITLE, newspaper, walk_through

FOLDER: Final = Path(__file__).resolve().parent.parent / "docs" / "screenshots"
ARCHIVE: Final = ("front", "article", "diff", "retracted", "found", "version", "about", "tables", "table", "query")
# Screens of the reader app, in which language, and where they are.
APP: Final = {
    "app-front": ("en", "/en"),
    "app-article": ("en", "/en/a/en%2Fbridge"),
    "app-search": ("en", "/search/bridge"),
    "app-update": ("en", "/sync"),
    "app-trust": ("en", "/trust"),
    "app-front-ru": ("ru", "/ru"),
    "app-article-kk": ("kk", "/kk/a/kk%2Fbridge"),
}
START: Final = "start-report"
SHOWN: Final = (*ARCHIVE, *APP, START)
HEIGHTS: Final = {360: 780, 1280: 960}
BYTES_AT_MOST: Final = 150_000


def name(page: str, width: int, scheme: str) -> str:
    return f"{page}-{width}-{scheme}.png"


def main() -> None:
    """Publish the sample, sync it as a reader does who follows each version, and take every picture anew."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        demo = Demo(Path(temporary), now=int(time.time()))
        demo.prepare()
        demo.sync(demo.newsroom / "public")
        demo.publish_rest()
        demo.sync(demo.newsroom / "public")
        with chromium() as browser:
            take_archive(browser, demo)
            take_app(browser, demo)
            take_start(browser, Path(temporary))


def take_archive(browser: Any, demo: Demo) -> None:
    with archive_alone(demo.library) as url:
        for page in ARCHIVE:
            window = Window(browser, url)
            window.open(url + place(page))
            _take(window, page)


def take_app(browser: Any, demo: Demo) -> None:
    with Newsroom.open(demo.newsroom) as newsroom:
        public, fingerprint = newsroom.public, newsroom.fingerprint
    with Httpd(public, modes={"*": as_pages}) as httpd:
        for page, (language, route) in APP.items():
            window = Window(browser, httpd.url)
            _arrive(window, f"{httpd.url}#{fingerprint}", language)
            window.page.evaluate(f"location.hash = '#{fingerprint}{route}'")
            window.page.wait_for_selector("main[aria-busy=false] h1")
            window.page.wait_for_selector("main :is(article, .facts, .fingerprint)")
            window.page.wait_for_timeout(500)  # for pictures
            _take(window, page)


def take_start(browser: Any, folder: Path) -> None:
    """The report of docs/newsroom.md's walk-through."""
    with newspaper() as site:
        walk_through(site, folder)
    page = folder / "ferry" / "report.html"
    told = page.read_text("utf-8").replace(urlsplit(site.url).netloc, "news.example").replace("Паром", TITLE)
    page.write_text(told, "utf-8")
    window = Window(browser, "")
    window.open(page.as_uri())
    _take(window, START)


def _arrive(window: Window, address: str, language: str) -> None:
    """Follow the newsroom's link in a browser of that language, and fetch everything with large pictures."""
    page = window.page
    page.add_init_script(f"localStorage.setItem('tamizdat.language', '{language}')")
    window.open(address)
    page.wait_for_selector("#app .headline a")
    page.evaluate("location.hash = '#/sync'")
    page.wait_for_selector("main fieldset")
    for box in page.locator("main fieldset").first.locator("input").all():
        box.check()
    page.locator("input[name=media]").last.check()
    page.locator("main button.primary").click()
    page.locator("main section.note button.primary").click()
    page.wait_for_selector("main .note[role=status] .facts")


def _take(window: Window, page: str) -> None:
    for width in WIDTHS:
        for scheme in SCHEMES:
            window.look(width=width, scheme=scheme, height=HEIGHTS[width])
            path = FOLDER / name(page, width, scheme)
            path.write_bytes(_small(window.page.screenshot()))
            print(f"{path.stat().st_size:>8,}  {path.name}")
    window.close()


def _small(picture: bytes) -> bytes:
    """The same in few colours, which is most of what a page has."""
    small = io.BytesIO()
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(256, kmeans=3).save(small, "PNG", optimize=True)
    return small.getvalue()


if __name__ == "__main__":
    main()
