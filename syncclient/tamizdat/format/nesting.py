"""How deep JSON may be nested: decided before it is decoded, so that every decoder on every machine agrees."""

import re
from typing import Final

from tamizdat.errors import FormatError
from tamizdat.format.limits import LIMITS

_OTHER: Final = bytes(set(range(256)) - set(b'[]{}"'))
_SQUARE: Final = bytes.maketrans(b"{}", b"[]")
_STRING: Final = re.compile(rb'"[^"]*"')


def check_nesting(data: bytes, *, path: str = "") -> None:
    """Raises: FormatError where arrays and objects are nested more than `LIMITS.nesting` deep."""
    if data.count(b"[") + data.count(b"{") <= LIMITS.nesting:
        return
    if b"\\" in data:
        data = data.replace(b"\\\\", b"").replace(b'\\"', b"")
    brackets = data.translate(_SQUARE, _OTHER).replace(b'""', b"")
    if b'"' in brackets:  # a string holds brackets
        brackets = _STRING.sub(b"", brackets)
    # Take innermost pairs away, a level at a time.
    for _ in range(LIMITS.nesting):
        if not brackets:
            return
        brackets = brackets.replace(b"[]", b"")
    if brackets:
        raise FormatError(f"nested more than {LIMITS.nesting} deep, or not JSON", path=path)
