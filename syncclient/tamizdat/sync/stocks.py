"""What one reader hands to another: an edition's stock, whole or as news, proven by the catalog. format.md, 9.3."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final

import msgspec

from tamizdat.errors import FormatError, HashMismatch, TransportError
from tamizdat.format.article import Entry
from tamizdat.format.bundle import Header, VerifiedBundle, decode_bundle
from tamizdat.format.catalog import Catalog, SegmentRef, SnapshotList
from tamizdat.format.names import raw_bundle_path, sha256, stock_path
from tamizdat.format.stock import StockList, StockPart, decode_stock
from tamizdat.library import Library
from tamizdat.sync.fetch import Fetcher, Wanted
from tamizdat.sync.plan import Reach
from tamizdat.sync.tasks import EditionPlan, NewsTask

NEWS_BYTES: Final = 32 * 1024 * 1024
"""More news than that, plain, is not taken in one go."""
MOST_LOOSE: Final = 64
"""So many bundles are looked into for news; an honest pack has one an edition."""


class Stocks:
    """The stocks in a pack whose paths are `carried`; nothing there is believed but what the catalog vouches for."""

    def __init__(self, library: Library, catalog: Catalog, fetcher: Fetcher, carried: Collection[str]) -> None:
        self.library, self.catalog, self.fetcher, self.carried = library, catalog, fetcher, frozenset(carried)
        self.publication = catalog.publication

    @cached_property
    def lists(self) -> Mapping[str, StockList]:
        """Those that the pack has, by edition. Raises: HashMismatch, FormatError."""
        return dict(self._lists())

    def _lists(self) -> Iterator[tuple[str, StockList]]:
        for code, edition in self.catalog.editions.items():
            ref = edition.stock
            if ref and (path := stock_path(ref.sha256)) in self.carried:
                data = self.fetcher.one(Wanted(path, ref.bytes, ref.sha256))
                yield code, decode_stock(data, ref, edition=code, version=edition.version, path=path)

    def keep(self, code: str, reach: Reach) -> None:
        """Keep the list itself, where not everything is kept that it could be made of."""
        ref = self.catalog.editions[code].stock
        if ref and self.fetcher.keeps and reach != Reach():
            path = stock_path(ref.sha256)
            self.library.keep_stock(self.publication, code, self.fetcher.one(Wanted(path, ref.bytes, ref.sha256)))

    # -- whole parts ---------------------------------------------------------------------------------------------------

    def snapshot(self, code: str) -> SnapshotList:
        """The stock as a snapshot that stands at the edition's version."""
        stock = self.lists[code]
        parts, tombstones = ([_segment(part) for part in some] for some in (stock.parts, stock.tombstones))
        return SnapshotList("tamizdat.snapshot.1", code, stock.version, parts, tombstones)

    def held(self, code: str) -> frozenset[str]:
        """The plain digests of those parts that the library holds to the byte, with nothing else in their range."""
        if not any(self.library.holding(self.publication, code)):
            return frozenset()
        stock = self.lists[code]
        articles, retractions = _made(self.library, self.publication, code, {})
        same = retractions == stock.tombstones
        return frozenset(_alone(stock.parts, articles)).union(part.raw_sha256 for part in retractions if same)

    def has_parts(self, code: str) -> bool:
        """Whether the pack has any part of the edition's stock."""
        stock = self.lists[code]
        return any(raw_bundle_path(part.raw_sha256) in self.carried for part in (*stock.parts, *stock.tombstones))

    def lacks(self, code: str) -> bool:
        """Whether a part is neither in the pack nor held."""
        stock = self.lists[code]
        needed = {part.raw_sha256 for part in (*stock.parts, *stock.tombstones)}
        absent = {digest for digest in needed if raw_bundle_path(digest) not in self.carried}
        return bool(absent) and not absent <= self.held(code)

    # -- news ----------------------------------------------------------------------------------------------------------

    def news(self, plan: EditionPlan) -> NewsTask | None:
        """The records in the pack that, with those held, make up what the catalog vouches for; None where none do."""
        for path, data in self._loose():
            bundle = self._news_of(plan.code, path, data)
            if bundle and (task := self._proven(plan, bundle, Wanted(path, len(data), bundle.raw_sha256))):
                return task
        return None

    def _loose(self) -> Iterator[tuple[str, bytes]]:
        """Plain bundles that no stock list names."""
        stocks = self.lists.values()
        named = {raw_bundle_path(part.raw_sha256) for stock in stocks for part in (*stock.parts, *stock.tombstones)}
        loose = sorted(path for path in self.carried - named if path.startswith("bundles/") and path.endswith(".jsonl"))
        for path in loose[:MOST_LOOSE]:
            try:
                yield path, self.fetcher.source.fetch(path, max_bytes=NEWS_BYTES, check=lambda data: data)
            except TransportError:
                continue

    def _news_of(self, code: str, path: str, data: bytes) -> VerifiedBundle | None:
        """The bundle, if it says that it brings this edition to its version; nothing in it is proven by that."""
        try:
            header = msgspec.json.decode(data.partition(b"\n")[0], type=Header)
            if (header.edition, header.kind, header.to) != (code, "delta", self.catalog.editions[code].version):
                return None
            return decode_bundle(data, publication=self.publication, edition=code, path=path)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, FormatError):
            return None

    def _proven(self, plan: EditionPlan, bundle: VerifiedBundle, wanted: Wanted) -> NewsTask | None:
        """The task of applying the bundle, if everything that is held afterwards is proven."""
        stock, entries = self.lists[plan.code], {entry.record.key: entry for entry in bundle.entries}
        articles, retractions = _made(self.library, self.publication, plan.code, entries)
        if [part.raw_sha256 for part in retractions] != [part.raw_sha256 for part in stock.tombstones]:
            return None
        start = _proven_from(stock, articles)
        if start == ("", ""):
            return NewsTask(plan.code, wanted, stock.version)
        since = plan.standing.complete_since
        within = next((part.start for part in stock.parts if part.published >= since), None)
        if not since or start is None or within is None or start > within:
            return None
        # Of the part that is held in part nothing is proven: what is held of it has to go.
        moment = self.library.first_moment(self.publication, plan.code, start)
        if moment is None:
            return None
        moved = [key for key, entry in entries.items() if "" < _place(entry)[0] < moment]
        if self.library.has_saved(self.publication, plan.code, before=moment, keys=moved):
            return None
        return NewsTask(plan.code, wanted, stock.version, moment)


