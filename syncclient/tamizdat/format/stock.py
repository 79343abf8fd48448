"""The stock list: everything that an edition holds, in parts that any complete reader can make. docs/format.md, 8.8.

A snapshot may lag behind, and what it holds of earlier states can't be told from the newest one. The stock is the state
at the edition's version exactly, cut by a rule that looks at the records alone. So the same records always give the
same list, and the catalog's digest of that list vouches for what one reader hands on to another.
"""

import hashlib
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Annotated, Final, Literal, NamedTuple

import msgspec
from msgspec import Meta

from tamizdat.errors import FormatError, HashMismatch
from tamizdat.format.article import Digest, Language
from tamizdat.format.bundle import BUNDLE_FORMAT, Encoding, Header, Kind, encode_bundle
from tamizdat.format.catalog import Count, RawSize, StockRef, Version
from tamizdat.format.limits import LIMITS
from tamizdat.format.names import sha256
from tamizdat.format.nesting import check_nesting

PART_BYTES: Final = 1024 * 1024
"""A part ends before the line with which its lines would exceed this."""

Place = tuple[str, str]
"""Where an article stands in its edition: (`published`, key). A retraction stands at ("", key)."""


class StockPart(msgspec.Struct, frozen=True, omit_defaults=True):
    """A part of the stock: its plain bundle, and where it starts. The first starts at ("", "")."""

    raw_sha256: Digest
    raw_bytes: RawSize
    records: Count
    published: Annotated[str, Meta(max_length=20)] = ""
    key: Annotated[str, Meta(max_length=200)] = ""

    @property
    def start(self) -> Place:
        return self.published, self.key

    @property
    def encoding(self) -> Encoding:
        return Encoding(self.raw_sha256, self.raw_bytes, self.raw_sha256, self.raw_bytes)


class StockList(msgspec.Struct, frozen=True, omit_defaults=True):
    """The parts of an edition at `version`, articles by place, oldest first, and retractions by key."""

    format: Literal["tamizdat.stock.1"]
    edition: Language
    version: Version
    parts: Annotated[list[StockPart], Meta(max_length=100_000)]
    tombstones: Annotated[list[StockPart], Meta(max_length=10_000)] = []


class Whole(NamedTuple):
    """What is cut into parts: the bundles' publication and edition, and whether it is articles or retractions."""

    publication: str
    edition: str
    kind: Kind


Item = tuple[Place, bytes]
"""A record: its place, and its line."""


def begins_part(key: str) -> bool:
    """Whether a new part begins with this key, wherever it stands: one key in 256 does."""
    return hashlib.sha256(key.encode()).digest()[0] == 0


def cut(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Records in the order of their places, in parts: a pure function of what comes, so that any holder cuts alike."""
    part: list[Item] = []
    size = 0
    for item in items:
        (_, key), line = item
        if part and (begins_part(key) or size + len(line) + 1 > PART_BYTES):
            yield part
            part, size = [], 0
        part.append(item)
        size += len(line) + 1
    if part:
        yield part


def plain_part(of: Whole, part: Iterable[Item]) -> bytes:
    """The plain bundle of a part: its lines in the order of their keys."""
    lines = [line for _, line in sorted((place[1].encode(), line) for place, line in part)]
    return encode_bundle(Header(BUNDLE_FORMAT, of.publication, of.edition, of.kind, len(lines)), lines)


def parts(of: Whole, items: Iterable[Item]) -> Iterator[tuple[StockPart, bytes]]:
    """Each part with its plain bundle, one at a time, from records in the order of their places."""
    for number, part in enumerate(cut(items)):
        yield stock_part(of, part, start=part[0][0] if number and of.kind == "segment" else ("", ""))


def stock_part(of: Whole, part: list[Item], *, start: Place) -> tuple[StockPart, bytes]:
    """A part that starts at `start`, with its plain bundle."""
    raw = plain_part(of, part)
    return StockPart(sha256(raw), len(raw), len(part), *start), raw


def encode_stock(stock: StockList) -> tuple[bytes, StockRef]:
    """The list's only form, and what the catalog says of it."""
    data = msgspec.json.encode(stock)
    return data, StockRef(sha256(data), len(data))


def decode_stock(data: bytes, ref: StockRef, *, edition: str, version: int, path: str = "") -> StockList:
    """Check a stock list against the catalog and decode it. Raises: HashMismatch, FormatError."""
    if len(data) != ref.bytes or sha256(data) != ref.sha256:
        raise HashMismatch(path=path)
    if len(data) > LIMITS.list_raw_bytes:
        raise FormatError(f"{len(data)} bytes, where at most {LIMITS.list_raw_bytes} may be", path=path)
    check_nesting(data, path=path)
    try:
        stock = msgspec.json.decode(data, type=StockList)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise FormatError(f"not format 1: {error}", path=path) from error
    if (stock.edition, stock.version) != (edition, version):
        raise FormatError(f"the stock of {stock.edition} at version {stock.version}", path=path)
    starts = [part.start for part in stock.parts]
    if (starts and starts[0] != ("", "")) or any(a >= b for a, b in pairwise(starts)):
        raise FormatError("parts out of order", path=path)
    return stock
