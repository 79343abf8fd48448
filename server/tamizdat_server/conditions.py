"""What a GET may be answered with, by RFC 9110: conditional requests (13) and single byte ranges (14). Pure."""

import re
from datetime import UTC
from email.utils import formatdate, parsedate_to_datetime
from typing import Final, NamedTuple

from tamizdat_server.headers import Headers

_RANGE: Final = re.compile(rb"bytes[ \t]*=[ \t]*([0-9]{0,18})-([0-9]{0,18})[ \t]*", re.ASCII)
_REFUSED: Final = re.compile(rb"[ \t]*q[ \t]*=[ \t]*0(?:\.0{0,3})?[ \t]*", re.ASCII)
_NAMES: Final = {
    b"if-match": "match",
    b"if-none-match": "none_match",
    b"if-modified-since": "modified_since",
    b"if-unmodified-since": "unmodified_since",
    b"if-range": "if_range",
    b"range": "range",
}


class Version(NamedTuple):
    """What a file is at this moment: strong entity tag in quotes, Unix seconds of its last change, size in bytes."""

    etag: bytes
    modified: int
    size: int


class Answer(NamedTuple):
    """A status and, for 200 and 206, which bytes: from `start` up to, not including, `stop`."""

    status: int
    start: int = 0
    stop: int = 0


_HELD: Final = Answer(304)


def conditions(headers: Headers) -> dict[str, bytes]:
    """The conditional and range fields of a request; repeated ones joined by commas."""
    found: dict[str, bytes] = {}
    for name, value in headers:
        if field := _NAMES.get(name):
            found[field] = found[field] + b", " + value if field in found else value
    return found


def takes(headers: Headers, coding: bytes) -> bool:
    """Whether a request names `coding` as one that its answer may be compressed with (RFC 9110, 12.5.3)."""
    fields = (value for name, value in headers if name == b"accept-encoding")
    weights = dict(_weight(each) for each in b",".join(fields).lower().split(b","))
    return weights.get(coding, False)


def _weight(coding: bytes) -> tuple[bytes, bool]:
    name, _, weight = coding.partition(b";")
    return name.strip(), _REFUSED.fullmatch(weight) is None


def answer(asked: dict[str, bytes], version: Version, *, whole: bool = False) -> Answer:
    """Decide between 200, 206, 304, 412 and 416. `whole`: ranges don't apply, as for HEAD."""
    if asked:
        if not _precondition_holds(asked, version):
            return Answer(412)
        if _is_held(asked, version):
            return _HELD
        if "range" in asked and not whole and _range_applies(asked, version):
            return _part(asked["range"], version.size)
    return Answer(200, 0, version.size)


def http_date(seconds: int) -> bytes:
    """An HTTP date, like `Sun, 22 Nov 2026 06:00:00 GMT`."""
    return formatdate(seconds, usegmt=True).encode("ascii")


def _precondition_holds(asked: dict[str, bytes], version: Version) -> bool:
    if "match" in asked:
        return lists_tag(asked["match"], version.etag, weak=False)
    if "unmodified_since" in asked:
        since = _seconds(asked["unmodified_since"])
        return since is None or version.modified <= since
    return True


def _is_held(asked: dict[str, bytes], version: Version) -> bool:
    if "none_match" in asked:
        return lists_tag(asked["none_match"], version.etag, weak=True)
    if "modified_since" in asked:
        since = _seconds(asked["modified_since"])
        return since is not None and version.modified <= since
    return False


def lists_tag(value: bytes, etag: bytes, *, weak: bool) -> bool:
    """Whether an If-Match or If-None-Match field names `etag`; `weak`: also as a weak one."""
    if etag not in value:
        return value.strip() == b"*"
    tags = [tag.strip() for tag in value.split(b",")]
    # A compressing proxy makes our tag weak; for "is it held" that is the same file.
    return etag in tags or (weak and b"W/" + etag in tags)


def _range_applies(asked: dict[str, bytes], version: Version) -> bool:
    value = asked.get("if_range")
    if value is None:
        return True
    if value.startswith((b'"', b"W/")):
        return value == version.etag
    return value == http_date(version.modified)


def _part(value: bytes, size: int) -> Answer:
    found = _RANGE.fullmatch(value)
    first, last = found.groups() if found else (b"", b"")
    if not first and not last:
        # Several ranges, another unit, or nonsense: the whole is always a right answer.
        return Answer(200, 0, size)
    if not first:
        start, stop = max(0, size - int(last)), size
    else:
        start, stop = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < start:
            return Answer(200, 0, size)
    return Answer(206, start, stop) if start < min(stop, size) else Answer(416)


def _seconds(value: bytes) -> int | None:
    try:
        date = parsedate_to_datetime(value.decode("ascii"))
        return int((date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp())
    except (ValueError, TypeError, OverflowError):
        return None
