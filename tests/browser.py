"""A real browser for tests: Debian's chromium, driven by Playwright. It notes whatever goes wrong on a page."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest

WIDTHS: Final = (360, 1280)
SCHEMES: Final = ("light", "dark")
FLAGS: Final = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--no-first-run",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--font-render-hinting=none",
)  # fmt: skip
AXE: Final = Path(__file__).resolve().parent.parent / "web" / "node_modules" / "axe-core" / "axe.min.js"
# Everything that axe calls a violation, good practice included.
_ASK_AXE: Final = """
axe.run(document, {resultTypes: ["violations"]%s}).then(found => found.violations.map(
    v => `${v.id} (${v.impact}): ${v.help}: ${v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(" | ")}`))
"""
# Nothing may stand beyond an edge of the page, cut off or not, but for what lies in a box that scrolls by itself.
_OVERFLOW: Final = """
(() => {
    const page = document.documentElement;
    const scrolls = e => ["auto", "scroll"].includes(getComputedStyle(e).overflowX) || e.matches(".unseen, .skip");
    const inside = e => e && (scrolls(e) || inside(e.parentElement));
    const beyond = e => (box => box.width > 1 && (box.right > page.clientWidth + 1 || box.left < -1))(
        e.getBoundingClientRect());
    const found = [...document.body.querySelectorAll("*")].filter(e => beyond(e) && !inside(e));
    const told = found.slice(0, 5).map(e => e.outerHTML.slice(0, 120));
    return page.scrollWidth > page.clientWidth ? [...told, `${page.scrollWidth} > ${page.clientWidth}`] : told;
})()
"""


@contextmanager
def chromium(*flags: str) -> Iterator[Any]:
    """Debian's chromium, with further flags. Skips with the reason where it, or Playwright, isn't there."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        pytest.skip("Playwright is not installed (extra: dev)")
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("no chromium on the path (Debian: chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*FLAGS, *flags])
        yield browser
        browser.close()


def axe_source() -> str:
    """axe-core's own text. Skips with the reason where it isn't there."""
    if not AXE.is_file():
        pytest.skip("no axe-core in web/node_modules (npm ci in web/, or `make test`)")
    return AXE.read_text("utf-8")


class Window:
    """One page of a browser, which may only ask `origin`. `wrong`: what went wrong on the page that is open."""

    def __init__(self, browser: Any, origin: str, *, scripts: bool = True) -> None:
        self._host = urlsplit(origin).netloc
        self._context = browser.new_context(
            viewport={"width": WIDTHS[-1], "height": 900},
            java_script_enabled=scripts,
            reduced_motion="reduce",  # else colours are caught halfway when a page turns dark
            accept_downloads=False,
        )
        self.page = self._context.new_page()
        self.page.set_default_timeout(15_000)
        self._devtools = self._context.new_cdp_session(self.page)
        self.wrong: list[str] = []
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.wrong.append(f"script: {error}"))
        self.page.on("requestfailed", self._on_failure)
        self.page.on("request", self._on_request)
        self.page.on("response", self._on_response)

    def close(self) -> None:
        self._context.close()

    def open(self, url: str) -> Any:
        """Go there and wait for everything on the page; forget what was wrong before. The answer."""
        self.wrong.clear()
        return self.page.goto(url, wait_until="load")

    def follow(self, link: Any) -> None:
        """Click on what leads to another page, and wait for everything on that."""
        with self.page.expect_navigation(wait_until="load"):
            link.click()

    def look(self, *, width: int, scheme: str, height: int = 900) -> None:
        """Show the open page at a width in CSS pixels, light or dark."""
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.emulate_media(color_scheme=scheme)

    def overflow(self) -> list[str]:
        """What makes the page scroll sideways; empty where it doesn't."""
        return self._run(_OVERFLOW)

    def axe(self, source: str, *rules: str) -> list[str]:
        """What axe-core finds on the open page, by these rules or by all.

        It runs as the debugger's own, so the page's policy stays as it is.
        """
        if not self._run("typeof axe === 'object'"):
            self._run(f"{source};0")
        return self._run(_ASK_AXE % (f", runOnly: {json.dumps(rules)}" if rules else ""))

    def _run(self, expression: str) -> Any:
        answer = self._devtools.send(
            "Runtime.evaluate", {"expression": expression, "awaitPromise": True, "returnByValue": True}
        )
        assert "exceptionDetails" not in answer, json.dumps(answer["exceptionDetails"])[:2_000]
        return answer["result"].get("value")

    def _on_console(self, message: Any) -> None:
        # A policy's refusals are told here, too. A page that is an error says so by itself.
        own_status = message.location.get("url") == self.page.url and "Failed to load resource" in message.text
        if message.type in ("error", "warning") and not own_status:
            self.wrong.append(f"console: {message.text}")

    def _on_request(self, asked: Any) -> None:
        if urlsplit(asked.url).netloc != self._host and not asked.url.startswith(("data:", "blob:")):
            self.wrong.append(f"asked elsewhere: {asked.url}")

    def _on_failure(self, asked: Any) -> None:
        # What was still on its way as the page was left is given up by the browser itself.
        if asked.failure != "net::ERR_ABORTED":
            self.wrong.append(f"failed: {asked.failure} {asked.url}")

    def _on_response(self, answer: Any) -> None:
        if answer.status >= 400 and not answer.request.is_navigation_request():
            self.wrong.append(f"{answer.status}: {answer.url}")
