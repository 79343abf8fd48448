"""The reader app's engine on a page with nothing else on it, in chromium, beside the tree of a small newsroom."""

import json
import random
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from following import picture
from publishing import DAY, Desk, words
from standin import serving
from tamizdat.format.article import Figure, Image, Paragraph, Variant
from tamizdat.format.names import sha256
from tamizdat_server.clock import rfc3339
from tamizdat_server.draft import Draft

WEB: Final = Path(__file__).resolve().parent.parent / "web"
ARTICLES: Final = 40
SCRIPTS: Final = (
    "engine.js=src/engine/worker.ts", "search.js=src/engine/finding.ts", "own.js=src/trust/own.ts",
    "page.js=tests/pages/engine.ts", "store.js=tests/pages/store.ts",
)  # fmt: skip
_BUILD: Final = "import('vite').then((vite) => vite.runnerImport('./tests/pages/build.ts', { logLevel: 'warn' }))"
# What stands ahead of the engine: its clock is the newsroom's, or `days` later; time goes by `pace` times as fast; and
# what else its URL asks for befalls it.
_AHEAD: Final = """
{
    const asked = new URLSearchParams(self.location.search);
    const skew = %d + Number(asked.get("days")) * 86_400_000 - Date.now();
    const now = Date.now;
    Date.now = () => now() + skew;
    const pace = Number(asked.get("pace") || 1);
    const [ticks, later] = [performance.now.bind(performance), setTimeout];
    performance.now = () => ticks() * pace;
    self.setTimeout = (work, time, ...values) => later(work, time / pace, ...values);
    if (asked.has("denied")) {
        Object.defineProperty(self, "indexedDB", {value: {open() { throw new DOMException("no", "SecurityError"); }}});
    }
    if (asked.has("lockless")) {
        Object.defineProperty(Object.getPrototypeOf(self.navigator), "locks", {value: undefined});
    }
    if (asked.has("bare")) {
        Object.defineProperty(self.crypto, "subtle", {value: undefined});
    }
    let left = Number(asked.get("puts") || Infinity);
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (...values) {
        if (self.name === "sync" && (left -= 1) === 0) {
            self.postMessage("die");
            for (;;);  // until the browser ends it by force
        }
        return put.apply(this, values);
    };
}
"""


class Site:
    """A folder with the scripts and a newsroom's tree."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "site"
        self.desk = Desk(folder / "newsroom")
        self.url = ""
        self.engine = ""

    @property
    def address(self) -> str:
        return f"{self.url}#{self.desk.newsroom.fingerprint}"

    @property
    def publication(self) -> str:
        return self.desk.newsroom.publication

    def build(self) -> None:
        """Bundle the scripts. Skips where the tools for that aren't there."""
        if not (WEB / "node_modules" / "vite").is_dir():
            pytest.skip("no vite in web/node_modules (npm ci in web/, or `make test`)")
        subprocess.run(["node", "-e", _BUILD, "--", str(self.folder), *SCRIPTS], cwd=WEB, check=True)
        for name in ("page", "store"):
            page = f'<!doctype html><meta charset="utf-8"><title>{name}</title><script src="{name}.js"></script>'
            (self.folder / f"{name}.html").write_text(page)
        self.engine = (self.folder / "engine.js").read_text("utf-8")

    def write(self, number: int, *, version: int = 1) -> None:
        pictured = [Figure(self._picture(number))] if number % 10 == 0 else []
        key, text = f"a{number:03}", words(random.Random(f"{number} {version}"), 60)
        published = rfc3339(self.desk.now - 100 * DAY + number * DAY)
        draft = Draft(key=key, edition="en", title=f"On {key}, {version}", published=published,
                      section=f"section {number % 3}", body=[Paragraph([text]), *pictured])  # fmt: skip
        self.desk.newsroom.put(draft, source=key, at=self.desk.at)

    def _picture(self, number: int) -> Image:
        data = picture(number + 1, (32, 20))
        (self.desk.newsroom.media / f"{sha256(data)}.png").write_bytes(data)
        return Image(32, 20, [Variant("preview", sha256(data), "image/png", 32, 20, len(data))], f"picture {number}")

    def publish(self) -> None:
        """Publish; from now on the site shows that, and the engine's clock stands there."""
        self.desk.publish(after=DAY)
        shutil.copytree(self.desk.public, self.folder, dirs_exist_ok=True)
        (self.folder / "engine.js").write_text(_AHEAD % ((self.desk.now + 60) * 1000) + self.engine, "utf-8")


@contextmanager
def engine_site(folder: Path) -> Iterator[Site]:
    """A site that is served, with one version of a newsroom's articles."""
    site = Site(folder)
    site.build()
    for number in range(ARTICLES):
        site.write(number)
    site.publish()
    with serving(site.folder) as site.url:
        yield site


class Tab:
    """A page with the engine, of one browser context: what it keeps is that context's own."""

    def __init__(self, context: Any, site: Site, *, how: str = "") -> None:
        self.site, self.how = site, how
        self.page = context.new_page()
        self.page.goto(f"{site.url}page.html")

    def begin(self) -> str:
        return self.page.evaluate("how => begin(how)", self.how)

    def trust(self, *, media: str = "previews") -> None:
        """Start, and keep the publication, with everything chosen."""
        self.begin()
        self.page.evaluate("address => engine.syncing.meet(address)", self.site.address)
        choice = {"editions": ["en"], "media": media, "keep": {}, "revisions": True, "maxBytes": 0}
        self.page.evaluate("([p, choice]) => engine.syncing.trust(p, choice)", [self.site.publication, choice])

    def sync(self) -> dict[str, Any]:
        """The report; or the trouble, with its code, where it failed."""
        return self.page.evaluate(
            "p => engine.syncing.sync({publication: p}, () => {}).catch(e => ({code: e.code, message: e.message}))",
            self.site.publication,
        )

    def sync_when_free(self) -> dict[str, Any]:
        """The same once the browser has done away with a worker that was stopped while it held the lock."""
        for _ in range(100):
            report = self.sync()
            if report.get("code") != "locked":
                return report
            self.page.wait_for_timeout(50)
        raise AssertionError("still locked")

    def look(self) -> dict[str, Any]:
        """What is kept: what is wrong with it, its digest, and how many articles it has."""
        return self.page.evaluate("look()")

    def records(self) -> set[bytes]:
        """The lines of everything that is kept, earlier revisions included."""
        return {line.encode() for line in self.page.evaluate("lines()")}

    def sync_until_death(self, puts: int) -> bool:
        return self.page.evaluate("([how, p]) => syncUntilDeath(how, p)", [f"?puts={puts}", self.site.publication])

    def titles(self, **query: object) -> list[str]:
        told = json.dumps({"publication": self.site.publication, "edition": "en", "limit": 500} | query)
        return self.page.evaluate(f"engine.reading.list({told}).then(page => page.cards.map(card => card.title))")
