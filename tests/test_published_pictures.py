"""Of a published picture nothing but its pixels is anywhere in the tree: every chunk of every file is read."""

import struct
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from picturing import assert_only_pixels, chunk, encoded, noise
from publishing import Desk
from tamizdat.format.pack import decode_tar, is_pack_path
from tamizdat_server.images import Pictures
from tamizdat_server.pixels import Unusable, make

PHOTOGRAPHS = ("cmyk.jpg", "geese1.jpeg", "gps-synthetic.jpg", "p6180148.JPG")
# None so short that pixels might spell it.
SECRETS = (b"SECRET", b"PHOTOGRAPHER", b"Almaty", b"OLYMPUS", b"iPhone", b"ICC_PROF", b"ns.adobe", b"Photoshop")
JPEG, PNG, WEBP = (encoded(noise(40, 30), kind) for kind in ("JPEG", "PNG", "WEBP"))


def test_no_byte_of_a_published_tree_tells_where_or_by_whom_a_picture_was_taken(tmp_path: Path, corpora: Path) -> None:
    desk = Desk(tmp_path)
    for name in PHOTOGRAPHS:
        data = (corpora / "images" / name).read_bytes()
        image = Pictures(desk.newsroom.media).add(data, alt="A photograph")
        desk.put(name, image=image)
    desk.publish()
    seen = 0
    for path, data in desk.files().items():
        if not path.startswith("media/"):
            continue
        inside = decode_tar(data, allowed=is_pack_path, path=path) if path.endswith(".tar") else [(path, data)]
        for _, picture in inside:
            seen += 1
            assert_only_pixels(picture)
            assert [secret for secret in SECRETS if secret in picture] == []
    assert seen == 2 * (2 * len(PHOTOGRAPHS) - 1)  # each alone and in a bundle; one is so small that it has one size


def segment(number: int, content: bytes) -> bytes:
    """An application segment, or a comment, of a JPEG."""
    return b"\xff" + bytes((number,)) + struct.pack(">H", len(content) + 2) + content


beginnings = st.sampled_from(
    (
        b"",
        b"Exif\0\0II*\0\x08\0\0\0",
        b"Exif\0\0MM\0*\0\0\0\x08",
        b"http://ns.adobe.com/xap/1.0/\0",
        b"ICC_PROFILE\0\1\1",
        b"Photoshop 3.0\x008BIM\x04\x04\0\0",
        b"MPF\0",
        b"JFXX\0\x10",
        b"Adobe\0d",
    )
)
texts = st.binary(min_size=12, max_size=200).map(lambda data: b"SECRET" + data)


def files_of(data: bytes) -> list[bytes]:
    """What is made of a file; nothing where its metadata makes it none."""
    try:
        return [made.data for made in make(data).files]
    except Unusable:
        return []


def assert_no_trace(source: bytes, secret: bytes) -> None:
    for data in files_of(source):
        assert_only_pixels(data)
        assert secret not in data
        assert b"SECRET" not in data


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(number=st.integers(0xE0, 0xEF) | st.just(0xFE), beginning=beginnings, text=texts)
def test_no_segment_of_a_jpeg_comes_through(number: int, beginning: bytes, text: bytes) -> None:
    assert_no_trace(JPEG[:2] + segment(number, beginning + text) + JPEG[2:] + text, text)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    name=st.sampled_from((b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"iCCP", b"tIME", b"gAMA", b"prVt", b"caBX", b"sPLT")),
    beginning=st.sampled_from((b"", b"Author\0", b"Comment\0\0", b"XML:com.adobe.xmp\0\0\0\0\0", b"II*\0\x08\0\0\0")),
    text=texts,
)
def test_no_chunk_of_a_png_comes_through(name: bytes, beginning: bytes, text: bytes) -> None:
    secret = chunk(name, beginning + text)
    assert_no_trace(PNG[:33] + secret + PNG[33:-12] + secret + PNG[-12:] + text, text)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(name=st.sampled_from((b"EXIF", b"XMP ", b"ICCP", b"ABCD")), text=texts, flags=st.integers(0, 255))
def test_no_chunk_of_a_webp_comes_through(name: bytes, text: bytes, flags: int) -> None:
    def piece(called: bytes, content: bytes) -> bytes:
        return called + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)

    extended = piece(b"VP8X", bytes((flags, 0, 0, 0)) + (39).to_bytes(3, "little") + (29).to_bytes(3, "little"))
    body = b"WEBP" + extended + WEBP[12:] + piece(name, text)
    assert_no_trace(b"RIFF" + struct.pack("<I", len(body)) + body + text, text)


@pytest.mark.parametrize("source", [JPEG, PNG, WEBP], ids=["JPEG", "PNG", "WebP"])
def test_the_files_that_these_tests_begin_with_are_pictures(source: bytes) -> None:
    assert files_of(source)
