"""Which file of a publication tree a path names, and what is known of it: type, entity tag, small ones whole.

Only paths of the format's grammar, and those that the tree's current site.json lists, are files; whatever else lies in
the folder (a half-written file, a stray draft) isn't served. Symbolic links inside the tree are not followed.
"""

import asyncio
import gzip
import hashlib
import io
import os
import stat
import time
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from tamizdat.errors import FormatError
from tamizdat.format import zstd
from tamizdat.format.catalog import decode_site
from tamizdat.format.names import HEAD_PATH, IMMUTABLE_PATH, TARGET_PATH, is_pack_path
from tamizdat_server import headers
from tamizdat_server.conditions import Version, http_date
from tamizdat_server.headers import Headers
from tamizdat_server.live import read_live

MEMORY_BYTES: Final = 64 * 1024 * 1024
FILES: Final = 20_000
SMALL_BYTES: Final = 128 * 1024
# A file asked for a thousand times a second isn't looked at each time: every look lets another thread in between.
_LOOK_SECONDS: Final = 0.002
# A head or a feed is asked for again and again, and must come from one moment though it is replaced meanwhile.
REPLACED_BYTES: Final = 4 * 1024 * 1024
_READ: Final = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


class Identity(NamedTuple):
    """What tells a file from the one that replaced it."""

    device: int
    inode: int
    size: int
    modified_ns: int
    changed_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> "Identity":
        return cls(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)

    def is_of(self, status: os.stat_result) -> bool:
        """Whether this is still the file that has this status."""
        return self == (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


class File(NamedTuple):
    """A file as it was when it had this identity. `body`: all its bytes, where it is small.

    The fields of its answers are made once: `head` for a part of it, `whole` for all of it, `kept` for a 304.
    `packed`: the same for those who take it compressed, where that is worth it, by the coding's name, the smallest
    first; each has a tag of its own.
    """

    path: str
    place: str
    identity: Identity
    version: Version
    immutable: bool
    listed: bool
    body: bytes | None
    head: Headers
    whole: Headers
    kept: Headers
    packed: "tuple[tuple[bytes, File], ...]" = ()

    def open(self) -> io.FileIO | None:
        """The file for reading, or None where another one stands there now."""
        found = _open(self.place)
        if found and found[1] != self.identity:
            found[0].close()
            return None
        return found[0] if found else None


class _Entry:
    """A file that was found, and when (`time.monotonic`) it was last seen to be there unchanged."""

    __slots__ = ("file", "looked")

    def __init__(self, file: File, looked: float) -> None:
        self.file, self.looked = file, looked


class Tree:
    """The files below `root`. Use from one event loop; files are read in threads."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self._site = SiteList(self.root)
        self._files: OrderedDict[str, _Entry] = OrderedDict()
        self._bytes = 0

    async def find(self, path: str) -> File | None:
        """The file that `path` (relative to the publication) names at this moment, or None."""
        file = self.held(path)
        if file is None and self._is_plausible(path) and (file := await asyncio.to_thread(self._read, path)):
            self._keep(file)
        return file

    def held(self, path: str) -> File | None:
        """The same, without waiting, for a file that was found before and is still there unchanged; else None.

        "Still" is as of 2 ms ago at most.
        """
        entry = self._files.get(path)
        if entry is None:
            return None
        now = time.monotonic()
        if now - entry.looked < _LOOK_SECONDS:
            return entry.file
        if not _is_there(entry.file):
            self._forget(path)
            return None
        if entry.file.listed and not self._site.lists(path):
            return None
        entry.looked = now
        self._files.move_to_end(path)
        return entry.file

    def _is_plausible(self, path: str) -> bool:
        return _by_grammar(path) or self._site.lists(path) is not False

    def _read(self, path: str) -> File | None:
        listed = not _by_grammar(path)
        if listed and path not in self._site.paths():
            return None
        place = str(self.root / path)
        # Equal only where neither the file nor a folder on the way is a link.
        if os.path.realpath(place) != place or not (found := _open(place)):
            return None
        with found[0] as source:
            return _describe(path, place, source, found[1], listed=listed)

    def _keep(self, file: File) -> None:
        self._forget(file.path)
        self._files[file.path] = _Entry(file, time.monotonic())
        self._bytes += _in_memory(file)
        while self._bytes > MEMORY_BYTES or len(self._files) > FILES:
            self._forget(next(iter(self._files)))

    def _forget(self, path: str) -> None:
        if entry := self._files.pop(path, None):
            self._bytes -= _in_memory(entry.file)


class SiteList:
    """The paths that the tree's current site.json lists: current by the tree's own timestamp, which was signed here."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._read: tuple[Identity | None, frozenset[str]] = (None, frozenset())

    def lists(self, path: str) -> bool | None:
        """Whether `path` is listed; None where that isn't known without reading."""
        identity, paths = self._read
        return path in paths if identity and identity == self._identity() else None

    def paths(self) -> frozenset[str]:
        """The listed paths, read anew where the timestamp was replaced; none where the metadata can't be read."""
        identity = self._identity()
        if identity is None or self._read[0] != identity:
            self._read = (identity, self._load())
        return self._read[1]

    def _identity(self) -> Identity | None:
        try:
            return Identity.of(os.lstat(self._root / "metadata" / "timestamp.json"))
        except OSError:
            return None

    def _load(self) -> frozenset[str]:
        try:
            live = read_live(self._root)
            site = (self._root / live.paths["site.json"]).read_bytes() if live else b""
            return frozenset(file.path for file in decode_site(site).files)
        except (OSError, FormatError):
            return frozenset()


def _is_there(file: File) -> bool:
    try:
        return file.identity.is_of(os.lstat(file.place))
    except OSError:
        return False


def _in_memory(file: File) -> int:
    return sum(len(form.body or b"") for form in (file, *(packed for _, packed in file.packed)))


def _by_grammar(path: str) -> bool:
    return len(path) <= 300 and (is_pack_path(path) or HEAD_PATH.fullmatch(path) is not None)


def _open(place: str) -> tuple[io.FileIO, Identity] | None:
    """A regular file and its identity. A link or a pipe in its place is not opened, or closed again."""
    with suppress(OSError):
        if not stat.S_ISREG(os.lstat(place).st_mode):
            return None
        source = io.FileIO(os.open(place, _READ), "rb")
        status = os.fstat(source.fileno())
        if stat.S_ISREG(status.st_mode):
            return source, Identity.of(status)
        source.close()
    return None


def _describe(path: str, place: str, source: io.FileIO, identity: Identity, *, listed: bool) -> File:
    immutable = TARGET_PATH.fullmatch(path) is not None or IMMUTABLE_PATH.fullmatch(path) is not None
    body = source.read() if identity.size <= (SMALL_BYTES if immutable else REPLACED_BYTES) else None
    if immutable:
        digest = path.partition("/")[2][:64]
    else:
        digest = _digest(source) if body is None else hashlib.sha256(body).hexdigest()
    size = identity.size if body is None else len(body)
    version = Version(f'"{digest}"'.encode("ascii"), identity.modified_ns // 1_000_000_000, size)
    # What signed files name comes as its list says, byte for byte, also through whatever lies on the way.
    smaller = _pack(path, body) if listed and body else []
    vary = [headers.VARY] if smaller else []
    kept = _kept(version, immutable=immutable or headers.is_for_ever(path)) + vary
    file = File(path, place, identity, version, immutable, listed, body, *_fields(path, body, version, kept), kept)
    return file._replace(packed=tuple((coding, _packed(file, coding, small)) for coding, small in smaller))


def _fields(path: str, body: bytes | None, version: Version, kept: Headers) -> tuple[Headers, Headers]:
    """The fields of a part and of the whole. `body`: the file's own bytes, for what its policy says of them."""
    head = [
        (b"content-type", headers.content_type(path)),
        (b"accept-ranges", b"bytes"),
        *kept,
        headers.CORS[1],
        *(field for field in headers.security(path, body) if field != headers.SERVER),
    ]
    return head, [*head, (b"content-length", b"%d" % version.size)]


def _packed(file: File, coding: bytes, small: bytes) -> File:
    version = Version(b'%s-%s"' % (file.version.etag[:-1], coding), file.version.modified, len(small))
    kept = [(name, version.etag if name == b"etag" else value) for name, value in file.kept]
    head, whole = _fields(file.path, file.body, version, kept)
    coded = (b"content-encoding", coding)
    return file._replace(version=version, body=small, head=[*head, coded], whole=[*whole, coded], kept=kept)


def _pack(path: str, body: bytes) -> list[tuple[bytes, bytes]]:
    """`body` in each coding that spares a tenth. The same bytes each time, so that two workers' tags agree."""
    if not headers.is_text(path):
        return []
    forms = [(b"zstd", zstd.compress(body)), (b"gzip", gzip.compress(body, 9, mtime=0))]
    return [(coding, small) for coding, small in forms if len(small) < 0.9 * len(body)]


def _digest(source: io.FileIO) -> str:
    return hashlib.file_digest(source, "sha256").hexdigest()


def _kept(version: Version, *, immutable: bool) -> Headers:
    """The fields that a 304 repeats, so that caches on the way know what they hold."""
    return [
        (b"etag", version.etag),
        (b"last-modified", http_date(version.modified)),
        (b"cache-control", headers.IMMUTABLE if immutable else headers.REVALIDATE),
        headers.CORS[0],
        headers.SERVER,
    ]
