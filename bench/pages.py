"""How fast the public archive is: a library behind `tamizdat datasette`, asked for its pages as people browse."""

import http.client
import itertools
import random
import sqlite3
import statistics
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

from reader import Reader
from room import Room
from server import Served, commanded
from tables import table
from tamizdat_server.archive.links import encode

ASKED, LONGEST_SECONDS = 60, 20
CLIENTS, SECONDS = 8, 15


Got = tuple[int, float, int]
"""The status of an answer, the seconds that it took, and its bytes."""


@dataclass(frozen=True)
class Kind:
    """One kind of page: seconds until each answer was whole, the largest one's bytes.

    `refused`: so many answers were that it takes too long.
    """

    seconds: Sequence[float]
    bytes: int
    refused: int


@dataclass(frozen=True)
class Pages:
    """Pages of a library of so many articles and bytes; then several clients at once, for kinds mixed.

    Refused were those that found too many waiting, too.
    """

    articles: int
    library: int
    kinds: Mapping[str, Kind]
    mixed: Mapping[str, Kind]


class Client:
    """A connection that is kept, as a browser keeps it."""

    def __init__(self, url: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)

    def get(self, path: str) -> Got:
        """Ask, and take all of the answer."""
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
    with commanded("datasette", str(reader.path)) as url:
        kinds = {name: _alone(Client(url), of) for name, of in paths.items()}
        quick = [path for name, of in paths.items() if "search" not in name for path in of]
        mixed = {"all but searches": _together(url, quick), "all": _together(url, [*quick, *_searches(paths)])}
    return Pages(len(room.workload.records), reader.path.stat().st_size, kinds, mixed)


def _searches(paths: Mapping[str, Sequence[str]]) -> list[str]:
    return [path for name, of in paths.items() if "search" in name for path in of]


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
    until, found = time.perf_counter() + LONGEST_SECONDS, list[Got]()
    for path in itertools.islice(itertools.cycle(paths), ASKED):
        found.append(client.get(path))
        if time.perf_counter() > until:
            break
    return _kind(found)


def _together(url: str, paths: Sequence[str]) -> Kind:
    """What all clients got while they asked for pages by chance."""
    until, found = time.perf_counter() + SECONDS, list[Got]()

    def browse(number: int) -> None:
        client, chance = Client(url), random.Random(number)
        while time.perf_counter() < until:
            found.append(client.get(chance.choice(paths)))

    threads = [threading.Thread(target=browse, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return _kind(found)


def _kind(found: Sequence[Got]) -> Kind:
    refused = sum(status != 200 for status, *_ in found)
    return Kind([seconds for _, seconds, _ in found], max(size for *_, size in found), refused)


def lines(found: Pages) -> list[str]:
    """The table."""
    library = f"{found.articles:,} articles, a library of {found.library / 1e6:,.0f} MB"
    rows = [_row(name, kind) for name, kind in found.kinds.items()]
    for name, kind in found.mixed.items():
        rate = f"{len(kind.seconds) / SECONDS:.0f} answers/s"
        rows.append(_row(f"mixed, {name}, {CLIENTS} clients: {rate}", kind))
    return table([library, "median", "p95", "largest", "refused"], rows)


def _row(name: str, kind: Kind) -> list[object]:
    middle, late = statistics.median(kind.seconds), statistics.quantiles(kind.seconds, n=20)[-1]
    return [name, f"{middle * 1000:.1f} ms", f"{late * 1000:.1f} ms", f"{kind.bytes / 1000:.0f} KB", kind.refused]
