"""The shell in a real browser: it starts without a network, and is exchanged only when it is told to, whole or not at
all.
"""

import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from browser import chromium
from building import LIST, as_pages, build, hash_of, listed, put_another, put_page
from httpd import Handler, Httpd, Status, portal
from publishing import HOUR, Desk
from serving import until
from tamizdat_server.shell import Shell

PATH = "/town/paper/"
REGISTER = "shell.register(script)"
OFFERED = "shell.offered(async () => '')"
TAKE = f"{OFFERED}.then((offer) => shell.take(offer)).then(() => 'taken', ({{code}}) => code)"
KEPT = "shell.kept().then((kept) => kept && kept.hash)"
CACHED = """(async () => {
    const found = [];
    for (const name of await caches.keys()) {
        for (const request of await (await caches.open(name)).keys()) found.push(request.url);
    }
    return found.sort();
})()"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    app = build(tmp_path_factory.mktemp("built") / "app", "tests/pages/shell.ts")
    put_page(app)
    return app


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@pytest.fixture
def app(built: Path, tmp_path: Path) -> Path:
    return shutil.copytree(built, tmp_path / "app")


@pytest.fixture
def httpd(app: Path) -> Iterator[Httpd]:
    with Httpd(app, prefix=PATH, modes={"*": as_pages}) as running:
        yield running


class Visitor:
    """A browser of its own, with one page open. `wrong`: what its pages said that isn't as it should be."""

    def __init__(self, browser: Any, url: str) -> None:
        self.context = browser.new_context()
        self.url = url
        self.wrong: list[str] = []
        self.open()

    def open(self) -> None:
        """Go there on a new page, whatever was open before."""
        for page in self.context.pages:
            page.close()
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("console", lambda message: self.wrong.append(message.text) if message.type == "error" else None)
        self.page.goto(self.url)

    def ask(self, expression: str) -> Any:
        return self.page.evaluate(expression)

    @property
    def script(self) -> str:
        """The page's script that runs, as shell.json names it."""
        return self.ask("document.querySelector('script[data-engine]').getAttribute('src')")

    def install(self) -> None:
        self.ask(REGISTER)
        self.ask("navigator.serviceWorker.ready.then(() => 0)")


@pytest.fixture
def visitor(browser: Any, httpd: Httpd) -> Iterator[Visitor]:
    visiting = Visitor(browser, httpd.url)
    yield visiting
    visiting.context.close()


def gone(httpd: Httpd) -> None:
    """The host is blocked from now on."""
    httpd.modes.clear()
    httpd.tell("*", lambda handler, file: handler.hang_up())


def test_after_one_visit_a_new_page_starts_without_the_host(visitor: Visitor, httpd: Httpd, app: Path) -> None:
    visitor.install()
    gone(httpd)
    httpd.forget()

    visitor.open()

    assert visitor.script == listed(app)["page"]["path"]
    assert visitor.ask("document.styleSheets.length") == 1
    assert visitor.ask(KEPT) == hash_of(app)
    # What the browser asks for by itself; nothing of the app.
    assert set(httpd.paths) <= {"sw.js", "manifest.webmanifest", *icons(app)}
    assert visitor.ask("document.querySelector('#news')") is None


def icons(app: Path) -> set[str]:
    """Pictures of the icon, which are the system's to keep."""
    return {str(file["path"]) for role, file in listed(app).items() if role.startswith("icon-")}


def test_what_is_kept_is_what_the_list_names_and_the_page_needs(visitor: Visitor, httpd: Httpd, app: Path) -> None:
    visitor.install()

    names = {url.removeprefix(httpd.url) for url in visitor.ask(CACHED)}

    needed = {str(file["path"]) for role, file in listed(app).items() if role != "own"} - icons(app)
    assert names == {LIST, *needed}
    assert not visitor.wrong


def test_a_kept_page_is_held_to_the_policy_also_where_its_host_sent_none(visitor: Visitor, app: Path) -> None:
    visitor.install()
    visitor.open()

    fields = visitor.ask("fetch(document.querySelector('script').src).then((got) => [...got.headers])")

    assert "frame-ancestors 'none'" in dict(fields)["content-security-policy"]
    assert dict(fields)["x-content-type-options"] == "nosniff"


