"""Copies of a newsroom's tree, made and looked into by tests."""

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from following import Follower, digest
from httpd import Httpd
from publishing import SMALL, Desk
from tamizdat.mirror import MirrorOptions, MirrorReport, Planned, VerifyReport, mirror, verify
from tamizdat.mirror.folder import OWN, read_state
from tamizdat.mirror.state import State
from tamizdat_server.live import read_live
from tamizdat_server.newsroom import Newsroom

PLAIN = MirrorOptions(trust_first_use=True, allow_private=True, durable=False)


@dataclass
class Copy:
    """A copy at `folder` of what `desk` publishes, made at its time."""

    folder: Path
    desk: Desk
    plans: list[Planned] = field(default_factory=list)

    def run(self, source: object = None, **options: object) -> MirrorReport:
        """One run, from the newsroom's own tree or from `source`."""
        place = self.desk.public if source is None else source.url if isinstance(source, Httpd) else source
        chosen = msgspec.structs.replace(PLAIN, **options)
        return mirror(str(place), self.folder, options=chosen, clock=lambda: self.desk.now, planned=self.plans.append)

    def verify(self, place: object = None) -> VerifyReport:
        source = f"{place or self.folder}#{self.desk.newsroom.fingerprint}"
        return verify(source, clock=lambda: self.desk.now, allow_private=True)

    @property
    def state(self) -> State:
        """What the mirror remembers."""
        return read_state(self.folder)

    @property
    def files(self) -> dict[str, bytes]:
        """What can be served."""
        return tree(self.folder)

    def assert_whole(self) -> None:
        """Everything is what the newsroom signed for, and readers get its records from here alone."""
        report = self.verify()
        assert (report.broken, report.missing, report.stale) == ([], [], [])
        follower = Follower(self.folder.parent / f"{self.folder.name}-{os.urandom(4).hex()}.db")
        synced = follower.sync(self.desk, self.folder, media="standard")
        assert synced.problems == []
        for code in self.desk.catalog().editions:
            assert digest(follower.current(self.desk, code)) == digest(self.desk.lines(code))


def tree(folder: Path) -> dict[str, bytes]:
    """Path → bytes of every file but the mirror's own."""
    files = (path for path in folder.rglob("*") if path.is_file())
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
    return {path: data for path, data in found.items() if not path.startswith(f"{OWN}/")}


def reopen(folder: Path, target: Path) -> Desk:
    """A copy of a newsroom's folder at `target`, at work at the time of its newest signature."""
    desk = object.__new__(Desk)
    desk.newsroom = Newsroom.open(Path(shutil.copytree(folder, target)))
    desk.public, desk.settings, desk.mirrors = desk.newsroom.public, SMALL, {}
    live = read_live(desk.public)
    assert live
    desk.now = live.signed
    return desk
