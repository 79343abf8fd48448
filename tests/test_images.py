"""Pictures leave with their pixels and nothing else, in two sizes, the same bytes each time. Odd files have a fate."""

import io
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from PIL import Image as Pillow
from PIL import ImageCms, PngImagePlugin

from picturing import assert_only_pixels, chunk, encoded, noise, png
from tamizdat.errors import NewsroomError
from tamizdat.format.article import Image
from tamizdat.format.names import sha256
from tamizdat_server import oddities, pixels
from tamizdat_server.avif import coded_pixels
from tamizdat_server.images import Pictures

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def files(store: Path, image: Image | None) -> list[bytes]:
    assert image is not None
    return [(store / Path(variant.path).name).read_bytes() for variant in image.variants]


def standard(store: Path, data: bytes) -> Pillow.Image:
    """What readers see of this file at its largest."""
    shown = Pillow.open(io.BytesIO(files(store, Pictures(store).add(data, alt=""))[-1]))
    shown.load()
    return shown


def fate(store: Path, data: bytes) -> tuple[bool, list[str]]:
    """Whether a file is taken, and what is said of it."""
    heard: list[str] = []
    taken = Pictures(store).add(data, alt="", warn=heard.append) is not None
    return taken, heard


# -- sizes -------------------------------------------------------------------------------------------------------------


def test_a_picture_comes_in_two_sizes_named_by_their_bytes(tmp_path: Path) -> None:
    image = Pictures(tmp_path).add(encoded(noise(2000, 1000), "JPEG"), alt="Noise")
    assert image is not None
    assert (image.width, image.height, image.alt) == (2000, 1000, "Noise")
    assert [(v.role, v.width, v.height) for v in image.variants] == [("preview", 320, 160), ("standard", 800, 400)]
    for variant, data in zip(image.variants, files(tmp_path, image), strict=True):
        assert (variant.sha256, variant.bytes) == (sha256(data), len(data))
        with Pillow.open(io.BytesIO(data)) as shown:
            assert (shown.size, shown.format) == ((variant.width, variant.height), "WEBP")


def test_a_picture_between_the_two_sizes_is_not_made_larger(tmp_path: Path) -> None:
    image = Pictures(tmp_path).add(encoded(noise(500, 100), "JPEG"), alt="")
    assert image is not None
    assert [(v.role, v.width) for v in image.variants] == [("preview", 320), ("standard", 500)]


def test_a_small_picture_is_not_made_larger_and_one_file_serves_as_both_sizes(tmp_path: Path) -> None:
    image = Pictures(tmp_path).add(encoded(noise(100, 50), "PNG"), alt="")
    assert image is not None
    assert [(v.role, v.width, v.height) for v in image.variants] == [("preview", 100, 50)]


def test_a_drawing_whose_preview_would_be_the_larger_file_has_no_preview_of_its_own(tmp_path: Path) -> None:
    drawing = Pillow.new("RGB", (600, 300), "white")
    for x in range(0, 600, 2):
        drawing.paste("black", (x, 0, x + 1, 300))
    image = Pictures(tmp_path).add(encoded(drawing, "PNG"), alt="")
    assert image is not None
    assert [(v.role, v.width) for v in image.variants] == [("preview", 600)]


def test_small_drawings_are_kept_to_the_pixel_where_that_takes_fewer_bytes(tmp_path: Path) -> None:
    drawing = Pillow.new("RGB", (200, 100), "white")
    drawing.paste((200, 30, 60), (20, 20, 120, 60))
    assert standard(tmp_path, encoded(drawing, "PNG")).convert("RGB").tobytes() == drawing.tobytes()


def test_a_tall_picture_is_bounded(tmp_path: Path) -> None:
    image = Pictures(tmp_path).add(encoded(Pillow.new("L", (40, 20_000)), "PNG"), alt="")
    assert image is not None
    assert all(variant.height <= 8_000 for variant in image.variants)


