"""What the reader app's index costs in a browser, and how long a search takes there."""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from app import CHROMIUM, FLAGS
from room import Room
from search import queries_of, times
from tables import table
from workload import CHECKOUT, EDITIONS

sys.path.append(str(CHECKOUT / "tests"))  # whose pages have nothing but the engine on them

from standin import serving

SCRIPTS = (
    "engine.js=src/engine/worker.ts", "search.js=src/engine/finding.ts", "own.js=src/trust/own.ts",
    "page.js=tests/pages/engine.ts", "rebuild.js=tests/pages/search.ts",
)  # fmt: skip
PATIENCE_MS = 600_000
_COLLECTS = "--js-flags=--expose-gc"
_PAGE, _TICKS = os.sysconf("SC_PAGE_SIZE"), os.sysconf("SC_CLK_TCK")
_BUILD = "import('vite').then((vite) => vite.runnerImport('./tests/pages/build.ts', { logLevel: 'warn' }))"
# The newsroom's last publish was just now.
_CLOCK = "{ const now = Date.now, skew = %d - now(); Date.now = () => now() + skew; }\n"
_CHOICE = {"editions": list(EDITIONS), "media": "none", "keep": {}, "revisions": False, "maxBytes": 0}
_READY = "p => engine.reading.search(p, 'a', 1, 0).then(({indexed, held}) => indexed === held && held > 0)"
_TIMED = """async ([p, queries]) => {
    const times = [];
    for (const query of queries) {
        const begun = performance.now();
        await engine.reading.search(p, query, 20, 0);
        times.push(performance.now() - begun);
    }
    return times;
}"""


@dataclass(frozen=True)
class AppSearch:
    """Of a library in a browser: what making its index anew took (as tests/pages/search.ts has it), queries by kind.

    Milliseconds; `first`: of the first search after the app was opened; `worked`: of processor time, a query. `memory`:
    resident megabytes above a blank page when all was asked, and once garbage was collected.
    """

    rebuilt: dict[str, float]
    first: float
    queries: dict[str, Sequence[float]]
    worked: dict[str, float]
    memory: Sequence[float]


def measure(room: Room, scratch: Path) -> AppSearch:
    """Sync the publication of `room` into a browser, then index and search it there."""
    number = len(room.workload.records)
    profile = scratch / f"profile-{number}"
    with serving(_site(room, scratch / f"site-{number}")) as url:
        with _page(profile) as page:
            publication = _sync(page, url, room)
            page.goto(f"{url}rebuild.html")
            rebuilt = page.evaluate("p => rebuild(p)", publication)
        with _page(profile) as page:
            page.goto(f"{url}blank.html")
            blank = _resident(profile)
            page.goto(f"{url}page.html")
            page.evaluate("begin()")
            (first,) = page.evaluate(_TIMED, [publication, ["first"]])
            asked = queries_of(list(room.workload.records.values()))
            queries: dict[str, Sequence[float]] = {}
            worked: dict[str, float] = {}
            for kind, each in asked.items():
                before = _worked(profile)
                queries[kind] = page.evaluate(_TIMED, [publication, each])
                worked[kind] = (_worked(profile) - before) / len(each)
            memory = [_resident(profile) - blank]
            for _ in range(2):  # what is let go of the first time, is given back the second
                for worker in page.workers:
                    worker.evaluate("gc()")
                page.wait_for_timeout(4000)
            memory.append(_resident(profile) - blank)
    return AppSearch(rebuilt, first, queries, worked, memory)


@contextlib.contextmanager
def _page(profile: Path) -> Iterator[Page]:
    """The page of a browser that was started anew."""
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=CHROMIUM, args=[*FLAGS, _COLLECTS]
        )
        context.set_default_timeout(PATIENCE_MS)
        yield context.pages[0]
        context.close()


