"""What an edition still needs: files to fetch and apply, as plain values. docs/format.md, section 10.4."""

from collections.abc import Iterable, Iterator

import msgspec

from tamizdat.format.catalog import DeltaRef, Edition, SegmentRef
from tamizdat.format.names import bundle_path
from tamizdat.library import Standing
from tamizdat.sync.fetch import Wanted
from tamizdat.sync.plan import Bound, Reach


class DeltaTask(msgspec.Struct, frozen=True):
    """Fetch and apply one delta."""

    edition: str
    ref: DeltaRef

    @property
    def wanted(self) -> Wanted:
        return Wanted(bundle_path(self.ref.sha256), self.ref.bytes, self.ref.sha256)


class SegmentTask(msgspec.Struct, frozen=True):
    """Fetch and apply one segment, or a part of the `tombstones`; `end` is where the next one starts."""

    edition: str
    ref: SegmentRef
    path: str
    end: Bound | None = None
    tombstones: bool = False

    @property
    def plain(self) -> bool:
        return self.path.endswith(".jsonl")

    @property
    def wanted(self) -> Wanted:
        if self.plain:
            return Wanted(self.path, self.ref.raw_bytes, self.ref.raw_sha256)
        return Wanted(self.path, self.ref.bytes, self.ref.sha256)


class NewsTask(msgspec.Struct, frozen=True):
    """Apply news that another reader put into a pack, which bring the edition to version `to`.

    `since`: where it isn't held whole, from when on that is proven; what is older goes.
    """

    edition: str
    wanted: Wanted
    to: int
    since: str = ""


Task = DeltaTask | SegmentTask | NewsTask


class EditionPlan(msgspec.Struct):
    """What one edition still needs, in the order in which it is applied. `missing` can't be had here.

    Where segments are read, `version` is where they lead, `complete_since` how far back, and `no_tombstones` says that
    the snapshot has none. `later`: what will be asked for once the tasks are done.
    """

    code: str
    edition: Edition
    standing: Standing
    reach: Reach
    tasks: list[Task] = []
    later: list[Task] = []
    missing: list[str] = []
    version: int = 0
    complete_since: str | None = None
    no_tombstones: bool = False

    @property
    def bytes(self) -> int:
        return sum(task.wanted.bytes for task in self.tasks)

    @property
    def behind(self) -> bool:
        """Whether the edition stands below the catalog's version."""
        return self.standing.version < self.edition.version

    @property
    def settling(self) -> bool:
        """Whether a snapshot is still to be finished; what leads on from it waits until then."""
        return self.complete_since is not None

    @property
    def settled(self) -> bool:
        """Whether every part of the snapshot was applied."""
        return self.settling and not self.missing and not any(isinstance(task, SegmentTask) for task in self.tasks)

    @property
    def done(self) -> bool:
        """Nothing left: the edition stands at the catalog's version, as far back as was asked for."""
        return not self.tasks and not self.missing and not self.settling


def named_digests(plans: Iterable[EditionPlan]) -> Iterator[str]:
    """The SHA-256 of every file that is planned, and of every list that its catalog names."""
    for plan in plans:
        yield from (task.wanted.sha256 for task in (*plan.tasks, *plan.later))
        edition = plan.edition
        lists = (edition.history, edition.snapshot, edition.revisions, edition.media)
        yield from (ref.sha256 for ref in lists if ref)
