"""Zstandard frames as format 1 uses them: content size inside, no checksum, bounded on the way out."""

import sys
from collections.abc import Iterable, Iterator
from typing import Final

if sys.version_info >= (3, 14):
    from compression import zstd as _zstd
else:
    from backports import zstd as _zstd

from tamizdat.errors import FormatError

P = _zstd.CompressionParameter
D = _zstd.DecompressionParameter


def compress(raw: bytes, *, level: int = 19, prefix: bytes = b"", split: int = 0) -> bytes:
    """One frame of `raw`, optionally against `prefix` (raw content, as `zstd --patch-from` writes it).

    A block ends after the first `split` bytes: worth while where text is followed by what is compressed already, since
    a block has one table of symbols for both.
    """
    size = len(raw) + len(prefix)
    options: dict[int, int] = {
        P.compression_level: level,
        P.content_size_flag: 1,
        P.checksum_flag: 0,
        P.window_log: _window_log(size),
    }
    if prefix:
        options[P.enable_long_distance_matching] = 1 if size > 1 << 23 else 0
    compressor = _zstd.ZstdCompressor(options=options, zstd_dict=_prefix(prefix))
    compressor.set_pledged_input_size(len(raw))
    head = compressor.compress(raw[:split], mode=compressor.FLUSH_BLOCK) if split else b""
    return head + compressor.compress(raw[split:], mode=compressor.FLUSH_FRAME)


def compress_pieces(pieces: Iterable[bytes], *, raw_bytes: int, level: int) -> Iterator[bytes]:
    """As `compress`, of content that comes in pieces and has `raw_bytes` in all.

    Its window is at most 2 MiB, so that a small device can read what doesn't fit into its memory.
    """
    options: dict[int, int] = {
        P.compression_level: level,
        P.content_size_flag: 1,
        P.checksum_flag: 0,
        P.window_log: min(_window_log(raw_bytes), STREAM_WINDOW),
    }
    compressor = _zstd.ZstdCompressor(options=options)
    compressor.set_pledged_input_size(raw_bytes)
    for piece in pieces:
        yield compressor.compress(piece)
    yield compressor.flush()


def decompress(data: bytes, *, raw_bytes: int, prefix: bytes = b"", path: str = "") -> bytes:
    """The content of the one frame at the start of `data`, which must be exactly `raw_bytes` long.

    Whatever follows the frame must be skippable frames (padding, a seal). Raises: FormatError.
    """
    announced, window = _read_header(data, path)
    if announced != raw_bytes:
        raise FormatError(f"a frame that says {announced} bytes instead of {raw_bytes}", path=path)
    log = _window_log(raw_bytes + len(prefix))
    _check_window(window, log, path)
    try:
        options: dict[int, int] = {D.window_log_max: log}
        decoder = _zstd.ZstdDecompressor(zstd_dict=_prefix(prefix), options=options)
        raw = decoder.decompress(data, max_length=raw_bytes + 1)
    except (_zstd.ZstdError, EOFError, ValueError) as error:
        raise FormatError(f"not zstd: {error}", path=path) from error
    if len(raw) != raw_bytes or not decoder.eof:
        raise FormatError(f"does not decompress to {raw_bytes} bytes", path=path)
    _check_trailer(decoder.unused_data, path)
    return raw


def decompress_pieces(pieces: Iterable[bytes], *, raw_bytes: int, path: str = "") -> Iterator[bytes]:
    """As `decompress`, for a frame that arrives in pieces: its content in pieces of at most 1 MiB. Raises: FormatError.

    What is wrong at the end is only found there: use nothing of it before the iteration has ended well.
    """
    decoder = _zstd.ZstdDecompressor(options={D.window_log_max: _window_log(raw_bytes)})
    left, trailer = raw_bytes, b""
    for piece in pieces:
        if decoder.eof:
            trailer += piece
        for raw in _drain(decoder, piece, path):
            left -= len(raw)
            if left < 0:
                break
            yield raw
        if left < 0 or len(trailer) > TRAILER_BYTES:
            break
    if left or not decoder.eof:
        raise FormatError(f"does not decompress to {raw_bytes} bytes", path=path)
    _check_trailer(decoder.unused_data + trailer, path)


def content_size(data: bytes, *, limit: int, path: str = "") -> int:
    """The decompressed size that a frame without prefix announces, from its first `FRAME_HEADER_BYTES`.

    Raises: FormatError where it says none or more than `limit`.
    """
    size, window = _read_header(data, path)
    if size > limit:
        raise FormatError(f"a frame of {size} bytes, where at most {limit} may be", path=path)
    if size <= 1 << LARGEST_WINDOW:  # what is bigger is decoded in pieces, and libzstd looks itself
        _check_window(window, _window_log(size), path)
    return size


def skippable(payload: bytes) -> bytes:
    """A skippable frame, which every decoder passes over."""
    return SKIPPABLE + len(payload).to_bytes(4, "little") + payload


FRAME: Final = (0xFD2FB528).to_bytes(4, "little")
FRAME_HEADER_BYTES: Final = 18
SKIPPABLE: Final = (0x184D2A50).to_bytes(4, "little")
TRAILER_BYTES: Final = 16 * 1024 * 1024
LARGEST_WINDOW: Final = 27
STREAM_WINDOW: Final = 21


def _read_header(data: bytes, path: str) -> tuple[int, int]:
    """Content size and window of a frame (RFC 8878, 3.1.1.1), both in bytes.

    Read here since libzstd looks at the window only when it decodes in pieces. Raises: FormatError where the frame
    doesn't say its size, or has a checksum or a dictionary id.
    """
    descriptor = data[4] if data[:4] == FRAME and len(data) > 4 else 0
    single, width = bool(descriptor & 0x20), 1 << (descriptor >> 6)
    if descriptor & 0x0F or (width == 1 and not single):
        raise FormatError("not a zstd frame with its size and nothing else in its header", path=path)
    start = 5 if single else 6
    if len(data) < start + width:
        raise FormatError("cut short in the frame's header", path=path)
    size = int.from_bytes(data[start : start + width], "little") + (256 if width == 2 else 0)
    return size, size if single else (1 << (10 + (data[5] >> 3))) // 8 * (8 + (data[5] & 7))


def _check_window(window: int, log: int, path: str) -> None:
    if window > 1 << log:
        raise FormatError(f"a frame that asks for a window of {window} bytes", path=path)


def _drain(decoder: _zstd.ZstdDecompressor, piece: bytes, path: str) -> Iterator[bytes]:
    """What `piece` adds to the content, unless the frame has ended."""
    try:
        while not decoder.eof:
            yield decoder.decompress(piece, max_length=1 << 20)
            piece = b""
            if decoder.needs_input:
                break
    except (_zstd.ZstdError, EOFError, ValueError) as error:
        raise FormatError(f"not zstd: {error}", path=path) from error


def _check_trailer(rest: bytes, path: str) -> None:
    while rest:
        size = int.from_bytes(rest[4:8], "little")
        if rest[:4] != SKIPPABLE or len(rest) < 8 + size:
            raise FormatError("has something behind its frame", path=path)
        rest = rest[8 + size :]


def _window_log(size: int) -> int:
    # format.md 4: the smallest power of two that holds prefix and content. A smaller window decodes to wrong bytes.
    return min(max((size - 1).bit_length(), 10), LARGEST_WINDOW)


def _prefix(prefix: bytes) -> "tuple[_zstd.ZstdDict, int] | None":
    return _zstd.ZstdDict(prefix, is_raw=True).as_prefix if prefix else None
