"""The catalog, the lists that it refers to, and site.json. docs/format.md, section 7 and 8."""

from datetime import date
from itertools import pairwise
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta

from tamizdat.errors import FormatError, HashMismatch
from tamizdat.format import zstd
from tamizdat.format.article import Digest, Key, Language, Line, Time
from tamizdat.format.bundle import Encoding
from tamizdat.format.limits import LIMITS
from tamizdat.format.names import IMMUTABLE_PATH, is_site_path, sha256
from tamizdat.format.nesting import check_nesting

Version = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Count = Annotated[int, Meta(ge=0, le=2**53 - 1)]
BundleSize = Annotated[int, Meta(ge=1, le=LIMITS.bundle_bytes)]
RawSize = Annotated[int, Meta(ge=1, le=LIMITS.bundle_raw_bytes)]
Prefix = Annotated[str, Meta(pattern=r"^(?:|[0-9a-f]{16})\Z", max_length=16)]
Mirror = Annotated[str, Meta(pattern=r"^https?://[^\x00-\x20?#@\\]+/\Z", max_length=300)]


class Struct(msgspec.Struct, frozen=True, omit_defaults=True):
    """Base of everything here: unknown fields are allowed, the exact bytes are what was signed."""


class ListRef(Struct, frozen=True):
    """Names a list at `lists/<sha256>.json.zst`."""

    sha256: Digest
    bytes: Annotated[int, Meta(ge=1, le=LIMITS.list_bytes)]


class StockRef(Struct, frozen=True):
    """Names an edition's stock list (`format.stock`) by its plain bytes, which every complete reader can make."""

    sha256: Digest
    bytes: Annotated[int, Meta(ge=1, le=LIMITS.list_raw_bytes)]


class DeltaRef(Struct, frozen=True):
    """A delta in one encoding. `at_from`: SHA-256 of the catalog of version `from`.

    `prefix` names the prefix it was compressed against, empty: none. `newest` and `also` say what that is made of: the
    newest articles at `from`, up to so many bytes, and further ones by their positions (format.md 4.4).
    """

    from_: Version = msgspec.field(name="from")
    to: Version
    at_from: Annotated[str, Meta(pattern=r"^(?:|[0-9a-f]{64})\Z", max_length=64)]
    sha256: Digest
    bytes: BundleSize
    raw_sha256: Digest
    raw_bytes: RawSize
    prefix: Prefix = ""
    newest: Annotated[int, Meta(ge=0, le=LIMITS.newest_bytes)] = 1024 * 1024
    also: Annotated[list[Count], Meta(max_length=LIMITS.also)] = []

    @property
    def encoding(self) -> Encoding:
        return Encoding(self.sha256, self.bytes, self.raw_sha256, self.raw_bytes)


class Edition(Struct, frozen=True):
    """One language stream. `version` is the last publication version that changed it; deltas chain to that."""

    title: Line
    direction: Literal["ltr", "rtl"]
    articles: Count
    version: Version
    deltas: Annotated[list[DeltaRef], Meta(max_length=LIMITS.deltas_inline)]
    snapshot: ListRef
    history: ListRef | None = None
    revisions: ListRef | None = None
    media: ListRef | None = None
    stock: StockRef | None = None


class Catalog(Struct, frozen=True):
    """The small signed file that lists the current bundles of every edition."""

    format: Literal["tamizdat.catalog.1"]
    publication: Digest
    root: Annotated[int, Meta(ge=1, le=2**31 - 1)]
    title: Line
    version: Annotated[int, Meta(ge=1, le=2**53 - 1)]
    published: Time
    previous: Annotated[str, Meta(pattern=r"^(?:|[0-9a-f]{64})\Z", max_length=64)]
    editions: Annotated[dict[Language, Edition], Meta(max_length=LIMITS.editions)]
    mirrors: Annotated[list[Mirror], Meta(max_length=LIMITS.mirrors_inline)] = []
    more_mirrors: ListRef | None = None
    withdrawn: ListRef | None = None


