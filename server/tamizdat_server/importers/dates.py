"""Dates as people write them in front matter, read as RFC 3339 in UTC."""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

_iso = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})"
    r"(?:[T\s]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(Z|UTC|GMT|[+-]\d{1,2}(?::?\d{2})?)?)?",
    re.IGNORECASE | re.ASCII,
)
_spoken = ("%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d %b %Y")
_in_name = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})[-_]", re.ASCII)


def read_date(text: str) -> str | None:
    """This date as RFC 3339 in UTC, or None where it can't be read; without a zone it is taken for UTC."""
    try:
        moment = _read(text.strip())
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment and moment.year > 1000 else None
    except (ValueError, OverflowError):
        return None


def date_in_name(name: str) -> str | None:
    """The date at the beginning of a file name, as Jekyll has it: `2024-05-01-slug.md`."""
    found = _in_name.match(name)
    return read_date(found[1]) if found else None


def _read(text: str) -> datetime | None:
    if found := _iso.fullmatch(text):
        year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=_zone(found[7]))
    for pattern in _spoken:
        try:
            return datetime.strptime(text, pattern).replace(tzinfo=UTC)
        except ValueError:
            continue
    return _read_mail_date(text) if re.search(r"\d:\d", text) else None


def _zone(text: str | None) -> timezone:
    if not text or text[0] not in "+-":
        return UTC
    digits = text[1:].replace(":", "")
    hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if text[0] == "-" else offset)


def _read_mail_date(text: str) -> datetime | None:
    moment = parsedate_to_datetime(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
