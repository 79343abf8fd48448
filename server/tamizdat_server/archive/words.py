"""Dates, numbers and names of languages, as people read them."""

from datetime import datetime
from typing import Final

_MONTHS: Final = {
    "en": "January February March April May June July August September October November December",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "kk": "қаңтар ақпан наурыз сәуір мамыр маусым шілде тамыз қыркүйек қазан қараша желтоқсан",
    "uk": "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
    "be": "студзеня лютага сакавіка красавіка мая чэрвеня ліпеня жніўня верасня кастрычніка лістапада снежня",
}  # fmt: skip
_ORDER: Final = {"kk": "{year} ж. {day} {month}"}
_LANGUAGES: Final = {
    "ar": "العربية", "az": "Azərbaycanca", "be": "Беларуская", "de": "Deutsch", "en": "English", "es": "Español",
    "fa": "فارسی", "fr": "Français", "he": "עברית", "hy": "Հայերեն", "it": "Italiano", "ka": "ქართული",
    "kk": "Қазақша", "ky": "Кыргызча", "mn": "Монгол", "pl": "Polski", "ps": "پښتو", "pt": "Português",
    "ro": "Română", "ru": "Русский", "tg": "Тоҷикӣ", "tk": "Türkmençe", "tr": "Türkçe", "tt": "Татарча",
    "ug": "ئۇيغۇرچە", "uk": "Українська", "ur": "اردو", "uz": "Oʻzbekcha", "zh": "中文",
}  # fmt: skip


def day(time: str, language: str = "en") -> str:
    """The day of an RFC 3339 time in a language's own words, or in figures where they aren't known."""
    base = language.partition("-")[0]
    if base not in _MONTHS or not _is_time(time):
        return time[:10]
    year, month, number = int(time[:4]), int(time[5:7]), int(time[8:10])
    return _ORDER.get(base, "{day} {month} {year}").format(
        day=number, month=_MONTHS[base].split()[month - 1], year=year
    )


def month(time: str) -> str:
    """The month of an RFC 3339 time in English."""
    return day(time).partition(" ")[2] if _is_time(time) else time[:7]


def moment(time: str) -> str:
    """Day and minute of an RFC 3339 time in English, with its zone."""
    return f"{day(time)}, {time[11:16]} UTC" if _is_time(time) else time


def _is_time(time: str) -> bool:
    try:
        datetime.fromisoformat(time)
    except ValueError:
        return False
    return True


def number(count: int) -> str:
    """A number with its thousands apart."""
    return f"{count:,}"


def counted(count: int, one: str, many: str = "") -> str:
    """A number with its noun."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def language(code: str) -> str:
    """What a language calls itself, or its code."""
    return _LANGUAGES.get(code.partition("-")[0], code)
