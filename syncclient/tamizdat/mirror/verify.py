"""Whether a copy of a publication is whole, unchanged and fresh: every file of it is read."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from tamizdat.errors import ExpiredError, FileMissing, HashMismatch, TamizdatError, TooLarge, TransportError
from tamizdat.format.catalog import Site, decode_site
from tamizdat.format.limits import LIMITS
from tamizdat.format.names import METADATA_PATH, Address, Fingerprint, head_path, is_pack_path, sha256, target_path
from tamizdat.format.pack import decode_pack, decode_tar
from tamizdat.format.state import Accepted
from tamizdat.mirror.inventory import Item, walk
from tamizdat.transport import Meter, Transport, open_source
from tamizdat.trust import accept, freshness
from tamizdat.trust.past import check_past

TIMESTAMP: Final = "metadata/timestamp.json"


class VerifyReport(msgspec.Struct):
    """What `verify` found. `missing`, `broken`, `stale` and `extra` name paths; of a whole copy, only `extra` may.

    `files` and `bytes` count what was read. `older` are sound files of earlier versions.
    """

    publication: str
    title: str
    version: int
    fingerprint: str
    fresh: str
    files: int = 0
    bytes: int = 0
    older: int = 0
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
        return Verification(transport, address.fingerprint, clock, seen).run(_folder(address.place))
    finally:
        transport.close()


class Verification:
    """One pass over one copy."""

    def __init__(
        self, transport: Transport, fingerprint: Fingerprint | None, clock: Callable[[], float], seen: Seen | None
    ) -> None:
        self.transport, self.clock, self.seen = transport, clock, seen
        self.known: set[str] = set()
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
            self.report.stale.append("metadata/timestamp.json")

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

    def run(self, folder: Path | None) -> VerifyReport:
        """Everything that is listed; in a folder, everything else that lies there too."""
        for version, root in self.accepted.roots.items():
            self._seen(f"metadata/{version}.root.json", len(root))
        for version in range(1, max(self.accepted.roots)):
            self._try(f"metadata/{version}.root.json", self._check_root)
        for item in walk(self.accepted.catalog, self._site(), self._read, failed=self._failed):
            self._check(item)
        for path in (head_path(), *map(head_path, self.accepted.catalog.editions)):
            self._try(path, self._check_head)
        if folder:
            for path in _files(folder):
                if path not in self.known:
                    self._try(path, self._check_unlisted)
        self.report.files = len(self.known)
        return self.report

    # -- what is listed ------------------------------------------------------------------------------------------------

    def _site(self) -> Site:
        digest, size = self.accepted.site
        item = Item(target_path("site.json", digest), size, digest)
        try:
            return decode_site(self._read(item))
        except TamizdatError as error:
            self._failed(item, error)
            return Site("tamizdat.site.1", [])

    def _check(self, item: Item) -> None:
        if item.path in self.known:
            return
        try:
            data = self._read(item)
            if item.path.endswith(".tar"):
                self._check_pictures(data, item.path)
        except TamizdatError as error:
            self._failed(item, error)

    def _check_pictures(self, tar: bytes, path: str) -> None:
        for name, content in decode_tar(tar, allowed=is_pack_path, path=path):
            digest = sha256(content)
            if digest not in name:
                raise HashMismatch(path=path)
            self._check(Item(name, len(content), digest))

    def _read(self, item: Item) -> bytes:
        data = self._fetch(item.path, max_bytes=item.bytes)
        self._seen(item.path, len(data))
        if len(data) != item.bytes or sha256(data) != item.sha256:
            raise HashMismatch(path=item.path)
        return data

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
        files = decode_pack(data, path=path)
        if files.get(TIMESTAMP) != self.accepted.timestamp:
            self.report.stale.append(path)
            return
        for name, content in files.items():
            # The tree's own file may be the damaged one, so each entry is judged by itself.
            sound = self._trusted(name) == content if METADATA_PATH.fullmatch(name) else sha256(content) in name
            if not sound or name not in self.known:
                raise HashMismatch(path=path)

    def _trusted(self, path: str) -> bytes | None:
        """The accepted metadata at this path."""
        number, _, role = path.removeprefix("metadata/").removesuffix(".json").rpartition(".")
        if role == "root":
            return self.accepted.roots.get(int(number))
        accepted = self.accepted
        return {"timestamp": accepted.timestamp, "snapshot": accepted.snapshot, "targets": accepted.targets}.get(role)

    def _check_unlisted(self, path: str) -> None:
        """A sound file of an earlier version is told as older; anything that isn't a publication's as extra."""
        if METADATA_PATH.fullmatch(path):
            check_past(path, self._fetch(path, max_bytes=LIMITS.root_bytes), self.accepted.roots)
        elif is_pack_path(path):
            data = self._fetch(path, max_bytes=LIMITS.pack_entry_bytes)
            self._seen(path, len(data))
            if sha256(data) not in path:
                raise HashMismatch(path=path)
        else:
            self.report.extra.append(path)
            return
        self.report.older += 1

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
            self.report.missing.append(item.path)
        else:
            raise error


def _folder(place: str) -> Path | None:
    path = Path(place).expanduser()
    return path if "://" not in place and path.is_dir() else None


def _files(folder: Path) -> Iterator[str]:
    """Every path below `folder`, with '/'; temporary files of a copy under way included."""
    for path in sorted(folder.rglob("*")):
        if not path.is_dir():
            yield path.relative_to(folder).as_posix()