def test_another_app_is_announced_and_taken_only_when_told(visitor: Visitor, httpd: Httpd, app: Path) -> None:
    visitor.install()
    old, old_page = hash_of(app), listed(app)["page"]["path"]
    assert visitor.ask(OFFERED) is None
    new = put_another(app, "9.9.9")

    visitor.open()
    offer = visitor.ask(OFFERED)
    assert (offer["version"], offer["hash"], offer["signed"]) == ("9.9.9", new, False)
    assert visitor.ask(f"shell.offered(async (path) => path === '{LIST}' ? '{new}' : '')")["signed"]
    visitor.open()
    assert (visitor.ask(KEPT), visitor.script) == (old, old_page)

    assert visitor.ask(TAKE) == "taken"
    assert visitor.script == old_page
    gone(httpd)
    visitor.open()
    assert (visitor.ask(KEPT), visitor.script) == (new, listed(app)["page"]["path"])


def flip(handler: Handler, file: Path | None) -> None:
    assert file
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    handler.answer(200, bytes(data))


def truncate(handler: Handler, file: Path | None) -> None:
    assert file
    handler.answer(200, file.read_bytes()[:-1])


def test_a_damaged_app_is_refused_and_the_one_in_force_stays_whole(visitor: Visitor, httpd: Httpd, app: Path) -> None:
    visitor.install()
    old, before, old_page = hash_of(app), visitor.ask(CACHED), visitor.script
    put_another(app, "9.9.9", "style", "engine")
    for role, damage, code in (
        ("page", flip, "hash"), ("start", truncate, "hash"), ("style", portal, "hash"),
        ("engine", Status(404), "missing"),
    ):  # fmt: skip
        path = str(listed(app)[role]["path"])
        httpd.tell(path, damage)
        assert visitor.ask(TAKE) == code, role
        assert visitor.ask(CACHED) == before, role
        httpd.tell(path, None)

    gone(httpd)
    visitor.open()
    assert (visitor.ask(KEPT), visitor.script) == (old, old_page)


def test_a_connection_that_is_lost_while_an_app_is_taken_costs_nothing(
    visitor: Visitor, httpd: Httpd, app: Path
) -> None:
    visitor.install()
    old = hash_of(app)
    new = put_another(app, "9.9.9")
    httpd.tell(str(listed(app)["start"]["path"]), lambda handler, file: handler.hang_up())

    assert visitor.ask(TAKE) == "unreachable"
    assert visitor.ask(KEPT) == old

    httpd.tell(str(listed(app)["start"]["path"]), None)
    assert visitor.ask(TAKE) == "taken"
    assert visitor.ask(KEPT) == new


def test_two_pages_that_take_an_app_at_once_dont_take_each_others_files_for_litter(
    visitor: Visitor, httpd: Httpd, app: Path
) -> None:
    visitor.install()
    new = put_another(app, "9.9.9", "style")
    go_on, start = threading.Event(), str(listed(app)["start"]["path"])

    def late(handler: Handler, file: Path | None) -> None:
        assert file
        go_on.wait(20)
        handler.answer(200, file.read_bytes())

    httpd.tell(start, late)
    visitor.ask(f"void (globalThis.first = {TAKE})")
    until(lambda: start in httpd.paths)
    assert visitor.ask(TAKE) == "locked"
    go_on.set()
    assert visitor.ask("first") == "taken"

    gone(httpd)
    visitor.open()
    assert (visitor.ask(KEPT), visitor.script) == (new, listed(app)["page"]["path"])
    assert visitor.ask("document.styleSheets.length") == 1


def test_a_file_that_the_host_has_no_more_is_no_reason_to_exchange_the_app(
    visitor: Visitor, httpd: Httpd, app: Path
) -> None:
    visitor.install()
    old, style = hash_of(app), f"{httpd.url}{listed(app)['style']['path']}"
    visitor.ask(f"caches.keys().then((names) => caches.open(names[0])).then((cache) => cache.delete('{style}'))")
    put_another(app, "9.9.9", "style")
    visitor.open()

    visitor.ask(REGISTER)

    assert visitor.ask(KEPT) == old


def test_a_list_without_end_is_no_offer(visitor: Visitor, httpd: Httpd) -> None:
    visitor.install()
    ended = threading.Event()

    def endless(handler: Handler, file: Path | None) -> None:
        try:
            handler.answer(200, b" " * 2**27, Cache_Control="no-store")
        except OSError:
            ended.set()

    httpd.tell(LIST, endless)

    assert visitor.ask(f"{OFFERED}.catch(({{code}}) => code)") == "format"
    assert ended.wait(20)


def test_a_list_that_is_none_is_no_offer(visitor: Visitor, app: Path) -> None:
    visitor.install()
    for text in ("{}", "<!doctype html>", '{"format": "tamizdat.shell.1", "version": "1", "files": []}'):
        (app / LIST).write_text(text)
        assert visitor.ask(f"{OFFERED}.catch(({{code}}) => code)") == "format", text


