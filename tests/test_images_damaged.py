"""Files damaged on purpose come to a picture of nothing but pixels, or to a reason; never to anything else."""

import random

import pytest
from PIL import Image

from picturing import assert_only_pixels, encoded, noise
from tamizdat_server.pixels import Unusable, make

PHOTO, SECRET = noise(48, 40), b"SECRET-WORDS"
ANIMATED = {"save_all": True, "append_images": [noise(48, 40)]}
WORDS = (b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff", b"\x80\0\0\0")


def exif() -> Image.Exif:
    found = Image.Exif()
    found[0x0112] = 6
    found[0x013B] = SECRET.decode()
    found.get_ifd(0x8825)[1] = "N"
    return found


SOURCES = {
    "JPEG": encoded(PHOTO, "JPEG", exif=exif(), comment=SECRET),
    "progressive": encoded(PHOTO, "JPEG", progressive=True),
    "CMYK": encoded(PHOTO.convert("CMYK"), "JPEG"),
    "several": encoded(PHOTO, "MPO", **ANIMATED),
    "PNG": encoded(PHOTO, "PNG", exif=exif()),
    "palette": encoded(PHOTO.quantize(16), "PNG", transparency=0),
    "16 bits": encoded(PHOTO.convert("L").convert("I;16"), "PNG"),
    "APNG": encoded(PHOTO, "PNG", **ANIMATED),
    "GIF": encoded(PHOTO, "GIF", comment=SECRET, **ANIMATED),
    "WebP": encoded(PHOTO, "WEBP", exif=exif()),
    "lossless": encoded(PHOTO, "WEBP", lossless=True),
    "animated WebP": encoded(PHOTO, "WEBP", **ANIMATED),
    "AVIF": encoded(PHOTO, "AVIF", exif=exif(), speed=10),
    "BMP": encoded(PHOTO, "BMP"),
}


def damaged(source: bytes, rng: random.Random) -> bytes:
    """Changed, shortened or lengthened at a few places, half of them near the beginning, where the headers are."""
    data = bytearray(source)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        place = rng.randrange(rng.choice((len(data), min(len(data), 120))))
        match rng.randrange(6):
            case 0:
                del data[place : min(place + rng.choice((1, 2, 50)), len(data) - 1)]
            case 1:
                data[place:place] = rng.randbytes(rng.choice((1, 4, 30)))
            case 2:
                data[place : place + 4] = rng.choice(WORDS)
            case _:
                data[place] = rng.choice((0, 255, rng.randrange(256), data[place] ^ 1))
    return bytes(data)


def assert_harmless(data: bytes) -> bool:
    """Whether a picture came of it."""
    try:
        picture = make(data)
    except Unusable:
        return False
    for made in picture.files:
        assert_only_pixels(made.data)
        assert SECRET not in made.data
    return True


@pytest.mark.parametrize("kind", SOURCES)
def test_a_damaged_file_is_a_picture_or_has_a_reason(kind: str) -> None:
    rng = random.Random(kind)
    assert assert_harmless(SOURCES[kind])
    outcomes = {assert_harmless(damaged(SOURCES[kind], rng)) for _ in range(100)}
    assert False in outcomes


@pytest.mark.long
@pytest.mark.parametrize("kind", SOURCES)
def test_a_damaged_file_is_a_picture_or_has_a_reason_many_times_over(kind: str) -> None:
    rng = random.Random(f"many {kind}")
    for _ in range(20_000):
        assert_harmless(damaged(SOURCES[kind], rng))


@pytest.mark.parametrize("kind", SOURCES)
def test_a_file_that_is_cut_anywhere_is_a_picture_or_has_a_reason(kind: str) -> None:
    source = SOURCES[kind]
    for end in range(0, len(source), max(len(source) // 60, 1)):
        assert_harmless(source[:end])
