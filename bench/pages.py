"""How fast the public archive is: a library behind `tamizdat datasette`, asked for its pages as people browse."""

import http.client
import itertools
import random
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

from reader import Reader
from room import Room
from server import Served
from tables import table
from tamizdat_server.archive.links import encode

ASKED, CLIENTS, SECONDS = 60, 8, 15


@dataclass(frozen=True)
class Kind:
    """One kind of page: milliseconds until an answer was whole, one client alone; and the bytes of the largest."""

    seconds: Sequence[float]
    bytes: int


@dataclass(frozen=True)
class Pages:
    """Pages of a library of so many articles and bytes; then several clients at once, for all kinds mixed.

    `busy`: seconds that each answer took them; `refused`: so many answers were that it is too busy.
    """

    articles: int
    library: int
    kinds: Mapping[str, Kind]
    busy: Sequence[float]
    refused: int


class Client:
    """A connection that is kept, as a browser keeps it."""

    def __init__(self, url: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)

    def get(self, path: str) -> tuple[int, float, int]:
        """The status of the answer, the seconds that it took, and its bytes."""
        begun = time.perf_counter()
        self._connection.request("GET", path)
        answer = self._connection.getresponse()
        size = len(answer.read())
        assert answer.status in (200, 503), (path, answer.status)
        return answer.status, time.perf_counter() - begun, size


def measure(room: Room, served: Served, scratch: Path, *, days: int = 2) -> Pages:
    """A library that was synced, and synced again after each of some days."""
    reader = Reader(scratch / "archive.db")
    reader.sync(room, served)
    for number in range(1, days + 1):
        room.play(number)
        room.publish()
        reader.sync(room, served)
    paths = _paths(reader.path)
    with _datasette(reader.path) as url:
        for path in itertools.chain.from_iterable(paths.values()):
            Client(url).get(path)
        kinds = {name: _alone(Client(url), of) for name, of in paths.items()}
        busy = _together(url, list(itertools.chain.from_iterable(paths.values())))
    size, refused = reader.path.stat().st_size, sum(status != 200 for status, _ in busy)
    return Pages(len(room.workload.records), size, kinds, [seconds for _, seconds in busy], refused)


def _paths(library: Path) -> dict[str, list[str]]:
    """Pages by kind: the same ones in each run."""
    with sqlite3.connect(library) as db:
        keys = [key for (key,) in db.execute("SELECT key FROM articles ORDER BY key")]
        titles = [title for (title,) in db.execute("SELECT title FROM articles ORDER BY key")]
        tags = [tag for (tag,) in db.execute("SELECT tag FROM tags GROUP BY tag ORDER BY count(*) DESC, tag LIMIT 10")]
    chosen = random.Random(1)
    words = [max(title.split(), key=len) for title in chosen.sample(titles, 20)]
    pairs = [" ".join(title.split()[:2]) for title in chosen.sample(titles, 20)]
    return {
        "front page": ["/"],
        "an edition": ["/edition/en", "/edition/ru", "/edition/kk"],
        "a tag": [f"/tag/{encode(tag)}" for tag in tags],
        "a year": ["/year/2025", "/year/2026"],
        "an article": [f"/article/{encode(key)}" for key in chosen.sample(keys, 40)],
        "search, one word": [f"/search?{urlencode({'q': word})}" for word in words],
        "search, two words": [f"/search?{urlencode({'q': pair})}" for pair in pairs],
        "versions, and one of them": ["/versions", "/version/2", "/version/3"],
        "feed": ["/feed.atom", "/edition/ru/feed.atom"],
        "Datasette's table of articles": ["/library/articles", "/library/articles?_sort_desc=published"],
        "a row of it as JSON": [f"/library/articles.json?key={quote(key)}" for key in chosen.sample(keys, 10)],
    }


def _alone(client: Client, paths: Sequence[str]) -> Kind:
    found = [client.get(path) for path in itertools.islice(itertools.cycle(paths), ASKED)]
    assert all(status == 200 for status, *_ in found), paths
    return Kind([seconds for _, seconds, _ in found], max(size for *_, size in found))


def _together(url: str, paths: Sequence[str]) -> list[tuple[int, float]]:
    """Status and seconds of each answer while all clients asked for pages by chance."""
    until, found = time.perf_counter() + SECONDS, list[tuple[int, float]]()

    def browse(number: int) -> None:
        client, chance = Client(url), random.Random(number)
        while time.perf_counter() < until:
            found.append(client.get(chance.choice(paths))[:2])

    threads = [threading.Thread(target=browse, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@contextmanager
def _datasette(library: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "tamizdat", "datasette", str(library), "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        assert process.stdout
        yield process.stdout.readline().split()[-1].decode()
    finally:
        process.terminate()
        process.wait(20)


def lines(found: Pages) -> list[str]:
    """The table."""
    rows = [(name, *_times(kind.seconds), f"{kind.bytes / 1000:.0f} KB") for name, kind in found.kinds.items()]
    rate = f"{len(found.busy) / SECONDS:.0f} pages/s, {found.refused} refused as too busy"
    mixed = (f"all of them mixed, {CLIENTS} clients: {rate}", *_times(found.busy), "")
    head = [f"{found.articles:,} articles, a library of {found.library / 1e6:,.0f} MB", "median", "p95", "largest"]
    return table(head, [*rows, mixed])


def _times(seconds: Sequence[float]) -> tuple[str, str]:
    middle, late = statistics.median(seconds), statistics.quantiles(seconds, n=20)[-1]
    return f"{middle * 1000:.1f} ms", f"{late * 1000:.1f} ms"
