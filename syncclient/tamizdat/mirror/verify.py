"""Whether a copy of a publication is whole, unchanged and fresh: every file of it is read."""

import time
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

import msgspec

from tamizdat.errors import ExpiredError, FileMissing, HashMismatch, TamizdatError, TooLarge, TransportError
from tamizdat.format.catalog import Site, decode_site
from tamizdat.format.limits import LIMITS
from tamizdat.format.names import (
    HEAD_PATH,
    HOST_PATHS,
    IMMUTABLE_PATH,
    METADATA_PATH,
    Address,
    Fingerprint,
    is_pack_path,
    is_site_path,
    raw_bundle_path,
    sha256,
    target_path,
)
from tamizdat.format.state import Accepted
from tamizdat.mirror.folder import Folder, read_state
from tamizdat.mirror.heads import TIMESTAMP, check_head, head_paths, is_current, open_head
from tamizdat.mirror.inventory import Item, walk
from tamizdat.mirror.parallel import in_parallel
from tamizdat.mirror.pictures import pictures
from tamizdat.mirror.state import State
from tamizdat.mirror.stocked import stocked
from tamizdat.transport import Meter, Transport, open_source
from tamizdat.transport.pack import PackTransport
from tamizdat.trust import accept, freshness
from tamizdat.trust.past import check_past


class VerifyReport(msgspec.Struct):
    """What `verify` found. `missing`, `broken`, `stale` and `extra` name paths; of a whole copy, only `extra` may.

    `files` and `bytes` count what was read. `older` are sound files of earlier versions. A copy may hold only a part by
    choice: `newest` so many days (0: all), without the `left_out` files, which are none of the missing; `packed`, it is
    a pack or came from one, and has neither pages nor heads.
    """

    publication: str
    title: str
    version: int
    fingerprint: str
    fresh: str
    files: int = 0
    bytes: int = 0
    older: int = 0
    newest: int = 0
    left_out: int = 0
    packed: bool = False
    missing: list[str] = []
    broken: list[str] = []
    stale: list[str] = []
    extra: list[str] = []

    @property
    def exit_code(self) -> int:
        """0 whole; 23 something is broken; 5 something is missing; 4 it is whole but stale."""
        if self.broken:
            return HashMismatch.exit_code
        if self.missing:
            return 5
        return ExpiredError.exit_code if self.stale else 0


Seen = Callable[[str, int], None]


def verify(
    source: str,
    *,
    allow_private: bool = False,
    proxy: str | None = None,
    clock: Callable[[], float] = time.time,
    seen: Seen | None = None,
) -> VerifyReport:
    """Check every file of the copy at `source`: an address, a folder or a pack, with its fingerprint or without.

    `seen` is told each path and its size in bytes as it is read. Without a fingerprint, root 1 is taken as it is:
    compare `fingerprint` of the report. Raises: TrustError, TransportError, FormatError where nothing can be verified.
    """
    address = Address.parse(source)
    transport = open_source(address.place, meter=Meter(), proxy=proxy, allow_private=allow_private)
    try:
        return Verification(transport, address.fingerprint, clock, seen).run(_copy(address))
    finally:
        transport.close()


class Copy(msgspec.Struct, frozen=True):
    """What can be known of a copy beside what it serves: all its paths, where they can be listed; and its choices."""

    paths: Iterable[str] = ()
    state: State = msgspec.field(default_factory=State)


def _copy(address: Address) -> Copy:
    place = Path(address.place).expanduser()
    if address.is_url or not place.is_dir():
        return Copy()
    return Copy(sorted(Folder(place).files()), read_state(place))


