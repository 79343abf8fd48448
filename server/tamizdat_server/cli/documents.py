"""What commands print: JSON documents, and words of people on one line."""

import re
import sys
from typing import Final

import msgspec

_CONTROLS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+")


def show_json(value: object) -> None:
    """Print the one document of a `--json` command on standard output."""
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")


def one_line(text: str) -> str:
    """`text` on one line, without anything that would steer a terminal."""
    return _CONTROLS.sub(" ", text).strip()
