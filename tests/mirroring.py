"""Copies of a newsroom's tree, made and looked into by tests."""

import os
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from following import Follower, digest
from httpd import Httpd
from publishing import Desk
from tamizdat.mirror import MirrorOptions, MirrorReport, Planned, VerifyReport, mirror, verify
from tamizdat.mirror.folder import OWN

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


def named(copy: Copy) -> dict[str, bytes]:
    """The newsroom's files without those that only its older catalogs name."""
    report = copy.verify(copy.desk.public)
    assert report.exit_code == 0
    return copy.desk.files()
