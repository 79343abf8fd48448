"""The characters of an export: their encoding is told from the bytes, whatever the declaration says."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

CHUNK_BYTES: Final = 1 << 20
_SAMPLE_BYTES: Final = 4 << 20
_DECLARED: Final = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})[\"']")
# XML 1.0, 2.2: these may stand in no document; databases and plugins write them nevertheless.
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_HIGH: Final = re.compile(rb"[\x80-\xff]+")
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_UTF8: Final = ("utf-8", "utf8", "us-ascii", "ascii", "")
_CYRILLIC_RUN: Final = 2.5


class Encoding(msgspec.Struct, frozen=True):
    """How to read a file's bytes; `warning` where it isn't what the file says of itself."""

    name: str
    warning: str = ""


def tell_encoding(path: Path) -> Encoding:
    """The encoding in which this file's bytes make sense. Raises: OSError."""
    with path.open("rb") as file:
        head = file.read(4096)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return Encoding(name)
    found = _DECLARED.search(head)
    declared = found[1].decode("ascii").lower() if found else ""
    sample = _first_not_utf8(path)
    if sample is None:
        lies = declared not in _UTF8
        return Encoding("utf-8", f"the file says that it is in {declared}; it was read as utf-8" if lies else "")
    if declared not in _UTF8 and _known(declared):
        return Encoding(declared)
    return _guessed(sample)


def characters(path: Path, encoding: Encoding) -> Iterator[str]:
    """The file's text in chunks; what can't be read becomes U+FFFD, what XML forbids is left out. Raises: OSError."""
    decoder = codecs.getincrementaldecoder(encoding.name)(errors="replace")
    with path.open("rb") as file:
        while data := file.read(CHUNK_BYTES):
            yield _FORBIDDEN.sub("", decoder.decode(data))
    yield _FORBIDDEN.sub("", decoder.decode(b"", final=True))


def _first_not_utf8(path: Path) -> bytes | None:
    """Some megabytes from about the first place that isn't UTF-8; None where all is."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        while data := file.read(CHUNK_BYTES):
            try:
                decoder.decode(data)
            except UnicodeDecodeError:
                return data + file.read(_SAMPLE_BYTES)
    return None


def _guessed(sample: bytes) -> Encoding:
    text = sample.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    whole = sum(len(run) for run in re.findall("[\u0080-\ufffc]+", text))
    if whole > broken:
        return Encoding("utf-8", "some characters of the file are broken: they became \ufffd")
    # Cyrillic words are runs of high bytes; in a Western language these stand alone among ASCII letters.
    runs = _HIGH.findall(sample)
    cyrillic = sum(map(len, runs)) / max(1, len(runs)) >= _CYRILLIC_RUN
    name = "windows-1251" if cyrillic else "windows-1252"
    return Encoding(name, f"the file isn't in the encoding that it names: it was read as {name}")


def _known(name: str) -> bool:
    try:
        return codecs.lookup(name).name != "utf-8" and b"<".decode(name) == "<"
    except (LookupError, ValueError):
        return False
