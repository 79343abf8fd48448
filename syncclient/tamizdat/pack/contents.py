"""Which files of a tree a pack is to hold: pure decisions over a catalog and the lists that it names."""

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Final, NamedTuple, TypeVar

from tamizdat.errors import UsageError
from tamizdat.format.catalog import (
    AnyList,
    Catalog,
    DeltaRef,
    Edition,
    HistoryList,
    ListRef,
    MediaList,
    MirrorsList,
    RevisionsList,
    RevisionsRef,
    SegmentRef,
    SnapshotList,
    StockRef,
    WithdrawnList,
)
from tamizdat.format.names import bundle_path, list_path, media_bundle_path, raw_bundle_path, stock_path
from tamizdat.format.stock import StockList
from tamizdat.library import Role
from tamizdat.pack.options import Media, PackOptions

ROLES: Final[dict[Media, tuple[Role, ...]]] = {
    "none": (), "previews": ("preview",), "standard": ("preview", "standard"),
}  # fmt: skip
L = TypeVar("L", bound=AnyList)
Bundle = DeltaRef | SegmentRef | RevisionsRef


class Item(NamedTuple):
    """A file of the tree: its path, exact size in bytes, and SHA-256."""

    path: str
    bytes: int
    sha256: str


class Lists:
    """The lists of one catalog; `read` gives one, or None where the source doesn't have it.

    `taken` are those in the pack. `whole`: editions that had to be taken whole, since no deltas lead to the newest.
    """

    def __init__(
        self,
        read: Callable[[ListRef, type[AnyList], str], AnyList | None],
        stock: Callable[[StockRef, str, int], StockList | None],
    ) -> None:
        self._read, self.stock = read, stock
        self.taken: list[Item] = []
        self.whole: set[str] = set()

    def take(self, ref: ListRef | None, kind: type[L], edition: str = "") -> L | None:
        """A list, which goes into the pack; None where there is none."""
        found = self._read(ref, kind, edition) if ref else None
        if ref and found is not None:
            self.taken.append(list_item(ref))
        return found if isinstance(found, kind) else None


def chosen(options: PackOptions, there: Iterable[str]) -> list[str]:
    """Those editions that are asked for. Raises: UsageError where there is no such edition."""
    codes = list(there)
    unknown = sorted((options.editions or frozenset[str]()) - set(codes))
    if unknown:
        raise UsageError(f"no edition {', '.join(unknown)}; there are {', '.join(sorted(codes))}")
    return [code for code in codes if options.editions is None or code in options.editions]


def list_item(ref: ListRef) -> Item:
    return Item(list_path(ref.sha256), ref.bytes, ref.sha256)


def contents(
    catalog: Catalog, codes: Iterable[str], lists: Lists, options: PackOptions, carried: Collection[str] = ()
) -> list[Item]:
    """Everything that the pack holds beside signed files, each once: lists first.

    `carried`: where another pack is the source, the paths in it.
    """
    found: list[Item] = []
    for code in codes:
        of_reader = stocked(code, catalog.editions[code], carried, lists)
        found += _edition(code, catalog.editions[code], lists, options) if of_reader is None else of_reader
    if not carried or any(path.endswith(".json.zst") for path in carried):
        lists.take(catalog.withdrawn, WithdrawnList)
        lists.take(catalog.more_mirrors, MirrorsList)
    return list(dict.fromkeys([*lists.taken, *found]))


def _edition(code: str, edition: Edition, lists: Lists, options: PackOptions) -> Iterator[Item]:
    since = options.since or 0
    if options.since is None:
        lists.whole.add(code)
        yield from _everything(code, edition, lists)
    elif edition.version > since:
        yield from map(_bundle, _lead_on(code, edition, lists, since) or _anew(code, edition, lists))
    if options.revisions:
        listed = lists.take(edition.revisions, RevisionsList, code)
        yield from (_bundle(ref) for ref in (listed.bundles if listed else ()) if ref.to > since)
    if roles := ROLES[options.media]:
        pictures = lists.take(edition.media, MediaList, code)
        for ref in pictures.bundles if pictures else ():
            if ref.role in roles and ref.to > since:
                yield Item(media_bundle_path(ref.sha256), ref.bytes, ref.sha256)


def _everything(code: str, edition: Edition, lists: Lists) -> Iterator[Item]:
    yield from map(_bundle, edition.deltas)
    history = lists.take(edition.history, HistoryList, code)
    yield from map(_bundle, history.deltas if history else ())
    snapshot = lists.take(edition.snapshot, SnapshotList, code)
    if snapshot:
        yield from map(_bundle, [*snapshot.tombstones, *reversed(snapshot.segments)])


def _lead_on(code: str, edition: Edition, lists: Lists, since: int) -> list[Bundle] | None:
    """Plain deltas, which serve whoever stands at `since` or later, whatever he holds; None where none lead on."""
    chain = plain_chain(edition.deltas, since, edition.version)
    if chain is None:
        history = lists.take(edition.history, HistoryList, code)
        chain = plain_chain([*edition.deltas, *(history.deltas if history else ())], since, edition.version)
    return None if chain is None else [*chain]


def _anew(code: str, edition: Edition, lists: Lists) -> list[Bundle]:
    """The snapshot, and what leads on from it."""
    lists.whole.add(code)
    snapshot = lists.take(edition.snapshot, SnapshotList, code)
    if snapshot is None:
        return []
    whole = [*snapshot.tombstones, *reversed(snapshot.segments)]
    return [*whole, *(_lead_on(code, edition, lists, snapshot.version) or ())]


def stocked(code: str, edition: Edition, carried: Collection[str], lists: Lists) -> list[Item] | None:
    """The stock that another reader packed, where the source has that of an edition and not its snapshot."""
    ref = edition.stock
    if not ref or stock_path(ref.sha256) not in carried or list_path(edition.snapshot.sha256) in carried:
        return None
    stock = lists.stock(ref, code, edition.version)
    if stock is None:
        return None
    lists.whole.add(code)
    parts = (Item(raw_bundle_path(p.raw_sha256), p.raw_bytes, p.raw_sha256) for p in (*stock.tombstones, *stock.parts))
    return [Item(stock_path(ref.sha256), ref.bytes, ref.sha256), *parts]


def plain_chain(deltas: Iterable[DeltaRef], start: int, goal: int) -> list[DeltaRef] | None:
    """The fewest bytes of plain deltas that lead from version `start` to `goal`, ascending; None where none do."""
    chains: dict[int, tuple[int, list[DeltaRef]]] = {start: (0, [])}
    for delta in sorted((d for d in deltas if not d.prefix and d.to <= goal), key=lambda d: d.to):
        ways = [chain for version, chain in chains.items() if delta.from_ <= version < delta.to]
        if ways:
            cost, before = min(ways, key=lambda way: way[0])
            known = chains.get(delta.to)
            if known is None or cost + delta.bytes < known[0]:
                chains[delta.to] = cost + delta.bytes, [*before, delta]
    found = chains.get(goal)
    return found[1] if found else None


def _bundle(ref: Bundle) -> Item:
    return Item(bundle_path(ref.sha256), ref.bytes, ref.sha256)
