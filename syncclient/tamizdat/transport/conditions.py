"""How a head that is held is named to a server, so that it need not be sent again. docs/format.md, section 10.

All of it is computed from what is held, nothing repeats what a server said: an entity tag made for one reader would be
as good as a cookie. Most servers make a file's tag of its size and its time, and a head's time is that of its signing.
"""

from email.utils import formatdate
from typing import Final

from tamizdat.transport.base import HeldHead

_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


def conditions(held: HeldHead) -> dict[str, str]:
    """The request headers that say which head is held."""
    tags = ", ".join(f'"{tag}"' for tag in (held.sha256, *_tags_of_files(held)))
    return {"If-None-Match": tags, "If-Modified-Since": formatdate(held.signed, usegmt=True)}


def _tags_of_files(held: HeldHead) -> list[str]:
    """What common servers would call a file of this size and time, in their default settings."""
    size, seconds = held.bytes, held.signed
    return [
        f"{seconds:x}-{size:x}",  # nginx
        f"{size:x}-{seconds * 10**6:x}",  # Apache
        _base36(seconds) + _base36(size),  # Caddy before 2.8
        _base36(seconds * 10**9) + _base36(size),  # Caddy since then
        f"{_base36(seconds * 10**9)}-{_base36(size)}",  # and lately
    ]


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"
