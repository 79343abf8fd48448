#!/usr/bin/env python3
"""Measure what docs/performance.md reports, and write its tables. Half an hour; with --full more than an hour.

The workload comes from the folder TAMIZDAT_BENCH (default: ../shared/bench beside the checkout), whose README says what
it is and what LIMIT means. Tables of parts that were not run stay as they are.
"""

import argparse
import tempfile
from collections.abc import Iterable
from pathlib import Path

import applying
import memory
import others
import publishing
import report
import tuning
import updates
from room import Room
from server import serving
from workload import CHECKOUT, Limits, Workload

PARTS = ("updates", "apply", "memory", "tuning", "peers", "large")
ARTICLES, DAYS = 10_000, 30


class Bench:
    """One run: which parts, of how many articles, in which folder."""

    def __init__(self, chosen: set[str], *, articles: int, work: Path, scratch: Path) -> None:
        self.chosen, self.articles, self.work, self.scratch = chosen, articles, work, scratch

    def run(self) -> None:
        self._write("machine", report.machine())
        if self.chosen - {"large"}:
            self._usual(Workload.make(self.work, articles=self.articles, days=DAYS))
        if "large" in self.chosen:
            self._large(Workload.make(self.work, articles=10 * self.articles, days=10))

    def _usual(self, workload: Workload) -> None:
        room = Room(self.scratch / "newsroom", workload)
        if "apply" in self.chosen:
            self._write("apply", report.applying(applying.measure(room, self.scratch)))
        if "tuning" in self.chosen:
            self._tuning(room.copy(self.scratch / "tuning"))
        with serving(room.public) as served:
            if "memory" in self.chosen:
                self._write("memory", report.memory(self._memory(room, served.url)))
            if self.chosen & {"updates", "peers"}:
                found = updates.measure(room, served, self.scratch, Limits(workload, self.scratch))
                self._write_updates(room, found)
                if "peers" in self.chosen:
                    self._write("peers", report.peers(others.measure(workload), found))

    def _tuning(self, room: Room) -> None:
        found, limits = tuning.measure(room), Limits(room.workload, self.scratch)
        self._write("deltas tried", report.deltas_tried(found, limits.days(1, 1)))
        self._write("segments tried", report.segments_tried(found, limits.zstd_19_of_json(0)))

    def _write_updates(self, room: Room, found: updates.Updates) -> None:
        for name in ("day", "parts", "thirty", "quiet", "first"):
            self._write(name, getattr(report, name)(found))
        self._write("publishing", report.publishing(publishing.summary(room, found.costs)))

    def _large(self, workload: Workload) -> None:
        room = Room(self.scratch / "large", workload)
        with serving(room.public) as served:
            self._write("memory of 100,000", report.memory(self._memory(room, served.url)))
        self._write("publishing into 100,000", report.publishing(publishing.measure(room)))

    def _memory(self, room: Room, url: str) -> dict[str, float]:
        articles = len(room.workload.records)
        library = self.scratch / f"memory-{articles}.db"
        return {f"first sync of {articles:,} articles": memory.measure(room.address(url), library, now=room.today)}

    def _write(self, name: str, lines: Iterable[str]) -> None:
        report.write(name, lines, kept=self.articles == ARTICLES)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="all parts, the one with 100,000 articles included")
    parser.add_argument("--only", action="append", choices=PARTS, metavar="PART", help=f"one of {', '.join(PARTS)}")
    parser.add_argument("--articles", type=int, default=ARTICLES, help="another number: a quick try")
    parser.add_argument("--work", type=Path, default=CHECKOUT / "build" / "bench", help="where workloads are kept")
    args = parser.parse_args()
    chosen = set(args.only or (PARTS if args.full else PARTS[:-1]))
    args.work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=args.work) as scratch:
        Bench(chosen, articles=args.articles, work=args.work, scratch=Path(scratch)).run()


if __name__ == "__main__":
    main()