@pytest.mark.parametrize("size", [(2, 3_000), (3_000, 2), (5_001, 1_601), (1_599, 4_801)])
def test_no_shape_is_too_odd(tmp_path: Path, size: tuple[int, int]) -> None:
    for kind in ("PNG", "JPEG"):
        image = Pictures(tmp_path).add(encoded(Pillow.new("RGB", size, "red"), kind), alt="")
        assert image is not None
        assert (image.width, image.height) == size
        for data in files(tmp_path, image):
            with Pillow.open(io.BytesIO(data)) as shown:
                corner = shown.convert("RGB").getpixel((shown.width - 1, shown.height - 1))
                assert corner[0] > 240 > 20 > corner[1]  # no black edge of pixels that weren't there


# -- upright, and as screens show it -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_turned_upright(tmp_path: Path, orientation: int, kind: str) -> None:
    upright = Pillow.new("RGB", (60, 40), "white")
    upright.paste((255, 0, 0), (0, 0, 20, 20))
    turns = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # what undoes it, as Pillow numbers transpositions
    stored = upright.transpose(Pillow.Transpose(turns[orientation])) if orientation > 1 else upright
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    options = {"quality": 95} if kind != "PNG" else {}
    image = Pictures(tmp_path).add(encoded(stored, kind, exif=exif, **options), alt="")
    assert image is not None
    assert (image.width, image.height) == (60, 40)
    for data in files(tmp_path, image):
        with Pillow.open(io.BytesIO(data)) as shown:
            red, green, _ = shown.convert("RGB").getpixel((8, 8))
            assert (shown.size, red > 180 > green) == ((60, 40), True)


@pytest.mark.parametrize(
    "exif", [b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff", b"x"]
)
def test_what_is_damaged_beside_the_pixels_does_not_cost_the_picture(tmp_path: Path, exif: bytes) -> None:
    assert fate(tmp_path, encoded(noise(50, 40), "JPEG", exif=exif)) == (True, [])
    assert fate(tmp_path, encoded(noise(50, 41), "JPEG", icc_profile=b"no profile")) == (True, [])


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_mode_becomes_one_that_browsers_show(tmp_path: Path, mode: str) -> None:
    source = noise(50, 40).convert("L").convert("I;16") if mode == "I;16" else noise(50, 40).convert(mode)
    assert fate(tmp_path, encoded(source, "PNG")) == (True, [])


def test_sixteen_bits_of_grey_keep_their_brightness(tmp_path: Path) -> None:
    grey = Pillow.new("I;16", (50, 50), 200 * 256)
    assert abs(standard(tmp_path, encoded(grey, "PNG")).convert("L").getpixel((9, 9)) - 200) < 3


def test_transparency_stays_whole_or_as_one_colour_of_a_palette(tmp_path: Path) -> None:
    clear = Pillow.new("RGBA", (50, 50), (255, 0, 0, 0))
    clear.paste((0, 0, 255, 255), (0, 0, 25, 50))
    palette = Pillow.new("P", (50, 50), 1)
    palette.putpalette([255, 0, 0, 0, 0, 255])
    palette.paste(0, (25, 0, 50, 50))
    for data in (
        encoded(clear, "PNG"),
        encoded(palette, "PNG", transparency=0),
        encoded(palette, "GIF", transparency=0),
    ):
        shown = standard(tmp_path, data).convert("RGBA")
        assert shown.getpixel((40, 5))[3] == 0
        assert shown.getpixel((5, 5)) == (0, 0, 255, 255)


def test_a_colour_profile_is_applied_and_left_behind(tmp_path: Path, corpora: Path) -> None:
    with Pillow.open(corpora / "images" / "geese1.jpeg") as photo:
        profile = photo.info["icc_profile"]  # Display P3
    red = Pillow.new("RGB", (50, 50), (200, 60, 60))
    red_and_clear = red.convert("RGBA")
    for image in (red, red_and_clear):
        plain, wide = encoded(image, "PNG"), encoded(image, "PNG", icc_profile=profile)
        assert standard(tmp_path, plain).convert("RGB").getpixel((9, 9)) == (200, 60, 60)
        assert standard(tmp_path, wide).convert("RGB").getpixel((9, 9))[0] > 210
    assert standard(tmp_path, encoded(red, "PNG", icc_profile=SRGB)).convert("RGB").getpixel((9, 9)) == (200, 60, 60)


def test_a_picture_for_print_without_a_profile_is_shown_and_said(tmp_path: Path, corpora: Path) -> None:
    plain = encoded(Pillow.new("CMYK", (50, 50), (0, 255, 255, 0)), "JPEG", quality=95)
    assert fate(tmp_path, plain) == (True, [pixels.PRINTED])
    red, green, blue = standard(tmp_path, plain).convert("RGB").getpixel((9, 9))
    assert red > 200 > 60 > max(green, blue)
    # Adobe's programs write all values the other way round; the photograph's paper is light.
    adobe = standard(tmp_path, (corpora / "images" / "cmyk.jpg").read_bytes()).convert("L")
    assert sum(adobe.resize((1, 1)).tobytes()) > 60


def test_a_profile_for_other_colours_counts_for_nothing(tmp_path: Path) -> None:
    data = encoded(Pillow.new("CMYK", (50, 50), (0, 255, 255, 0)), "JPEG", icc_profile=SRGB)
    assert standard(tmp_path, data).convert("RGB").getpixel((9, 9))[0] > 200


# -- the fate of odd files ---------------------------------------------------------------------------------------------

STILL = [noise(50, 40), noise(50, 40), noise(50, 40)]


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "AVIF"])
def test_an_animation_stands_still_at_its_first_picture(tmp_path: Path, kind: str) -> None:
    first = Pillow.new("RGB", (50, 40), "red")
    data = encoded(first, kind, save_all=True, append_images=STILL)
    assert fate(tmp_path, data) == (True, [pixels.ANIMATED])
    assert standard(tmp_path, data).convert("RGB").getpixel((9, 9))[0] > 230
    for file in files(tmp_path, Pictures(tmp_path).add(data, alt="")):
        assert_only_pixels(file)


