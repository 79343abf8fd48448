"""What bytes from the web say as text, whatever they claim to be."""

import codecs
import re
from collections.abc import Sequence
from typing import Final

_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# How `<` and what follows it begin without a mark.
_BEGINNINGS: Final = (
    (re.compile(rb"<\0\0\0[^\0]\0\0\0"), "utf-32-le"),
    (re.compile(rb"\0\0\0<\0\0\0[^\0]"), "utf-32-be"),
    (re.compile(rb"<\0[^\0]\0"), "utf-16-le"),
    (re.compile(rb"\0<\0[^\0]"), "utf-16-be"),
    (re.compile(rb"\x4c\x6f\xa7\x94"), "cp037"),
)
_known: Final = re.compile(
    r"(?:utf-?8|(?:windows|cp|ibm|x-cp)[-_]?\d{3,4}|iso[-_]?\d{4}.{0,12}|latin-?\d|koi8[-_]?[rut]|(?:x-)?mac.{0,12}"
    r"|gb\w{2,5}|hz.{0,4}|big5.{0,6}|euc.{0,6}|(?:shift|sjis|ms).{0,6}|us-ascii|ascii|tis-?620|hp-?roman8|ptcp154|kz-?1048)",
    re.IGNORECASE,
)  # fmt: skip
_declared: Final = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']""", re.IGNORECASE)
_meta: Final = re.compile(rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
_param: Final = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
# As the web reads these names (WHATWG, Encoding, 4.2).
_WIDER: Final = {"iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "gb2312": "gb18030", "gbk": "gb18030"}
_WINDOWS: Final = {
    byte: bytes((byte,)).decode("cp1252") for byte in range(0x80, 0xA0) if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
_words: Final = re.compile(rb"[\xc0-\xff\xa8\xb8]{3}")
_HEAD: Final = 4_096


def decode(data: bytes, *, content_type: str = "") -> str:
    """The text: by its mark, its header, its own word, or, where none of these holds, by what its bytes look like.

    What can't be read becomes U+FFFD; nothing is raised. UTF-8 that calls itself something narrower is UTF-8. Control
    characters that stand where Windows has quotes and dashes become these.
    """
    return _decoded(data, content_type).translate(_WINDOWS)


def _decoded(data: bytes, content_type: str) -> str:
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace")
    for beginning, name in _BEGINNINGS:
        if beginning.match(data):
            return data.decode(name, "replace")
    for name in ("utf-8", *_said(data, content_type), _likely(data)):
        try:
            return data.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode(next(iter(_said(data, content_type)), "utf-8"), "replace")


def _said(data: bytes, content_type: str) -> Sequence[str]:
    head = data[:_HEAD]
    found = [found[1] for found in [_param.search(content_type)] if found]
    found += [found[1].decode("ascii") for found in (_declared.search(head), _meta.search(head)) if found]
    return [name for said in found if (name := _codec(said))]


def _codec(said: str) -> str:
    """The codec of this name; nothing for names of what is no character set, which Python has among its codecs."""
    if not _known.fullmatch(said):
        return ""
    try:
        name = codecs.lookup(re.sub(r"^x-", "", said)).name
    except LookupError:
        return ""
    return _WIDER.get(name, name)


def _likely(data: bytes) -> str:
    """Cyrillic letters follow each other in their code page; accented ones stand alone in theirs."""
    high = sum(byte >= 0x80 for byte in data[: 16 * _HEAD])
    return "cp1251" if 3 * len(_words.findall(data[: 16 * _HEAD])) > high / 3 else "cp1252"
