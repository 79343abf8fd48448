"""Pictures leave with their pixels and nothing else, in two sizes, the same bytes each time."""

import io
from pathlib import Path

import pytest
from PIL import Image as Pillow
from PIL import PngImagePlugin

from tamizdat.errors import NewsroomError
from tamizdat.format.article import Image
from tamizdat.format.names import sha256
from tamizdat_server.images import MAX_PIXELS, Pictures

PRIVATE = (
    b"GPS",
    b"Exif",
    b"exif",
    b"EXIF",
    b"ICCP",
    b"XMP",
    b"http://ns.adobe",
    b"Photoshop",
    b"8BIM",
    b"Canon",
    b"Apple",
)


def encoded(image: Pillow.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def files(store: Path, image: Image | None) -> list[bytes]:
    assert image is not None
    return [(store / Path(variant.path).name).read_bytes() for variant in image.variants]


def noise(width: int, height: int) -> Pillow.Image:
    return Pillow.effect_noise((width, height), 60).convert("RGB")


def test_a_picture_comes_in_two_sizes_named_by_their_bytes(tmp_path: Path) -> None:
    image = Pictures(tmp_path).add(encoded(noise(2000, 1000), "JPEG"), alt="Noise")
    assert image is not None
    assert (image.width, image.height, image.alt) == (2000, 1000, "Noise")
    assert [(v.role, v.width, v.height) for v in image.variants] == [("preview", 320, 160), ("standard", 1280, 640)]
    for variant, data in zip(image.variants, files(tmp_path, image), strict=True):
        assert (variant.sha256, variant.bytes) == (sha256(data), len(data))
        with Pillow.open(io.BytesIO(data)) as shown:
            assert (shown.size, shown.format) == ((variant.width, variant.height), "WEBP")


def test_small_pictures_are_not_made_larger(tmp_path: Path) -> None:
    image = Pictures(tmp_path).add(encoded(noise(100, 50), "PNG"), alt="")
    assert image is not None
    assert {(v.width, v.height) for v in image.variants} == {(100, 50)}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_turned_upright(tmp_path: Path, orientation: int) -> None:
    upright = Pillow.new("RGB", (60, 40), "white")
    upright.paste((255, 0, 0), (0, 0, 20, 20))
    turns = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # what undoes it, as Pillow numbers transpositions
    stored = upright.transpose(Pillow.Transpose(turns[orientation])) if orientation > 1 else upright
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    image = Pictures(tmp_path).add(encoded(stored, "JPEG", exif=exif, quality=95), alt="")
    assert image is not None
    assert (image.width, image.height) == (60, 40)
    for data in files(tmp_path, image):
        with Pillow.open(io.BytesIO(data)) as shown:
            red, green, _ = shown.convert("RGB").getpixel((8, 8))
            assert (shown.size, red > 180 > green) == ((60, 40), True)


def test_no_metadata_of_any_kind_survives(tmp_path: Path) -> None:
    exif = Pillow.Exif()
    exif[0x013B] = "SECRET artist"
    exif.get_ifd(0x8825)[1] = "N"
    jpeg = encoded(
        noise(400, 300),
        "JPEG",
        exif=exif,
        comment=b"SECRET comment",
        xmp=b"<x>SECRET</x>",
        icc_profile=b"SECRET profile",
    )
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "SECRET text")
    text.add_itxt("XML:com.adobe.xmp", "SECRET xmp")
    png = encoded(noise(400, 300), "PNG", pnginfo=text, exif=exif)
    gif = encoded(noise(400, 300).quantize(), "GIF", comment=b"SECRET comment")
    webp = encoded(noise(400, 300), "WEBP", exif=exif, xmp=b"SECRET")
    for source in (jpeg, png, gif, webp):
        assert b"SECRET" in source
        for data in files(tmp_path, Pictures(tmp_path).add(source, alt="")):
            assert [word for word in (b"SECRET", *PRIVATE) if word in data] == []


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16", "CMYK"])
def test_every_mode_becomes_one_that_browsers_show(tmp_path: Path, mode: str) -> None:
    kind = "TIFF" if mode == "none" else "JPEG" if mode == "CMYK" else "PNG"
    source = noise(50, 40).convert("L").convert("I;16") if mode == "I;16" else noise(50, 40).convert(mode)
    assert Pictures(tmp_path).add(encoded(source, kind), alt="") is not None


def test_transparency_stays(tmp_path: Path) -> None:
    image = Pictures(tmp_path).add(encoded(Pillow.new("RGBA", (50, 50), (255, 0, 0, 0)), "PNG"), alt="")
    with Pillow.open(io.BytesIO(files(tmp_path, image)[1])) as shown:
        assert shown.convert("RGBA").getpixel((5, 5))[3] == 0


def test_the_same_picture_gives_the_same_files_for_ever(tmp_path: Path) -> None:
    source = encoded(noise(800, 600), "JPEG")
    first = Pictures(tmp_path).add(source, alt="one")
    times = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.webp")}
    second = Pictures(tmp_path).add(source, alt="two")
    assert first is not None
    assert second is not None
    assert (second.variants, second.alt) == (first.variants, "two")
    assert {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.webp")} == times
    next(tmp_path.glob("*.webp")).unlink()
    assert files(tmp_path, Pictures(tmp_path).add(source, alt=""))


def bomb() -> bytes:
    side = int(MAX_PIXELS**0.5) + 1
    return encoded(Pillow.new("1", (side, side)), "PNG")


@pytest.mark.parametrize(
    "data",
    [b"", b"text", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"<svg xmlns='http://www.w3.org/2000/svg'/>",
     b"RIFF\0\0\0\0WEBP", encoded(noise(50, 50), "JPEG")[:700], encoded(noise(50, 50), "PNG")[:2000],
     encoded(noise(9, 9), "TIFF"), encoded(noise(9, 9), "PDF")],
)  # fmt: skip
def test_what_is_no_picture_or_half_of_one_is_refused(tmp_path: Path, data: bytes) -> None:
    assert Pictures(tmp_path).add(data, alt="") is None
    assert list(tmp_path.glob("*")) == []


def test_a_decompression_bomb_is_refused_unopened(tmp_path: Path) -> None:
    assert Pictures(tmp_path).add(bomb(), alt="") is None


def test_a_tall_picture_is_bounded(tmp_path: Path) -> None:
    image = Pictures(tmp_path).add(encoded(Pillow.new("L", (40, 20_000)), "PNG"), alt="")
    assert image is not None
    assert all(variant.height <= 8_000 for variant in image.variants)


def test_a_store_that_cannot_be_written_is_an_error_of_the_newsroom(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NewsroomError):
        Pictures(tmp_path / "file" / "media").add(encoded(noise(9, 9), "PNG"), alt="")


def test_real_photographs_lose_where_and_by_whom_they_were_taken(tmp_path: Path, corpora: Path) -> None:
    pictures = Pictures(tmp_path)
    for name in ("cmyk.jpg", "geese1.jpeg", "gps-synthetic.jpg", "p6180148.JPG"):
        image = pictures.add((corpora / "images" / name).read_bytes(), alt=name)
        assert image is not None
        assert max(variant.width for variant in image.variants) <= 1280
        for data in files(tmp_path, image):
            assert [word for word in (b"Almaty", b"OLYMPUS", *PRIVATE) if word in data] == []
            with Pillow.open(io.BytesIO(data)) as shown:
                assert not shown.getexif()
                assert {*shown.info} <= {"loop", "background", "timestamp", "duration"}