def test_the_worker_touches_nothing_but_the_app(visitor: Visitor, httpd: Httpd, app: Path) -> None:
    (app / "metadata").mkdir()
    (app / "metadata" / "timestamp.json").write_text("{}")
    (app / "data").mkdir()
    (app / "data" / "page.html").write_text("<title>archive</title>")
    visitor.install()
    visitor.open()
    httpd.forget()

    assert visitor.ask("fetch('metadata/timestamp.json').then((got) => got.text())") == "{}"
    assert visitor.ask(f"fetch('{LIST}', {{method: 'HEAD'}}).then((got) => got.status)") == 200
    visitor.page.goto(f"{httpd.url}data/page.html")
    assert visitor.page.title() == "archive"
    assert {"metadata/timestamp.json", LIST, "data/page.html"} <= set(httpd.paths)


def test_another_publication_of_the_same_host_has_a_shell_of_its_own(
    visitor: Visitor, httpd: Httpd, app: Path, browser: Any
) -> None:
    other = f"{httpd.url}other/"
    shutil.copytree(app, app.parent / "other")
    shutil.move(app.parent / "other", app / "other")
    httpd.tell("other/", lambda handler, file: as_pages(handler, httpd.file("other/index.html")))
    put_another(app / "other", "9.9.9")
    visitor.install()

    visitor.url = other
    visitor.open()
    visitor.install()
    assert visitor.ask(KEPT) == hash_of(app / "other")

    gone(httpd)
    visitor.open()
    assert visitor.ask(KEPT) == hash_of(app / "other")
    visitor.url = httpd.url
    visitor.open()
    assert visitor.ask(KEPT) == hash_of(app)


def test_forgetting_leaves_neither_files_nor_a_worker(visitor: Visitor, httpd: Httpd) -> None:
    visitor.install()

    visitor.ask("shell.forget()")

    assert visitor.ask(KEPT) is None
    assert visitor.ask("caches.keys()") == []
    assert visitor.ask("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0
    gone(httpd)
    with pytest.raises(Exception, match="ERR_"):
        visitor.open()


def test_without_space_the_page_says_so_and_works_on(visitor: Visitor, httpd: Httpd) -> None:
    devtools = visitor.context.new_cdp_session(visitor.page)
    origin = httpd.url.removesuffix(PATH)
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": origin, "quotaSize": 1})

    assert visitor.ask(f"{REGISTER}.then(() => 'kept', ({{code}}) => code)") == "disk-full"
    assert visitor.ask(KEPT) is None

    devtools.send("Storage.overrideQuotaForOrigin", {"origin": origin})
    visitor.install()
    assert visitor.ask(KEPT) is not None


def test_what_was_lost_of_the_kept_app_is_fetched_again(visitor: Visitor, httpd: Httpd, app: Path) -> None:
    visitor.install()
    page = f"{httpd.url}{listed(app)['page']['path']}"
    visitor.ask(f"caches.keys().then((names) => caches.open(names[0])).then((cache) => cache.delete('{page}'))")
    visitor.open()
    visitor.ask(REGISTER)
    gone(httpd)

    visitor.open()

    assert visitor.ask(KEPT) == hash_of(app)


def test_a_paper_below_a_path_is_met_read_and_read_again_without_its_host(
    browser: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    desk = Desk(tmp_path_factory.mktemp("paper") / "newsroom", now=int(time.time()) - HOUR)
    desk.shell = Shell.read(build(tmp_path_factory.mktemp("app") / "app"))
    desk.put("bridge", "Barriers went up before dawn.")
    desk.publish(after=0)
    with Httpd(desk.public, prefix=PATH, modes={"*": as_pages}) as httpd:
        visitor = Visitor(browser, f"{httpd.url}#{desk.newsroom.fingerprint}")
        visitor.page.get_by_role("link", name="On bridge").click()
        visitor.page.get_by_text("Barriers went up before dawn.").wait_for()
        assert visitor.page.locator("#news").count() == 0
        assert not visitor.wrong
        # The worker is registered once all of the app is kept.
        visitor.ask("navigator.serviceWorker.ready.then(() => 0)")

        gone(httpd)
        visitor.url = httpd.url
        visitor.open()
        visitor.page.get_by_role("link", name="On bridge").click()
        visitor.page.get_by_text("Barriers went up before dawn.").wait_for()
        visitor.context.close()