def test_several_pictures_of_one_camera_are_no_animation(tmp_path: Path) -> None:
    data = encoded(noise(60, 40), "MPO", save_all=True, append_images=STILL[:1])
    assert fate(tmp_path, data) == (True, [])


def test_what_is_said_of_a_picture_is_said_again_where_it_is_shown_again(tmp_path: Path) -> None:
    data = encoded(STILL[0], "GIF", save_all=True, append_images=STILL[1:])
    assert fate(tmp_path, data) == fate(tmp_path, data) == (True, [pixels.ANIMATED])


def jpeg(width: int, height: int) -> bytes:
    """A JPEG that says it is so large, and isn't."""
    data = encoded(noise(16, 16), "JPEG")
    place = data.index(b"\xff\xc0") + 5
    return data[:place] + height.to_bytes(2, "big") + width.to_bytes(2, "big") + data[place + 4 :]


PHOTO, GRAPH = encoded(noise(50, 50), "JPEG"), encoded(noise(50, 50), "PNG")
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100)
FATES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", oddities.EMPTY),
    "zeros": (bytes(5000), oddities.EMPTY),
    "HEIC": (HEIC, oddities.HEIC),
    "SVG": (b"<svg xmlns='http://www.w3.org/2000/svg'><rect/></svg>", oddities.SVG),
    "SVG with a prologue": (b"<?xml version='1.0'?>\n<!-- drawn --><svg:svg xmlns:svg='x'/>", oddities.SVG),
    "SVG, compressed": (zlib.compress(b"<svg/>", wbits=31), oddities.SVG),
    "page": (b"\n<!DOCTYPE html><html><title>404</title>", oddities.PAGE),
    "page with a mark": (b"\xef\xbb\xbf<html lang=ru>", oddities.PAGE),
    "TIFF": (encoded(noise(9, 9), "TIFF"), oddities.TIFF),
    "raw": (b"MM\0*" + bytes(100), oddities.TIFF),
    "icon": (encoded(noise(32, 32), "ICO"), oddities.OTHER),
    "PDF": (encoded(noise(9, 9), "PDF"), oddities.OTHER),
    "text": (b"Not found", oddities.OTHER),
    "JPEG 2000": (b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(99), oddities.OTHER),
    "half a JPEG": (PHOTO[: len(PHOTO) // 2], pixels.DAMAGED),
    "the beginning of a JPEG": (PHOTO[:4], pixels.DAMAGED),
    "half a PNG": (GRAPH[:2000], pixels.DAMAGED),
    "the beginning of a PNG": (GRAPH[:8], pixels.DAMAGED),
    "a PNG whose pixels are none": (png(50, 50, data=b"not deflated"), pixels.DAMAGED),
    "the beginning of a GIF": (b"GIF89a", pixels.DAMAGED),
    "the beginning of a WebP": (b"RIFF\0\0\0\0WEBP", pixels.DAMAGED),
    "half a WebP": (encoded(noise(50, 50), "WEBP")[:500], pixels.DAMAGED),
    "half an AVIF": (encoded(noise(50, 50), "AVIF")[:500], pixels.DAMAGED),
    "a pixel that counts readers": (encoded(Pillow.new("P", (1, 1)), "GIF"), pixels.INVISIBLE),
    "a line": (encoded(noise(600, 1), "PNG"), pixels.INVISIBLE),
    "many pixels said": (png(60_000, 60_000), pixels.HUGE),
    "more than any reader opens": (png(2**31 - 1, 2**31 - 1), pixels.HUGE),
    "a long side": (png(100_000, 10), pixels.HUGE),
    "a JPEG that can't be made smaller at once": (jpeg(39_900, 3_990), pixels.HUGE),
}


@pytest.mark.parametrize("name", FATES)
def test_what_is_no_picture_or_half_of_one_is_not_taken_and_said_in_words(tmp_path: Path, name: str) -> None:
    data, reason = FATES[name]
    assert fate(tmp_path, data) == (False, [reason])
    assert list(tmp_path.glob("*")) == []


def test_bmp_files_are_taken(tmp_path: Path) -> None:
    assert fate(tmp_path, encoded(noise(50, 40), "BMP")) == (True, [])


def test_a_wrong_reason_is_never_given_twice_over(tmp_path: Path) -> None:
    pictures, heard = Pictures(tmp_path), []
    for _ in range(2):
        assert pictures.add(HEIC, alt="", warn=heard.append) is None
    assert heard == [oddities.HEIC] * 2  # a report counts the articles that each stands in


def test_a_bomb_of_few_bytes_and_many_pixels_is_not_opened(tmp_path: Path) -> None:
    side = int(pixels.MAX_PIXELS**0.5) + 1
    assert fate(tmp_path, encoded(Pillow.new("1", (side, side)), "PNG")) == (False, [pixels.HUGE])


def test_texts_that_unfold_to_gigabytes_are_not_unfolded(tmp_path: Path) -> None:
    zipped = zlib.compressobj(9)
    text = b"".join(zipped.compress(bytes(1 << 20)) for _ in range(200)) + zipped.flush()
    bomb = chunk(b"zTXt", b"Comment\0\0" + text) + chunk(b"iCCP", b"profile\0\0" + text)
    whole = zlib.compress((b"\0" + bytes(150)) * 50)
    taken, heard = fate(tmp_path, png(50, 50, data=whole, more=bomb))
    assert taken or heard == [pixels.DAMAGED]


def test_pixels_beyond_what_a_png_says_are_not_unfolded(tmp_path: Path) -> None:
    zipped = zlib.compressobj(9)
    endless = b"".join(zipped.compress(bytes(1 << 20)) for _ in range(100)) + zipped.flush()
    assert fate(tmp_path, png(50, 50, data=endless)) == (True, [])


PEAK = """
import re, sys
from pathlib import Path
from tamizdat_server import pixels
def peak():
    return int(re.search(r"VmHWM:\\s+([0-9]+)", Path("/proc/self/status").read_text())[1])
data = open(sys.argv[1], "rb").read()
before, fate = peak(), "taken"
try:
    pixels.make(data)
except pixels.Unusable as unusable:
    fate = unusable.reason
print((peak() - before) // 1024, fate)
"""


def memory_for(data: bytes, folder: Path) -> tuple[int, str]:
    """The megabytes that a file takes a process of its own, and its fate there."""
    file = folder / "large"
    file.write_bytes(data)
    done = subprocess.run([sys.executable, "-c", PEAK, str(file)], capture_output=True, text=True, check=True)
    megabytes, fate = done.stdout.strip().split(" ", 1)
    return int(megabytes), fate


def largest(kind: str) -> bytes:
    """A picture of about as many pixels as are opened."""
    most = pixels.MAX_PROGRESSIVE_PIXELS if kind == "progressive" else pixels.MOST_PIXELS.get(kind, pixels.MAX_PIXELS)
    size = (10_000, 8_000) if kind == "JPEG" else (int(most**0.5), int(most**0.5))
    if kind == "PNG":
        return encoded(Pillow.new("P", size), "PNG", transparency=0, compress_level=1)
    options = {"progressive": True, "subsampling": 0} if kind == "progressive" else {}
    options = {"lossless": True, "method": 0} if kind == "WEBP" else {"speed": 10} if kind == "AVIF" else options
    return encoded(Pillow.new("RGB", size, "red"), "JPEG" if kind == "progressive" else kind, **options)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "progressive", "WEBP", "AVIF", "BMP"])
