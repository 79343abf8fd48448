#!/usr/bin/env python3
"""Measure what docs/performance.md reports, and write its tables. Half an hour; with --full more than an hour.

The workload comes from the folder TAMIZDAT_BENCH (default: ../shared/bench beside the checkout), whose README says what
it is and what LIMIT means. Tables of parts that were not run stay as they are.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path

import app
import app_search
import applying
import exports
import memory
import mirroring
import others
import packs
import pages
import publishing
import report
import search
import tables
import tuning
import updates
import wrk
from room import Room
from server import serving
from workload import CHECKOUT, Limits, Workload

ARTICLES, DAYS = 10_000, 30
LARGE, LARGE_DAYS = 10, 10


class Bench:
    """One run, and what its parts share. A part that changes a newsroom works on a copy of it."""

    def __init__(self, *, articles: int, work: Path, scratch: Path, again: bool) -> None:
        self.articles, self.work, self.scratch, self.again = articles, work, scratch, again

    def write(self, name: str, lines: Iterable[str]) -> None:
        """Print a table and, where the archive has the size that the page speaks of, put it there."""
        tables.write(name, lines, kept=self.articles == ARTICLES)

    @cached_property
    def room(self) -> Room:
        """The newsroom that has published its base, and nothing else."""
        return self._room(self.articles, DAYS)

    @cached_property
    def large(self) -> Room:
        """One of ten times as many articles."""
        return self._room(LARGE * self.articles, LARGE_DAYS)

    def sized(self, articles: int) -> Room:
        """One of so many articles."""
        return self._room(articles, 1)

    def _room(self, articles: int, days: int) -> Room:
        workload = Workload.make(self.work, articles=articles, days=days)
        folder = self.work / f"newsroom-{articles}"
        return (Room.found(folder, workload) if self.again else None) or Room.make(folder, workload)

    def limits(self, room: Room) -> Limits:
        return Limits(room.workload, self.scratch)

    @cached_property
    def updates(self) -> updates.Updates:
        room = self.room.copy(self.scratch / "updates")
        with serving(room.public) as served:
            return updates.measure(room, served, self.scratch, self.limits(room))

    def memory(self, room: Room) -> list[str]:
        """The table of a first sync's memory."""
        articles = len(room.workload.records)
        library = self.scratch / f"memory-{articles}.db"
        with serving(room.public) as served:
            size = memory.measure(room.address(served.url), library, now=room.today)
        return report.memory({f"first sync of {articles:,} articles": size})


# -- parts, in the order in which they run -----------------------------------------------------------------------------


def _apply(bench: Bench) -> None:
    bench.write("apply", report.applying(applying.measure(bench.room, bench.scratch)))


def _memory(bench: Bench) -> None:
    bench.write("memory", bench.memory(bench.room))


def _server(bench: Bench) -> None:
    bench.write("server", wrk.lines(wrk.measure(bench.room.public, bench.scratch)))


def _app(bench: Bench) -> None:
    room = bench.room.copy(bench.scratch / "app")
    room.play(1)
    room.publish()
    bench.write("app", app.lines(app.measure(room)))


def _packs(bench: Bench) -> None:
    room = bench.room.copy(bench.scratch / "packs")
    with serving(room.public) as served:
        bench.write("packs", packs.lines(packs.measure(room, served, bench.scratch)))


def _tuning(bench: Bench) -> None:
    limits = bench.limits(bench.room)
    found = tuning.measure(bench.room.copy(bench.scratch / "tuning"))
    bench.write("deltas tried", report.deltas_tried(found, limits.days(1, 1)))
    bench.write("segments tried", report.segments_tried(found, limits.zstd_19_of_json(0)))


def _updates(bench: Bench) -> None:
    for name in ("day", "parts", "thirty", "quiet", "first"):
        bench.write(name, getattr(report, name)(bench.updates))
    bench.write("publishing", report.publishing(publishing.summary(bench.room, bench.updates.costs)))


def _peers(bench: Bench) -> None:
    bench.write("peers", report.peers(others.measure(bench.room.workload), bench.updates))


def _large(bench: Bench) -> None:
    bench.write("memory of 100,000", bench.memory(bench.large))
    room = bench.large.copy(bench.scratch / "large")
    bench.write("publishing into 100,000", report.publishing(publishing.measure(room)))


def _mirror(bench: Bench) -> None:
    room = bench.large.copy(bench.scratch / "mirror")
    with serving(room.public) as served:
        bench.write("mirror", mirroring.lines(mirroring.measure(room, served, bench.scratch, bench.limits(room))))


def _pages(bench: Bench) -> None:
    room = bench.large.copy(bench.scratch / "pages")
    with serving(room.public) as served:
        bench.write("pages", pages.lines(pages.measure(room, served, bench.scratch)))


def _wxr(bench: Bench) -> None:
    workload = Workload.make(bench.work, articles=bench.articles, days=DAYS)
    bench.write("wxr", exports.lines(exports.measure(workload, bench.scratch / "wxr")))


def _search(bench: Bench) -> None:
    bench.write("search quality", search.quality(bench.scratch))
    bench.write("search", search.costs(bench.work, bench.scratch))


def _app_search(bench: Bench) -> None:
    sizes = (bench.articles // 2, 2 * bench.articles)
    found = {size: app_search.measure(bench.sized(size), bench.scratch) for size in sizes}
    bench.write("app search", app_search.lines(found))


PARTS: dict[str, Callable[[Bench], None]] = {
    "apply": _apply,
    "memory": _memory,
    "search": _search,
    "wxr": _wxr,
    "server": _server,
    "app": _app,
    "app-search": _app_search,
    "packs": _packs,
    "tuning": _tuning,
    "updates": _updates,
    "peers": _peers,
}
LARGE_PARTS: dict[str, Callable[[Bench], None]] = {
    "large": _large,
    "mirror": _mirror,
    "pages": _pages,
}


def main() -> None:
    names = ", ".join(PARTS | LARGE_PARTS)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help=f"also {', '.join(LARGE_PARTS)}: 100,000 articles")
    parser.add_argument("--only", action="append", choices=PARTS | LARGE_PARTS, metavar="PART", help=f"one of {names}")
    parser.add_argument("--articles", type=int, default=ARTICLES, help="another number: a quick try")
    parser.add_argument("--work", type=Path, default=CHECKOUT / "build" / "bench", help="where workloads are kept")
    parser.add_argument("--again", action="store_true", help="begin with the newsrooms that the last run left there")
    args = parser.parse_args()
    chosen = args.only or (PARTS | LARGE_PARTS if args.full else PARTS)
    args.work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=args.work) as scratch:
        bench = Bench(articles=args.articles, work=args.work, scratch=Path(scratch), again=args.again)
        bench.write("machine", report.machine())
        for name, part in (PARTS | LARGE_PARTS).items():
            if name in chosen:
                part(bench)


if __name__ == "__main__":
    main()