def lines(found: Mapping[int, AppSearch]) -> list[str]:
    """The table, with a column for each number of articles."""
    rows = [
        ("index, work an article", lambda one: f"{one.rebuilt['work'] / one.rebuilt['articles']:.2f} ms"),
        ("meanwhile others wait for: 99th percentile, longest", lambda one: _waits(one.rebuilt)),
        ("index in the store", lambda one: f"{one.rebuilt['bytes'] / 1e6:.1f} MB"),
        ("segments", lambda one: f"{one.rebuilt['segments']:.0f}"),
        ("first search after the app was opened", lambda one: f"{one.first:.0f} ms"),
        *((f"{kind}: p50, p95, slowest; processor time", _asked(kind)) for kind in next(iter(found.values())).queries),
        ("memory above a blank page; without garbage", lambda one: "; ".join(f"{each:.0f} MB" for each in one.memory)),
    ]  # fmt: skip
    head = ["in chromium", *(f"{number:,} articles" for number in found)]
    return table(head, [[name, *(shown(one) for one in found.values())] for name, shown in rows])


def _waits(rebuilt: dict[str, float]) -> str:
    return f"{rebuilt['waited']:.0f}, {rebuilt['longest']:.0f} ms"


def _asked(kind: str) -> Callable[[AppSearch], str]:
    return lambda one: f"{times(one.queries[kind])}; {one.worked[kind]:.0f} ms"


def _site(room: Room, folder: Path) -> Path:
    """The newsroom's tree, and pages beside it."""
    shutil.copytree(room.public, folder)
    subprocess.run(["node", "-e", _BUILD, "--", str(folder), *SCRIPTS], cwd=CHECKOUT / "web", check=True)
    engine = folder / "engine.js"
    engine.write_text(_CLOCK % ((room.today + 60) * 1000) + engine.read_text("utf-8"), "utf-8")
    for name in ("page", "rebuild", "blank"):
        script = f'<script src="{name}.js"></script>' if name != "blank" else ""
        (folder / f"{name}.html").write_text(
            f'<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>{name}</title>{script}'
        )
    return folder


def _sync(page: Page, url: str, room: Room) -> str:
    """Sync everything, and wait until it is indexed; the publication."""
    page.goto(f"{url}page.html")
    page.evaluate("begin()")
    meeting = page.evaluate("address => engine.syncing.meet(address)", room.address(url))
    publication: str = meeting["publication"]
    page.evaluate("([p, choice]) => engine.syncing.trust(p, choice)", [publication, _CHOICE])
    report = page.evaluate("p => engine.syncing.sync({publication: p, older: true}, () => {})", publication)
    assert report["articles"] == len(room.workload.records), report
    while not page.evaluate(_READY, publication):
        page.wait_for_timeout(500)
    page.evaluate("kill()")
    return publication


def _resident(profile: Path) -> float:
    """Megabytes of the page's processes."""
    return sum(int((each / "statm").read_text().split()[1]) for each in _renderers(profile)) * _PAGE / 1e6


def _worked(profile: Path) -> float:
    """Milliseconds of processor time that the page's processes have taken."""
    stats = [(each / "stat").read_text().rpartition(")")[2].split() for each in _renderers(profile)]
    return 1000 * sum(int(stat[11]) + int(stat[12]) for stat in stats) / _TICKS


def _renderers(profile: Path) -> list[Path]:
    """The processes by which the browser with this profile shows pages."""
    parents: dict[int, int] = {}
    commands: dict[int, str] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            commands[int(folder.name)] = (folder / "cmdline").read_text("utf-8", "replace").replace("\0", " ")
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    (browser,) = (pid for pid, line in commands.items() if str(profile) in line and "--type=" not in line)
    pids = [pid for pid, line in commands.items() if "--type=renderer" in line and browser in _ancestors(pid, parents)]
    return [Path("/proc") / str(pid) for pid in pids]


def _ancestors(pid: int, parents: Mapping[int, int]) -> Iterator[int]:
    while pid := parents.get(pid, 0):
        yield pid
