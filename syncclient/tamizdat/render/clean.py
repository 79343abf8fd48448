"""What must not reach a page or a terminal, whoever signed it."""

import re
from typing import Final

_CONTROLS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_LINK: Final = re.compile(r"(?:https?://|mailto:)[^\x00-\x20]+", re.IGNORECASE)


def clean(text: str) -> str:
    """`text` without characters that steer a terminal or reorder what is read; tabs and line ends stay."""
    return _CONTROLS.sub("", text)


def is_link(href: str) -> bool:
    """Whether `href` may be followed: http, https and mailto only."""
    return bool(_LINK.fullmatch(href))