class Verification:
    """One pass over one copy."""

    def __init__(
        self, transport: Transport, fingerprint: Fingerprint | None, clock: Callable[[], float], seen: Seen | None
    ) -> None:
        self.transport, self.clock, self.seen = transport, clock, seen
        self.known: set[str] = set()
        self._knows_pages = True
        expired = False
        try:
            accepted = self._accept(fingerprint, carried=False)
        except ExpiredError:
            accepted, expired = self._accept(fingerprint, carried=True), True
        self.accepted: Accepted = accepted
        self.report = VerifyReport(
            publication=accepted.publication,
            title=accepted.catalog.title,
            version=accepted.catalog.version,
            fingerprint=str(fingerprint or Fingerprint(1, accepted.publication)),
            fresh=freshness(accepted.signed, int(clock())),
        )
        if expired:
            self.report.stale.append(TIMESTAMP)

    def _accept(self, fingerprint: Fingerprint | None, *, carried: bool) -> Accepted:
        return accept(
            None,
            self._fetch,
            now=int(self.clock()),
            fingerprint=fingerprint,
            first_use=fingerprint is None,
            carried=carried,
        )

    def _fetch(self, path: str, *, max_bytes: int) -> bytes:
        data = self.transport.fetch(path, max_bytes=max_bytes)
        self.known.add(path)
        return data

    def run(self, copy: Copy) -> VerifyReport:
        """Everything that is listed; where more can be seen of the copy, everything else that lies there too."""
        report, state = self.report, copy.state if copy.state.publication == self.accepted.publication else State()
        report.newest = state.selection.days
        report.packed = state.packed or isinstance(self.transport, PackTransport)
        self._check_roots()
        listed = self.transport.paths() if isinstance(self.transport, PackTransport) else copy.paths
        catalog, parts = stocked(self.accepted.catalog, frozenset(listed), self._read, self._failed)
        site = Site("tamizdat.site.1", []) if catalog is not self.accepted.catalog else self._site()
        items = walk(catalog, site, self._read, failed=self._failed, selection=state.selection)
        self._check_all(item for item in (*parts, *items) if self._is_wanted(item))
        for path in () if report.packed else head_paths(self.accepted.catalog):
            self._try(path, self._check_head)
        for path in listed:
            if path not in self.known:
                self._try(path, self._check_unlisted)
        report.files = len(self.known)
        return report

    # -- what is listed ------------------------------------------------------------------------------------------------

    def _site(self) -> Site:
        digest, size = self.accepted.site
        item = Item(target_path("site.json", digest), size, digest)
        try:
            return decode_site(self._read(item))
        except TamizdatError as error:
            self._failed(item, error)
            self._knows_pages = False
            return Site("tamizdat.site.1", [])

    def _check_roots(self) -> None:
        for version, root in self.accepted.roots.items():
            self._seen(f"metadata/{version}.root.json", len(root))
        for version in range(1, max(self.accepted.roots)):
            self._try(f"metadata/{version}.root.json", self._check_root)

    def _is_wanted(self, item: Item) -> bool:
        self.report.left_out += not item.chosen
        return item.chosen and bool(IMMUTABLE_PATH.fullmatch(item.path) or not self.report.packed)

    def _check_all(self, items: Iterable[Item]) -> None:
        """Read many files, up to four at once, and then the pictures that were found in them."""
        unknown = (item for item in items if item.path not in self.known)
        with closing(in_parallel(self._load, unknown)) as running:
            found = [picture for item, read in running for picture in self._check(item, read)]
        if found:
            self._check_all(found)

    def _check(self, item: Item, read: Callable[[], bytes]) -> list[Item]:
        """Note what came of a file; returns the pictures in it."""
        try:
            data = read()
            self._note(item.path, data)
            return _pictures_in(item, data)
        except FileMissing as error:
            if not self._is_there_plain(item):
                self._failed(item, error)
        except TamizdatError as error:
            self._failed(item, error)
        return []

    def _is_there_plain(self, item: Item) -> bool:
        """Whether a pack carries a bundle as it is before compression. Its digest is in its name."""
        path = raw_bundle_path(item.raw_sha256)
        if not isinstance(self.transport, PackTransport) or path not in self.transport.paths():
            return False
        self._try(path, self._check_unlisted)
        self.report.older -= path not in self.report.broken
        return True

    def _read(self, item: Item) -> bytes:
        data = self._load(item)
        self._note(item.path, data)
        return data

    def _load(self, item: Item) -> bytes:
        data = self.transport.fetch(item.path, max_bytes=item.bytes)
        if len(data) != item.bytes or sha256(data) != item.sha256:
            raise HashMismatch(path=item.path)
        return data

    def _note(self, path: str, data: bytes) -> None:
        self.known.add(path)
        self._seen(path, len(data))

    # -- what no list names --------------------------------------------------------------------------------------------

    def _check_root(self, path: str) -> None:
        data = self._fetch(path, max_bytes=LIMITS.root_bytes)
        version = int(path.split("/")[1].split(".")[0])
        held = self.accepted.roots.get(version)
        if held is None:
            check_past(path, data, self.accepted.roots)
        elif held != data:
            raise HashMismatch(path=path)

    def _check_head(self, path: str) -> None:
        data = self._fetch(path, max_bytes=LIMITS.head_bytes)
        self._seen(path, len(data))
        files = open_head(data, path=path)
        if is_current(files, self.accepted):
            check_head(files, self.accepted, path=path)
        else:
            self.report.stale.append(path)

    def _check_unlisted(self, path: str) -> None:
        """A sound file of an earlier version is told as older; anything that isn't a publication's as extra."""
        if METADATA_PATH.fullmatch(path):
            check_past(path, self._fetch(path, max_bytes=LIMITS.root_bytes), self.accepted.roots)
            self.report.older += 1
        elif is_pack_path(path):
            data = self._fetch(path, max_bytes=LIMITS.pack_entry_bytes)
            self._seen(path, len(data))
            if sha256(data) not in path:
                raise HashMismatch(path=path)
            self.report.older += 1
        elif HEAD_PATH.fullmatch(path):
            # Of an edition that is gone: it would go on telling old news.
            self.report.stale.append(path)
        elif self._knows_pages or not is_site_path(path):
            self.report.extra.append(path)

    # -- telling -------------------------------------------------------------------------------------------------------

    def _try(self, path: str, check: Callable[[str], None]) -> None:
        try:
            check(path)
        except TamizdatError as error:
            self._failed(Item(path, 0, ""), error)

    def _seen(self, path: str, size: int) -> None:
        self.report.bytes += size
        if self.seen:
            self.seen(path, size)

    def _failed(self, item: Item, error: TamizdatError) -> None:
        self.known.add(item.path)
        if item.path in (*self.report.broken, *self.report.missing):
            return
        if isinstance(error, TooLarge) or not isinstance(error, TransportError):
            self.report.broken.append(item.path)
        elif isinstance(error, FileMissing):
            if item.path not in HOST_PATHS:
                self.report.missing.append(item.path)
        else:
            raise error


def _pictures_in(item: Item, data: bytes) -> list[Item]:
    """The files that a media bundle stands for. Raises: FormatError, HashMismatch."""
    if not item.path.endswith(".tar"):
        return []
    return [Item(path, len(picture), sha256(picture)) for path, picture in pictures(data, item.path)]
