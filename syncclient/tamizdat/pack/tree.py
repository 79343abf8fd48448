"""Packing a publication, a mirror of one, or another pack: every file is checked by its digest before it goes in."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path, PurePosixPath
from typing import Final

from tamizdat.errors import FileMissing, FormatError, HashMismatch, PackError, TooLarge
from tamizdat.format.catalog import AnyList, ListRef, StockRef, decode_list
from tamizdat.format.names import Address, Fingerprint, stock_path, target_path
from tamizdat.format.names import sha256 as digest_of
from tamizdat.format.state import Accepted, signed_files
from tamizdat.format.stock import StockList, decode_stock
from tamizdat.pack.contents import Item, Lists, chosen, contents, list_item
from tamizdat.pack.options import PackedEdition, PackOptions, PackReport, Progress, utc
from tamizdat.pack.spool import Spool
from tamizdat.pack.writing import check_size, check_target, named_errors, write_pack
from tamizdat.transport import Meter, Transport, open_source
from tamizdat.transport.pack import PackTransport
from tamizdat.trust import accept, freshness

PARALLEL: Final = 4
LEVEL: Final = 3
"""Nearly everything in such a pack is compressed already."""


def pack_tree(
    address: Address, file: Path, options: PackOptions, *, progress: Progress, clock: Callable[[], float]
) -> PackReport:
    """As `tamizdat.pack.pack`, of a tree."""
    check_target(file, options)
    transport = open_source(address.place, meter=Meter(), proxy=options.proxy, allow_private=options.allow_private)
    try:
        return TreePacking(transport, address, options, progress, int(clock())).run(file)
    finally:
        transport.close()


class TreePacking:
    """One pack of one tree."""

    def __init__(
        self, transport: Transport, address: Address, options: PackOptions, progress: Progress, now: int
    ) -> None:
        self.transport, self.options, self.progress, self.now = transport, options, progress, now
        self.fingerprint = address.fingerprint
        self.carried = transport.paths() if isinstance(transport, PackTransport) else []
        self.is_far = transport.where.startswith(("http://", "https://"))
        self.spool = Spool()
        self.missing: list[str] = []
        self.broken: list[str] = []
        self.accepted = self._accept()
        self.catalog = self.accepted.catalog
        self.codes = chosen(options, self.catalog.editions)

    def run(self, file: Path) -> PackReport:
        """Plan, look at every file, and write."""
        lists = Lists(self._list, self._stock)
        items = [
            *contents(self.catalog, self.codes, lists, self.options, self.carried), *self._pictures(lists),
        ]  # fmt: skip
        state = self.accepted
        signed = signed_files(
            state.roots, timestamp=state.timestamp, snapshot=state.snapshot, targets=state.targets,
            catalog=state.catalog_bytes,
        )  # fmt: skip
        # What is compressed already doesn't get much smaller.
        check_size(file, sum(item.bytes for item in items if item.path.endswith((".zst", ".tar"))) // 2, self.options)
        with named_errors(file), self.spool:
            self.progress.planned(len(signed) + len(items), sum(item.bytes for item in items))
            self.progress.total(2 * sum(item.bytes for item in items))
            sound = list(self._sound([*self._site(lists), *items]))
            sizes = [*(len(data) for _, data in signed), *(item.bytes for item in sound)]
            self.progress.say(f"writing {file}")
            files = self._files(signed, sound)
            written = write_pack(file, files, sizes, level=LEVEL, options=self.options, progress=self.progress)
        return self._report(file, lists, sizes, written)

    # -- what is signed ------------------------------------------------------------------------------------------------

    def _accept(self) -> Accepted:
        """The newest state, with every root from the first on. What has expired may be carried."""
        state = self._accepted(self.fingerprint)
        if 1 in state.roots:
            return state
        return self._accepted(Fingerprint(1, state.publication))

    def _accepted(self, fingerprint: Fingerprint | None) -> Accepted:
        return accept(
            None, self.transport.fetch, now=self.now, fingerprint=fingerprint, first_use=fingerprint is None,
            carried=True,
        )  # fmt: skip

    def _site(self, lists: Lists) -> list[Item]:
        digest, size = self.accepted.site
        item = Item(target_path("site.json", digest), size, digest)
        return [] if self.carried and item.path not in self.carried and not lists.taken else [item]

    # -- the files -----------------------------------------------------------------------------------------------------

    def _list(self, ref: ListRef, kind: type[AnyList], edition: str) -> AnyList | None:
        item = list_item(ref)
        data = self._fetched(item)
        return None if data is None else decode_list(data, ref, kind, edition=edition, path=item.path)

    def _stock(self, ref: StockRef, edition: str, version: int) -> StockList | None:
        path = stock_path(ref.sha256)
        data = self._fetched(Item(path, ref.bytes, ref.sha256))
        return None if data is None else decode_stock(data, ref, edition=edition, version=version, path=path)

    def _pictures(self, lists: Lists) -> list[Item]:
        """What another reader packed one by one: whatever lies under its own digest."""
        paths = [p for p in self.carried if p.startswith("media/") and not p.endswith(".tar")]
        alone = self.options.media != "none" and not lists.taken
        return [Item(path, self._size(path), PurePosixPath(path).stem) for path in paths] if alone else []

    def _size(self, path: str) -> int:
        return self.transport.size(path) if isinstance(self.transport, PackTransport) else 0

    def _fetched(self, item: Item) -> bytes | None:
        """A file that is what was signed for; what isn't is told."""
        try:
            data = self.spool.get(item.path) or self.transport.fetch(item.path, max_bytes=item.bytes)
            if len(data) == item.bytes and digest_of(data) == item.sha256:
                if self.is_far:
                    self.spool.put(item.path, data)
                return data
            self._tell(self.broken, item)
        except FileMissing:
            self._tell(self.missing, item)
        except (TooLarge, HashMismatch, FormatError):
            self._tell(self.broken, item)
        return None

    def _tell(self, of: list[str], item: Item) -> None:
        if item.path not in of:
            of.append(item.path)

    def _sound(self, items: Iterable[Item]) -> Iterator[Item]:
        """Those that can go in. From the network each is fetched once, and waits on the disk; others are read again."""
        for item, data in self._each(items):
            self.progress.advance(item.bytes)
            if data is not None:
                yield item

    def _each(self, items: Iterable[Item]) -> Iterator[tuple[Item, bytes | None]]:
        """Up to four on their way at once, in their order."""
        with ThreadPoolExecutor(PARALLEL, "pack") as pool:
            running: deque[tuple[Item, Future[bytes | None]]] = deque()
            for item in items:
                running.append((item, pool.submit(self._fetched, item)))
                if len(running) >= PARALLEL:
                    first, future = running.popleft()
                    yield first, future.result()
            while running:
                first, future = running.popleft()
                yield first, future.result()

    def _files(self, signed: Iterable[tuple[str, bytes]], items: Iterable[Item]) -> Iterator[tuple[str, bytes]]:
        yield from signed
        for item in items:
            data = self._fetched(item)
            if data is None:
                raise PackError(f"{item.path} changed while it was packed; pack again", file=item.path)
            yield item.path, data

    # -- telling -------------------------------------------------------------------------------------------------------

    def _report(self, file: Path, lists: Lists, sizes: list[int], written: int) -> PackReport:
        state, since = self.accepted, self.options.since or 0
        return PackReport(
            file=str(file),
            publication=state.publication,
            title=self.catalog.title,
            version=self.catalog.version,
            fingerprint=str(self.fingerprint or Fingerprint(1, state.publication)),
            signed=utc(state.signed),
            fresh=freshness(state.signed, self.now),
            editions={
                code: PackedEdition(edition.version, 0, edition.articles)
                if code in lists.whole
                else PackedEdition(edition.version, since)
                for code, edition in self.catalog.editions.items()
                if code in self.codes
            },
            files=len(sizes),
            bytes=written,
            raw_bytes=sum(sizes),
            missing=self.missing,
            broken=self.broken,
        )
