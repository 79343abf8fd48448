"""The reader app's engine against mirrors that do what they like, and on lines that break, in chromium.

Whatever they do: no record in IndexedDB that the newsroom didn't sign, nothing spoiled of what was there, and as soon
as somebody honest answers it goes on to what a reader holds to whom none of it happened.
"""

import shutil
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from app_engine import Site, Tab
from browser import chromium
from building import as_pages
from httpd import Cut, Drip, Handler, Httpd, Mode, Redirect, Stall, Status, endless, hang_up, portal, serve
from publishing import Desk

HEAD: Final = "head.tar.zst"
ARTICLES: Final = 40
# Time goes by so many times as fast where a mirror is slow: its minute is a second.
HASTE: Final = "?pace=60"


@dataclass
class Town:
    """A newsroom's trees of yesterday and today, another newsroom's, and a mirror. `signed`: all lines ever."""

    site: Site
    httpd: Httpd
    trees: Path
    signed: set[bytes] = field(default_factory=set[bytes])

    def show(self, tree: str, mode: Mode = serve) -> None:
        """The mirror has this tree from now on, and answers so for it."""

        def answer(handler: Handler, file: Path | None) -> None:
            script = handler.asked.path.partition("?")[0]
            if script.endswith((".js", ".html")):
                return as_pages(handler, self.httpd.file(script))
            found = self.trees / tree / handler.asked.path
            return mode(handler, found if found.is_file() else None)

        self.httpd.tell("*", answer)

    def file(self, tree: str, path: str) -> bytes:
        return (self.trees / tree / path).read_bytes()

    def keep(self, tree: str) -> None:
        newsroom = self.site.desk.newsroom
        self.signed |= {*newsroom.lines("en"), *newsroom.superseded("en")}
        shutil.copytree(newsroom.public, self.trees / tree)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("town")
    site = Site(folder)
    site.build()
    with Httpd(site.folder) as httpd:
        site.url = httpd.url
        town = Town(site, httpd, folder / "trees")
        for number in range(ARTICLES - 6):
            site.write(number)
        site.publish()
        town.keep("older")
        for number in range(ARTICLES - 6, ARTICLES):
            site.write(number)
        for number in (3, 7, 20):
            site.write(number, version=2)
        site.desk.retract("a011", "We were wrong.")
        site.publish()
        town.keep("newer")
        other = Desk(folder / "other")
        other.put("one")
        other.now = site.desk.now - 3600
        other.publish()
        shutil.copytree(other.public, town.trees / "foreign")
        yield town


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as browser:
        yield browser


@contextmanager
def opened(browser: Any, town: Town) -> Iterator[Tab]:
    """A reader's browser that holds nothing yet."""
    context = browser.new_context()
    context.set_default_timeout(20_000)
    yield Tab(context, town.site)
    context.close()


@pytest.fixture
def tab(browser: Any, town: Town) -> Iterator[Tab]:
    with opened(browser, town) as tab:
        yield tab


def again(tab: Tab, how: str = "") -> None:
    """Open the app anew."""
    tab.page.evaluate("kill()")
    tab.how = how
    tab.begin()


def follow(tab: Tab, town: Town, *trees: str) -> dict[str, Any]:
    """Take what an honest mirror has, and answer what is kept then."""
    for tree in trees:
        town.show(tree)
        assert tab.sync_when_free()["complete"]
    return tab.look()


@pytest.fixture(scope="module")
def whole(browser: Any, town: Town) -> dict[str, Any]:
    """What is kept by a reader of both states to whom nothing happened."""
    town.show("older")
    with opened(browser, town) as tab:
        tab.trust()
        found = follow(tab, town, "older", "newer")
        assert (found["wrong"], found["articles"]) == ([], ARTICLES - 1)
        assert tab.records() <= town.signed
        return found


# -- what mirrors do ---------------------------------------------------------------------------------------------------


def sends(change: Callable[[bytes], bytes]) -> Mode:
    """Every file changed so."""

    def answer(handler: Handler, file: Path | None) -> None:
        handler.answer(200, change(file.read_bytes())) if file else serve(handler, file)

    return answer


