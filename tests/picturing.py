"""Pictures for tests: made in every way that files go wrong, and taken apart to see what is in them."""

import io
import struct
import zlib
from collections.abc import Iterator

from PIL import Image

WEBP_PIXELS = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH"}


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    """The file that an image makes."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def noise(width: int, height: int) -> Image.Image:
    return Image.effect_noise((width, height), 60).convert("RGB")


def chunks(webp: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The chunks of a WebP file, all of it: name and content."""
    assert (webp[:4], webp[8:12]) == (b"RIFF", b"WEBP")
    assert struct.unpack("<I", webp[4:8])[0] == len(webp) - 8
    place = 12
    while place < len(webp):
        name, length = webp[place : place + 4], struct.unpack("<I", webp[place + 4 : place + 8])[0]
        yield name, webp[place + 8 : place + 8 + length]
        place += 8 + length + length % 2
    assert place == len(webp)


def assert_only_pixels(webp: bytes) -> None:
    """The file is a still WebP that has nothing but its pixels: no Exif, XMP, profile, unknown or further chunk."""
    found = list(chunks(webp))
    names = [name for name, _ in found]
    assert set(names) <= WEBP_PIXELS, names
    assert len(set(names)) == len(names)
    for name, content in found:
        if name == b"VP8X":  # of its flags only the one for transparency
            assert content[0] & ~0x10 == 0
            assert content[1:4] == b"\0\0\0"
            assert len(content) == 10
        if name == b"VP8 ":  # a bare key frame, whose first partitions fill it
            assert content[3:6] == b"\x9d\x01\x2a"


def png(width: int, height: int, *, depth: int = 8, colour: int = 2, data: bytes = b"", more: bytes = b"") -> bytes:
    """A PNG file that says it is so large, whatever its `data` unfolds to; `more`: chunks of its own before that."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + more + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def chunk(name: bytes, content: bytes) -> bytes:
    """One chunk of a PNG file."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
