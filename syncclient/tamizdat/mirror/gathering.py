"""What a run finds out before it says what it will do: heads, lists, and every file that they name."""

from collections.abc import Mapping, Sequence

import msgspec

from tamizdat.errors import HashMismatch, TamizdatError
from tamizdat.format.catalog import HistoryList, Site, WithdrawnList, decode_list, decode_site
from tamizdat.format.limits import LIMITS
from tamizdat.format.names import IMMUTABLE_PATH, head_path, sha256, target_path
from tamizdat.format.state import Accepted
from tamizdat.mirror.fetching import HOLES, Fetcher, check
from tamizdat.mirror.folder import Folder
from tamizdat.mirror.heads import check_head, head_paths, is_current, open_head
from tamizdat.mirror.inventory import Item, list_item, lists, walk
from tamizdat.mirror.rhythm import DAY, past, utc, version_at, versions_a_day
from tamizdat.mirror.selection import EVERYTHING, Selection
from tamizdat.mirror.source import Offer
from tamizdat.mirror.state import Seen, State


class SourceMoved(Exception):
    """The source shows another state by now than the one that was accepted: ask again."""


class Gathered(msgspec.Struct, frozen=True):
    """One state of a publication, and what this copy wants of it.

    `bundles`: immutable files, chosen ones; `left_out`: those that it does without by choice; `pages`: the files for
    browsers; `holes`: what couldn't be had of all that was read so far, by path. `heads`: path → bytes.
    """

    accepted: Accepted
    selection: Selection
    heads: Mapping[str, bytes]
    bundles: Sequence[Item]
    left_out: Sequence[Item]
    pages: Sequence[Item]
    withdrawn: Sequence[str]
    holes: Mapping[str, TamizdatError]


class Gathering:
    """Reads lists from the folder where they lie there, else from the source; `keeps` False: changes nothing there."""

    def __init__(self, offer: Offer, fetcher: Fetcher, folder: Folder, state: State, *, packed: bool) -> None:
        self.offer, self.fetcher, self.folder, self.state, self.packed = offer, fetcher, folder, state, packed
        self.accepted, self.catalog = offer.accepted, offer.accepted.catalog
        self.holes: dict[str, TamizdatError] = {}
        self._memory: dict[str, bytes] = {}

    def run(self, newest: int | None, *, last: bool) -> Gathered:
        """`newest` as in the options; `last`: don't ask again where the source moves, go on without its heads.

        Raises: SourceMoved, Incomplete, TransportError, MirrorError.
        """
        heads = {} if self.packed else self._heads(last=last)
        self._fetch_lists()
        site = self._site()
        selection = self._select(newest)
        items = walk(self.catalog, site, self._read, failed=self._failed, selection=selection)
        bundles = [item for item in items if IMMUTABLE_PATH.fullmatch(item.path)]
        return Gathered(
            accepted=self.accepted,
            selection=selection,
            heads=heads,
            bundles=[item for item in bundles if item.chosen],
            left_out=[item for item in bundles if not item.chosen],
            pages=[item for item in items if not IMMUTABLE_PATH.fullmatch(item.path)],
            withdrawn=self._withdrawn(),
            holes=self.holes,
        )

    # -- heads ---------------------------------------------------------------------------------------------------------

    def _heads(self, *, last: bool) -> dict[str, bytes]:
        """The heads that are of the accepted state; what lies in them isn't fetched again."""
        found: dict[str, bytes] = {}
        for path in head_paths(self.catalog):
            try:
                data = self._head(path)
                files = open_head(data, path=path)
                if not is_current(files, self.accepted):
                    raise SourceMoved
                check_head(files, self.accepted, path=path)
            except SourceMoved:
                if not last:
                    raise
                self.holes[path] = HashMismatch(path=path)
            except HOLES as error:
                self.holes[path] = error
            else:
                found[path] = data
                self.fetcher.at_hand |= files
        return found

    def _head(self, path: str) -> bytes:
        if path == head_path() and self.offer.head:
            return self.offer.head
        data = self.fetcher.source.fetch(path, max_bytes=LIMITS.head_bytes)
        self.fetcher.budget.spend(len(data))
        return data

    # -- lists ---------------------------------------------------------------------------------------------------------

    def _fetch_lists(self) -> None:
        """Those that aren't here, several at once; `_read` tells of what can't be had."""
        if self.fetcher.keeps:
            wanted = [list_item(ref) for ref, _, _ in lists(self.catalog)]
            self.fetcher.place_all(item for item in wanted if sha256(self.folder.read(item.path)) != item.sha256)

    def _read(self, item: Item) -> bytes:
        data = self._memory.get(item.path) or self.folder.read(item.path)
        try:
            return check(data, item)
        except HashMismatch:
            data = self._memory[item.path] = self.fetcher.get(item)
            if self.fetcher.keeps:
                self.folder.put(item.path, data)
            return data

    def _site(self) -> Site:
        digest, size = self.accepted.site
        item = Item(target_path("site.json", digest), size, digest)
        try:
            return decode_site(self._read(item))
        except HOLES as error:
            self._failed(item, error)
            return Site("tamizdat.site.1", [])

    def _withdrawn(self) -> list[str]:
        ref = self.catalog.withdrawn
        try:
            return decode_list(self._read(list_item(ref)), ref, WithdrawnList).files if ref else []
        except HOLES:
            return []  # told by the walk over all lists

    def _failed(self, item: Item, error: TamizdatError) -> None:
        if not isinstance(error, HOLES):
            raise error
        self.holes[item.path] = error

    # -- how much of it ------------------------------------------------------------------------------------------------

    def _select(self, newest: int | None) -> Selection:
        before = self.state.selection
        days = before.days if newest is None else newest
        if not days:
            return EVERYTHING
        moment = self.accepted.signed - days * DAY
        version = version_at(moment, self._seen(), a_day=versions_a_day(self.catalog))
        if days <= before.days:
            # What was let go isn't fetched again because the reckoning changed.
            version = max(version, before.version)
        return Selection(days, utc(moment), version)

    def _seen(self) -> dict[int, Seen]:
        """Versions of which it is known when they were published; looked up at the source the first time."""
        newest = Seen(self.accepted.catalog_sha256, self.catalog.published)
        known = {**self.state.versions, self.catalog.version: newest}
        if len(known) == 1:
            known |= past(self.catalog, self._fetch_past, digests=self._digests())
        self.state.versions = {**known, **self.state.versions}
        return known

    def _fetch_past(self, path: str, max_bytes: int) -> bytes:
        return self.fetcher.source.fetch(path, max_bytes=max_bytes)

    def _digests(self) -> dict[int, str]:
        deltas = [delta for edition in self.catalog.editions.values() for delta in edition.deltas]
        for ref, kind, code in lists(self.catalog):
            if kind is HistoryList:
                try:
                    deltas += decode_list(self._read(list_item(ref)), ref, HistoryList, edition=code).deltas
                except HOLES:
                    continue
        return {delta.from_: delta.at_from for delta in deltas if delta.at_from}
