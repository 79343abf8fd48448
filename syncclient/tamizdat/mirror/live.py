"""Showing a new version and deleting what has to go: the last steps of a run, in the order that keeps readers right."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from tamizdat.format.names import sha256, target_path
from tamizdat.mirror.folder import IMMUTABLE_TIME, Folder
from tamizdat.mirror.gathering import Gathered
from tamizdat.mirror.heads import TIMESTAMP, head_paths
from tamizdat.mirror.pictures import NOTHING, Inside
from tamizdat.mirror.plan import KEPT_SECONDS, Clearing, Rules, clear
from tamizdat.mirror.rhythm import DAY, seconds
from tamizdat.mirror.state import Seen, State

Prepared = tuple[str, bytes, int]
"""Path, bytes, and the time that the file is to bear."""


class Page(NamedTuple):
    """A file for browsers that was fetched and verified."""

    path: str
    data: bytes


class Cleared(msgspec.Struct, frozen=True):
    """What was deleted, of how many bytes, and what lies there that is no part of the publication."""

    delete: Sequence[str]
    bytes: int
    foreign: Sequence[str]


class Live:
    """The last steps for one gathered state."""

    def __init__(
        self, folder: Folder, gathered: Gathered, inside: Inside, state: State, *, damaged: frozenset[str]
    ) -> None:
        """`damaged`: what was found damaged in the folder; of no use, where nothing names it."""
        self.folder, self.gathered, self.inside, self.state = folder, gathered, inside, state
        self.damaged = damaged
        self.accepted = gathered.accepted

    @property
    def optional(self) -> set[str]:
        """What a version may go live without: readers ask for no pages, and for heads to save requests only."""
        return {*head_paths(self.accepted.catalog), *(page.path for page in self.gathered.pages)}

    @property
    def size(self) -> int:
        """Bytes of what is written at last, pages apart."""
        return sum(len(data) for _, data, _ in (*self._metadata(), *self._heads()))

    def go(self, pages: Sequence[Page], *, complete: bool) -> Cleared:
        """Put everything in place, then delete. `complete`: nothing is left for the next run."""
        published = seconds(self.accepted.catalog.published)
        *metadata, timestamp = self._metadata()
        first = self.folder.prepare([*((page.path, page.data, published) for page in pages), *metadata])
        # A new root may name new keys for the timestamp, so that nothing must come between the two.
        last = self.folder.prepare([*self._roots(), timestamp, *self._heads()])
        self.folder.reveal(first)
        self.folder.sync()
        self.folder.reveal(last)
        self.folder.sync()
        cleared = self._delete()
        self._remember(complete=complete)
        return cleared

    # -- what is written -----------------------------------------------------------------------------------------------

    def _roots(self) -> Iterator[Prepared]:
        for version, data in sorted(self.accepted.roots.items()):
            path = f"metadata/{version}.root.json"
            if self.folder.read(path) != data:
                yield path, data, IMMUTABLE_TIME

    def _metadata(self) -> list[Prepared]:
        """In writing order; the timestamp, which makes the version the one that is shown, is the last."""
        accepted = self.accepted
        return [
            (target_path("catalog.json", accepted.catalog_sha256), accepted.catalog_bytes, IMMUTABLE_TIME),
            (_numbered("targets", accepted.targets), accepted.targets, IMMUTABLE_TIME),
            (_numbered("snapshot", accepted.snapshot), accepted.snapshot, IMMUTABLE_TIME),
            (TIMESTAMP, accepted.timestamp, accepted.signed),
        ]

    def _heads(self) -> list[Prepared]:
        return [(path, data, self.accepted.signed) for path, data in self.gathered.heads.items()]

    # -- what is deleted -----------------------------------------------------------------------------------------------

    def clearing(self, sizes: Mapping[str, int]) -> Clearing:
        """What would go, and stay, of the files that lie in the folder."""
        left_out = {item.path for item in self.gathered.left_out} & sizes.keys()
        rules = Rules(
            named=self._named(),
            pages=frozenset(self.state.pages),
            at_once=self.damaged.union(self.gathered.withdrawn, left_out, self._inside(left_out)),
            unnamed=self.state.unnamed,
            signed=self.accepted.signed,
            kept_seconds=min(KEPT_SECONDS, self.gathered.selection.days * DAY or KEPT_SECONDS),
        )
        return clear(sizes, rules)

    def _named(self) -> set[str]:
        accepted, bundles = self.accepted, [item.path for item in self.gathered.bundles]
        named = {path for path, _, _ in (*self._metadata(), *self._heads())}
        named |= {f"metadata/{version}.root.json" for version in accepted.roots}
        named |= {page.path for page in self.gathered.pages}
        return named.union([target_path("site.json", accepted.site[0])], bundles, self._inside(bundles))

    def _inside(self, bundles: Iterable[str]) -> Iterator[str]:
        """The pictures of those media bundles that are here."""
        return (path for name in bundles if name.endswith(".tar") for path in self.inside.of(name) or NOTHING)

    def _delete(self) -> Cleared:
        sizes = self.folder.files()
        clearing = self.clearing(sizes)
        delete = [*clearing.delete, *self._stale_pages(sizes)]
        self.folder.delete(delete)
        self.state.unnamed = dict(clearing.unnamed)
        self.state.pages = sorted(sizes.keys() & {*self.state.pages} - {*delete})
        return Cleared(delete, sum(sizes[path] for path in delete), clearing.foreign)

    def _stale_pages(self, sizes: Mapping[str, int]) -> list[str]:
        """Pages of an earlier version where the new one couldn't be had: what is unsigned doesn't stay."""
        there = [page for page in self.gathered.pages if page.path in sizes and page.path in self.state.pages]
        return [page.path for page in there if sha256(self.folder.read(page.path)) != page.sha256]

    def _remember(self, *, complete: bool) -> None:
        state, accepted = self.state, self.accepted
        state.signed, state.complete = accepted.signed, complete
        state.note_version(accepted.catalog.version, Seen(accepted.catalog_sha256, accepted.catalog.published))
        self.folder.remember(state)


def _numbered(role: str, data: bytes) -> str:
    version = msgspec.json.decode(data)["signed"]["version"]
    return f"metadata/{version}.{role}.json"
