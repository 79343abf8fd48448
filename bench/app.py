"""What the reader app costs on the wire, from a cold cache, and what Lighthouse says of it."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx
from playwright.sync_api import Page, sync_playwright

from room import Room
from server import commanded
from tables import table
from workload import CHECKOUT

CHROMIUM = shutil.which("chromium") or "chromium"
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
    "--no-first-run", "--disable-component-update", "--disable-sync",
)  # fmt: skip
LIGHTHOUSE = CHECKOUT / "bench" / "lighthouse" / "node_modules" / "lighthouse" / "cli" / "index.js"
CATEGORIES = ("performance", "accessibility", "best-practices")
HEADLINE = "#app .headline a"
PATIENCE_MS = 120_000
RATE = 50_000
"""Bytes a second that the relay lets through: what comes first is then seen to come first."""


@dataclass(frozen=True)
class Cost:
    """What a server had sent in all, headers included, and was asked for, when a reader had come so far; and when."""

    bytes: int
    paths: Sequence[str]
    seconds: float


@dataclass(frozen=True)
class App:
    """First visits: what each step had cost, from nothing in the cache; and Lighthouse's scores, 0 to 1."""

    steps: Mapping[str, Cost]
    files: Mapping[str, int]
    scores: Mapping[str, float]


@dataclass
class Wire:
    """What went through since it was reset. `url`: what to ask in place of the server."""

    url: str = ""
    bytes: int = 0
    paths: list[str] = field(default_factory=list[str])
    begun: float = 0.0
    rate: int = RATE
    line: asyncio.Lock = field(default_factory=asyncio.Lock)

    def reset(self) -> None:
        self.bytes, self.paths, self.begun = 0, [], time.perf_counter()

    def cost(self) -> Cost:
        return Cost(self.bytes, tuple(self.paths), time.perf_counter() - self.begun)

    async def carry(self, size: int) -> None:
        """Wait as long as so many bytes take on a line that all connections share."""
        async with self.line:
            await asyncio.sleep(size / self.rate)
            self.bytes += size


def measure(room: Room) -> App:
    """Visit the publication of `room` as somebody does who has never been there, by a link with its fingerprint."""
    with commanded("serve", str(room.folder)) as server, _counted(server) as wire:
        link = f"{wire.url}#{urlsplit(room.address(wire.url)).fragment}"
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
            steps = _visit(browser.new_page(java_script_enabled=False), wire, link, scripts=False)
            steps |= _visit(browser.new_page(), wire, link, scripts=True)
            browser.close()
        wire.rate = 1_000_000_000  # Lighthouse has a slow line of its own
        return App(steps, _sizes(wire, steps), _lighthouse(link))


def _visit(page: Page, wire: Wire, link: str, *, scripts: bool) -> dict[str, Cost]:
    wire.reset()
    page.goto(link, wait_until="commit")
    if not scripts:
        page.locator("#news article p, #news p + p").first.wait_for(timeout=PATIENCE_MS)
        return {"first readable article, not yet verified, without JavaScript": wire.cost()}
    page.locator(HEADLINE).first.wait_for(timeout=PATIENCE_MS)
    page.locator(HEADLINE).first.click()
    page.locator("#app main article p").first.wait_for(timeout=PATIENCE_MS)
    opened = wire.cost()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_load_state("networkidle", timeout=PATIENCE_MS)
    return {"first verified article": opened, "all of the first visit, the app for offline included": wire.cost()}


def _sizes(wire: Wire, steps: Mapping[str, Cost]) -> dict[str, int]:
    """Bytes of each file of the app itself, as they travel to a browser that takes gzip."""
    asked = dict.fromkeys(path for cost in steps.values() for path in cost.paths)
    own = [path for path in asked if path in ("/", "/sw.js", "/manifest.webmanifest") or path.startswith("/app/")]
    with httpx.Client(base_url=wire.url, headers={"Accept-Encoding": "gzip"}) as client:
        return {path: _travelled(client, path) for path in own}


def _travelled(client: httpx.Client, path: str) -> int:
    with client.stream("GET", path) as answer:
        return sum(len(chunk) for chunk in answer.iter_raw())


@contextmanager
def _counted(server: str) -> Iterator[Wire]:
    """A relay in front of a server that counts what comes out of it."""
    wire, loop, ready = Wire(), asyncio.new_event_loop(), threading.Event()
    host, port = urlsplit(server).hostname, urlsplit(server).port

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, forth = await asyncio.open_connection(host, port)
        await asyncio.gather(_pump(reader, forth, wire, asks=True), _pump(back, writer, wire, asks=False))

    async def run() -> None:
        listening = await asyncio.start_server(relay, "127.0.0.1", 0)
        wire.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/"
        ready.set()
        await asyncio.Event().wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()), daemon=True)
    thread.start()
    ready.wait()
    yield wire  # the thread ends with this process


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter, wire: Wire, *, asks: bool) -> None:
    try:
        while chunk := await source.read(4096):
            if asks:
                lines = [line for line in chunk.decode("latin-1").split("\r\n") if line.endswith(" HTTP/1.1")]
                wire.paths += [line.split()[1] for line in lines]
            else:
                await wire.carry(len(chunk))
            sink.write(chunk)
            await sink.drain()
    except ConnectionError:
        pass
    sink.close()


def _lighthouse(link: str) -> dict[str, float]:
    """Its scores, or nothing where it isn't installed."""
    if not LIGHTHOUSE.is_file():
        return {}
    command = [
        "node", str(LIGHTHOUSE), link, "--quiet", "--output=json", f"--only-categories={','.join(CATEGORIES)}",
        f"--chrome-flags={' '.join(FLAGS)}",
    ]  # fmt: skip
    env = {**os.environ, "CHROME_PATH": CHROMIUM}
    done = subprocess.run(command, capture_output=True, check=True, timeout=300, env=env)
    return {name: found["score"] for name, found in json.loads(done.stdout)["categories"].items()}


def lines(found: App) -> list[str]:
    """The tables: a first visit, the app's own files, and Lighthouse."""
    steps = [
        [name, f"{cost.bytes / 1000:.1f} KB", len(cost.paths), f"{cost.seconds:.1f} s"]
        for name, cost in found.steps.items()
    ]
    files = [[f"`{_named(path)}`", f"{size / 1000:.1f} KB"] for path, size in found.files.items()]
    whole = ["the app in all", f"{sum(found.files.values()) / 1000:.1f} KB"]
    scores = [[name, f"{score * 100:.0f}"] for name, score in found.scores.items()]
    return [
        *table(["from a cold cache", "bytes", "requests", f"at {RATE // 1000} KB/s after"], steps), "",
        *table(["file of the app", "gzip"], [*files, whole]), "",
        *table(["Lighthouse", "score"], scores),
    ]  # fmt: skip


def _named(path: str) -> str:
    """A file's path without the digest in it, which changes."""
    return re.sub(r"-[0-9a-f]{16}(?=\.)", "", path)
