"""What a file is that should have been a picture, by how it begins: names never say it reliably."""

import re
from collections.abc import Callable
from typing import Final

_WORDS: Final = "can't be shown: their words stay"
EMPTY: Final = f"empty files in place of pictures {_WORDS}"
HEIC: Final = f"pictures in an iPhone's own format (HEIC) {_WORDS}; JPEG, PNG or WebP can be"
SVG: Final = f"drawings in SVG {_WORDS}; JPEG, PNG or WebP can be"
PAGE: Final = f"web pages in place of pictures {_WORDS}"
TIFF: Final = f"pictures in TIFF, or a camera's raw format, {_WORDS}; JPEG, PNG or WebP can be"
OTHER: Final = f"pictures in formats that browsers don't know {_WORDS}; JPEG, PNG or WebP can be"
_BEGINNING: Final = 1_024
_svg = re.compile(rb"<(?:\w+:)?svg[\s>]", re.IGNORECASE)
_page = re.compile(rb"\s*(?:<!doctype html|<html|<head|<body|<!--|<\?php|<script)", re.IGNORECASE)


def _is_heic(start: bytes) -> bool:
    brands = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
    return start[4:8] == b"ftyp" and start[8:12] in brands and b"avif" not in start[:64]


def _is_picture(start: bytes) -> bool:
    return start.startswith((b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF", b"BM")) or b"ftypavi" in start[:12]


_KINDS: Final[tuple[tuple[Callable[[bytes], object], str], ...]] = (
    (lambda start: not start.strip(b"\0 \t\r\n"), EMPTY),
    (_is_heic, HEIC),
    (lambda start: start.startswith(b"\x1f\x8b"), SVG),  # .svgz
    (_svg.search, SVG),
    (lambda start: _page.match(start.removeprefix(b"\xef\xbb\xbf")), PAGE),
    (lambda start: start[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+", b"IIRO", b"IIRS"), TIFF),
    (lambda start: not _is_picture(start), OTHER),
)


def kind_of(data: bytes) -> str:
    """Why a file that no picture's reader knows can't be shown; "" where it begins like a picture that could be."""
    start = data[:_BEGINNING]
    return next((reason for test, reason in _KINDS if test(start)), "")