def test_the_largest_pictures_take_a_bounded_amount_of_memory(tmp_path: Path, kind: str) -> None:
    megabytes, fate = memory_for(largest(kind), tmp_path)
    print(f"{kind}: {megabytes} MB")
    assert fate == "taken"
    assert megabytes < 240


def test_a_stream_larger_than_its_file_says_is_not_decoded(tmp_path: Path) -> None:
    data = encoded(Pillow.new("L", (5_200, 4_800)), "AVIF", speed=10)
    place = data.index(b"ispe") + 8
    lying = data[:place] + (64).to_bytes(4, "big") * 2 + data[place + 8 :]
    assert Pillow.open(io.BytesIO(lying)).size == (64, 64)
    megabytes, fate = memory_for(lying, tmp_path)
    assert fate == pixels.HUGE
    assert megabytes < 20


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("frames", [[], [Pillow.new("RGBA", (40, 30))]])
def test_of_an_avif_what_is_decoded_at_once_counts(mode: str, frames: list[Pillow.Image]) -> None:
    data = encoded(Pillow.new(mode, (40, 30)), "AVIF", speed=10, save_all=bool(frames), append_images=frames)
    assert coded_pixels(data) == 40 * 30 * (2 if mode == "RGBA" else 1)


def in_three_scans(side: int) -> bytes:
    """A black JPEG whose colours come one after the other, each whole."""
    data = encoded(Pillow.new("RGB", (16, 16)), "JPEG", subsampling=0)
    size, scan = data.index(b"\xff\xc0") + 5, data.index(b"\xff\xda")
    head = data[:size] + side.to_bytes(2, "big") * 2 + data[size + 4 : scan]
    blocks = b"\x28\xa2\x8a" * ((side + 7) // 8) ** 2  # four at a time: the same brightness as before, and no more
    scans = (b"\xff\xda\0\x08\x01" + bytes((colour, 0, 0, 63, 0)) + blocks for colour in data[scan + 5 : scan + 11 : 2])
    return head + b"".join(scans) + b"\xff\xd9"


def test_a_picture_that_comes_colour_by_colour_is_bounded_as_one_that_comes_blurred_first(tmp_path: Path) -> None:
    assert fate(tmp_path, in_three_scans(400)) == (True, [])
    assert memory_for(in_three_scans(5_400), tmp_path)[1] == pixels.HUGE


def test_the_largest_cameras_pictures_are_opened(tmp_path: Path) -> None:
    assert fate(tmp_path, encoded(Pillow.new("L", (16_320, 12_240)), "JPEG")) == (True, [])


# -- nothing but pixels ------------------------------------------------------------------------------------------------


def test_no_metadata_of_any_kind_survives(tmp_path: Path) -> None:
    exif = Pillow.Exif()
    exif[0x013B] = "SECRET artist"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8769)[0xA431] = "SECRET serial number"
    options = {"exif": exif, "xmp": b"<x>SECRET</x>", "icc_profile": b"SECRET profile"}
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "SECRET text")
    text.add_text("Author", "SECRET author", zip=False)
    text.add_itxt("XML:com.adobe.xmp", "SECRET xmp")
    photo = noise(400, 300)
    sources = [
        encoded(photo, "JPEG", comment=b"SECRET comment", **options),
        encoded(photo, "JPEG", comment=b"SECRET comment", **options) + b"SECRET behind the end",
        encoded(photo, "PNG", pnginfo=text, exif=exif),
        encoded(photo.quantize(), "GIF", comment=b"SECRET comment"),
        encoded(photo, "WEBP", **options),
        encoded(photo, "AVIF", exif=exif, xmp=b"SECRET"),
    ]
    for source in sources:
        assert b"SECRET" in source
        for data in files(tmp_path, Pictures(tmp_path).add(source, alt="")):
            assert b"SECRET" not in data
            assert_only_pixels(data)


