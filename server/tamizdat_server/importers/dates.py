"""Dates as people and their programs write them, read as RFC 3339 in UTC."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from tamizdat.errors import UsageError

# What stands for a place's own clock, summer or not, is a name in the zone database; what stands for hours is minutes.
_ZONES: Final[Mapping[str, int | str]] = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 60, "bst": 60, "cet": 60, "cest": 120, "mez": 60,
    "mesz": 120, "eet": 120, "eest": 180, "msk": "Europe/Moscow", "msd": 240, "мск": "Europe/Moscow", "trt": 180,
    "sast": 120, "eat": 180, "gst": 240, "get": "Asia/Tbilisi", "azt": "Asia/Baku", "irst": 210, "aft": 270,
    "samt": "Europe/Samara", "yekt": "Asia/Yekaterinburg", "omst": "Asia/Omsk", "novt": "Asia/Novosibirsk",
    "krat": "Asia/Krasnoyarsk", "irkt": "Asia/Irkutsk", "yakt": "Asia/Yakutsk", "vlat": "Asia/Vladivostok",
    "magt": "Asia/Magadan", "pett": "Asia/Kamchatka", "almt": "Asia/Almaty", "qyzt": "Asia/Qyzylorda",
    "aqtt": "Asia/Aqtobe", "orat": "Asia/Oral", "kgt": "Asia/Bishkek", "uzt": 300, "tjt": 300, "tmt": 300, "pkt": 300,
    "hkt": 480, "sgt": 480, "jst": 540, "kst": 540, "awst": 480, "acst": 570, "acdt": 630, "aest": 600, "aedt": 660,
    "nzst": 720, "nzdt": 780, "nst": -210, "ndt": -150, "adt": -180, "est": -300, "edt": -240, "cst": -360,
    "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420, "akst": -540, "akdt": -480, "hst": -600,
}  # fmt: skip
# By their first letters: in English, Russian and Kazakh.
_MONTHS: Final[Mapping[str, int]] = {
    letters: number
    for months in (
        "jan feb mar apr may jun jul aug sep oct nov dec",
        "янв фев мар апр мая июн июл авг сен окт ноя дек",
        "қаң ақп нау сәу мам мау шіл там қыр қаз қар жел",
    )
    for number, letters in enumerate(months.split(), 1)
} | {"май": 5}

_clock = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?\s*(?P<half>[ap]\.?m\b\.?)?"
_shift = r"\(?(?P<zone>(?:utc|gmt|z)?\s?[+-]\d{1,2}(?::?\d{2})?|[a-zмск]{1,4})\)?(?:\s*\([\w\s]{1,40}\))?"
_time = rf"{_clock}\s*(?:{_shift})?"
_after = rf"(?:(?:,|,?\s*(?:at|в|сағат))?\s*{_time})?"
_word = r"(?P<name>[^\W\d_]{3,12})\.?"
_year = r"(?P<year>\d{4}|\d{2})(?:\s?(?:года|г\.?|жыл[^\W\d_]*|ж\.?)(?!\w))?"
_number = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_forms: Final = tuple(
    re.compile(form)
    for form in (
        rf"(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})(?:[-/.](?P<day>\d{{1,2}})(?:(?:t|,?\s)\s*{_time})?)?",
        rf"(?P<year>\d{{4}})(?P<month>\d\d)(?P<day>\d\d)(?:t(?P<hour>\d\d):?(?P<minute>\d\d):?(?P<second>\d\d)?{_shift}?)?",
        rf"(?P<day>\d{{1,2}})(?P<mark>[./])(?P<month>\d{{1,2}})[./](?P<year>\d{{4}}){_after}",
        rf"{_time},?\s*(?P<day>\d{{1,2}})(?P<mark>[./])(?P<month>\d{{1,2}})[./](?P<year>\d{{4}})",
        rf"{_number}(?:-|\s+){_word}(?:-|,?\s+){_year}{_after}",
        rf"{_clock},?\s+{_number}\s+{_word},?\s+{_year}",
        rf"{_word}\s+{_number},?\s+{_year}{_after}",
        rf"{_word}\s+{_number}\s+{_clock}\s+(?:{_shift}\s+)?(?P<year>\d{{4}})",
        rf"(?P<year>\d{{4}})\s?(?:жыл[^\W\d_]*|ж\.?|г\.?|года),?\s+{_number}\s+{_word}{_after}",
    )
)
_weekday = re.compile(r"[^\W\d_]{2,12}\.?,\s*|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?\s+")
_offset = re.compile(r"(?:utc|gmt|z)?\s?([+-])(\d{1,2})(?::?(\d{2}))?")
_in_name = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})[-_]")
_LONGEST: Final = 80


def read_date(text: str, *, zone: str = "") -> str | None:
    """This date as RFC 3339 in UTC, or None where it can't be read with certainty.

    `zone` (IANA name, or an offset such as +05:00; UTC where empty) is for dates that name none. A date alone is its
    first moment there. Raises: UsageError for a zone that there isn't.
    """
    local = read_zone(zone)
    text = " ".join(text.split()).lower()
    if len(text) > _LONGEST or not text.isprintable():
        return None
    for moment in _readings(_weekday.sub("", text, count=1) if _weekday.match(text) else text, local):
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment.year > 1000 else None
    return None


@cache
def read_zone(zone: str) -> tzinfo:
    """The time zone of this IANA name or offset; UTC where it is empty. Raises: UsageError."""
    if not zone:
        return UTC
    if (known := _zone(zone.strip().lower())) is not None:
        return known
    try:
        return ZoneInfo(zone.strip())
    except (KeyError, ValueError, OSError) as error:
        raise UsageError(f"{zone!r} is no time zone like Asia/Almaty or +05:00") from error


def date_in_name(name: str, *, zone: str = "") -> str | None:
    """The date at the beginning of a file name, as Jekyll has it: `2024-05-01-slug.md`. Raises: UsageError."""
    found = _in_name.match(name)
    return read_date(found[1], zone=zone) if found else None


def _readings(text: str, local: tzinfo) -> Iterator[datetime]:
    for form in _forms:
        if found := form.fullmatch(text):
            try:
                if moment := _moment(found.groupdict(), local):
                    yield moment
            except (ValueError, OverflowError):
                continue


def _moment(parts: Mapping[str, str | None], local: tzinfo) -> datetime | None:
    day = int(parts["day"] or 1)
    month = _MONTHS.get((parts.get("name") or "")[:3]) or int(parts.get("month") or 0)
    if parts.get("mark") == "/":
        # 22/11 and 11/22 are one day; 10/11 may be in October or in November.
        if month <= 12 and day <= 12 and month != day:
            return None
        day, month = (month, day) if month > 12 else (day, month)
    zone = _zone(parts["zone"]) if parts.get("zone") else local
    if zone is None:
        return None
    hour = _hour(int(parts.get("hour") or 0), parts.get("half") or "")
    # A leap second, which datetime doesn't know, is the one before it.
    minute, second = int(parts.get("minute") or 0), min(int(parts.get("second") or 0), 59)
    moment = datetime(_full(parts["year"] or ""), month, day, hour, minute, second, tzinfo=zone)
    moment.astimezone(UTC)
    return moment


def _full(year: str) -> int:
    # RFC 2822, 4.3.
    return int(year) + (0 if len(year) == 4 else 2000 if int(year) < 50 else 1900)


def _hour(hour: int, half: str) -> int:
    if not half:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError(hour)
    return hour % 12 + (12 if half.startswith("p") else 0)


def _zone(text: str | None) -> tzinfo | None:
    text = (text or "").strip("() ")
    if found := _offset.fullmatch(text):
        hours, minutes = int(found[2]), int(found[3] or 0)
        if len(found[2]) == 1 and found[3] and ":" not in text:
            return None
        offset = timedelta(hours=hours, minutes=minutes)
        return timezone(-offset if found[1] == "-" else offset) if hours <= 14 and minutes < 60 else None
    known = _ZONES.get(text)
    if known is None:
        return None
    return ZoneInfo(known) if isinstance(known, str) else timezone(timedelta(minutes=known))