def flipped(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


def halved(data: bytes) -> bytes:
    return data[: len(data) // 2]


def bomb(blocks: int) -> bytes:
    """A zstd frame that says it unfolds to a megabyte. Its blocks unfold to 128 KiB each, of four bytes."""
    frame = b"\x28\xb5\x2f\xfd\xa0" + struct.pack("<I", 1 << 20)
    return frame + b"\x02\x00\x10\0" * blocks


def only(prefix: str, mode: Mode) -> Mode:
    """Does so with these paths, has no head to begin with, and answers well otherwise."""

    def answer(handler: Handler, file: Path | None) -> None:
        if handler.asked.path.startswith(prefix):
            return mode(handler, file)
        return serve(handler, None if handler.asked.path == HEAD else file)

    return answer


def mixed(other: Path) -> Mode:
    """A new timestamp, and for everything below it what the other tree has under the name of its own."""

    def answer(handler: Handler, file: Path | None) -> None:
        path = handler.asked.path
        if path == HEAD:
            return handler.answer(404)
        for role in ("snapshot", "targets"):
            if path.endswith(f".{role}.json"):
                file = max((other / "metadata").glob(f"*.{role}.json"), key=lambda each: int(each.name.split(".")[0]))
        return serve(handler, file)

    return answer


def swapped(handler: Handler, file: Path | None) -> None:
    """Another bundle than the one asked for, as long as it was signed for."""
    assert file
    serve(handler, next(each for each in sorted(file.parent.iterdir()) if each != file))


@dataclass
class Attack:
    """`tree`: what the mirror shows to someone who `holds` another. `codes`: of what the sync ends with."""

    mode: Mode
    codes: set[str]
    tree: str = "newer"
    holds: str = "older"
    how: str = ""


HOSTILE: Final = {
    "flips a bit in every file": Attack(sends(flipped), {"format", "threshold"}),
    "cuts every file short": Attack(sends(halved), {"format"}),
    "sends without an end": Attack(endless, {"too-large"}),
    "sends bombs for everything": Attack(sends(lambda _: bomb(400_000)), {"too-large"}),
    "drips": Attack(Drip(0.02), {"too-slow"}, how=HASTE),
    "falls silent": Attack(Stall(after=100), {"too-slow"}, how=HASTE),
    "answers with a web page": Attack(portal, {"unreachable"}),
    "breaks off": Attack(hang_up, {"unreachable"}),
    "answers that it is at fault": Attack(Status(500), {"unreachable"}),
    "sends on to somebody else": Attack(Redirect("/elsewhere"), {"redirect"}),
    "has nothing": Attack(Status(404), {"missing"}),
    "shows an older state": Attack(serve, {"rollback"}, tree="older", holds="newer"),
    "shows what has expired": Attack(serve, {"expired"}, tree="older", how="?days=30"),
    "shows another newsroom": Attack(serve, {"threshold"}, tree="foreign"),
}
BUNDLES: Final = {
    "flips a bit": Attack(only("bundles/", sends(flipped)), {"hash"}),
    "cuts short": Attack(only("bundles/", sends(halved)), {"hash"}),
    "sends without an end": Attack(only("bundles/", endless), {"too-large"}),
    "sends bombs": Attack(only("bundles/", sends(lambda data: bomb(len(data))[: len(data)])), {"hash"}),
    "sends bigger bombs": Attack(only("bundles/", sends(lambda _: bomb(400_000))), {"too-large"}),
    "swaps": Attack(only("bundles/", swapped), {"hash", "too-large"}),
    "drips": Attack(only("bundles/", Drip(0.02)), {"too-slow"}, how=HASTE),
    "sends web pages for": Attack(only("bundles/", portal), {"hash"}),
}


def meet(tab: Tab, town: Town, name: str, attack: Attack) -> None:
    """Sync from a mirror that does this."""
    again(tab, attack.how)
    town.show(attack.tree, attack.mode)
    assert tab.sync()["code"] in attack.codes, name


def test_mirrors_change_nothing_that_is_kept_and_the_next_honest_answer_is_taken(
    tab: Tab, town: Town, whole: dict[str, Any]
):
    town.show("older")
    tab.trust()
    for tree in ("older", "newer"):
        before = follow(tab, town, tree)
        for name, attack in HOSTILE.items():
            if attack.holds == tree:
                meet(tab, town, name, attack)
                assert tab.look() == before, name
                again(tab)
                assert follow(tab, town, tree) == before, name
    assert tab.look() == whole


def test_mirrors_that_spoil_bundles_only_bring_no_record_and_take_none(tab: Tab, town: Town, whole: dict[str, Any]):
    town.show("older")
    tab.trust()
    follow(tab, town, "older")
    before = tab.records()
    for name, attack in BUNDLES.items():
        meet(tab, town, name, attack)
        assert tab.records() == before, name
        assert tab.look()["wrong"] == [], name
    again(tab)
    assert follow(tab, town, "newer") == whole


def test_metadata_of_two_versions_are_not_taken_for_one(tab: Tab, town: Town, whole: dict[str, Any]):
    town.show("older")
    tab.trust()
    before = follow(tab, town, "older")
    town.show("newer", mixed(town.trees / "older"))

    assert tab.sync()["code"] == "hash"

    assert tab.look() == before
    assert follow(tab, town, "newer") == whole


@pytest.mark.parametrize(
    "mode",
    [sends(lambda _: bomb(400_000)), endless, sends(flipped), portal],
    ids=["bomb", "endless", "flipped", "page"],
)
def test_a_spoiled_head_costs_nothing_where_the_files_beside_it_are_right(
    tab: Tab, town: Town, whole: dict[str, Any], mode: Mode
):
    town.show("older")
    tab.trust()
    follow(tab, town, "older")
    town.show("newer", lambda handler, file: (mode if handler.asked.path == HEAD else serve)(handler, file))

    assert tab.sync()["complete"]

    assert tab.look() == whole


def test_someone_new_keeps_nothing_of_a_mirror_that_is_not_what_the_address_names(browser: Any, town: Town):
    found: dict[str, str] = {}
    attacks = {name: attack for name, attack in HOSTILE.items() if attack.holds == "older"}
    with opened(browser, town) as tab:
        for name, attack in attacks.items():
            town.show(attack.tree, attack.mode)
            again(tab, attack.how)
            met = tab.page.evaluate("a => engine.syncing.meet(a).then(() => '', ({code}) => code)", town.site.address)
            if met not in attack.codes:
                found[name] = met
            assert tab.page.evaluate("engine.reading.publications()") == []
            assert tab.records() == set()
    assert found == {"shows another newsroom": "wrong-root"}


# -- lines that break --------------------------------------------------------------------------------------------------


@dataclass
class Line:
    """Carries so many bytes, then nothing more until it is mended."""

    bytes: int
    left: int = 0
    turn: Any = field(default_factory=threading.Lock)

    def mend(self) -> None:
        self.left = self.bytes

    def __call__(self, handler: Handler, file: Path | None) -> None:
        with self.turn:
            if self.left <= 0:
                return handler.hang_up()
            if file is None:
                return serve(handler, file)
            try:
                return Cut(after=self.left)(handler, file)
            finally:
                self.left -= handler.asked.sent


def synced(tab: Tab, line: Line) -> int:
    """Sync until nothing is left to come; how often the line broke."""
    for broken in range(200):
        line.mend()
        report = tab.sync_when_free()
        if "code" not in report:
            assert report["complete"]
            return broken
        assert report["code"] == "unreachable"
        found = tab.look()
        assert found["wrong"] == []
    raise AssertionError("it never ends")


def carry(browser: Any, town: Town, size: int) -> tuple[dict[str, Any], int]:
    """What a reader keeps of both states over a line that breaks after every so many bytes, and how often it broke."""
    town.show("older")
    with opened(browser, town) as tab:
        tab.trust()
        line, broken = Line(size), 0
        for tree in ("older", "newer"):
            town.show(tree, line)
            broken += synced(tab, line)
        assert tab.records() <= town.signed
        return tab.look(), broken


def least(town: Town) -> int:
    """What is asked for anew each time, timestamp, head and one list, has to fit: on a lesser line nothing comes."""
    sizes = [
        len(town.file(tree, HEAD))
        + len(town.file(tree, "metadata/timestamp.json"))
        + max(file.stat().st_size for file in (town.trees / tree / "lists").iterdir())
        for tree in ("older", "newer")
    ]
    return max(sizes) + 64


@pytest.mark.parametrize("more", [0, 5_003])
def test_a_line_that_breaks_after_every_so_many_bytes_leads_to_the_same_state(
    browser: Any, town: Town, whole: dict[str, Any], more: int
):
    found, broken = carry(browser, town, least(town) + more)
    assert found == whole
    assert broken > 0


@pytest.mark.long
def test_a_line_that_breaks_anywhere_leads_to_the_same_state(browser: Any, town: Town, whole: dict[str, Any]):
    total = sum(file.stat().st_size for file in (town.trees / "newer").rglob("*") if file.is_file())
    for size in range(least(town), total, 149):
        found, broken = carry(browser, town, size)
        assert found == whole, f"{size} bytes at a time"
        if broken == 0:
            break
