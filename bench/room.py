"""A newsroom that plays a workload through the real importer and the real publisher, and what each publish costs."""

import copy
import json
import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from tamizdat.format.catalog import Catalog, SnapshotList, decode_list
from tamizdat.format.names import list_path
from tamizdat_server.clock import rfc3339, unix
from tamizdat_server.images import Pictures
from tamizdat_server.importers import Options, open_markdown, run
from tamizdat_server.keys import Signer, operations
from tamizdat_server.live import read_live
from tamizdat_server.newsroom import Newsroom
from tamizdat_server.publish import PublishReport, publish
from workload import EDITIONS, Workload

DAY = 86_400
MADE = "made.json"


@dataclass(frozen=True)
class Cost:
    """What one publish took: CPU seconds until its heads were live and in all, bytes of the tree, bytes in all.

    `deltas`: by edition, what a reader of the version before fetches for it.
    """

    live: float
    cpu: float
    tree: int
    written: int
    deltas: dict[str, int]


class Room:
    """The newsroom in `folder`; it publishes once a day, at the same minute.

    It is opened anew for each thing that is done, as the commands do. `first` is what its first publish cost.
    """

    def __init__(self, folder: Path, workload: Workload, fingerprint: str, first: Cost) -> None:
        self.folder, self.workload, self.fingerprint, self.first = folder, workload, fingerprint, first
        self.today = _begin(workload)

    @classmethod
    def make(cls, folder: Path, workload: Workload) -> "Room":
        """A new newsroom that has published the workload's base."""
        shutil.rmtree(folder, ignore_errors=True)
        today = _begin(workload)
        with Newsroom.init(folder, title="Bench", editions=EDITIONS, passphrase=None, now=today) as newsroom:
            fingerprint = str(newsroom.fingerprint)
            _import(newsroom, workload.folder / "base", now=today, expected=len(workload.records))
        first = _publish(folder, today)
        (folder / MADE).write_text(json.dumps({"fingerprint": fingerprint, "first": asdict(first)}))
        return cls(folder, workload, fingerprint, first)

    @classmethod
    def found(cls, folder: Path, workload: Workload) -> "Room | None":
        """The newsroom that `make` left there."""
        if not (folder / MADE).exists():
            return None
        made = json.loads((folder / MADE).read_text())
        return cls(folder, workload, made["fingerprint"], Cost(**made["first"]))

    @property
    def public(self) -> Path:
        return self.folder / "public"

    @property
    def catalog(self) -> Catalog:
        live = read_live(self.public)
        assert live
        return live.catalog

    @property
    def catalog_bytes(self) -> bytes:
        live = read_live(self.public)
        assert live
        return live.catalog_bytes

    def snapshot(self, edition: str) -> SnapshotList:
        """The newest catalog's list of an edition's segments."""
        ref = self.catalog.editions[edition].snapshot
        data = (self.public / list_path(ref.sha256)).read_bytes()
        return decode_list(data, ref, SnapshotList, edition=edition)

    def address(self, url: str) -> str:
        return f"{url}#{self.fingerprint}"

    def lines(self, edition: str) -> list[bytes]:
        """Every current record of an edition, by key."""
        with Newsroom.open(self.folder) as newsroom:
            return list(newsroom.lines(edition))

    def copy(self, folder: Path) -> "Room":
        """The same newsroom, to go on by itself in another folder."""
        shutil.copytree(self.folder, folder)
        other = copy.copy(self)
        other.folder = folder
        return other

    def play(self, number: int) -> None:
        """Import the changes of one day (1, 2, …), a day later than the last ones."""
        self.today += DAY
        changes = self.workload.days[number - 1]
        with Newsroom.open(self.folder) as newsroom, newsroom.editing():
            folder = self.workload.folder / f"day-{number:02}"
            _import(newsroom, folder, now=self.today, expected=len(changes["put"]))
            for key in changes["del"]:
                newsroom.retract(key, at=rfc3339(self.today))

    def publish(self) -> Cost:
        """Publish, and say what it took."""
        return _publish(self.folder, self.today)

    def resign(self, *, hours: float) -> None:
        """Sign anew, so many hours after the last publish."""
        operations.resign(Signer(self.public, self.folder / "keys"), now=self.today + int(hours * 3600))


def _begin(workload: Workload) -> int:
    """The minute of the day before the workload's first."""
    return unix(f"{workload.days[0]['date']}T23:30:00Z") - DAY


def _publish(folder: Path, now: int) -> Cost:
    written, cpu = _written(), time.process_time()
    with _watched(folder / "public") as live, Newsroom.open(folder) as newsroom:
        report: PublishReport = publish(newsroom, now=now)
    cpu_in_all = time.process_time() - cpu
    deltas = {code: edition.delta_bytes for code, edition in report.editions.items()}
    until_live = live[0] - cpu if live else cpu_in_all
    return Cost(until_live, cpu_in_all, report.written_bytes, _written() - written, deltas)


def _import(newsroom: Newsroom, folder: Path, *, now: int, expected: int) -> None:
    options = Options(store=Pictures(newsroom.media), now=rfc3339(now), editions=EDITIONS)
    report = run(newsroom, open_markdown(str(folder), options), now=rfc3339(now))
    assert report.added + report.revised == expected, report


@contextmanager
def _watched(public: Path) -> Iterator[list[float]]:
    """Meanwhile notes when, in CPU seconds of this process, the last of the heads was replaced."""
    before, live, ended = _heads(public), list[float](), threading.Event()

    def watch() -> None:
        while not ended.wait(0.005):
            now = _heads(public)
            if before and all(now.get(name) != inode for name, inode in before.items()):
                live.append(time.process_time())
                return

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield live
    finally:
        ended.set()
        thread.join()


def _heads(public: Path) -> dict[str, int]:
    heads: dict[str, int] = {}
    for entry in os.scandir(public):
        if entry.name.startswith("head") and entry.name.endswith(".tar.zst"):
            heads[entry.name] = entry.inode()
    return heads


def _written() -> int:
    """Bytes that this process has written so far, database and its log included; 0 where the system doesn't say."""
    try:
        lines = Path("/proc/self/io").read_text().splitlines()
    except OSError:
        return 0
    return next(int(line.split()[1]) for line in lines if line.startswith("wchar"))
