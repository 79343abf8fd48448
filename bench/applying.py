"""The CPU that a library takes to apply an archive with its full-text index, beside a bare executemany of its rows."""

import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from room import Room
from tamizdat import Library, SyncOptions, sync
from tamizdat.format.bundle import VerifiedBundle
from tamizdat.library import Applied

TABLES = ("records", "articles", "retractions", "tags", "corrections", "images", "revisions")
ROUNDS = 3


class TimedLibrary(Library):
    """Adds up the CPU seconds spent in applying, without those of the threads that fetch meanwhile."""

    applying = 0.0

    def apply_segment(self, bundle: VerifiedBundle, **bounds: Any) -> Applied:
        begun = time.thread_time()
        try:
            return super().apply_segment(bundle, **bounds)
        finally:
            self.applying += time.thread_time() - begun

    def finish_snapshot(self, *what: Any, **more: Any) -> None:
        begun = time.thread_time()
        super().finish_snapshot(*what, **more)
        self.applying += time.thread_time() - begun


@dataclass(frozen=True)
class Applying:
    """CPU seconds, the best of some rounds: rows inserted bare, articles applied, the whole sync from a folder."""

    articles: int
    bare: float
    applied: float
    sync: float


def measure(room: Room, scratch: Path) -> Applying:
    """A first sync of the whole archive from the tree on disk."""
    rounds = [_sync(room, scratch / f"apply-{number}.db") for number in range(ROUNDS)]
    rows = _rows(scratch / "apply-0.db")
    bare = min(_bare(rows, scratch / f"bare-{number}.db") for number in range(ROUNDS))
    return Applying(len(rows["articles"]), bare, min(times[0] for times in rounds), min(times[1] for times in rounds))


def _sync(room: Room, path: Path) -> tuple[float, float]:
    begun = time.process_time()
    with TimedLibrary.open(path) as library:
        sync(library, room.address(str(room.public)), options=SyncOptions(), clock=_clock(room))
    return library.applying, time.process_time() - begun


def _clock(room: Room) -> Callable[[], float]:
    return lambda: room.today


def _rows(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    with sqlite3.connect(path) as db:
        return {table: db.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES}


def _bare(rows: dict[str, list[tuple[Any, ...]]], path: Path) -> float:
    """Insert the rows into tables without any key or index, in one transaction."""
    db = sqlite3.connect(path)
    begun = time.process_time()
    for table, values in rows.items():
        columns = len(values[0]) if values else 1
        db.execute(f"CREATE TABLE {table} ({', '.join(f'c{n}' for n in range(columns))})")
        db.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * columns)})", values)
    db.commit()
    seconds = time.process_time() - begun
    db.close()
    return seconds