class HistoryList(Struct, frozen=True):
    """Every delta of an edition that can be had, the catalog's own included where it has another encoding."""

    format: Literal["tamizdat.history.1"]
    edition: Language
    deltas: Annotated[list[DeltaRef], Meta(max_length=10_000)]


class SegmentRef(Struct, frozen=True):
    """A part of a snapshot: articles from (`published`, `key`) up to the next segment's start.

    The first segment starts at ("", ""). The tombstones' segment has no bounds.
    """

    sha256: Digest
    bytes: Annotated[int, Meta(ge=1, le=LIMITS.segment_bytes)]
    raw_sha256: Digest
    raw_bytes: RawSize
    records: Count
    published: Annotated[str, Meta(max_length=20)] = ""
    key: Annotated[str, Meta(max_length=200)] = ""

    @property
    def encoding(self) -> Encoding:
        return Encoding(self.sha256, self.bytes, self.raw_sha256, self.raw_bytes)

    @property
    def start(self) -> tuple[str, str]:
        return self.published, self.key


class SnapshotList(Struct, frozen=True):
    """The segments of an edition, oldest first, and the segments of its tombstones, sorted by key.

    Who applied them all stands at `version`, which may be behind the edition's, and goes on by plain deltas.
    """

    format: Literal["tamizdat.snapshot.1"]
    edition: Language
    version: Version
    segments: Annotated[list[SegmentRef], Meta(max_length=100_000)]
    tombstones: Annotated[list[SegmentRef], Meta(max_length=10_000)] = []


class RevisionsRef(Struct, frozen=True):
    """A bundle of superseded records; `to` is the newest publication version at which one was superseded."""

    to: Version
    sha256: Digest
    bytes: BundleSize
    raw_sha256: Digest
    raw_bytes: RawSize

    @property
    def encoding(self) -> Encoding:
        return Encoding(self.sha256, self.bytes, self.raw_sha256, self.raw_bytes)


class RevisionsList(Struct, frozen=True):
    """The bundles of superseded records of an edition, oldest first."""

    format: Literal["tamizdat.revisions.1"]
    edition: Language
    bundles: Annotated[list[RevisionsRef], Meta(max_length=100_000)]


class MediaRef(Struct, frozen=True):
    """A media bundle at `media/<sha256>.tar`; `to` is the publication version that completed it."""

    role: Literal["preview", "standard"]
    to: Version
    sha256: Digest
    bytes: Annotated[int, Meta(ge=1, le=2 * LIMITS.media_bytes)]
    files: Count


class MediaList(Struct, frozen=True):
    """The media bundles of an edition, oldest first."""

    format: Literal["tamizdat.media.1"]
    edition: Language
    bundles: Annotated[list[MediaRef], Meta(max_length=100_000)]


class WithdrawnList(Struct, frozen=True):
    """Paths that mirrors delete at once, since they hold something that was retracted."""

    format: Literal["tamizdat.withdrawn.1"]
    files: Annotated[list[Annotated[str, Meta(max_length=120)]], Meta(max_length=1_000_000)]


class MirrorsList(Struct, frozen=True):
    """The mirrors beyond the eight that stand in the catalog."""

    format: Literal["tamizdat.mirrors.1"]
    mirrors: Annotated[list[Mirror], Meta(max_length=LIMITS.mirrors)]


class SiteFile(Struct, frozen=True):
    """A file for browsers and feed readers."""

    path: Annotated[str, Meta(max_length=300)]
    sha256: Digest
    bytes: Annotated[int, Meta(ge=0, le=LIMITS.media_bytes)]


class Site(Struct, frozen=True):
    """site.json: every file of the tree that no other signed file names, heads apart."""

    format: Literal["tamizdat.site.1"]
    files: Annotated[list[SiteFile], Meta(max_length=20_000)]


