"""What every step of one publish needs, and how a bundle is encoded."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tamizdat.format import zstd
from tamizdat.format.bundle import BUNDLE_FORMAT, Encoding, Header, Kind, encode_bundle
from tamizdat.format.limits import LIMITS
from tamizdat.format.names import bundle_path, sha256
from tamizdat_server.publish.files import Tree
from tamizdat_server.publish.settings import Settings

ENCODING_COLUMNS: Final = "sha256, bytes, raw_sha256, raw_bytes"


@dataclass(frozen=True)
class Work:
    """One publish: the newsroom's database, the tree, the version being made, and the time."""

    db: sqlite3.Connection
    tree: Tree
    publication: str
    version: int
    now: int
    settings: Settings
    warnings: list[str] = field(default_factory=list[str])

    def rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        return self.db.execute(query, values).fetchall()

    def one(self, query: str, *values: object) -> Any:
        """The first column of the first row; None where there is no row."""
        row = self.db.execute(query, values).fetchone()
        return row[0] if row else None


@dataclass(frozen=True)
class Packed:
    """A compressed bundle and what a reference says about it."""

    data: bytes
    encoding: Encoding

    @property
    def path(self) -> str:
        return bundle_path(self.encoding.sha256)

    @property
    def row(self) -> tuple[str, int, str, int]:
        """The values of ENCODING_COLUMNS."""
        return self.encoding.sha256, self.encoding.bytes, self.encoding.raw_sha256, self.encoding.raw_bytes


def plain_bundle(work: Work, edition: str, kind: Kind, lines: Sequence[bytes], *, from_: int = 0, to: int = 0) -> bytes:
    """The plain bytes of a bundle of these lines, which stand in their order already."""
    return encode_bundle(Header(BUNDLE_FORMAT, work.publication, edition, kind, len(lines), from_, to), lines)


def pack(raw: bytes, *, level: int, prefix: bytes = b"") -> Packed:
    """Compress a plain bundle."""
    data = zstd.compress(raw, level=level, prefix=prefix)
    return Packed(data, Encoding(sha256(data), len(data), sha256(raw), len(raw)))


def total(lines: Iterable[bytes]) -> int:
    """Plain bytes of these lines with their newlines."""
    return sum(len(line) + 1 for line in lines)


def encoding_of(row: sqlite3.Row) -> Encoding:
    return Encoding(row["sha256"], row["bytes"], row["raw_sha256"], row["raw_bytes"])


def fits(packed: Packed) -> bool:
    """Whether readers accept a bundle of this size."""
    return packed.encoding.bytes <= LIMITS.bundle_bytes and packed.encoding.raw_bytes <= LIMITS.bundle_raw_bytes