@pytest.mark.parametrize("name", ["cmyk.jpg", "geese1.jpeg", "gps-synthetic.jpg", "p6180148.JPG"])
def test_real_photographs_lose_where_when_and_by_whom_they_were_taken(tmp_path: Path, corpora: Path, name: str) -> None:
    image = Pictures(tmp_path).add((corpora / "images" / name).read_bytes(), alt=name)
    assert image is not None
    assert max(variant.width for variant in image.variants) <= 800
    for data in files(tmp_path, image):
        assert_only_pixels(data)
        with Pillow.open(io.BytesIO(data)) as shown:
            assert not shown.getexif()
            assert {*shown.info} <= {"loop", "background", "timestamp", "duration"}


# -- the store ---------------------------------------------------------------------------------------------------------


def test_the_same_picture_gives_the_same_files_for_ever(tmp_path: Path) -> None:
    source = encoded(noise(800, 600), "JPEG")
    first = Pictures(tmp_path).add(source, alt="one")
    times = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.webp")}
    second = Pictures(tmp_path).add(source, alt="two")
    assert first is not None
    assert second is not None
    assert (second.variants, second.alt) == (first.variants, "two")
    assert {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.webp")} == times
    one, other = tmp_path.glob("*.webp")
    one.unlink()
    other.write_bytes(b"half")
    assert [sha256(file) for file in files(tmp_path, Pictures(tmp_path).add(source, alt=""))] == [
        variant.sha256 for variant in first.variants
    ]


def test_a_picture_is_known_by_its_sources_digest_alone(tmp_path: Path) -> None:
    source = encoded(noise(80, 60), "JPEG")
    assert Pictures(tmp_path).known(sha256(source), alt="") is None
    made = Pictures(tmp_path).add(source, alt="one")
    assert Pictures(tmp_path).known(sha256(source), alt="one") == made


def test_a_store_that_cannot_be_written_is_an_error_of_the_newsroom(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NewsroomError):
        Pictures(tmp_path / "file" / "media").add(encoded(noise(9, 9), "PNG"), alt="")
