"""Pictures of articles: upright, without a word of metadata, in two sizes, each encoded once.

What a camera writes into a file (position, owner, serial number, comments) never gets into a publication: only the
pixels are taken over, into a new image.
"""

import io
import struct
from contextlib import suppress
from pathlib import Path
from typing import Final, Literal, TypeAlias, cast

import msgspec
from PIL import Image as Pillow
from PIL import ImageCms, ImageOps

from tamizdat.errors import NewsroomError
from tamizdat.format.article import Image, Variant
from tamizdat.format.limits import LIMITS
from tamizdat.format.names import sha256
from tamizdat_server.durable import write_whole

PREVIEW_WIDTH: Final = 320
STANDARD_WIDTH: Final = 1280
# Infographics are tall; WebP ends at 16,383 pixels.
HEIGHT: Final = 8_000
MAX_PIXELS: Final = 64_000_000
MAX_SIDE: Final = 60_000

_Role: TypeAlias = Literal["preview", "standard"]
_FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
_ROLES: Final[tuple[_Role, _Role]] = ("preview", "standard")
_QUALITY: Final = {"preview": 60, "standard": 72}
# Names the way in which pictures are made: a change of it makes them anew.
_RECIPE: Final = "webp-320-60-1280-72.1"
_BAD_PICTURE: Final = (
    *(OSError, ValueError, SyntaxError, EOFError, KeyError, IndexError, TypeError, OverflowError, struct.error),
    *(Pillow.DecompressionBombError, ImageCms.PyCMSError),
)
_decoder: Final = msgspec.json.Decoder(Image)


class Pictures:
    """Makes pictures fit for publication and keeps them in `store`, as `<sha256>.webp`.

    The same source gives the same files for ever, since an encoder's next version would make other bytes of it.
    """

    def __init__(self, store: Path) -> None:
        self._store = store
        self._known = store / "sources"
        self._bad: set[str] = set()

    def add(self, data: bytes, *, alt: str) -> Image | None:
        """The picture in its two sizes, its files written; None where this is no picture that can be read.

        `width` and `height` are those of the source, upright. Raises: NewsroomError where the store refuses.
        """
        digest = sha256(data)
        if digest in self._bad:
            return None
        try:
            image = self._recall(digest) or self._make(digest, data)
        except OSError as error:
            raise NewsroomError(f"pictures can't be kept in {self._store}: {error}") from error
        if image is None:
            self._bad.add(digest)
            return None
        return msgspec.structs.replace(image, alt=alt)

    def _recall(self, digest: str) -> Image | None:
        try:
            image = _decoder.decode((self._known / f"{digest}.{_RECIPE}.json").read_bytes())
        except (OSError, msgspec.MsgspecError):
            return None
        return image if all((self._store / Path(v.path).name).is_file() for v in image.variants) else None

    def _make(self, digest: str, data: bytes) -> Image | None:
        try:
            with Pillow.open(io.BytesIO(data), formats=_FORMATS) as source:
                if source.width * source.height > MAX_PIXELS or max(source.size) > MAX_SIDE:
                    return None
                turned = _is_turned(source)
                width, height = reversed(source.size) if turned else source.size
                # A JPEG can be decoded at a fraction of its size, which saves memory and time.
                source.draft(None, (2 * STANDARD_WIDTH, 2 * STANDARD_WIDTH * max(source.size) // min(source.size)))
                pixels = _upright_pixels(source)
                encoded = [_encode(pixels, role) for role in _ROLES]
        except _BAD_PICTURE:
            return None
        variants = [self._write(role, *made) for role, made in zip(_ROLES, encoded, strict=True)]
        if any(variant.bytes > LIMITS.media_bytes for variant in variants):
            return None
        image = Image(width=width, height=height, variants=variants)
        write_whole(self._known / f"{digest}.{_RECIPE}.json", msgspec.json.encode(image))
        return image

    def _write(self, role: _Role, encoded: bytes, size: tuple[int, int]) -> Variant:
        variant = Variant(role, sha256(encoded), "image/webp", size[0], size[1], len(encoded))
        file = self._store / Path(variant.path).name
        if not file.is_file():
            write_whole(file, encoded)
        return variant


def _is_turned(source: Pillow.Image) -> bool:
    """Whether its EXIF orientation swaps width and height."""
    return source.getexif().get(0x0112) in (5, 6, 7, 8)


def _upright_pixels(source: Pillow.Image) -> Pillow.Image:
    """A new image with nothing but the pixels, as RGB or RGBA in sRGB, turned as they were meant to be seen."""
    source.load()
    upright = ImageOps.exif_transpose(source)
    colours = _in_srgb(upright)
    # Not a copy: comments and chunks live in a copy's `info`, and savers write them out again.
    fresh = Pillow.new(colours.mode, colours.size)
    fresh.paste(colours)
    return fresh


def _in_srgb(image: Pillow.Image) -> Pillow.Image:
    if image.mode.startswith("I"):
        image = image.point(lambda value: value * (1 / 256)).convert("L")
    mode = "RGBA" if image.has_transparency_data else "RGB"
    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "CMYK"):
        with suppress(ImageCms.PyCMSError, OSError, ValueError):
            source = ImageCms.ImageCmsProfile(io.BytesIO(cast("bytes", profile)))
            screen = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
            turned = ImageCms.profileToProfile(image, source, screen, outputMode="RGB")
            return turned or image.convert("RGB")
    return image.convert(mode)


def _encode(pixels: Pillow.Image, role: _Role) -> tuple[bytes, tuple[int, int]]:
    smaller = pixels.copy()
    smaller.thumbnail((PREVIEW_WIDTH if role == "preview" else STANDARD_WIDTH, HEIGHT), Pillow.Resampling.LANCZOS)
    out = io.BytesIO()
    smaller.save(out, "WEBP", quality=_QUALITY[role], method=4)
    return out.getvalue(), smaller.size