def check_news(data: bytes, task: NewsTask, *, publication: str) -> VerifiedBundle:
    """The news that were proven when they were planned. Raises: HashMismatch, FormatError."""
    if sha256(data) != task.wanted.sha256:
        raise HashMismatch(path=task.wanted.path)
    return decode_bundle(data, publication=publication, edition=task.edition, path=task.wanted.path)


def _made(library: Library, publication: str, code: str, entries: Mapping[str, Entry]) -> tuple[list[StockPart], ...]:
    """The parts of articles and of retractions that the library would make with these records."""
    kinds = ("segment", "tombstones")
    return tuple([part for part, _ in library.stock(publication, code, kind, carried=entries)] for kind in kinds)


def _alone(listed: Sequence[StockPart], made: Sequence[StockPart]) -> Iterator[str]:
    """The digests of those listed parts that were made just so, while no other part that was made lies in their range.

    A record that doesn't belong there may begin a part of its own, and leave the digest of the one before as it is.
    """
    places = {part.raw_sha256: index for index, part in enumerate(made)}
    for part, after in zip(listed, [*listed[1:], None], strict=True):
        index = places.get(part.raw_sha256)
        if index is None or (part.start == ("", "") and index > 0):
            continue
        following = made[index + 1] if index + 1 < len(made) else None
        if following is None or (after is not None and following.start >= after.start):
            yield part.raw_sha256


def _proven_from(stock: StockList, made: Sequence[StockPart]) -> tuple[str, str] | None:
    """Where those newest parts start that are all as listed, with nothing between them; None where there is none."""
    if [part.raw_sha256 for part in made] == [part.raw_sha256 for part in stock.parts]:
        return "", ""
    start = None
    for listed, own in zip(reversed(stock.parts), reversed(made), strict=False):
        if own.raw_sha256 != listed.raw_sha256 or listed.start == ("", ""):
            break
        start = listed.start
    return start


def _place(entry: Entry) -> tuple[str, str]:
    return getattr(entry.record, "published", ""), entry.record.key


def _segment(part: StockPart) -> SegmentRef:
    """A part as a segment that travels plain alone."""
    return SegmentRef(part.raw_sha256, part.raw_bytes, part.raw_sha256, part.raw_bytes, part.records, *part.start)
