"""From a picture's file, whatever it is, to new files with nothing in them but pixels: upright, sRGB, in two sizes.

Nothing is copied from file to file: what a camera, a phone or a program wrote beside the pixels (position, owner,
serial number, comments, thumbnails, colour profiles) has no way into what is made here. Memory is bounded by what a
picture may have of pixels, and every kind of file has a fate: see docs/importing.md and docs/adr/0026-pictures.md.
"""

import io
import struct
import warnings
import zlib
from contextlib import suppress
from typing import Final, Literal, NamedTuple, TypeAlias, cast

from PIL import Image as Pillow
from PIL import ImageCms

from tamizdat_server.avif import coded_pixels
from tamizdat_server.oddities import kind_of

PREVIEW_WIDTH: Final = 320
STANDARD_WIDTH: Final = 800
# Infographics are tall; WebP ends at 16,383 pixels.
HEIGHT: Final = 8_000
# What can be decoded in 200 MB or a little more, as tests measure. Pillow takes four bytes for a pixel, the decoders of
# WebP and AVIF keep several copies, a JPEG that is progressive, or has each colour for itself, all its coefficients.
# Any other JPEG is decoded at a fraction of its size at once, so that cameras' largest pictures cost little.
MAX_PIXELS: Final = 36_000_000
MOST_PIXELS: Final = {"JPEG": 256_000_000, "MPO": 256_000_000, "WEBP": 12_000_000, "AVIF": 12_000_000}
MAX_PROGRESSIVE_PIXELS: Final = 28_000_000
# Pillow opens nothing that is more than twice as large as this.
Pillow.MAX_IMAGE_PIXELS = max(MOST_PIXELS.values()) // 2
MAX_SIDE: Final = 60_000
RECIPE: Final = "webp-320-60-800-72.3"
"""Names the way in which pictures are made: a change of it makes them anew."""

DAMAGED: Final = "damaged pictures, or ones that were cut short, can't be shown: their words stay"
INVISIBLE: Final = "pictures of a single pixel or line, which only count readers, were left out"
HUGE: Final = "pictures of too many pixels were not opened: their words stay"
ANIMATED: Final = "animated pictures stand still now"
PRINTED: Final = "pictures made for print (CMYK) without a colour profile: their colours may be a little off"

Role: TypeAlias = Literal["preview", "standard"]

_FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "BMP")
_ANIMATED: Final = ("PNG", "WEBP", "GIF", "AVIF")
_QUALITY: Final[dict[Role, int]] = {"preview": 60, "standard": 72}
_PROFILE_BYTES: Final = 4 * 1024 * 1024
_BAND: Final = 1_024
# How much larger than needed a JPEG is decoded at least. What is made smaller after that comes out as well.
_AMPLE: Final = 1.25
_SCAN: Final = 0xDA
_ORIENTATION: Final = 0x0112
_TURNS: Final = {
    2: Pillow.Transpose.FLIP_LEFT_RIGHT,
    3: Pillow.Transpose.ROTATE_180,
    4: Pillow.Transpose.FLIP_TOP_BOTTOM,
    5: Pillow.Transpose.TRANSPOSE,
    6: Pillow.Transpose.ROTATE_270,
    7: Pillow.Transpose.TRANSVERSE,
    8: Pillow.Transpose.ROTATE_90,
}
_SWAPPED: Final = (5, 6, 7, 8)
# Decoders written in other languages raise what they like.
_BAD_FILE: Final = (
    *(
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        LookupError,
        TypeError,
        ArithmeticError,
        AttributeError,
        RuntimeError,
    ),
    *(AssertionError, MemoryError, struct.error, zlib.error, Pillow.DecompressionBombError, ImageCms.PyCMSError),
)


class Unusable(Exception):
    """No picture can be made of this file; `reason` says why, in the same words for all files of that kind."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Made(NamedTuple):
    """One new file. `size`: width and height in pixels."""

    role: Role
    data: bytes
    size: tuple[int, int]


class Picture(NamedTuple):
    """What became of a file: its own size, upright, the new files, and what was lost, in words for people."""

    size: tuple[int, int]
    files: list[Made]
    notes: list[str]


def make(data: bytes) -> Picture:
    """New files of a picture's file. Raises: Unusable."""
    try:
        # What Pillow says of odd metadata concerns nobody: none of it is taken.
        with warnings.catch_warnings(action="ignore"), Pillow.open(io.BytesIO(data), formats=_FORMATS) as source:
            _check_size(source, data)
            return _made(source)
    except Pillow.UnidentifiedImageError as error:
        raise Unusable(kind_of(data) or DAMAGED) from error
    except Pillow.DecompressionBombError as error:
        raise Unusable(HUGE) from error
    except _BAD_FILE as error:
        raise Unusable(DAMAGED) from error


def _check_size(source: Pillow.Image, data: bytes) -> None:
    most = MOST_PIXELS.get(source.format or "", MAX_PIXELS)
    if source.format in ("JPEG", "MPO") and not _is_decoded_as_read(source, data):
        most = MAX_PROGRESSIVE_PIXELS
    if max(source.size) > MAX_SIDE or source.width * source.height > most:
        raise Unusable(HUGE)
    # Twice: colours, and transparency or a thumbnail. Of the other formats the decoders check what is said themselves.
    if source.format == "AVIF" and coded_pixels(data) > 2 * most:
        raise Unusable(HUGE)
    if min(source.size) < 2:
        raise Unusable(INVISIBLE)


