"""How many pixels the pictures in an AVIF file have for their decoder, which does not ask what the file says of itself.

A file of 3 KB that called itself 64 pixels wide took a gigabyte. Sources: AV1 Image File Format 1.1; ISO/IEC 14496-12,
8.7 and 8.11 (boxes); AV1 Bitstream, 5.3 and 5.5 (OBUs, sequence headers).
"""

import itertools
import struct
from collections.abc import Iterable, Iterator
from typing import Final

_SEQUENCE_HEADER: Final = 1
# Longer than any sequence header.
_HEADER_BYTES: Final = 512
# A picture of 4,000 tiles has fewer.
_OBUS: Final = 20_000


def coded_pixels(data: bytes) -> int:
    """The sum over all that a decoder may be given at once: colours, transparency, tiles, a thumbnail.

    Of what is animated, the first picture counts. A stream can still make a frame larger than its sequence, which no
    encoder does. Raises: ValueError, LookupError, struct.error where the file is damaged.
    """
    file = memoryview(data)
    return max(_sum(_all_items(file)), _sum(_first_samples(file)))


def _sum(samples: Iterable[memoryview]) -> int:
    pixels = 0
    for number, (kind, content) in enumerate(obu for sample in samples for obu in _obus(sample)):
        if number > _OBUS:
            raise ValueError("more parts than a picture has")
        if kind == _SEQUENCE_HEADER:
            pixels += _pixels(_Bits(content[:_HEADER_BYTES]))
    return pixels


# -- boxes -------------------------------------------------------------------------------------------------------------


def _found(data: memoryview, kind: bytes, *inner: bytes) -> Iterator[memoryview]:
    """The content of each box of that kind, or of the boxes of further kinds within it."""
    place = 0
    while place + 8 <= len(data):
        size, name = struct.unpack_from(">I4s", data, place)
        start = place + 8
        if size == 1:
            (size,), start = struct.unpack_from(">Q", data, start), start + 8
        end = place + size if size else len(data)
        if end < start:
            raise ValueError("a box shorter than its own head")
        if name == kind:
            content = data[start:end]
            yield from _found(content, *inner) if inner else (content,)
        place = end


class _Fields:
    """Whole numbers of so many bytes each, one after the other."""

    def __init__(self, data: memoryview) -> None:
        self._data, self._place = data, 0

    def take(self, size: int) -> int:
        start, self._place = self._place, self._place + size
        if self._place > len(self._data):
            raise ValueError("a box that ends too early")
        return int.from_bytes(self._data[start : self._place])


def _all_items(file: memoryview) -> Iterator[memoryview]:
    for meta in _found(file, b"meta"):
        drawer = next(_found(meta[4:], b"idat"), file[:0])
        for places in _found(meta[4:], b"iloc"):
            yield from _items(_Fields(places), file, drawer)


def _items(fields: _Fields, file: memoryview, drawer: memoryview) -> Iterator[memoryview]:
    """Each item's bytes, put together from their extents."""
    version = fields.take(4) >> 24
    sizes = fields.take(2)
    offset_size, length_size, base_size, index_size = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    number_size, total = 4 if version == 2 else 2, 0
    for _ in range(fields.take(number_size)):
        fields.take(number_size)
        method = fields.take(2) & 15 if version else 0
        fields.take(2)
        base, count = fields.take(base_size), fields.take(2)
        extents: list[memoryview] = []
        for _ in range(count if length_size else 0):
            fields.take(index_size if version else 0)
            start = base + fields.take(offset_size)
            extents.append((drawer if method == 1 else file)[start : start + fields.take(length_size)])
            total += len(extents[-1])
        if total > len(file):
            raise ValueError("items that lie upon each other")
        yield memoryview(b"".join(extents))


def _first_samples(file: memoryview) -> Iterator[memoryview]:
    for table in _found(file, b"moov", b"trak", b"mdia", b"minf", b"stbl"):
        sizes = _Fields(next(_found(table, b"stsz"), file[:0]))
        sizes.take(4)
        size = sizes.take(4) or (sizes.take(4) and sizes.take(4))
        for kind, width in ((b"stco", 4), (b"co64", 8)):
            for chunks in _found(table, kind):
                start = int.from_bytes(chunks[8 : 8 + width])
                yield file[start : start + size]


# -- the stream --------------------------------------------------------------------------------------------------------


def _obus(sample: memoryview) -> Iterator[tuple[int, memoryview]]:
    """The kind and the content of each unit of a stream."""
    place = 0
    while place < len(sample):
        head = sample[place]
        place += 2 if head & 4 else 1
        size = len(sample) - place
        if head & 2:
            size, place = _number(sample, place)
        yield head >> 3 & 15, sample[place : place + size]
        place += size


def _number(data: memoryview, place: int) -> tuple[int, int]:
    """A number of seven bits a byte, and the place after it."""
    value = 0
    for shift in range(0, 56, 7):
        byte = data[place]
        place += 1
        value |= (byte & 127) << shift
        if byte < 128:
            break
    return value, place


class _Bits:
    def __init__(self, data: memoryview) -> None:
        self._value, self._left = int.from_bytes(data), 8 * len(data)

    def take(self, count: int) -> int:
        self._left -= count
        if self._left < 0:
            raise ValueError("a header that ends too early")
        return self._value >> self._left & ((1 << count) - 1)


def _pixels(bits: _Bits) -> int:
    """The most that a frame of this sequence has."""
    bits.take(4)  # profile, still_picture
    if bits.take(1):  # reduced_still_picture_header
        bits.take(5)
    else:
        _skip_timing(bits)
    width_bits, height_bits = bits.take(4) + 1, bits.take(4) + 1
    return (bits.take(width_bits) + 1) * (bits.take(height_bits) + 1)


def _skip_timing(bits: _Bits) -> None:
    delay_bits = 0
    if bits.take(1):  # timing_info
        bits.take(64)
        if bits.take(1):  # equal_picture_interval
            zeros = next(count for count in itertools.count() if bits.take(1))
            bits.take(zeros if zeros < 32 else 0)
        if bits.take(1):  # decoder_model_info
            delay_bits = bits.take(5) + 1
            bits.take(42)
    has_delay = bits.take(1)
    for _ in range(bits.take(5) + 1):
        bits.take(12)
        if bits.take(5) > 7:
            bits.take(1)
        if delay_bits and bits.take(1):
            bits.take(2 * delay_bits + 1)
        if has_delay and bits.take(1):
            bits.take(4)