AnyList = HistoryList | SnapshotList | RevisionsList | MediaList | WithdrawnList | MirrorsList
T = TypeVar("T", bound=Struct)


def encode(value: Struct) -> bytes:
    """Compact JSON. Catalogs and site.json travel so; lists are compressed by `encode_list`."""
    return msgspec.json.encode(value)


def decode_catalog(data: bytes) -> Catalog:
    """Decode catalog bytes that were checked against the targets metadata. Raises: FormatError."""
    catalog = _decode(data, Catalog, "catalog.json", LIMITS.catalog_bytes)
    _check_day(catalog.published)
    for code, edition in catalog.editions.items():
        _check_spans(edition.deltas, f"catalog.json, edition {code}")
        if edition.version > catalog.version:
            raise FormatError(f"edition {code} is ahead of its catalog", path="catalog.json")
    return catalog


def decode_site(data: bytes) -> Site:
    """Decode site.json bytes that were checked against the targets metadata. Raises: FormatError."""
    site = _decode(data, Site, "site.json", LIMITS.site_bytes)
    paths = [file.path for file in site.files]
    if len(set(paths)) != len(paths) or not all(map(is_site_path, paths)):
        raise FormatError("names a path that isn't allowed, or one twice", path="site.json")
    return site


def encode_list(value: AnyList) -> tuple[bytes, ListRef]:
    """The bytes of `lists/<sha256>.json.zst`, and the reference that names them."""
    data = zstd.compress(msgspec.json.encode(value))
    return data, ListRef(sha256(data), len(data))


def decode_list(data: bytes, ref: ListRef, kind: type[T], *, edition: str = "", path: str = "") -> T:
    """Check a fetched list against its reference and decode it. Raises: HashMismatch, FormatError."""
    if len(data) != ref.bytes or sha256(data) != ref.sha256:
        raise HashMismatch(path=path)
    size = zstd.content_size(data, limit=LIMITS.list_raw_bytes, path=path)
    value = _decode(zstd.decompress(data, raw_bytes=size, path=path), kind, path, LIMITS.list_raw_bytes)
    if getattr(value, "edition", edition) != edition:
        raise FormatError(f"a list of another edition than {edition!r}", path=path)
    _check_list(value, path)
    return value


def _decode(data: bytes, kind: type[T], path: str, limit: int) -> T:
    if len(data) > limit:
        raise FormatError(f"{len(data)} bytes, where at most {limit} may be", path=path)
    check_nesting(data, path=path)
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise FormatError(f"not format 1: {error}", path=path) from error


def _check_list(value: Any, path: str) -> None:
    match value:
        case HistoryList():
            _check_spans(value.deltas, path)
        case SnapshotList():
            starts = [segment.start for segment in value.segments]
            if (starts and starts[0] != ("", "")) or any(a >= b for a, b in pairwise(starts)):
                raise FormatError("segments out of order", path=path)
        case WithdrawnList() if not all(IMMUTABLE_PATH.fullmatch(name) for name in value.files):
            raise FormatError("withdraws a path that isn't allowed", path=path)
        case _:
            return


def _check_day(time: str) -> None:
    # Trust reckons with it, so the 31st of February won't do; records' times are shown and sorted only.
    try:
        date.fromisoformat(time[:10])
    except ValueError as error:
        raise FormatError(f"published on {time[:10]}, a day that isn't", path="catalog.json") from error


def _check_spans(deltas: list[DeltaRef], path: str) -> None:
    if any(delta.from_ >= delta.to for delta in deltas):
        raise FormatError("a delta that leads nowhere", path=path)


__all__ = [
    "Catalog", "DeltaRef", "Edition", "HistoryList", "Key", "ListRef", "MediaList", "MediaRef", "MirrorsList",
    "RevisionsList", "RevisionsRef", "SegmentRef", "Site", "SiteFile", "SnapshotList", "StockRef",
    "WithdrawnList", "decode_catalog", "decode_list", "decode_site", "encode", "encode_list",
]  # fmt: skip
