"""Bundles: a header line and one record a line, in one zstd frame. docs/format.md, section 4."""

from collections.abc import Iterable, Iterator
from types import UnionType
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from tamizdat.errors import FormatError, HashMismatch, WrongPublication
from tamizdat.format import zstd
from tamizdat.format.article import Article, Digest, Entry, Language, Retraction, decode_record
from tamizdat.format.limits import LIMITS
from tamizdat.format.names import sha256
from tamizdat.format.nesting import check_nesting

BUNDLE_FORMAT = "tamizdat.bundle.1"
Kind = Literal["delta", "segment", "tombstones", "revisions"]


class Header(msgspec.Struct, frozen=True, omit_defaults=True):
    """The first line of a bundle. Only a delta has `from` and `to`: the publication's versions it leads between."""

    format: Literal["tamizdat.bundle.1"]
    publication: Digest
    edition: Language
    kind: Kind
    records: Annotated[int, Meta(ge=0, le=LIMITS.records)]
    from_: Annotated[int, Meta(ge=0, le=2**53 - 1)] = msgspec.field(default=0, name="from")
    to: Annotated[int, Meta(ge=0, le=2**53 - 1)] = 0


class Encoding(msgspec.Struct, frozen=True):
    """How a bundle travels: its compressed and its plain digest and size."""

    sha256: str
    bytes: int
    raw_sha256: str
    raw_bytes: int


class VerifiedBundle(msgspec.Struct, frozen=True):
    """A bundle whose bytes were checked against a signed digest, decoded whole."""

    header: Header
    raw_sha256: str
    entries: list[Entry]


def encode_bundle(header: Header, lines: Iterable[bytes]) -> bytes:
    """The plain bytes of a bundle; `lines` are encoded records, sorted by key, without newlines."""
    return b"".join(line + b"\n" for line in (msgspec.json.encode(header), *lines))


def unpack(data: bytes, encoding: Encoding, *, prefix: bytes = b"", path: str = "") -> bytes:
    """The plain bytes of a fetched bundle, both digests checked. Raises: HashMismatch, FormatError."""
    if len(data) != encoding.bytes or sha256(data) != encoding.sha256:
        raise HashMismatch(path=path)
    return check_raw(zstd.decompress(data, raw_bytes=encoding.raw_bytes, prefix=prefix, path=path), encoding, path=path)


def check_raw(raw: bytes, encoding: Encoding, *, path: str = "") -> bytes:
    """`raw` itself, if it is the plain bundle that `encoding` names. Raises: HashMismatch."""
    if len(raw) != encoding.raw_bytes or sha256(raw) != encoding.raw_sha256:
        raise HashMismatch(path=path)
    return raw


def decode_bundle(raw: bytes, *, publication: str, edition: str, path: str = "") -> VerifiedBundle:
    """Decode a plain bundle strictly: header, count, order, editions, kinds. Raises: FormatError, WrongPublication."""
    first, newline, rest = raw.partition(b"\n")
    check_nesting(first, path=path)
    try:
        header = msgspec.json.decode(first, type=Header)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise FormatError(f"a bundle header that is not format 1: {error}", path=path) from error
    if header.publication != publication:
        raise WrongPublication(expected=publication, offered=header.publication)
    if header.edition != edition or not newline:
        raise FormatError(f"a bundle of edition {header.edition!r} instead of {edition!r}", path=path)
    if rest.count(b"\n") != header.records or (rest and not rest.endswith(b"\n")):
        raise FormatError(f"says {header.records} records but holds another number", path=path)
    return VerifiedBundle(header, sha256(raw), list(_entries(rest, header, path)))


def _entries(rest: bytes, header: Header, path: str) -> Iterator[Entry]:
    before, allowed = (b"", 0), _ALLOWED[header.kind]
    for line in rest.split(b"\n")[: header.records]:
        entry = decode_record(line)
        if entry.record.edition != header.edition:
            raise FormatError(f"a record of edition {entry.record.edition!r}", path=path)
        if not isinstance(entry.record, allowed):
            raise FormatError(f"a bundle of kind {header.kind!r} with a record that doesn't belong there", path=path)
        place = (entry.record.key.encode(), entry.record.revision if header.kind == "revisions" else 0)
        if place <= before:
            raise FormatError("records out of order", path=path)
        before = place
        yield entry


_ALLOWED: Final[dict[Kind, type[Article | Retraction] | UnionType]] = {
    "delta": Article | Retraction,
    "segment": Article,
    "tombstones": Retraction,
    "revisions": Article,
}


def prefix_of(newest_first: Iterable[bytes], *, newest: int, also: Iterable[bytes] = ()) -> bytes:
    """The prefix: whole record lines, each with its newline, of the newest articles up to `newest` bytes, the newest
    last, then the lines of `also`.

    `newest_first` are the lines of an edition's articles by (published descending, key ascending); they are taken
    until the next one would not fit.
    """
    taken: list[bytes] = []
    size = 0
    for line in newest_first:
        if size + len(line) + 1 > newest:
            break
        taken.append(line + b"\n")
        size += len(line) + 1
    return b"".join(reversed(taken)) + b"".join(line + b"\n" for line in also)


def prefix_name(prefix: bytes) -> str:
    """16 hex digits that name a prefix in the catalog; empty for none."""
    return sha256(prefix)[:16] if prefix else ""


def sort_key(article: Article) -> tuple[str, str]:
    """Where an article stands in its edition: by `published`, then key. Segment bounds are such pairs."""
    return article.published, article.key
