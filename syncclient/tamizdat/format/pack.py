"""Packs: publication paths in a plain ustar tar, under one zstd frame, with a seal. docs/format.md, section 9."""

import hashlib
import io
from collections.abc import Callable, Iterable, Iterator
from itertools import takewhile
from typing import BinaryIO, Final

from tamizdat.errors import DamagedPack, FormatError
from tamizdat.format import zstd
from tamizdat.format.limits import LIMITS
from tamizdat.format.names import is_pack_path

BLOCK: Final = 512
SEAL_BYTES: Final = 8 + 32
_ZERO: Final = b"\0" * BLOCK
_TEXT: Final = ("metadata/", "targets/")


def encode_pack(files: Iterable[tuple[str, bytes]], *, level: int = 19) -> bytes:
    """A sealed pack of these paths and contents, in this order; the same input gives the same bytes."""
    files = list(files)
    text = takewhile(lambda file: file[0].startswith(_TEXT), files)
    split = sum(BLOCK + len(data) + -len(data) % BLOCK for _, data in text)
    return seal(zstd.compress(encode_tar(files), level=level, split=split))


def stream_pack(files: Iterable[tuple[str, bytes]], *, raw_bytes: int, level: int) -> Iterator[bytes]:
    """A sealed pack in pieces, whatever its size; `raw_bytes` is the `tar_bytes` of its files."""
    digest = hashlib.sha256()
    for piece in zstd.compress_pieces(_tar_pieces(files), raw_bytes=raw_bytes, level=level):
        digest.update(piece)
        yield piece
    yield zstd.skippable(digest.digest())


def tar_bytes(sizes: Iterable[int]) -> int:
    """The size of a tar of files of these sizes."""
    return sum(BLOCK + size + -size % BLOCK for size in sizes) + 2 * BLOCK


def decode_pack(data: bytes, *, limit: int = LIMITS.head_bytes * 8, path: str = "pack") -> dict[str, bytes]:
    """The files of a small pack, whole in memory. Raises: DamagedPack, FormatError."""
    frame = unseal(data, path=path)
    raw = zstd.decompress(frame, raw_bytes=zstd.content_size(frame, limit=limit, path=path), path=path)
    return dict(decode_tar(raw, allowed=is_pack_path, path=path))


def seal(frame: bytes) -> bytes:
    """`frame` and behind it a skippable frame with its SHA-256, so that any damage is seen at once."""
    return frame + zstd.skippable(hashlib.sha256(frame).digest())


def unseal(data: bytes, *, path: str = "pack") -> bytes:
    """The sealed bytes. Raises: DamagedPack."""
    frame = data[:-SEAL_BYTES]
    if data[-SEAL_BYTES:] != zstd.skippable(hashlib.sha256(frame).digest()):
        raise DamagedPack(path=path)
    return frame


def encode_tar(files: Iterable[tuple[str, bytes]]) -> bytes:
    """A plain ustar: regular files, mode 0644, no owner, time 0, two zero blocks at the end."""
    return b"".join(_tar_pieces(files))


def _tar_pieces(files: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    for name, data in files:
        yield tar_header(name, len(data))
        yield data
        yield _ZERO[: -len(data) % BLOCK]
    yield _ZERO * 2


def decode_tar(raw: bytes, *, allowed: Callable[[str], bool], path: str = "pack") -> Iterator[tuple[str, bytes]]:
    """The files of a tar made by `encode_tar`; anything else in it refuses the whole. Raises: FormatError."""
    source = io.BytesIO(raw)
    for name, size in tar_entries(source, allowed=allowed, path=path):
        data = source.read(size)
        yield name, data
    if source.read(1):
        raise FormatError("something behind the end of the tar", path=path)


def tar_header(name: str, size: int) -> bytes:
    """The 512 bytes ahead of a file. Every field but name, size and checksum is fixed."""
    header = bytearray(BLOCK)
    encoded = name.encode("ascii")
    if len(encoded) > 100:
        raise FormatError(f"a path of {len(encoded)} characters")
    header[0 : len(encoded)] = encoded
    header[100:108] = b"0000644\0"
    header[108:116] = header[116:124] = b"0000000\0"
    header[124:136] = b"%011o\0" % size
    header[136:148] = b"00000000000\0"
    header[148:156] = b" " * 8
    header[156:157] = b"0"
    header[257:265] = b"ustar\x0000"
    header[329:337] = header[337:345] = b"0000000\0"
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header)


def tar_entries(source: BinaryIO, *, allowed: Callable[[str], bool], path: str = "pack") -> Iterator[tuple[str, int]]:
    """Walk a tar stream: yields (name, size), `source` standing at the content; the caller may read any part of it.

    Exactly what `encode_tar` writes is accepted, names in `allowed` only and each once. Raises: FormatError.
    """
    seen: set[str] = set()
    while (header := source.read(BLOCK)) != _ZERO:
        name, size = _read_header(header, path)
        if not allowed(name) or name in seen or len(seen) >= LIMITS.pack_entries:
            raise FormatError(f"holds {name!r}, which a pack may not hold, or not twice", path=path)
        seen.add(name)
        end = source.tell() + size
        yield name, size
        source.seek(end)
        if source.read(-size % BLOCK).strip(b"\0"):
            raise FormatError("padding that isn't zero", path=path)
    if source.read(BLOCK) != _ZERO:
        raise FormatError("a tar without its end", path=path)


def _read_header(header: bytes, path: str) -> tuple[str, int]:
    try:
        name = header[:100].rstrip(b"\0").decode("ascii")
        size = int(header[124:135], 8)
        if len(header) == BLOCK and 0 <= size <= LIMITS.pack_entry_bytes and tar_header(name, size) == header:
            return name, size
    except ValueError as error:
        raise FormatError(f"a tar header that makes no sense: {error}", path=path) from error
    raise FormatError("a tar entry that isn't a plain regular file", path=path)