def _is_decoded_as_read(source: Pillow.Image, data: bytes) -> bool:
    """Whether the first scan of a JPEG has all of its colours. Else all is read before the first pixel is there."""
    if source.info.get("progressive"):
        return False
    place = 2
    # No fill, nothing between segments, no segments without a length: what is written oddly counts as the other kind.
    while data[place] == 0xFF and 0xC0 <= data[place + 1] <= 0xFE and not 0xD0 <= data[place + 1] <= 0xD9:
        if data[place + 1] == _SCAN:
            return data[place + 4] == len(source.getbands())
        place += 2 + int.from_bytes(data[place + 2 : place + 4])
    return False


def _made(source: Pillow.Image) -> Picture:
    width, height = source.size
    notes = [ANIMATED] if source.format in _ANIMATED and getattr(source, "is_animated", False) else []
    if source.mode == "CMYK" and not source.info.get("icc_profile"):
        notes.append(PRINTED)
    drawn = source.format in ("PNG", "GIF", "BMP")
    _load(source)
    # Only now: reading it loads a PNG, and a picture that is damaged must not pass as one whose Exif is.
    orientation = _orientation(source)
    pixels, turn = _shrunk(source), _TURNS.get(orientation)
    pixels = _resized(pixels if turn is None else pixels.transpose(turn), STANDARD_WIDTH)
    pixels = _in_srgb(pixels, cast("bytes | None", source.info.get("icc_profile")))
    size = (height, width) if orientation in _SWAPPED else (width, height)
    return Picture(size, _files(pixels, drawn=drawn), notes)


def _orientation(source: Pillow.Image) -> int:
    """How the camera was held, as EXIF numbers it; 1, upright, where nothing readable is said."""
    with suppress(*_BAD_FILE):
        said: object = source.getexif().get(_ORIENTATION)
        return said if isinstance(said, int) and said in _TURNS else 1
    return 1


def _load(source: Pillow.Image) -> None:
    """Decode the first picture; a JPEG at a fraction of its size, where it is larger than needed."""
    short, long = sorted(source.size)
    share = _AMPLE * min(STANDARD_WIDTH / short, HEIGHT / long)  # whichever way it is turned
    source.draft(None, (int(source.width * share), int(source.height * share)))
    if source.width * source.height > MAX_PIXELS:
        raise Unusable(HUGE)
    source.seek(0)
    source.load()


def _shrunk(source: Pillow.Image) -> Pillow.Image:
    """A new image of its pixels, at least twice as large as needed where it was. Band by band: it exists once only."""
    factor = max(min(source.size) // (2 * STANDARD_WIDTH), max(source.size) // (2 * HEIGHT), 1)
    mode = _mode(source)
    width, height = (-(-side // factor) for side in source.size)
    fresh = Pillow.new(mode, (width, height))
    rows = factor * max(_BAND // factor, 1)
    for top in range(0, source.height, rows):
        band = source.crop((0, top, source.width, min(top + rows, source.height)))
        band = _plain(band, mode)
        fresh.paste(band.reduce(factor) if factor > 1 else band, (0, top // factor))
    return fresh


def _mode(source: Pillow.Image) -> str:
    if source.mode == "CMYK":
        return "CMYK"
    return "RGBA" if source.has_transparency_data else "RGB"


def _plain(band: Pillow.Image, mode: str) -> Pillow.Image:
    if band.mode.startswith("I"):  # 16 bits of grey
        band = band.point(lambda value: value * (1 / 256)).convert("L")
    return band if band.mode == mode else band.convert(mode)


def _in_srgb(pixels: Pillow.Image, profile: bytes | None) -> Pillow.Image:
    """As screens show it. A profile that can't be read, or is for other colours than these, counts for nothing."""
    mode = "RGBA" if pixels.mode == "RGBA" else "RGB"
    if profile and len(profile) <= _PROFILE_BYTES:
        with suppress(ImageCms.PyCMSError, OSError, ValueError):
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            screen = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
            turned = ImageCms.profileToProfile(pixels, source, screen, outputMode=mode)
            return _bare(turned or pixels, mode)
    return _bare(pixels, mode)


def _bare(pixels: Pillow.Image, mode: str) -> Pillow.Image:
    """A new image: profiles and comments live in an image's `info`, and savers write them out again."""
    converted = pixels if pixels.mode == mode else pixels.convert(mode)
    fresh = Pillow.new(mode, converted.size)
    fresh.paste(converted)
    return fresh


def _files(pixels: Pillow.Image, *, drawn: bool) -> list[Made]:
    """Preview and standard; where the preview wouldn't be the smaller file, one file that serves as both."""
    standard = _encoded(pixels, "standard", drawn=drawn)
    if pixels.width > PREVIEW_WIDTH:
        preview = _encoded(_resized(pixels, PREVIEW_WIDTH), "preview", drawn=drawn)
        if len(preview.data) < len(standard.data):
            return [preview, standard]
    return [standard._replace(role="preview")]


def _resized(pixels: Pillow.Image, width: int) -> Pillow.Image:
    """As wide as said, and no larger than it was."""
    smaller = pixels.copy()
    smaller.thumbnail((width, HEIGHT), Pillow.Resampling.LANCZOS)
    return smaller


def _encoded(pixels: Pillow.Image, role: Role, *, drawn: bool) -> Made:
    """What may be a drawing, or letters, is kept exactly where that takes fewer bytes."""
    data = _webp(pixels, quality=_QUALITY[role], lossless=False)
    if drawn:
        data = min(data, _webp(pixels, quality=80, lossless=True), key=len)
    return Made(role, data, pixels.size)


def _webp(pixels: Pillow.Image, *, quality: int, lossless: bool) -> bytes:
    out = io.BytesIO()
    pixels.save(out, "WEBP", quality=quality, method=4, lossless=lossless)
    return out.getvalue()
